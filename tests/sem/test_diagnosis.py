"""What goes wrong with models and data, and the words for it."""

import numpy as np
import pandas as pd
import pytest

import sme_sem as sme
from chinese import wholly_chinese
from sem.models import POPULATIONS, fitted_text, moments_by_hand
from sme_sem import ConvergenceError, DataProblem, IdentificationError, SpecificationError

TRUST = "trust =~ t1 + t2 + t3"


@pytest.fixture(scope="module")
def answers():
    return sme.simulate(POPULATIONS["two constructs"], 200, seed=1)


def correlations(r12, r13, r23):
    return pd.DataFrame([[1, r12, r13], [r12, 1, r23], [r13, r23, 1]], list("abc"), list("abc"))


def message_of(error, model, data=None, **options):
    with pytest.raises(error) as caught:
        sme.fit(model, data, **options)
    return str(caught.value)


# --- errors that do not exist ----------------------------------------------------------------------


@pytest.mark.parametrize("missing", ["listwise", "fiml"])
def test_errors_from_dependent_scores_are_missing_with_a_warning(answers, missing):
    text = "t1 ~~ t2 + t3 \n t2 ~~ t3"  # nine parameters, with the means
    fit = sme.fit(text, answers.head(8), estimator="MLF", missing=missing, meanstructure=True)
    assert fit.estimates()["se"].isna().all()
    assert fit.converged and not fit.admissible
    assert [d.code for d in fit.diagnostics if d.severity == "warning"] == ["no_first_order_errors"]
    assert sme.fit(text, answers, estimator="MLF", missing=missing, meanstructure=True).admissible


def test_an_implied_covariance_nobody_could_answer_by_is_named():
    text = "y ~ a*x \n z ~ x + y \n z ~~ 0.9*y \n y ~~ 0.5*y \n z ~~ 0.5*z"  # a residual correlation of 1.8
    fit = sme.fit(text, sme.simulate("y ~ 0.5*x \n z ~ 0.4*x + 0.4*y", 200, seed=1), estimator="ULS")
    assert fit.converged and not fit.admissible
    assert "implied_not_positive_definite" in [d.code for d in fit.diagnostics]
    assert np.linalg.eigvalsh(fit.implied())[0] < 0


def test_a_definition_without_a_finite_value_has_no_error(answers):
    rows = sme.fit("trust =~ t1 + a*t2 + t3 \n d := exp(1000000*a) \n e := 2*a", answers).estimates().tail(2)
    assert np.isinf(rows["est"].iloc[0]) and np.isnan(rows["se"].iloc[0])
    assert rows["se"].iloc[1] > 0


@pytest.fixture(scope="module")
def inadmissible():
    names = ["a1", "a2", "a3", "b1", "b2", "b3"]
    S = np.full((6, 6), 0.4)
    S[:3, 3:] = S[3:, :3] = 0.5  # more between the constructs than within them
    np.fill_diagonal(S, 1)
    drawn = pd.DataFrame(np.random.default_rng(1).standard_normal((100, 6)), columns=names)
    exact = (drawn - drawn.mean()) @ np.linalg.inv(np.linalg.cholesky(drawn.cov())).T @ np.linalg.cholesky(S).T
    exact.columns = names
    return sme.fit("a =~ a1 + a2 + a3; b =~ b1 + b2 + b3; b ~ a", exact)


@pytest.mark.parametrize(
    "read_off",
    [
        lambda fit: fit,
        sme.validity,
        sme.t_size,
        sme.equivalents,
        sme.hierarchical,
        lambda fit: sme.bootstrap(fit, 20, seed=1, progress=False),
    ],
)
def test_whatever_is_read_off_an_inadmissible_solution_says_so_in_both_languages(inadmissible, read_off):
    assert inadmissible.converged and not inadmissible.admissible
    for table in read_off(inadmissible).tables():
        if table.name not in ("htmt", "htmt2", "largest_residuals", "modification_indices"):  # not of the solution
            assert any("Caution" in str(note) for note in table.notes) or table.name == "diagnostics", table.name
    assert "注意（警告）" in read_off(inadmissible).to("text", "zh")


# --- models ----------------------------------------------------------------------------------------


