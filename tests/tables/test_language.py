import csv
from importlib import resources

import pytest

from sme_sem.tables import Words, term, written


def test_words_give_their_own_language_and_other_things_their_text():
    words = Words("Path", "路径")
    assert (written(words, "en"), written(words, "zh"), str(words)) == ("Path", "路径", "Path")
    assert written(3, "zh") == "3"


def test_places_are_filled_in_both_languages_and_by_words_too():
    note = Words("{what}: N = {n}.", "{what}：N = {n}。").filled(what=term("Sample size"), n=344)
    assert note.en == "Sample size: N = 344."
    assert note.zh == f"{term('Sample size').zh}：N = 344。"


def test_a_value_with_braces_is_put_in_as_it_is():
    assert Words("{x}", "{x}").filled(x="{y}").zh == "{y}"


def test_words_are_joined_with_words_and_with_plain_text():
    assert (Words("a", "甲") + Words("b", "乙") + "!").zh == "甲乙!"
    assert (Words("a", "甲") + "!").en == "a!"


def test_an_unknown_term_says_where_to_add_it():
    with pytest.raises(KeyError, match=r"'Vibes' is not in tables/vocabulary.csv: add it there"):
        term("Vibes")


def test_the_vocabulary_names_everything_once_and_in_chinese():
    text = resources.files("sme_sem.tables").joinpath("vocabulary.csv").read_text(encoding="utf-8")
    rows = list(csv.reader(text.splitlines()))
    assert rows[0] == ["en", "zh"]
    assert all(len(row) == 2 and row[0].strip() and row[1].strip() for row in rows)
    english = [row[0] for row in rows]
    assert len(english) == len(set(english))
    assert term(rows[-1][0]).zh == rows[-1][1]


def test_critical_ratio_and_composite_reliability_cannot_be_confused():
    assert term("Critical ratio").zh != term("Composite reliability").zh
