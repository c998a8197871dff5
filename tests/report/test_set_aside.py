import numpy as np
import pytest

from small_study import answers, write_study
from sme_sem.opening import load_study
from sme_sem.report.contents import report_of


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    frame = answers(200)
    rng = np.random.default_rng(1)
    items = ["t1", "t2", "t3", "u1", "u2", "u3"]
    frame.loc[:19, items] = rng.choice([1, 5], size=(20, 6))
    screening = {"rules": ["empty", "careless"], "min_flags": 1}
    return load_study(write_study(tmp_path_factory.mktemp("study"), frame, screening=screening)).run()


def test_results_stand_beside_those_with_everybody(results):
    (section,) = [one for one in report_of(results).sections if one.name == "set_aside"]
    said, table = section.content
    gone = 200 - results.counts["valid"]
    assert gone > 5 and results.everyone.n == 200 and results.fit.n == 200 - gone
    assert said.en.startswith(f"{gone} respondents were set aside") and "CFI" in said.en and f"有{gone}人" in said.zh
    assert "significance at .05" in said.en and "（.05水平）" in said.zh and "，RMSEA" in said.zh
    by_row = {str(row[1]): row for row in table.rows}
    assert float(by_row["N"][2]) == 200 - gone and float(by_row["N"][5]) == 200
    path = next(row for name, row in by_row.items() if "←" in name)
    for fit, place in ((results.fit, 2), (results.everyone, 5)):
        estimates = fit.estimates().query("op == '~'")
        assert float(path[place]) == pytest.approx(estimates["est"].item())


def test_the_report_shows_whom_the_rule_found(results):
    (section,) = [one for one in report_of(results).sections if one.name == "quality"]
    names = [piece.name for piece in section.content if hasattr(piece, "rows")]
    assert {"screening", "response_quality", "flagged_respondents"} <= set(names)


def test_without_anybody_set_aside_nothing_is_compared(tmp_path):
    results = load_study(write_study(tmp_path)).run()
    assert results.everyone is None
    assert "set_aside" not in [section.name for section in report_of(results).sections]
