"""From what a model says to every parameter that it has."""

import numpy as np
import pytest

from chinese import wholly_chinese
from sem.models import POPULATIONS, fitted_text, parameters_of
from sme_sem import Specification, SpecificationError
from sme_sem.sem.completion import parameter_table
from sme_sem.sem.options import Options


def shown(table, which=lambda p: True):
    return [str(p) for p in table.parameters if which(p)]


def free(table):
    return shown(table, lambda p: p.free)


def fixed(table):
    return {str(p): p.value for p in table.parameters if not p.free}


CFA = "trust =~ t1 + t2 + t3; use =~ u1 + u2 + u3"


def test_the_first_loading_of_each_construct_carries_its_scale():
    assert fixed(parameters_of(CFA)) == {"trust =~ t1": 1.0, "use =~ u1": 1.0}


def test_or_its_variance_does():
    assert fixed(parameters_of(CFA, std_lv=True)) == {"trust ~~ trust": 1.0, "use ~~ use": 1.0}
    assert parameters_of(CFA, std_lv=True).n_free == parameters_of(CFA).n_free == 13


def test_a_first_loading_can_be_freed_and_another_fixed():
    table = parameters_of("trust =~ NA*t1 + 1*t2 + t3")
    assert fixed(table) == {"trust =~ t2": 1.0}


def test_exogenous_constructs_and_final_outcomes_covary():
    text = "a =~ a1 + a2; b =~ b1 + b2; c =~ c1 + c2; d =~ d1 + d2; e =~ e1 + e2; c ~ a + b; d ~ c; e ~ c; y ~ c"
    pairs = [name for name in free(parameters_of(text)) if "~~" in name and len(set(name.split(" ~~ "))) == 2]
    assert pairs == ["a ~~ b", "d ~~ e", "d ~~ y", "e ~~ y"]


def test_orthogonal_constructs_do_not_unless_the_model_says_so():
    three = CFA + "; fun =~ f1 + f2"
    table = parameters_of(three + "; trust ~~ use", orthogonal=True)
    assert "trust ~~ use" in free(table)
    assert fixed(table)["trust ~~ fun"] == fixed(table)["use ~~ fun"] == 0


def test_a_single_indicator_has_no_residual_unless_the_model_says_so():
    assert fixed(parameters_of("f =~ x; y ~ f"))["x ~~ x"] == 0
    assert fixed(parameters_of("f =~ x; y ~ f; x ~~ 0.3*x"))["x ~~ x"] == 0.3


def test_moments_of_covariates_are_taken_from_the_sample():
    table = parameters_of("y ~ x1 + x2; y ~ 1")
    given = shown(table, lambda p: p.exogenous)
    assert given == ["x1 ~~ x1", "x1 ~~ x2", "x2 ~~ x2", "x1 ~ 1", "x2 ~ 1"]
    assert table.exogenous == table.covariates == ("x1", "x2")
    assert free(table) == ["y ~ x1", "y ~ x2", "y ~ 1", "y ~~ y"]


def test_or_estimated_where_they_are_not_fixed():
    table = parameters_of("y ~ x1 + x2", fixed_x=False)
    assert table.exogenous == ()
    assert table.covariates == ("x1", "x2")
    assert free(table) == ["y ~ x1", "y ~ x2", "y ~~ y", "x1 ~~ x1", "x1 ~~ x2", "x2 ~~ x2"]


def test_a_covariate_whose_variance_the_model_names_is_a_variable_like_others():
    table = parameters_of("y ~ x; x ~~ x")
    assert table.covariates == ()
    assert "x ~~ x" in free(table)


def test_covariates_stand_last_among_the_observed():
    assert parameters_of("x ~~ z; y ~ w; f =~ i1 + i2; f ~ w").observed[-1] == "w"


def test_means_are_modelled_when_asked_for_or_written():
    assert not parameters_of(CFA).means
    asked = parameters_of(CFA, meanstructure=True)
    assert [name for name in free(asked) if name.endswith("~ 1")] == [f"{x} ~ 1" for x in "t1 t2 t3 u1 u2 u3".split()]
    assert fixed(asked)["trust ~ 1"] == 0
    assert parameters_of(CFA + "; t1 ~ 0").means


def test_growth_frees_the_means_of_the_constructs_instead():
    table = parameters_of("i =~ 1*t1 + 1*t2 + 1*t3; s =~ 0*t1 + 1*t2 + 2*t3", preset="growth")
    assert [name for name in free(table) if name.endswith("~ 1")] == ["i ~ 1", "s ~ 1"]
    assert fixed(table)["t1 ~ 1"] == 0


def test_explicit_adds_nothing_that_is_free():
    table = parameters_of("f =~ x1 + x2; f ~~ f; x1 ~~ x1", preset="explicit")
    assert free(table) == ["f =~ x1", "f =~ x2", "f ~~ f", "x1 ~~ x1"]
    assert fixed(table) == {"x2 ~~ x2": 0}


def test_equal_labels_share_a_parameter():
    table = parameters_of("trust =~ t1 + a*t2 + a*t3")
    assert table.n_free == 5
    assert table.labels == {"a": 0}
    assert table.names()[0] == "trust =~ t2"


