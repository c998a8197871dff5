"""Blocks of groups, ``group: 1``: a model of its own for each group."""

import json

import pytest

import sme_sem as sme
from chinese import wholly_chinese
from sem.holzinger import FOLDER, MODEL, assert_same, column, keyed, pupils
from sme_sem import Specification, SpecificationError

REFERENCE = json.loads((FOLDER / "group_blocks.json").read_text("utf-8"))["cases"]
TWO = "visual =~ x1 + x2 + x3\n textual =~ x4 + x5 + x6\n"
ONE_AND_TWO = f"group: 1\n general =~ x1 + x2 + x3 + x4 + x5 + x6\ngroup: 2\n {TWO}"
APART = f"group: Pasteur\n {MODEL} x1 ~~ x2\ngroup: 'Grant-White'\n {MODEL} x4 ~~ x7\n speed ~~ 0*visual"


def fit(model, **options):
    return sme.fit(model, pupils(), group="school", **options)


@pytest.mark.parametrize("name", REFERENCE)
def test_a_model_for_each_group_is_what_lavaan_fits(name):
    # lavaan's optimizer has the last word: 1e-5 in estimates and the SRMR, 1e-6 in what is flat at the optimum
    case = REFERENCE[name]
    found = fit(case["model"], **(case["options"] or {}))
    ours, labels = keyed(found.estimates()), found.moments.labels
    for lhs, op, rhs, group, est, se in case["estimates"]:
        row = ours[lhs, op, rhs, labels[group - 1]]
        assert row["est"] == pytest.approx(est, rel=1e-5, abs=1e-5), (lhs, op, rhs)
        if se is not None and name != "bounded":  # lavaan gives errors as if there were no bound
            assert row["se"] == pytest.approx(se, rel=2e-5), (lhs, op, rhs)
    assert len(case["estimates"]) == len(found.estimates().query("op != ':='"))
    for measure, value in case["measures"].items():
        assert found.measures()[measure] == pytest.approx(value, rel=1e-5 if measure == "srmr" else 1e-6), measure


def test_groups_that_share_nothing_are_fitted_as_if_each_were_alone():
    together = fit(APART)
    specification = Specification.read(APART)
    for label, own in zip(("Pasteur", "Grant-White"), specification.by_group(2), strict=True):
        alone = sme.fit(own, pupils().query("school == @label"), meanstructure=True)
        both = {key[:3]: value for key, value in column(together).items() if key[3] == label}
        assert_same(both, {key[:3]: value for key, value in column(alone).items()})
        scores = together.scores().loc[alone.moments.index[alone.moments.rows[0]]]
        assert scores.to_numpy() == pytest.approx(alone.scores().to_numpy(), abs=1e-7)


def test_a_relation_of_one_group_is_one_that_c_fixes_at_zero_in_the_others():
    blocks = fit(f"{TWO} group: 2\n x1 ~~ x4")
    written = fit(f"{TWO} x1 ~~ c(0, NA)*x4")
    for name in ("chisq", "df", "cfi", "srmr", "bic"):
        assert blocks.measures()[name] == pytest.approx(written.measures()[name], rel=1e-9), name
    assert column(blocks, "se")["x1", "~~", "x4", "Grant-White"] == pytest.approx(
        column(written, "se")["x1", "~~", "x4", "Grant-White"], rel=1e-7
    )


def test_parameters_held_equal_free_the_means_of_later_groups_as_without_blocks():
    held = {"group_equal": ("loadings", "intercepts")}
    blocks, written = fit(f"{TWO} group: 2\n x1 ~~ x4", **held), fit(f"{TWO} x1 ~~ c(0, NA)*x4", **held)
    assert blocks.measures()["chisq"] == pytest.approx(written.measures()["chisq"], rel=1e-9)
    assert blocks.measures()["df"] == written.measures()["df"]
    assert column(blocks)["visual", "~1", "", "Grant-White"] != 0


@pytest.mark.parametrize("options", [{}, {"std_lv": True}])
def test_a_construct_that_no_earlier_group_has_keeps_its_scale_and_its_mean_at_zero(options):
    held = {"group_equal": ("loadings", "intercepts"), **options}
    found = fit(f"group: 1\n visual =~ x1 + x2 + x3\n x4 ~~ x5 + x6\n x5 ~~ x6\n group: 2\n {TWO}", **held)
    estimates = keyed(found.estimates())
    assert estimates["visual", "~1", "", "Grant-White"]["free"]
    assert not estimates["textual", "~1", "", "Grant-White"]["free"]
    assert estimates["visual", "~~", "visual", "Grant-White"]["free"]
    assert estimates["textual", "~~", "textual", "Grant-White"]["free"] == (not options)