def test_a_construct_without_a_scale_is_not_identified_and_its_parameters_are_named(answers):
    with pytest.raises(IdentificationError) as caught:
        sme.fit("f =~ NA*t1 + t2 + t3 + u1", answers)
    assert str(caught.value) == (
        "the model is not identified: these parameters cannot be told apart: f =~ t1, f =~ t2, f =~ t3, f =~ u1, "
        "f ~~ f. Fix one of them, set some equal by a common label, or give every construct a fixed loading "
        "(or a fixed variance) and enough indicators."
    )
    assert caught.value.parameters == ("f =~ t1", "f =~ t2", "f =~ t3", "f =~ u1", "f ~~ f")


def test_innocent_parameters_are_not_named(answers):
    with pytest.raises(IdentificationError) as caught:
        sme.fit("trust =~ t1 + t2 + t3; use =~ NA*u1 + u2 + u3", answers)
    assert {"use =~ u1", "use =~ u2", "use ~~ use", "trust ~~ use"} <= set(caught.value.parameters)
    assert not {"trust =~ t2", "t1 ~~ t1", "trust ~~ trust", "u1 ~~ u1"} & set(caught.value.parameters)


def test_two_constructs_above_is_one_too_few(answers):
    with pytest.raises(IdentificationError) as caught:
        sme.fit("f =~ t1 + t2 + t3; g =~ u1 + u2 + u3; h =~ f + g", answers)
    assert set(caught.value.parameters) == {"h =~ g", "f ~~ f", "g ~~ g", "h ~~ h"}


def test_more_parameters_than_moments_are_counted(answers):
    assert message_of(IdentificationError, "f =~ t1 + t2; t1 ~~ t2", answers) == (
        "the model is not identified: 5 free parameters for 3 sample moments (df = -2). "
        "Remove paths, fix loadings, or measure constructs with more indicators."
    )


def test_a_long_list_of_parameters_is_cut():
    names = [f"i{k}" for k in range(12)]
    text = "f =~ NA*" + " + ".join(names)
    answers = sme.simulate("f =~ " + " + ".join(f"0.7*{n}" for n in names), 300, seed=1)
    message = message_of(IdentificationError, text, answers)
    assert "f =~ i7 and 5 more. Fix one" in message


def test_an_unidentified_model_is_given_back_when_asked_for(answers):
    fit = sme.fit("f =~ NA*t1 + t2 + t3 + u1", answers, on_failure="return")
    assert not fit.converged and not fit.admissible
    (diagnostic,) = fit.diagnostics
    assert (diagnostic.severity, diagnostic.code) == ("error", "not_identified")
    assert str(diagnostic).startswith("error: the model is not identified")


def test_too_few_iterations_are_said_so_with_what_to_try(answers):
    text = fitted_text(POPULATIONS["two constructs"])
    assert message_of(ConvergenceError, text, answers, max_iterations=1) == (
        "the model did not converge after 1 iterations: the iterations ended before the estimates settled. "
        "Check the data for outliers and the model for constructs with one or two weak indicators. Raise "
        "max_iterations, or give start values. Or search from several starts: starts=20."
    )
    fit = sme.fit(text, answers, max_iterations=1, on_failure="return")
    assert not fit.converged
    assert [d.code for d in fit.diagnostics] == ["not_converged"]
    assert np.isfinite(fit.estimates()["est"]).all()


def test_an_unknown_variable_is_told_the_nearest_names(answers):
    assert message_of(SpecificationError, "trust =~ t1 + T2 + t_3 + zzz", answers) == (
        "unknown variable 'T2': the data have no column of that name, and no line of the model measures it (=~). "
        "Did you mean 't2'? Also unknown: 't_3', 'zzz'."
    )


def test_a_construct_named_like_a_column_is_ambiguous(answers):
    assert message_of(SpecificationError, "u1 =~ t1 + t2 + t3", answers) == (
        "'u1' is a construct of the model (it stands left of =~) and a column of the data as well: rename one."
    )


def test_an_unknown_label_in_a_definition_is_found_before_the_results_are_read(answers):
    assert message_of(SpecificationError, f"{TRUST}; u1 ~ slope*trust; twice := 2*slop", answers) == (
        "'2*slop': 'slop' is neither a label in the model nor defined before. Did you mean 'slope'? "
        "Label a parameter by writing label*variable."
    )


