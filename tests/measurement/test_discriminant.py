"""Discriminant validity: tests as differences of fits, intervals of HTMT, and what is refused."""

import numpy as np
import pytest
from scipy import stats

import sme_sem as sme
from sme_sem.errors import SpecificationError

POPULATION = "; ".join(f"{f} =~ .8*{f}1 + .8*{f}2 + .7*{f}3; {f} ~~ 1*{f}" for f in "tuw")
POPULATION += "; t ~~ .5*u; t ~~ -.3*w; u ~~ -.4*w"
MODEL = "t =~ t1 + t2 + t3; u =~ u1 + u2 + u3; w =~ w1 + w2 + w3"
SCALES = {f: [f"{f}{i}" for i in (1, 2, 3)] for f in "tuw"}


@pytest.fixture(scope="module")
def answers():
    return sme.simulate(POPULATION, 300, seed=4)


@pytest.fixture(scope="module")
def found(answers):
    return sme.discriminant(answers, MODEL)


def test_merging_two_constructs_is_the_model_with_one(answers, found):
    one = sme.fit("tu =~ t1 + t2 + t3 + u1 + u2 + u3; w =~ w1 + w2 + w3", answers).measures()
    free = sme.fit(MODEL, answers).measures()
    row = found.tests.query("construct == 't' and other == 'u' and test == 'merged'").iloc[0]
    assert row["chisq_diff"] == pytest.approx(one["chisq"] - free["chisq"], rel=1e-6)
    assert (row["df_diff"], row["cfi_diff"]) == (2, pytest.approx(one["cfi"] - free["cfi"], rel=1e-6))


def test_a_negative_correlation_is_held_against_minus_one(answers, found):
    turned = answers.assign(**{i: -answers[i] for i in SCALES["w"]})
    other = sme.discriminant(turned, MODEL).tests
    assert found.tests["chisq_diff"].to_numpy() == pytest.approx(other["chisq_diff"].to_numpy(), rel=1e-6)
    assert found.tests["correlation"].to_numpy() == pytest.approx(
        other["correlation"].to_numpy() * np.array([1, 1, -1, -1, -1, -1]), rel=1e-6
    )


def test_p_values_are_chi_square_tails_corrected_by_holm(found):
    own = found.tests.query("test == 'phi'")
    p = stats.chi2.sf(own["chisq_diff"], own["df_diff"])
    assert own["pvalue"].to_numpy() == pytest.approx(p, rel=1e-9)
    order = np.argsort(p)
    steps = np.maximum.accumulate(p[order] * np.array([3, 2, 1]))
    assert own["pvalue_holm"].to_numpy()[order] == pytest.approx(np.minimum(steps, 1), rel=1e-9)


def test_one_construct_written_as_two_is_not_found_distinct():
    answers = sme.simulate("t =~ .8*t1 + .8*t2 + .7*t3 + .8*u1 + .8*u2 + .7*u3", 300, seed=2)
    test = sme.discriminant(answers, "t =~ t1 + t2 + t3; u =~ u1 + u2 + u3").tests
    assert len(test) == 1 and test["pvalue"][0] > 0.05


def test_composites_are_left_out_but_tell_merged_constructs_apart(answers):
    model = "C <~ w1 + w2; t =~ t1 + t2 + t3; u =~ u1 + u2 + u3"
    found = sme.discriminant(answers, model)
    assert found.tests[["construct", "other"]].to_numpy().tolist() == [["t", "u"]] * 2
    assert [str(note).split(":")[0] for note in found.tables()[0].notes[1:]] == ["C"]
    one = sme.fit("C <~ w1 + w2; tu =~ t1 + t2 + t3 + u1 + u2 + u3", answers).measures()
    free = sme.fit(model, answers).measures()
    merged = found.tests.set_index("test").loc["merged"]
    assert merged["chisq_diff"] == pytest.approx(one["chisq"] - free["chisq"], rel=1e-6)
    assert merged["df_diff"] == one["df"] - free["df"]
    with pytest.raises(SpecificationError, match="their items reflect \\(=~\\), unlike C: the model needs"):
        sme.discriminant(answers, "C <~ w1 + w2; t =~ t1 + t2 + t3")


def test_estimates_of_htmt_are_those_of_validity_and_intervals_cover_what_was_planted(answers):
    ratios = sme.heterotrait(answers, SCALES, draws=1000, seed=1).ratios.set_index(["construct", "other"])
    validity = sme.validity(sme.fit(MODEL, answers))
    for a, b in (("t", "u"), ("t", "w"), ("u", "w")):
        assert ratios.loc[(a, b), "htmt"] == pytest.approx(validity.htmt.loc[a, b], rel=1e-12)
        assert ratios.loc[(a, b), "htmt2"] == pytest.approx(validity.htmt2.loc[a, b], rel=1e-12)
    assert ratios.loc[("t", "u"), "htmt_ci_lower"] < 0.5 < ratios.loc[("t", "u"), "htmt_ci_upper"]
    width = ratios["htmt_ci_upper"] - ratios["htmt_ci_lower"]
    assert (width > 0.1).all() and (width < 0.45).all()


def test_intervals_of_htmt_are_those_of_resampled_tables(answers):
    found = sme.heterotrait(answers, SCALES, draws=20, seed=9, level=0.5)
    rng, drawn = np.random.default_rng(9), []
    for rows in rng.integers(300, size=(20, 300)):
        R = answers.iloc[rows].corr().abs()

        def mean(a, b, R=R):
            block = R.loc[SCALES[a], SCALES[b]].to_numpy()
            return block[np.triu_indices(3, 1)].mean() if a == b else block.mean()

        drawn.append(mean("t", "u") / np.sqrt(mean("t", "t") * mean("u", "u")))
    low, high = np.sort(drawn)[[4, 5]], np.sort(drawn)[[14, 15]]  # the quartiles, .25 * 21 and .75 * 21, lie between
    assert low[0] <= found.ratios["htmt_ci_lower"][0] <= low[1]
    assert high[0] <= found.ratios["htmt_ci_upper"][0] <= high[1]
    assert (found.draws, found.failed) == (20, 0)


def test_tables_are_in_both_languages(answers, found):
    assert "merged into one" in str(found) and "合并为一个构念" in found.to("text", "zh")
    assert "Bootstrap置信区间，抽样50次" in sme.heterotrait(answers, SCALES, draws=50).to("text", "zh")


def test_what_cannot_be_compared_is_refused(answers):
    with pytest.raises(SpecificationError, match=r"^discriminant validity compares constructs"):
        sme.discriminant(answers, "t =~ t1 + t2 + t3")
    with pytest.raises(SpecificationError, match=r"^t and u are not free to correlate"):
        sme.discriminant(answers, "t =~ t1 + t2 + t3; u =~ u1 + u2 + u3; u ~ t")
    with pytest.raises(SpecificationError, match=r"^the tests are likelihood-ratio tests"):
        sme.discriminant(answers, MODEL, estimator="MLR")
    with pytest.raises(SpecificationError, match=r"^HTMT compares constructs"):
        sme.heterotrait(answers, {"t": ["t1"], "u": ["u1", "u2"]})
