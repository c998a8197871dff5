"""A model as a value."""

import pytest

import sme_sem as sme
from sme_sem import Specification, SpecificationError

MODEL = """
trust =~ t1 + t2
use =~ u1 + a*u2
use ~ b*trust + cost
t1 ~~ u1
indirect := a*b
"""


def read(text):
    return Specification.read(text)


def test_two_with_the_same_terms_are_equal_and_hash_alike():
    assert read(MODEL) == read(MODEL.replace(" ", "  "))
    assert len({read(MODEL), read(MODEL)}) == 1
    assert read(MODEL) != read("trust =~ t1 + t2")


def test_a_specification_is_read_as_it_is():
    spec = read(MODEL)
    assert Specification.read(spec) is spec


def test_the_text_has_a_line_for_each_left_side():
    assert str(read(MODEL)) == MODEL.strip()


def test_which_variables_play_which_part():
    spec = read(MODEL)
    assert spec.latent == ("trust", "use")
    assert spec.observed == ("t1", "t2", "u1", "u2", "cost")
    assert spec.variables == {"trust", "use", "t1", "t2", "u1", "u2", "cost"}
    assert [term.op for term in spec.relations].count(":=") == 0


def test_observed_variables_come_as_indicators_outcomes_predictors_and_the_rest():
    assert read("y ~ x; z ~~ z; f =~ a; w ~ 1").observed == ("a", "y", "x", "z", "w")


def test_a_relation_written_twice_counts_once_with_the_modifiers_of_both():
    spec = read("f =~ x + y\nf =~ a*x + start(2)*x\nx ~~ y\ny ~~ 0.2*x")
    assert str(spec) == "f =~ a*start(2.0)*x + y\nx ~~ 0.2*y"


def test_adding_appends_what_is_new():
    assert str(read("f =~ x").add("g =~ y; f =~ z")) == "f =~ x\ng =~ y\nf =~ z"


def test_adding_what_is_there_gives_it_the_new_modifiers():
    spec = read("f =~ a*x + y").add("f =~ 0.5*x")
    assert str(spec) == "f =~ 0.5*a*x + y"


def test_adding_changes_nothing_under_anybody_s_feet():
    spec = read(MODEL)
    spec.add("use ~~ cost").drop("t1 ~~ u1")
    assert spec == read(MODEL)


def test_dropping_takes_a_covariance_whichever_way_round():
    assert "t1 ~~ u1" not in str(read(MODEL).drop("u1 ~~ t1"))


def test_dropping_what_is_not_there_names_the_nearest():
    with pytest.raises(SpecificationError) as caught:
        read(MODEL).drop("use ~ trost")
    assert str(caught.value) == (
        "cannot drop 'use ~ trost': the model does not contain it. "
        "Did you mean 'use ~ trust' or 'use ~ cost' or 'use =~ u2'?"
    )


def test_renaming_changes_every_place_but_labels():
    spec = read("f =~ x + f1*y; f ~~ f; z := f1").rename({"f": "信任", "x": "t1"})
    assert str(spec) == "信任 =~ t1 + f1*y\n信任 ~~ 信任\nz := f1"


def test_names_can_be_exchanged():
    assert str(read("f =~ x + y").rename({"x": "y", "y": "x"})) == "f =~ y + x"


def test_two_variables_cannot_be_renamed_into_one():
    with pytest.raises(SpecificationError) as caught:
        read(MODEL).rename({"t1": "u1"})
    assert str(caught.value) == "cannot rename to 'u1': the model already has a variable of that name"


def test_several_equality_constraints_are_all_kept():
    assert str(read("a == b; a == b; a > 0; a > 1")) == "a == b\na == b\na > 0\na > 1"


def test_text_in_quotes_keeps_its_quotes_in_mind():
    spec = read("""f =~ 'say "a"'*x + "it's"*y""")
    assert Specification.read(str(spec)) == spec
    assert [term.labels for term in spec.terms] == [('say "a"',), ("it's",)]


def test_the_package_gives_it_away_by_name():
    assert sme.Specification is Specification


@pytest.mark.parametrize("text", ["y ~ 1*x; y ~ -1*x", "f =~ x + a*y; f =~ b*y", "x ~~ 0*y; y ~~ 0.2*x"])
def test_a_relation_written_twice_must_not_contradict_itself(text):
    with pytest.raises(sme.SpecificationError, match=r"is written twice, once as .* and once as .*: keep one of"):
        read(text)


def test_a_variable_is_renamed_within_products_too():
    spec = read("y ~ x + z + x:z").rename({"x": "age", "z": "income"})
    assert str(spec) == "y ~ age + income + age:income"
    assert str(spec.rename({"age:income": "both"})) == "y ~ age + income + both"