# --- solutions that should not be believed ---------------------------------------------------------


def test_a_negative_residual_variance_is_a_heywood_case():
    fit = sme.fit("f =~ a + b + c", cov=correlations(0.6, 0.6, 0.3), n=200)
    assert fit.converged and not fit.admissible
    (diagnostic,) = fit.diagnostics
    assert (diagnostic.severity, diagnostic.code) == ("warning", "negative_variance")
    assert diagnostic.message == (
        "Heywood case: the residual variance of a is negative (-0.199), which no variance can be; do not interpret "
        "this solution. Usual causes: a small sample, a construct with two indicators, an outlier, or a wrong model. "
        "Look at its item, give the construct more indicators, or reconsider the paths at it."
    )


def test_a_negative_construct_variance_is_one_too():
    model = "f =~ a + start(1.2)*b + start(-1.2)*c; f ~~ start(-0.2)*f"
    model += "; a ~~ start(1.2)*a; b ~~ start(1.4)*b; c ~~ start(1.4)*c"
    fit = sme.fit(model, cov=correlations(-0.3, 0.3, 0.4), n=200)
    assert "the variance of f is negative" in fit.diagnostics[0].message


@pytest.mark.parametrize(("r", "said"), [(0.0, ["f =~ x1"]), (1e-6, ["f =~ x1"]), (0.3, [])])
@pytest.mark.parametrize("unit", [1e-4, 1.0, 1e4])
def test_a_parameter_that_counts_by_its_square_is_named_where_it_is_near_zero(r, said, unit):
    names = ["x1", "x2"]
    cov = pd.DataFrame([[1, r], [r, 1]], index=names, columns=names) * unit**2
    twins = "f =~ NA*x1 + c*x1 + c*x2\nf ~~ 1*f\nx1 ~~ e*x1\nx2 ~~ e*x2"
    told = [d.message for d in sme.fit(twins, cov=cov, n=300).diagnostics if d.code == "hardly_told"]
    assert len(told) == len(said)
    assert all(name in told[0] for name in said)


def test_what_counts_by_its_square_and_ends_at_zero_is_to_be_fixed_there():
    names = ["x1", "x2"]
    cov = pd.DataFrame([[1, -0.1], [-0.1, 1]], index=names, columns=names)
    twins = "f =~ NA*x1 + c*x1 + c*x2\nf ~~ 1*f\nx1 ~~ e*x1\nx2 ~~ e*x2"
    with pytest.raises(IdentificationError, match="nothing depends on f =~ x1") as refused:
        sme.fit(twins, cov=cov, n=300)
    assert refused.value.parameters == ("f =~ x1",)
    assert wholly_chinese(refused.value.in_chinese())
    fixed = sme.fit("x1 ~~ e*x1\nx2 ~~ e*x2", cov=cov, n=300)
    assert fixed.converged


def test_a_correlation_beyond_one_between_constructs_is_named():
    impossible = POPULATIONS["two constructs"].replace("0.25*use", "0.75*use")
    fit = sme.fit("trust =~ t1 + t2 + t3; use =~ u1 + u2 + u3", cov=moments_by_hand(impossible)[0], n=200)
    (diagnostic,) = fit.diagnostics
    assert (diagnostic.severity, diagnostic.code) == ("warning", "latent_not_positive_definite")
    assert diagnostic.message == (
        "the covariance matrix of the constructs is not positive definite; the largest correlation is 1.157, between "
        "trust and use. They may be one construct, or an indicator belongs elsewhere: merge them, or reconsider the "
        "measurement of both."
    )


def test_a_covariance_without_a_variance_is_named_and_hides_nothing():
    cov = moments_by_hand(POPULATIONS["two constructs"].replace("0.25*use", "0.75*use"))[0]
    model = "trust =~ t1 + t2 + t3; use =~ u1 + u2 + u3"
    still = sme.fit(model + "; use ~~ 0*use", cov=cov, n=200)
    assert [d.code for d in still.diagnostics] == ["latent_not_positive_definite"] and not still.admissible
    assert still.diagnostics[0].message.endswith(
        "is not positive definite: the variance of use is zero, and yet its covariance with trust is not. Fix that "
        "covariance to zero too, or free the variance."
    )
    beside = sme.fit(model + "; idle =~ 1*t1; idle ~~ 0*idle + 0*trust + 0*use", cov=cov, n=200)
    assert "the largest correlation is 1.157, between trust and use" in beside.diagnostics[0].message