@pytest.mark.parametrize("text", ["f =~ x + y + equal('f =~ y')*z", "f =~ x + equal('f=~z')*y + z"])
def test_equal_shares_a_parameter_whether_the_other_stands_before_or_behind(text):
    table = parameters_of(text)
    index = {str(p): p.index for p in table.parameters}
    assert index["f =~ y"] == index["f =~ z"] >= 0


def test_equal_to_a_fixed_parameter_is_fixed():
    assert fixed(parameters_of("f =~ 0.7*x + equal('f =~ x')*y + z"))["f =~ y"] == 0.7


def test_equal_to_nothing_known_names_the_nearest():
    with pytest.raises(SpecificationError) as caught:
        parameters_of("trust =~ t1 + t2 + equal('trust =~ t5')*t3")
    assert str(caught.value) == (
        "trust =~ t3: equal('trust =~ t5') names no parameter. "
        "Did you mean 'trust =~ t3' or 'trust =~ t2' or 'trust =~ t1'?"
    )


def test_free_parameters_are_numbered_without_gaps_and_named_once():
    for population in POPULATIONS.values():
        table = parameters_of(fitted_text(population))
        assert sorted({p.index for p in table.parameters if p.free}) == list(range(table.n_free))
        assert len(table.names()) == len(set(table.names())) == table.n_free


def test_lists_give_each_group_its_own():
    table = parameters_of("trust =~ t1 + c(0.5, NA)*t2 + c(a, b)*t3 + c(d, d)*t4", 2)
    by_group = {(str(p), p.group): p for p in table.parameters}
    assert by_group["trust =~ t2", 0].value == 0.5
    assert by_group["trust =~ t2", 1].free
    assert [by_group["trust =~ t3", g].label for g in (0, 1)] == ["a", "b"]
    assert by_group["trust =~ t3", 0].index != by_group["trust =~ t3", 1].index
    assert by_group["trust =~ t4", 0].index == by_group["trust =~ t4", 1].index


@pytest.mark.parametrize(
    ("text", "groups", "message"),
    [
        ("y ~ c(1, 2)*x", 1, "y ~ x: 2 values for 1 group; give one, or one for each group."),
        ("y ~ c(a, b)*x", 3, "y ~ x: 2 labels for 3 groups; give one, or one for each group."),
        ("y ~ start(c(1, 2))*x", 3, "y ~ x: 2 start values for 3 groups; give one, or one for each group."),
        ("f =~ f", 1, "f =~ f: a construct cannot be its own indicator."),
        ("y ~ y", 1, "y ~ y: a variable cannot be regressed on itself."),
        ("f =~ y + x; y ~ 0.3*f", 1, "y ~ f is the arrow of f =~ y once more: keep one of them."),
        ("", 1, "the model names no observed variable: write at least one '=~', '~' or '~~' line."),
        ("a := 3", 1, "the model names no observed variable: write at least one '=~', '~' or '~~' line."),
    ],
)
def test_contradictions_are_named(text, groups, message):
    with pytest.raises(SpecificationError) as caught:
        parameters_of(text, groups)
    assert str(caught.value) == message
    assert wholly_chinese(caught.value.in_chinese())


def test_the_pattern_holds_every_value_in_its_place():
    table = parameters_of("trust =~ t1 + 0.7*t2 + t3; t1 ~~ 0.2*t2; t3 ~ 4*1")
    pattern = table.pattern
    place = {name: i for i, name in enumerate(table.variables)}
    assert pattern.A[0, place["t1"], place["trust"]] == 1
    assert pattern.A[0, place["t2"], place["trust"]] == 0.7
    assert pattern.S[0, place["t1"], place["t2"]] == pattern.S[0, place["t2"], place["t1"]] == 0.2
    assert pattern.m[0, place["t3"]] == 4
    assert pattern.parameters == table.n_free == len(np.unique(pattern.parameter))
    assert (pattern.observed, pattern.variables) == (3, 4)


def test_a_model_that_was_completed_before_is_completed_once():
    text = "trust =~ t1 + t2 + t3"
    assert Specification.read(text) is Specification.read(text)
    first = parameter_table(Specification.read(text), Options())
    assert parameter_table(Specification.read(text), Options()) is first
    assert parameter_table(Specification.read(text), Options(std_lv=True)) is not first
    assert parameter_table(Specification.read(text), Options(), 2) is not first


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ("d := b; d := b*2", "d := b*2: 'd' is defined as b already; give it another name."),
        ("b := 3", "b := 3: 'b' is the label of y ~ f already; give it another name."),
    ],
)
def test_a_name_is_defined_once(lines, message):
    with pytest.raises(SpecificationError) as caught:
        parameters_of(f"f =~ x1 + x2 + x3; y ~ b*f; {lines}")
    assert str(caught.value) == message
    assert wholly_chinese(caught.value.in_chinese())


@pytest.mark.parametrize(
    "lines", ["f =~ x1 + a*x2 + x3; h =~ a*y1 + y2 + y3", "f =~ a*x1 + x2 + x3; h =~ y1 + a*y2 + y3"]
)
def test_a_label_on_something_fixed_fixes_the_others_before_and_behind(lines):
    """As lavaan has it: a label on a marker, say, makes what else has it one as well."""
    held = [p for p in parameters_of(lines).parameters if p.label == "a"]
    assert [(p.free, p.value) for p in held] == [(False, 1.0), (False, 1.0)]
