import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sme_sem.errors import SyntaxProblem
from sme_sem.letters import NAME, WORD, width
from sme_sem.sem.specification import Specification

LANGUAGES = ("信任", "trust", "विश्वास", "ความไว้วางใจ", "நம்பிக்கை", "ثِقَة", "אֵמוּן", "សេចក្តី", "cafe\u0301", "Tiếng_Việt")


@pytest.mark.parametrize("name", LANGUAGES)
def test_a_word_of_any_language_is_a_name(name):
    assert re.fullmatch(WORD, name)
    assert Specification.read(f"{name} =~ {name}.1 + b*{name}_2 + x3").latent == (name,)


@pytest.mark.parametrize("text", ["1x", "a b", "a，b", "a:b", "", "។", "\u0301a", ".a"])
def test_what_begins_without_a_letter_or_has_other_signs_is_no_name(text):
    assert not re.fullmatch(NAME, text)


def test_points_stand_in_names_but_not_in_words():
    assert re.fullmatch(NAME, "x.1")
    assert not re.fullmatch(WORD, "x.1")


@given(st.lists(st.sampled_from(LANGUAGES), min_size=3, max_size=6, unique=True))
def test_text_in_any_script_is_read_back_as_it_was_written(names):
    first, *rest = names
    model = Specification.read(f"{first} =~ {' + '.join(f'{name}.1' for name in rest)}")
    assert Specification.read(str(model)) == model


@given(st.characters(min_codepoint=0x300, max_codepoint=0x1DFF, categories=["Mn", "Mc"]))
def test_every_accent_and_vowel_sign_of_living_scripts_belongs_to_its_word(mark):
    if not 0x1200 <= ord(mark) < 0x1700:  # Ethiopic
        assert re.fullmatch(WORD, f"a{mark}")


def test_wide_characters_take_two_cells_and_marks_none():
    assert [width(t) for t in ("abc", "信度", "，", "é", unicodedata.normalize("NFD", "é"), "ก็", "")] == [
        3,
        4,
        2,
        1,
        1,
        1,
        0,
    ]


def test_the_caret_stands_under_the_letter_it_means():
    with pytest.raises(SyntaxProblem) as caught:
        Specification.read("ความ =~ ก็ + x) + y")
    _, text, caret, _ = str(caught.value).splitlines()
    assert width(caret) - 1 == width(text[: text.index(")")])