@pytest.mark.parametrize("options", [{"estimator": "GLS"}, {"fixed_x": False}])
def test_covariates_of_growth_whose_means_are_held_at_zero_are_named(options):
    data = sme.simulate("i =~ 1*t1 + 1*t2 + 1*t3; s =~ 0*t1 + 1*t2 + 2*t3; i ~ 0.5*age", 300, seed=3)
    data["age"] += 5
    growth = "i =~ 1*t1 + 1*t2 + 1*t3; s =~ 0*t1 + 1*t2 + 2*t3; i ~ age; s ~ age"
    found = sme.fit(growth, data, preset="growth", **options).diagnostics
    (said,) = [diagnostic for diagnostic in found if diagnostic.code == "means_at_zero"]
    assert said.message.endswith("nothing fits. Write age ~ 1.")
    for text, others in ((growth, {}), (growth + "; age ~ 1", options)):
        plain = sme.fit(text, data, preset="growth", **others)
        assert plain.measures()["pvalue"] > 0.01 and "means_at_zero" not in [d.code for d in plain.diagnostics]


def test_one_triangle_of_a_covariance_matrix_is_enough():
    whole, model = correlations(0.5, 0.4, 0.3), "a ~ b + c"
    below = np.tri(3, dtype=bool)
    expected = sme.fit(model, cov=whole, n=200).theta
    for part in (whole.where(below), whole.where(below.T), whole * below, whole * below.T):
        np.testing.assert_array_equal(sme.fit(model, cov=part, n=200).theta, expected)
    with pytest.raises(DataProblem, match="missing or infinite entries"):
        sme.fit(model, cov=whole.where(below).replace(0.5, np.nan), n=200)


def test_few_respondents_for_many_parameters_are_mentioned(answers):
    fit = sme.fit(fitted_text(POPULATIONS["two constructs"]), answers.head(50))
    assert fit.admissible
    (diagnostic,) = fit.diagnostics
    assert str(diagnostic) == ("info: 50 respondents for 13 free parameters: standard errors and tests are rough.")


def test_a_sound_model_has_nothing_to_report(answers):
    assert sme.fit(fitted_text(POPULATIONS["two constructs"]), answers).diagnostics == ()


# --- data ------------------------------------------------------------------------------------------


def test_a_constant_column_is_named(answers):
    assert message_of(DataProblem, TRUST, answers.assign(t2=3)) == (
        "no variation in 't2': every respondent gave the same answer, so nothing can covary with it. "
        "Remove it from the model."
    )


def test_collinear_columns_are_named_and_the_others_are_not(answers):
    assert message_of(DataProblem, TRUST + " + u1", answers.assign(t3=answers.t1 + answers.t2)) == (
        "exactly collinear: 't1', 't2', 't3'. One of them is a sum or a copy of the others, or the matrix was not "
        "computed from one set of respondents; remove one."
    )


def test_fewer_respondents_than_variables_are_too_few(answers):
    assert message_of(DataProblem, fitted_text(POPULATIONS["two constructs"]), answers.head(5)) == (
        "5 complete answers for 6 variables: the covariance matrix is singular. "
        "Collect more answers, or use fewer variables."
    )


@pytest.mark.parametrize("kept", [0, 1])
def test_one_respondent_is_not_a_sample(answers, kept):
    holes = answers.copy()
    holes.iloc[kept:, 1] = np.nan
    problem = " Without any answer: 't2'." if kept == 0 else ""
    assert message_of(DataProblem, TRUST, holes) == (
        f"{kept} of 200 respondents answered all 3 variables of the model; at least two are needed, "
        f"and in practice many more.{problem}"
    )


