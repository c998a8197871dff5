import math

import pandas as pd
import pytest

from sme_sem import SpecificationError, fit, side_by_side, simulate
from sme_sem.tables import Kind, Words, text

MODEL = "trust =~ t1 + t2 + t3; use =~ u1 + u2 + u3; "


@pytest.fixture(scope="module")
def answers():
    population = "trust =~ 0.8*t1 + 0.7*t2 + 0.6*t3; use =~ 0.9*u1 + 0.8*u2 + 0.7*u3; use ~ 0.5*trust + 0.3*cost"
    return simulate(population, 300, seed=2)


@pytest.fixture(scope="module")
def fits(answers):
    return {
        "full": fit(MODEL + "use ~ trust + cost; trust ~ cost", answers),
        "part": fit(MODEL + "use ~ trust + 0*cost", answers),
    }


def rows_of(result, *models):
    return {str(row[1]): row[2:] for row in result.tables()[0].rows}


def test_every_number_is_that_of_its_fit(fits):
    rows = rows_of(side_by_side(fits))
    estimates = fits["full"].estimates().query("op == '~' and lhs == 'use' and rhs == 'trust'").iloc[0]
    assert rows["use ← trust"][:3] == (estimates["est"], estimates["se"], estimates["std_all"])
    assert rows["use ← trust"][0].p == estimates["pvalue"]
    for place, one in zip((0, 3), fits.values()):
        measures = one.measures()
        for name, heading in {"chisq": "χ²", "df": "df", "pvalue": "p", "cfi": "CFI", "bic": "BIC"}.items():
            assert rows[heading][place] == measures[name]
        assert rows["N"][place] == one.n
        assert rows["use"][place] == one.r_squared()["use"]


def test_what_a_model_lacks_or_fixes_is_left_empty(fits):
    rows = rows_of(side_by_side(fits))
    assert all(math.isnan(value) for value in rows["trust ← cost"][3:])
    fixed = rows["use ← cost"][3:]
    assert fixed[0] == 0 and not hasattr(fixed[0], "p") and math.isnan(fixed[1])
    lines = text.render(side_by_side(fits).tables()[0]).splitlines()
    assert next(line for line in lines if "trust ← cost" in line).count(".") == 3


def test_counts_and_probabilities_keep_their_own_way_of_writing(fits):
    printed = text.render(side_by_side(fits).tables()[0]).splitlines()
    assert next(line for line in printed if " df " in line).split()[1:] == [
        str(int(one.measures()["df"])) for one in fits.values()
    ]
    assert rows_of(side_by_side(fits))["df"][0].kind is Kind.COUNT


def test_models_head_their_columns_in_both_languages(fits):
    titles = {"full": Words("Full model", "完整模型")}
    table = side_by_side(fits, titles=titles, labels={"use": Words("Use", "使用")}).tables()[0]
    assert "完整模型" in text.render(table, "zh") and "使用 ← trust" in text.render(table, "zh")
    assert [str(column.group) for column in table.columns] == ["", "", *["Full model"] * 3, *["part"] * 3]


def test_loadings_and_covariances_are_shown_on_request_in_the_order_asked_for(answers):
    model = fit("trust =~ t1 + t2 + t3; use =~ u1 + u2 + u3", answers)
    turned = fit("use =~ u1 + u2 + u3; trust =~ t1 + t2 + t3; use ~~ trust", answers)
    result = side_by_side({"one": model, "two": turned}, relations=("~~", "=~"))
    parts = [str(row[0]) for row in result.tables()[0].rows]
    assert parts[:7] == ["Covariance", *["Factor loading"] * 6]
    covariance = result.tables()[0].rows[0]
    assert covariance[2] == pytest.approx(covariance[5], rel=1e-8)  # one row, whichever way it is written


def test_models_without_paths_show_their_loadings(answers):
    result = side_by_side({"cfa": fit("trust =~ t1 + t2 + t3", answers)})
    assert result.relations == ("=~",) and "trust → t2" in rows_of(result)


def test_groups_have_rows_of_their_own(answers):
    several = fit(MODEL + "use ~ trust", answers.assign(g=["a", "b"] * 150), group="g")
    rows = rows_of(side_by_side({"groups": several}))
    assert {"use ← trust (a)", "use ← trust (b)", "use (a)", "use (b)"} <= set(rows)
    assert rows["use (b)"][0] == several.r_squared()["b", "use"]


def test_beside_a_model_of_groups_one_without_has_rows_without_a_group(answers):
    several = fit(MODEL + "use ~ trust", answers.assign(g=["a", "b"] * 150), group="g")
    one = fit(MODEL + "use ~ trust", answers)
    (table,) = side_by_side({"all": one, "groups": several}).tables()
    rows = [str(row[1]) for row in table.rows]
    assert rows[:6] == ["use ← trust", "use ← trust (a)", "use ← trust (b)", "use", "use (a)", "use (b)"]
    assert "()" not in text.render(table) and "（）" not in text.render(table, "zh")


def test_models_of_other_respondents_are_said_to_be_incomparable(answers, fits):
    said = "cannot be compared"
    other = fit(MODEL + "use ~ trust + cost", answers.head(200))
    assert said in text.render(side_by_side({"a": fits["full"], "b": other}).tables()[0])
    assert said not in text.render(side_by_side(fits).tables()[0])


def test_objections_to_a_fit_stand_under_the_table():
    names = ["a", "b", "c"]
    S = pd.DataFrame([[1, 0.8, 0.8], [0.8, 1, 0.5], [0.8, 0.5, 1]], names, names)  # asks for a loading above one
    odd = fit("f =~ a + b + c", cov=S, n=200)
    assert "“odd”: Caution" in text.render(side_by_side({"odd": odd}).tables()[0])


@pytest.mark.parametrize(
    ("models", "relations", "message"),
    [
        ({}, ("~",), "name at least one fitted model"),
        ({"a": "use ~ trust"}, ("~",), "'a' is no fitted model but str: give what sme.fit returns."),
        (None, ("~", "<-"), "choose from '~', '=~', '<~', '~~'"),
    ],
)
def test_what_cannot_be_shown_is_refused(fits, models, relations, message):
    with pytest.raises(SpecificationError) as refusal:
        side_by_side(fits if models is None else models, relations=relations)
    assert message in str(refusal.value)
