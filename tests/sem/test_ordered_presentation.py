"""What a fit of ordered answers prints."""

import pytest

import sme_sem as sme
from sem.ordered_answers import REFERENCE, fitted
from sme_sem.sem import presentation
from sme_sem.tables import html, text


def table_of(case, name):
    return next(table for table in fitted(case).tables() if table.name == name)


def test_thresholds_stand_a_row_for_each_item_after_the_loadings():
    names = [table.name for table in fitted("joint_mixed_path").tables()]
    assert names.index("thresholds") < names.index("structural_paths")
    table = table_of("joint_mixed_path", "thresholds")
    assert [column.name for column in table.columns] == ["item", "t1", "t2"]
    stated = {(lhs, rhs): est for lhs, op, rhs, _, est, *_ in REFERENCE["joint_mixed_path"]["parameters"] if op == "|"}
    frame = table.frame().set_index("item")
    assert list(frame.index) == ["z2", "z5"] and frame.loc["z2"].isna().tolist() == [False, True]
    for (item, cut), value in stated.items():
        assert frame.loc[item, cut] == pytest.approx(value, abs=1e-6)


def test_scales_stand_where_they_are_estimated():
    frame = table_of("datcat_mg_equal_wlsmv", "scales").frame()
    assert list(frame.columns) == ["group", "item", "parameter", "est", "se"]
    assert set(frame["group"]) == {"female"} and list(frame["item"]) == [f"u{i}" for i in range(1, 9)]
    theirs = {
        row[0]: row[4:6] for row in REFERENCE["datcat_mg_equal_wlsmv"]["parameters"] if row[1:4:2] == ["~*~", "female"]
    }
    for row in frame.itertuples():
        assert [row.est, row.se] == pytest.approx(theirs[row.item], abs=1e-5)
    assert set(table_of("datcat_we_scalar", "scales").frame()["parameter"]) == {"residual variance"}
    assert not any(table.name == "scales" for table in fitted("bfi_wlsmv").tables())


def test_continuous_fits_have_neither():
    fit = sme.fit("f =~ a + b + c", sme.simulate("f =~ 0.7*a + 0.7*b + 0.7*c", 100, seed=1))
    assert presentation.thresholds(fit).rows == presentation.scales(fit).rows == ()
    assert not any("latent response" in note.en for table in fit.tables() for note in table.notes)


def test_notes_say_that_responses_are_latent_and_how_the_test_is_corrected():
    notes = [note.en for note in table_of("ability_binary_theta", "model_test").notes]
    assert notes[1] == "654 of 800 respondents are analysed; the others left open what the analysis needs."
    assert notes[2].startswith("12 variables are ordered categories: ") and "(theta parameterization)" in notes[2]
    assert notes[3].startswith("χ² is corrected for the estimator's weights; ")
    assert "not normal" not in " ".join(notes)
    assert table_of("bfi_wlsmv", "largest_residuals").notes[-1].en == (
        "Correlations are those of the latent responses behind ordered answers."
    )


@pytest.mark.parametrize("case", ["joint_mixed_path", "datcat_mg_equal_wlsmv", "bfi_wlsmv_struct_x"])
def test_every_table_prints_in_both_languages(case):
    for table in fitted(case).tables():
        assert text.render(table, "en") != text.render(table, "zh")
        assert html.render(table, "en") != html.render(table, "zh")


def test_mediated_effects_of_ordered_answers_agree_with_what_the_model_defines():
    fit = fitted("bfi_wlsmv_struct_x")
    indirect = fit.effects("extra", "gender").query("effect == 'total'").iloc[0]
    ((_, est, se),) = REFERENCE["bfi_wlsmv_struct_x"]["defined"]  # gender acts through agree alone
    assert [indirect["est"], indirect["se"]] == pytest.approx([est, se], rel=1e-5)


def test_a_cross_check_is_refused_in_words():
    with pytest.raises(sme.SpecificationError) as caught:
        fitted("bfi_wls_5items").cross_check()
    assert str(caught.value) == (
        "semopy has no thresholds, robust errors and tests of ordered answers, so it cannot confirm these. "
        "Without ordered= and with estimator='ML' it can confirm the continuous analysis."
    )