def test_text_and_infinite_values_are_named(answers):
    assert message_of(DataProblem, TRUST, answers.assign(t2="often")) == (
        "not numeric: 't2' (such as 'often'). Give answers as numbers and leave empty what was not answered, or leave "
        "the column out; labels become numbers where an instrument reads the answers."
    )
    infinite = answers.assign(t3=np.where(answers.t3 > 1, np.inf, answers.t3))
    assert message_of(DataProblem, TRUST, infinite) == ("infinite values in 't3': replace them or set them missing.")


def test_a_column_that_occurs_twice_is_named(answers):
    twice = pd.concat([answers, answers[["t1"]]], axis=1)
    assert message_of(DataProblem, TRUST, twice) == (
        "column 't1' occurs more than once in the data: rename or remove one."
    )


def test_a_matrix_that_no_answers_can_have_is_refused():
    message = message_of(DataProblem, "f =~ a + b + c", cov=correlations(0.9, 0.1, 0.9), n=100)
    assert message.startswith(
        "not positive definite: the correlations have an eigenvalue of -0.22, most of all by 'a', 'b', 'c'."
    )
    assert "No one set of respondents gives such a matrix" in message


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({}, "give either data= (one row per respondent) or cov= with n=, and not both."),
        ({"data": [1, 2]}, "data must be a pandas DataFrame, not list."),
        (
            {"cov": correlations(0.5, 0.4, 0.3)},
            "n=, the number of respondents behind the covariance matrix, must be given and above 1.",
        ),
        (
            {"cov": correlations(0.5, 0.4, 0.3).to_numpy(), "n": 100},
            "cov= must be a DataFrame with the variables' names as rows and columns.",
        ),
        (
            {"cov": correlations(0.5, np.nan, 0.3), "n": 100},
            "the covariance matrix has missing or infinite entries: fill or remove those variables.",
        ),
        (
            {"cov": correlations(0.5, 0.4, 0.3) + np.triu(np.ones((3, 3)), 1), "n": 100},
            "the covariance matrix is not symmetric: check the rows and columns.",
        ),
        (
            {"cov": correlations(0.5, 0.4, 0.3), "n": 100, "meanstructure": True},
            "the model has a mean structure: give mean= beside cov=, or the data themselves.",
        ),
        (
            {"cov": correlations(0.5, 0.4, 0.3), "n": 100, "preset": "cfa"},
            "preset='cfa' is not available; it can be 'sem', 'growth', 'explicit'.",
        ),
        (
            {"cov": correlations(0.5, 0.4, 0.3), "n": 100, "likelihood": "unbiased"},
            "likelihood='unbiased' is not available; it can be 'normal', 'wishart'.",
        ),
        (
            {"cov": correlations(0.5, 0.4, 0.3), "n": 100, "on_failure": "ignore"},
            "on_failure='ignore' is not available; it can be 'raise', 'return'.",
        ),
    ],
)
def test_what_was_given_is_checked(options, message):
    data = options.pop("data", None) if "data" in options else None
    with pytest.raises(sme.SmeSemError) as caught:
        sme.fit("f =~ a + b + c", data, **options)
    assert str(caught.value) == message


def test_answers_whose_products_are_no_numbers_are_refused(answers):
    for factor in (1e60, 1e-60):
        with pytest.raises(DataProblem, match="too large or too small to be multiplied with each other: 't1'"):
            sme.fit(TRUST, answers.assign(t1=answers["t1"] * factor))


@pytest.mark.parametrize("read", [lambda fit: fit.residuals("standardized"), lambda fit: fit.score_tests()])
def test_what_needs_an_optimum_is_refused_where_there_is_none(answers, read):
    fit = sme.fit("trust =~ t1 + a*t2 + a*t3", answers, max_iterations=1, on_failure="return")
    with pytest.raises(ConvergenceError, match="the model did not converge, so its"):
        read(fit)


# --- what users stumble on ---------------------------------------------------------------------------

USE = "trust =~ t1 + t2 + t3; use =~ u1 + u2 + u3; use ~ c*trust"


def trusting(n=300):
    population = "trust =~ 0.8*t1 + 0.7*t2 + 0.6*t3; use =~ 0.8*u1 + 0.7*u2 + 0.6*u3; use ~ 0.5*trust"
    return sme.simulate(population, n, seed=1)