def test_c_before_the_first_block_is_divided_among_the_groups():
    text = f"{TWO} x1 ~~ c(a, b)*x4\n group: 1\n x2 ~~ x5\n group: 2\n x3 ~~ x6\n"
    estimates = fit(f"{text} d := a - b").estimates().set_index("label")["est"]
    assert estimates["d"] == pytest.approx(estimates["a"] - estimates["b"], abs=1e-12)


@pytest.mark.parametrize("heads", [("1", "2"), ("Pasteur", "Grant-White"), ("Pasteur", "'Grant-White'")])
def test_blocks_are_named_by_label_or_number_in_any_order(heads):
    first, second = (f"group: {head}\n {own}" for head, own in zip(heads, (TWO, f"{TWO} x1 ~~ x4"), strict=True))
    assert_same(column(fit(f"{first}\n{second}")), column(fit(f"{second}\n{first}")))
    assert ("x1", "~~", "x4", "Pasteur") not in column(fit(f"{second}\n{first}"))


def test_a_fit_keeps_the_model_of_every_group_and_can_be_fitted_again_by_it():
    found = fit(f"{TWO} group: 2\n x1 ~~ x4")
    assert found.specification.blocks == ("Pasteur", "Grant-White")
    assert str(found.specification).count("textual =~ x4 + x5 + x6") == 2
    assert_same(column(fit(str(found.specification))), column(found))
    assert fit(found.specification.add("x2 ~~ x5")).measures()["df"] == found.measures()["df"] - 2


def test_of_covariance_matrices_blocks_go_by_their_names():
    data = pupils()
    schools = {
        name: data.query("school == @name")[[f"x{i}" for i in range(1, 7)]] for name in ("Pasteur", "Grant-White")
    }
    given = {"cov": {k: own.cov() for k, own in schools.items()}, "n": {k: len(own) for k, own in schools.items()}}
    text = f"group: Grant-White\n {TWO} x1 ~~ x4\ngroup: Pasteur\n {TWO}"
    assert sme.fit(text, **given).measures()["chisq"] == pytest.approx(
        sme.fit(f"{TWO} x1 ~~ c(0, NA)*x4", **given).measures()["chisq"], rel=1e-9
    )


# --- constructs that a group does not have ----------------------------------------------------------------------------


def test_a_construct_of_another_group_has_no_scores_and_no_modification_indices_here():
    found = fit(ONE_AND_TWO)
    scores = found.scores(errors=True).join(pupils()["school"])
    of = scores.groupby("school").count()
    assert of.loc["Pasteur", "visual"] == of.loc["Pasteur", "visual_se"] == of.loc["Grant-White", "general"] == 0
    assert of.loc["Pasteur", "general"] == 156
    assert of.loc["Grant-White", "visual"] == 145
    indices = found.modification_indices()
    assert set(indices.query("lhs == 'visual' or rhs == 'visual'")["group"]) == {"Grant-White"}


def test_validity_is_of_the_constructs_that_the_group_has():
    found = fit(ONE_AND_TWO)
    assert sme.validity(found, group="Pasteur").scales["construct"].tolist() == ["general"]
    alone = sme.validity(sme.fit(TWO, pupils().query("school == 'Grant-White'"))).scales
    own = sme.validity(found, group="Grant-White").scales
    assert own["n_items"].tolist() == [3, 3]
    assert own["construct"].tolist() == ["visual", "textual"]
    assert own[["CR", "AVE", "MSV"]].to_numpy() == pytest.approx(alone[["CR", "AVE", "MSV"]].to_numpy(), rel=1e-6)


def test_predictors_are_looked_for_in_every_group():
    model = "x1 ~ x4 + 0*x7\n x7 ~~ x7\n x4 ~~ x4\n group: 2\n x4 ~ x7"
    found = fit(model)
    assert set(sme.collinearity(found, pupils()).vif["outcome"]) == {"x1", "x4"}
    assert set(sme.importance(found, pupils(), "x4", (-9, 9), group="school").table["construct"]) == {"x7"}


