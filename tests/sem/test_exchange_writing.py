"""Fits in the words of other programs."""

import json
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

import sme_sem as sme
from sem.exchanged import FOLDER, ITEMS, MODEL, fits, pupils

REFERENCE = json.loads((FOLDER / "exchange.json").read_text("utf-8"))["cases"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    place = tmp_path_factory.mktemp("syntax")
    sme.write_syntax(fits(), place)
    return place


@pytest.mark.parametrize("name", REFERENCE)
def test_lavaan_finds_the_same_by_the_script(name):
    fit, found = fits()[name], REFERENCE[name]
    own = fit.estimates().query("free")
    ours = [*fit.measures()[["chisq", "df"]], own["est"].sum(), own["se"].sum()]
    assert ours == pytest.approx(found["values"], rel=2e-6)  # printed with seven digits
    assert fit.syntax("lavaan", data=f"{name}.csv").splitlines() == found["script"]


def test_the_script_for_semopy_runs_and_finds_the_same(folder):
    for name in ("cfa", "wishart", "covariances"):
        done = subprocess.run(
            [sys.executable, f"{name}.py"], cwd=folder, capture_output=True, text=True, timeout=120, check=True
        )
        rows = [line.split() for line in done.stdout.splitlines()]
        theirs = {(r[1], r[3]): float(r[4]) for r in rows if len(r) > 5 and r[2] == "~" and r[1] in ITEMS}
        loadings = fits()[name].estimates().query("op == '=~'")
        assert [theirs[r.rhs, r.lhs] for r in loadings.itertuples()] == pytest.approx(
            loadings["est"].tolist(), abs=1e-4
        )


def test_files_of_answers_hold_what_was_analysed(folder):
    read = pd.read_csv(folder / "groups.csv")
    assert list(read) == [*ITEMS, "group"] and len(read) == 301
    assert np.allclose(sme.fit(MODEL, read).theta, fits()["cfa"].theta)
    numbers = pd.read_csv(folder / "groups.dat", sep=" ", header=None)
    assert numbers.shape == (301, 10) and set(numbers[9]) == {1, 2}


def test_missing_answers_have_a_number_in_the_file_for_mplus(tmp_path):
    gaps = pd.read_csv(FOLDER / "hs_miss.csv")
    sme.write_syntax({"gaps": sme.fit(MODEL, gaps, missing="fiml")}, tmp_path)
    numbers = pd.read_csv(tmp_path / "gaps.dat", sep=" ", header=None).to_numpy()
    assert (numbers == -9999).sum() == pd.read_csv(tmp_path / "gaps.csv").isna().sum().sum() > 0


def test_what_a_program_cannot_be_told_is_said(folder):
    said = (folder / "README.txt").read_text(encoding="utf-8")
    assert "ordered.vb: not written. Amos cannot be told thresholds of ordered answers" in said
    assert not (folder / "ordered.vb").exists() and (folder / "ordered.inp").exists()
    with pytest.raises(sme.SpecificationError, match="Did you mean 'mplus'"):
        fits()["cfa"].syntax("mplu")


def test_mplus_names_are_short_unlike_and_explained():
    names = {"x1": "satisfaction_overall", "x2": "satisfaction_service", "x3": "满意度"}
    fit = sme.fit("visual =~ satisfaction_overall + satisfaction_service + 满意度", pupils().rename(columns=names))
    text = fit.syntax("mplus")
    assert "! v1 = 满意度" in text and "visual BY\n    satisfac@1\n    satisfa2*\n    v1*;" in text
    assert max(map(len, text.splitlines())) <= 90


def test_the_mplus_file_states_choices_and_definitions():
    text = fits()["paths"].syntax("mplus")
    assert "ESTIMATOR = MLR;" in text and "INFORMATION = OBSERVED;" in text
    assert "MODEL CONSTRAINT:\n  NEW(ind2);\n  ind2 = a*b**2;" in text  # IND is a word of Mplus
    assert "MODEL INDIRECT:\n  speed IND visual;" in text
    ordered = fits()["ordered"].syntax("mplus")
    assert "CATEGORICAL ARE x1" in ordered and "[x1$1*];" in ordered and "x1*;\n  x2*;\n  x3*;\n  x4" not in ordered


def test_mplus_is_told_functions_by_its_own_names_or_not_at_all():
    text = "x9 ~ a*x1; chance := pnorm(a) + log10(a)"
    told = sme.fit(text, pupils()).syntax("mplus")
    assert "chance = phi(a) + log10(a);" in told.replace("phi(a)+log10(a)", "phi(a) + log10(a)")
    assert "chance := pnorm(a)+log10(a)" in str(sme.read_model(told, "mplus"))
    with pytest.raises(
        sme.SpecificationError, match=r"^Mplus cannot be told the function plogis\(\); write it by exp, log"
    ):
        sme.fit("x9 ~ a*x1; chance := plogis(a)", pupils()).syntax("mplus")


@pytest.mark.parametrize("name", ["equamax", "parsimax"])
def test_lavaan_is_told_a_rotation_by_the_name_it_has_there(name):
    block = 'efa("b")*f1 + efa("b")*f2 =~ x1 + x2 + x3 + x4 + x5 + x6'
    lines = sme.fit(block, pupils(), rotation=name).syntax("lavaan").splitlines()
    place = lines.index(f'  rotation = "cf-{name}",')
    assert lines[place + 1 : place + 3] == ["  rotation.args = list(orthogonal = TRUE)", ")"]
    assert '  rotation = "varimax"' in sme.fit(block, pupils(), rotation="varimax").syntax("lavaan").splitlines()


def test_lavaan_is_told_what_stays_fixed_of_items_excepted_from_equal_thresholds():
    draws = np.random.default_rng(1)
    trait = draws.normal(size=(400, 1))
    items = pd.DataFrame(np.digitize(trait + draws.normal(size=(400, 4)), [-0.5, 0.7]), columns=["a", "b", "d", "e"])
    items["e"] = (items["e"] > 0).astype(int)
    items["g"] = np.repeat(["x", "y"], 200)
    options = {"ordered": True, "group": "g", "group_equal": ["thresholds", "loadings"]}
    text = "f =~ a + b + d + e"
    script = sme.fit(text, items, group_partial=["d|t2", "e|t1"], **options).syntax("lavaan")
    assert "f =~ a + b + d + e\ne ~ 0*1\nd ~*~ 1*d\n'" in script
    assert "0*1" not in sme.fit(text, items, **options).syntax("lavaan")


def test_lavaan_cannot_be_told_a_product_of_three():
    assert "x9 ~ x1 + x2 + x1:x2" in sme.fit("x9 ~ x1 + x2 + x1:x2", pupils()).syntax("lavaan")
    with pytest.raises(
        sme.SpecificationError, match=r"^lavaan \(R\) cannot be told a product of more than two \(x1:x2:x3\)"
    ):
        sme.fit("x9 ~ x1 + x1:x2:x3", pupils()).syntax("lavaan")


def test_mplus_is_told_that_no_intercepts_are_equal_where_a_model_of_groups_has_no_means():
    text = sme.fit(MODEL, pupils(), group="school", meanstructure=False).syntax("mplus")
    for part in text.split("MODEL")[1:4]:
        assert "[x1*];" in part and "[x9*];" in part and "[visual@0];" in part and "[speed@0];" in part
    assert "[" not in fits()["cfa"].syntax("mplus")


def test_errors_and_tests_are_written_or_refused_but_never_dropped():
    robust = sme.fit(MODEL, pupils(), se="robust.sem", test="satorra.bentler")
    assert "ESTIMATOR = MLM;" in robust.syntax("mplus")
    with pytest.raises(sme.SpecificationError, match=r"^Amos cannot be told these errors or this test"):
        robust.syntax("amos")
    with pytest.raises(sme.SpecificationError, match=r"^Mplus cannot be told these errors or this test"):
        sme.fit(MODEL, pupils(), test="satorra.bentler").syntax("mplus")
    assert "ESTIMATOR = ML;" in sme.fit(MODEL, pupils(), se="none").syntax("mplus")
    assert "! The fit divides covariances by N - 1" in fits()["wishart"].syntax("mplus")


@pytest.mark.parametrize("labels", [("T", "F"), ("01", "02"), ("NA", "b")])
def test_labels_of_groups_that_r_would_take_for_something_else_are_read_as_text(labels):
    schools = pupils()["school"]
    named = pupils().assign(school=np.where(schools == schools.iloc[0], *labels))
    script = sme.fit(MODEL, named, group="school").syntax("lavaan")
    assert 'colClasses = c("group" = "character"), na.strings = "")' in script
    assert "colClasses" not in fits()["groups"].syntax("lavaan")
