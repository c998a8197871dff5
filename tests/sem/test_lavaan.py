"""What lavaan finds in the answers of the same pupils (``sem_more.json``, ``drawn.json``).

With groups, robust errors, equal labels and gaps; in two stages and by pairs, with clusters, with sampling weights, and
of covariates that were given and do not vary from sample to sample.
"""

import pytest

from sem import drawn, holzinger

POLISHED = [case for case, own in holzinger.REFERENCE.items() if own["largest_gradient"] is not None]
DRAWN = [case for case in drawn.REFERENCE if not case.startswith("fiml_expected")]  # of these in test_fiml
every_polished_case = pytest.mark.parametrize("case", POLISHED)
every_drawn_case = pytest.mark.parametrize("case", DRAWN)


@every_polished_case
def test_estimates_and_errors_agree_with_lavaan(case):
    own, fit = holzinger.REFERENCE[case], holzinger.fitted(case)
    assert own["largest_gradient"] < 1e-12
    assert not holzinger.differing_estimates(case)
    assert (fit.n, len(fit.estimates())) == (301, len(own["parameters"]))


@every_polished_case
def test_fit_measures_agree_with_lavaan(case):
    assert not holzinger.differing_measures(case)
    own = holzinger.REFERENCE[case]
    robust = own["options"].get("estimator", "ML") not in ("ML", "MLF")
    assert ("chisq_scaled" in own["measures"]) == robust
    assert "missing" not in own["options"] or {"cfi_robust", "gfi", "agfi"} <= set(own["measures"])


@every_polished_case
def test_modification_indices_agree_with_lavaan(case):
    assert not holzinger.differing_modification_indices(case)


@every_drawn_case
def test_estimates_and_errors_of_how_answers_were_drawn_agree_with_lavaan(case):
    assert not drawn.differing_estimates(case)


@every_drawn_case
def test_fit_measures_of_how_answers_were_drawn_agree_with_lavaan(case):
    assert not drawn.differing_measures(case)