def test_a_fit_with_models_of_their_own_is_printed_bootstrapped_and_written_for_lavaan():
    found = fit(ONE_AND_TWO)
    assert "general" in found.summary()
    assert len(sme.bootstrap(found, draws=20, seed=1).draws) == 20
    assert 'group: "Grant-White"\nvisual =~ x1 + x2 + x3' in found.syntax("lavaan")


# --- what is refused --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            f"group: Pasteur\n {TWO} group: Grant-Whit\n {TWO}",
            "the model has a block of group 'Grant-Whit', but the groups are 'Pasteur', 'Grant-White'. Did you mean "
            "'Grant-White'?",
        ),
        (
            f"group: 1\n {TWO} group: 3\n {TWO}",
            "the model has a block of group '3', but the groups are 'Pasteur', 'Grant-White'. Name them in that way, "
            "or by their numbers from 1.",
        ),
        (
            f"group: 1\n {TWO}",
            "the model says nothing of group 'Grant-White': add a block 'group: \"Grant-White\"', or write what holds "
            "in all groups before the first block.",
        ),
        (
            f"group: 1\n {TWO} group: 2\n visual =~ x1 + x2 + x3 + x4",
            "'x5' stands in the model of another group, and not in that of group 'Grant-White': groups have the same "
            "observed variables. Add the line 'x5 ~~ x5' to its block, or 'y ~ 0*x5' where it predicts y elsewhere.",
        ),
        (
            "group: 1\n x1 ~ x4\n x7 ~ x1\n group: 2\n x1 ~ x7\n x4 ~ x7",
            "'x4' only predicts in group 'Pasteur' and does more in another: add the line 'x4 ~~ x4' to its block.",
        ),
        (
            "group: 1\n efa('a')*f + efa('a')*g =~ x1 + x2 + x3 + x4\n group: 2\n f =~ x1 + x2\n g =~ x3 + x4",
            "group 'Grant-White' has other composites (<~) or exploratory blocks (efa()) than the rest: write them "
            "before the first 'group:' line, for all groups.",
        ),
        (
            f"group: 1\n {TWO} x1 ~~ c(a, b)*x4\n group: 2\n {TWO}",
            "x1 ~~ x4: 2 labels for 1 group; give one, or one for each group.",
        ),
        (
            f"{TWO} visual =~ 0.5*x2\n group: 2\n visual =~ 0.7*x2",
            "visual =~ x2 is written twice, once as 0.5*x2 and once as 0.7*x2: keep one of them.",
        ),
    ],
)
def test_blocks_that_do_not_go_with_the_groups_are_refused(text, message):
    with pytest.raises(SpecificationError) as caught:
        fit(text)
    assert str(caught.value) == message
    assert wholly_chinese(caught.value.in_chinese())


def test_blocks_need_groups():
    message = (
        "the model has blocks of groups (1, 2), and here is one group: name the column that divides respondents "
        "(group=), or give the covariance matrix of each group (cov=)."
    )
    with pytest.raises(SpecificationError) as caught:
        sme.fit(ONE_AND_TWO, pupils())
    assert str(caught.value) == message
    assert wholly_chinese(caught.value.in_chinese())


@pytest.mark.parametrize(
    ("ask", "what"),
    [
        (lambda: sme.invariance(ONE_AND_TWO, pupils(), group="school"), "invariance"),
        (lambda: sme.simulate(ONE_AND_TWO, 50, seed=1), "a model of one group"),
        (lambda: sme.equivalents(fit(ONE_AND_TWO)), "equivalents"),
        (lambda: sme.method_bias(pupils(), ONE_AND_TWO), "method_bias"),
        (
            lambda: sme.fit_two_level("level: 1\n group: 1\n x1 ~ x2\n level: 2\n x1 ~~ x1", pupils(), cluster="agemo"),
            "",
        ),
    ],
)
def test_what_asks_for_one_model_says_so(ask, what):
    with pytest.raises(
        SpecificationError, match=rf"{what} takes a model that holds in all groups: leave out the lines"
    ):
        ask()


def test_models_of_their_own_are_not_written_for_mplus():
    with pytest.raises(SpecificationError, match="a model of its own for each group"):
        fit(ONE_AND_TWO).syntax("mplus")