def test_definitions_without_a_value_are_named_and_have_no_error():
    fit = sme.fit(USE + "; d := log(0 - c); k := c/0; fine := c*2", trusting())
    rows = fit.estimates().set_index("lhs").loc[["d", "k"], ["est", "se"]]
    assert not np.isfinite(rows).any(axis=None)
    (said,) = fit.diagnostics
    assert (said.code, said.severity) == ("undefined", "warning")
    assert said.message.endswith("logarithm of a negative number: d, k.")


def test_variances_that_run_away_are_named_with_what_keeps_them():
    answers = sme.simulate("f =~ 0.9*a + 0.8*b + 0.15*c", 60, seed=8)
    with pytest.raises(ConvergenceError) as caught:
        sme.fit("f =~ a + b + c", answers, max_iterations=8)
    assert "became negative on the way: a ~~ a. Keep them from it by bounds='pos_var'" in str(caught.value)
    bounded = sme.fit("f =~ a + b + c", answers, bounds="pos_var")
    assert bounded.converged and "at_limit" in {said.code for said in bounded.diagnostics}


def test_a_search_that_ends_early_without_them_is_told_of_other_starts():
    with pytest.raises(ConvergenceError, match="Or search from several starts: starts=20"):
        sme.fit(USE, trusting(), max_iterations=1)


def test_variances_left_out_of_an_explicit_model_are_named():
    with pytest.raises(ConvergenceError, match=r"states no variance of t1, .*use, and adds none .*: write t1 ~~ t1\."):
        sme.fit(USE, trusting(), preset="explicit")


def test_a_misspelt_construct_is_told_its_name():
    with pytest.raises(SpecificationError, match=r"unknown variable 'trsut'.*Did you mean 'trust'\?"):
        sme.fit(USE.replace("c*trust", "trsut"), trusting())


def test_respondents_set_aside_are_counted_in_what_is_printed():
    answers = trusting()
    assert "respondents are analysed" not in str(sme.fit(USE, answers))
    answers.loc[:99, "t1"] = np.nan
    assert "200 of 300 respondents are analysed; the others left open what the analysis needs." in str(
        sme.fit(USE, answers)
    )
    assert "respondents are analysed" not in str(sme.fit(USE, answers, missing="fiml"))


def test_categories_of_numbers_are_numbers_and_ordered_ones_count():
    answers = trusting().round()
    plain = sme.fit(USE, answers).measures()["chisq"]
    assert sme.fit(USE, answers.astype("category")).measures()["chisq"] == pytest.approx(plain)
    labels = ["never", "rarely", "often", "always"]
    cut = trusting().apply(lambda x: pd.cut(x, [-9, -1, 0, 1, 9], labels=labels))
    codes = cut.apply(lambda x: x.cat.codes + 1)
    named, counted = (sme.fit(USE, own, ordered=True).measures()["chisq_scaled"] for own in (cut, codes))
    assert named == pytest.approx(counted)
    cut.loc[3, "t1"] = np.nan
    assert sme.fit(USE, cut, ordered=True).n == 299
    with pytest.raises(DataProblem, match="not numeric: 't1'"):
        sme.fit(USE, cut.assign(t1=cut["t1"].cat.as_unordered()), ordered=True)


def test_items_without_variation_are_counted_in_the_message():
    answers = trusting()
    them = r"^no variation in 't1', 't2': .* so nothing can covary with them\. Remove them from the model\.$"
    with pytest.raises(DataProblem, match=them):
        sme.fit(USE, answers.assign(t1=1.0, t2=1.0))
    with pytest.raises(DataProblem, match=r"^no variation in 't1': .* can covary with it\. Remove it"):
        sme.fit(USE, answers.assign(t1=1.0), missing="fiml")


def test_numbers_that_are_objects_or_texts_are_numbers():
    answers = trusting().round()
    answers.loc[3, "t1"] = np.nan
    plain = sme.fit(USE, answers)
    objects = answers.astype(object).where(answers.notna(), None)
    texts = answers.assign(t1=answers["t1"].map("{:g}".format, na_action="ignore"))
    assert isinstance(texts["t1"][0], str) and objects["t1"][3] is None
    for own in (objects, texts):
        assert sme.fit(USE, own).n == plain.n == 299
        assert sme.fit(USE, own).measures()["chisq"] == plain.measures()["chisq"]


