"""A stack of samples: what each member comes to, whatever the others are."""

import numpy as np
import pytest

import sme_sem as sme
from sem.holzinger import MODEL, pupils
from sme_sem.kernels.minimise import Status
from sme_sem.sem.stack import searched, stacked


def drawn(**options):
    """A fit, and fits of the same model to three other samples of its respondents."""
    data = pupils()
    rows = np.random.default_rng(7).integers(len(data), size=(3, len(data)))
    return sme.fit(MODEL, data, **options), [sme.fit(MODEL, data.iloc[own], **options) for own in rows]


@pytest.mark.parametrize(
    "options",
    [{}, {"meanstructure": True}, {"estimator": "GLS"}, {"estimator": "WLS"}, {"estimator": "DWLS"}],
    ids=str,
)
def test_every_member_is_found_where_a_fit_to_it_alone_is(options):
    fit, alone = drawn(**options)
    found = searched(fit, stacked([own.sample for own in alone]))
    assert list(found.status) == [Status.CONVERGED] * 3
    for theta, own in zip(found.theta, alone):
        assert theta == pytest.approx(own.theta, rel=1e-6, abs=1e-7)


def test_a_member_without_a_covariance_matrix_fails_and_the_others_arrive():
    fit, alone = drawn()
    samples = stacked([own.sample for own in alone])
    samples.covariance[1] = np.nan
    found = searched(fit, samples)
    assert list(found.status) == [Status.CONVERGED, Status.BAD_START, Status.CONVERGED]


def test_a_stack_holds_what_its_samples_hold_and_nothing_they_lack():
    _, alone = drawn(estimator="WLS")
    samples = stacked([own.sample for own in alone])
    assert samples.mean is None and samples.target is None and samples.metric is None
    for k, own in enumerate(alone):
        assert np.array_equal(samples.covariance[k], own.sample.covariance)
        assert np.array_equal(samples.weight[k], own.sample.weight)