@pytest.mark.parametrize("text", [None, 3, ["f =~ a + b + c"]])
def test_what_is_no_text_is_no_model(text):
    with pytest.raises(
        SpecificationError, match=rf"^a model is text in lavaan's syntax, .*, not {type(text).__name__}:"
    ):
        read(text)


def test_a_variable_is_renamed_where_another_parameter_refers_to_it():
    spec = Specification.read('f =~ t1 + t2 + equal("f =~ t2")*t3; t3 ~ 1').rename({"t2": "zz"})
    assert str(spec) == 'f =~ t1 + zz + equal("f =~ zz")*t3\nt3 ~ 1'


@pytest.mark.parametrize(
    ("names", "message"),
    [
        ({"t1": "a+b"}, "cannot rename to 'a+b': a name has letters, digits, '_' and '.', and begins with a letter."),
        ({"t1": "1x"}, "cannot rename to '1x': a name has"),
        ({"t1": "NA"}, "cannot rename to 'NA': a name has"),
        ({"t1": 3}, "cannot rename to 3: a name has"),
        ({"t22": "q"}, "cannot rename 't22': the model has no such variable. Did you mean 't2'?"),
        ({"t9": "t2"}, "cannot rename 't9': the model has no such variable."),
    ],
)
def test_what_cannot_be_renamed_is_said(names, message):
    with pytest.raises(SpecificationError) as caught:
        Specification.read("f =~ t1 + t2").rename(names)
    assert str(caught.value).startswith(message)


def test_a_name_may_have_dots_and_other_letters():
    assert str(Specification.read("f =~ t1 + t2").rename({"t1": "item.1", "f": "信任"})) == "信任 =~ item.1 + t2"


def test_what_is_not_there_to_drop_is_told_the_relation_between_the_same_variables():
    with pytest.raises(SpecificationError, match=r"cannot drop 'trust ~~ use'.*Did you mean 'use ~ trust'\?"):
        Specification.read("trust =~ t1 + t2; use =~ u1 + u2; use ~ trust").drop("trust ~~ use")


# --- blocks of groups --------------------------------------------------------------------------------------------

BLOCKS = Specification.read("f =~ a + b\ngroup: 1\ny ~ x + z\ngroup: 2\ny ~ x\nd := p*q")


@pytest.mark.parametrize(
    ("text", "common", "one", "two"),
    [
        ("y ~ p*x", "f =~ a + b", "y ~ p*x + z", "y ~ p*x"),
        ("y ~ w", "f =~ a + b\ny ~ w", "y ~ x + z", "y ~ x"),
        ("y ~ p*z", "f =~ a + b\ny ~ p*z", "y ~ x + p*z", "y ~ x"),
        ("group: 2; y ~ q*x + w", "f =~ a + b", "y ~ x + z", "y ~ q*x + w"),
        ("f =~ c; group: 1; f =~ v*a", "f =~ a + b + c", "y ~ x + z\nf =~ v*a", "y ~ x"),
    ],
)
def test_what_is_added_stands_in_its_block_or_in_all(text, common, one, two):
    assert str(BLOCKS.add(text)) == f"{common}\ngroup: 1\n{one}\ngroup: 2\n{two}\nd := p*q"


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("y ~ x", "f =~ a + b\ngroup: 1\ny ~ z\nd := p*q"),
        ("group: 1; y ~ x", "f =~ a + b\ngroup: 1\ny ~ z\ngroup: 2\ny ~ x\nd := p*q"),
        ("f =~ b; d := p*q", "f =~ a\ngroup: 1\ny ~ x + z\ngroup: 2\ny ~ x"),
    ],
)
def test_what_is_dropped_is_dropped_in_its_block_or_in_all(text, left):
    assert str(BLOCKS.drop(text)) == left


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("group: 2; y ~ z", "cannot drop 'y ~ z' from the block of group '2': it stands in that of '1'."),
        (
            "group: 2; f =~ a",
            "cannot drop 'f =~ a' from the block of group '2': it stands before the blocks, for all groups.",
        ),
    ],
)
def test_what_is_not_in_a_block_is_not_dropped_from_it(text, message):
    with pytest.raises(SpecificationError) as caught:
        BLOCKS.drop(text)
    assert str(caught.value) == message


def test_a_variable_is_renamed_in_all_blocks():
    renamed = str(BLOCKS.rename({"x": "cost"}))
    assert renamed == "f =~ a + b\ngroup: 1\ny ~ cost + z\ngroup: 2\ny ~ cost\nd := p*q"


def test_groups_beyond_the_blocks_are_refused():
    with pytest.raises(SpecificationError) as caught:
        BLOCKS.by_group(3)
    assert str(caught.value) == "the model has blocks of 2 groups (1, 2), and here are 3."