@pytest.mark.parametrize("cell", ["5 - Strongly agree", "-", ".", "", "nan", 1 + 2j, pd.Timestamp("2020-01-01")])
def test_the_first_cell_that_is_no_number_is_shown(cell):
    answers = trusting().round()
    answers["t1"] = answers["t1"].map("{:g}".format).astype(object)
    answers.loc[7, "t1"] = cell
    answers.loc[9, "t1"] = "later"
    shown = repr(cell) if not isinstance(cell, complex) else repr(answers["t1"][0])
    with pytest.raises(DataProblem) as caught:
        sme.fit(USE, answers)
    assert str(caught.value).startswith(f"not numeric: 't1' (such as {shown}). ")


def test_dates_are_no_numbers():
    answers = trusting()
    with pytest.raises(DataProblem, match=r"^not numeric: 't1' \(such as Timestamp"):
        sme.fit(USE, answers.assign(t1=pd.date_range("2020-01-01", periods=len(answers))))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda fit: fit.estimates(level=95), "level=95: give a share between 0 and 1, such as level=0.95."),
        (lambda fit: fit.standardized(level="x"), "level='x': give a share between 0 and 1, such as level=0.95."),
        (lambda fit: fit.to("text", "fr"), "language='fr' is not available; it can be 'en' or 'zh'."),
        (lambda fit: sme.fit(USE, trusting(), n=7), "n= and mean= go with cov=; of data= they follow"),
        (lambda fit: sme.fit(USE, trusting(), se="x"), "se='x' is not available; it can be 'standard', 'robust'"),
    ],
)
def test_arguments_that_make_no_sense_are_refused(call, message):
    with pytest.raises(SpecificationError) as caught:
        call(sme.fit(USE, trusting()))
    assert str(caught.value).startswith(message)


def test_intervals_from_samples_have_a_level_too():
    with pytest.raises(SpecificationError, match=r"^level=95: give a share"):
        sme.fit(USE, trusting(), bootstrap=10, seed=1).estimates(level=95)


def test_half_a_respondent_is_none():
    with pytest.raises(DataProblem, match=r"n=100\.7: the number of respondents .* is a whole number"):
        sme.fit(USE, cov=trusting().cov(), n=100.7)


def test_adf_is_amos_s_name_of_wls():
    assert sme.fit("f =~ t1 + t2 + t3; u1 ~ f", trusting(), estimator="adf").estimator == "WLS"


def test_a_result_shows_its_tables_at_the_prompt():
    fit = sme.fit(USE, trusting())
    assert repr(fit) == str(fit)


def test_without_estimates_there_are_no_scores():
    fit = sme.fit(USE, trusting(), max_iterations=1, on_failure="return")
    with pytest.raises(ConvergenceError, match="there are no factor scores"):
        fit.scores()


# --- feedback --------------------------------------------------------------------------------------

LOOP = "y ~ {}*z + 0.5*x; z ~ {}*y + 0.5*w; x ~~ 0.3*w"


@pytest.mark.parametrize(("there", "back"), [(0.4, 0.2), (-0.3, 0.5)])
def test_feedback_is_told_with_its_stability_index(there, back):
    answers = sme.simulate(LOOP.format(there, back), 2000, seed=4)
    fit = sme.fit("y ~ z + x; z ~ y + w", answers)
    (said,) = fit.diagnostics
    slopes = fit.estimates().query("op == '~'").set_index(["lhs", "rhs"])["est"]
    index = np.sqrt(abs(slopes["y", "z"] * slopes["z", "y"]))
    assert (said.severity, said.code) == ("info", "feedback")
    assert said.message == (
        f"paths lead back to where they began, among y, z; the stability index is {index:.3f}, below one, so that "
        "effects settle."
    )
    assert fit.admissible


def test_feedback_that_grows_is_warned_of():
    answers = sme.simulate(LOOP.format(1.2, 1.1), 2000, seed=4)
    fit = sme.fit("y ~ 1.2*z + x; z ~ 1.1*y + w", answers)
    assert [d.code for d in fit.diagnostics] == ["unstable"]
    assert "the stability index is 1.149, not below one: effects grow with every round" in fit.diagnostics[0].message
    assert not fit.admissible


def test_paths_that_lead_nowhere_back_are_no_feedback():
    answers = sme.simulate("y ~ 0.5*x; z ~ 0.4*y + 0.3*x", 500, seed=4)
    assert not sme.fit("y ~ x; z ~ y + x", answers).diagnostics


@pytest.mark.parametrize(
    ("paths", "pairs"),
    [
        ("G ~ F + z", "write F ~~ z."),
        ("G ~~ F; G ~ z + u", "write F ~~ z + u."),
        ("G ~ F + z; F ~~ z", None),
        ("G ~ F; F ~ z", None),
        ("G ~ F", None),
        ("H =~ F + G + y4; H ~ z", None),  # F and G are explained
    ],
)
def test_constructs_beside_covariates_are_said_to_be_uncorrelated_with_them(paths, pairs):
    answers = sme.simulate("F =~ 0.8*x1 + 0.8*x2 + 0.8*x3; G =~ 0.8*y1 + 0.8*y2 + 0.8*y3; G ~ 0.5*F", 300, seed=1)
    answers[["z", "u", "y4"]] = np.random.default_rng(1).normal(size=(300, 3)) + answers[["x1"]].to_numpy()
    fit = sme.fit(f"F =~ x1 + x2 + x3; G =~ y1 + y2 + y3; {paths}", answers)
    said = [d.message for d in fit.diagnostics if d.code == "uncorrelated_construct"]
    assert len(said) == (pairs is not None) and all(pairs in message for message in said)
    assert fit.admissible or pairs is None


WEAK = "f =~ 0.05*bad + 0.8*y1 + 0.8*y2 + 0.8*y3"


@pytest.mark.parametrize("options", [{}, {"estimator": "MLR"}, {"estimator": "ULS"}, {"ordered": True}])
def test_a_marker_that_hardly_goes_with_its_construct_is_spoken_of(options):
    answers = sme.simulate(WEAK, 1000, seed=2)
    if "ordered" in options:
        answers = answers.apply(lambda column: pd.cut(column, 4, labels=False))
    fit = sme.fit("f =~ bad + y1 + y2 + y3", answers, **options)
    assert {d.code for d in fit.diagnostics} - {"second_chance"} == {"weak_marker"} and fit.admissible
    assert "NA* before bad" in fit.diagnostics[-1].message
    assert (fit.estimates().query("op == '=~'")["z"].dropna().abs() < 2).all()
    for text, own in (
        ("f =~ y1 + bad + y2 + y3", options),
        ("f =~ NA*bad + 1*y1 + y2 + y3", options),
        ("f =~ bad + y1 + y2 + y3", options | {"std_lv": True}),
    ):
        other = sme.fit(text, answers, **own)
        assert not other.diagnostics
        loadings = other.estimates().query("op == '=~' and rhs != 'bad'")
        assert (loadings["z"].dropna().abs() > 3).all()
        assert other.standardized().query("op == '=~'")["se"].max() < 0.1


def test_a_weak_marker_is_named_with_its_group():
    both = (sme.simulate(text, 300, seed=3) for text in (WEAK, WEAK.replace("0.05", "0.7")))
    answers = pd.concat(both, keys=["men", "women"], names=["g", ""]).reset_index("g")
    said = [d.message for d in sme.fit("f =~ bad + y1 + y2 + y3", answers, group="g").diagnostics]
    assert len(said) == 1 and said[0].startswith("the construct f [men] has its unit from bad")


def test_loadings_that_make_a_growth_curve_are_no_markers():
    text = "i =~ 1*t1 + 1*t2 + 1*t3 + 1*t4 \n s =~ 0*t1 + 1*t2 + t3 + t4"
    answers = sme.simulate("i =~ 1*t1 + 1*t2 + 1*t3 + 1*t4 \n s =~ 0*t1 + 1*t2 + 15*t3 + 40*t4", 300, seed=4)
    fit = sme.fit(text, answers, preset="growth")
    assert "weak_marker" not in [d.code for d in fit.diagnostics]
