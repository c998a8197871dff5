import numpy as np

from kernels.test_batches import Model
from sme_sem.kernels import discrepancy, gradients, minimise
from sme_sem.kernels.minimise import Status
from sme_sem.kernels.nearby import nearby


def population():
    """A model at its truth, the inverse of its Hessian there, and samples of 300 around it."""
    model = Model("paths among constructs")
    sigma = discrepancy.ram.implied(model.pattern, model.truth).sigma[0]
    rng = np.random.default_rng(2)
    rows = rng.normal(size=(20, 300, model.p)) @ np.linalg.cholesky(sigma).T
    covariance = (rows.mT @ rows / 300)[:, None]
    here = discrepancy.Sample(sigma[None], None, np.ones(1))
    inverse = np.linalg.inv(discrepancy.slope(model.pattern, here, model.truth).hessian)
    return model, discrepancy.Sample(covariance, None, np.ones((20, 1))), inverse


def test_every_sample_arrives_where_scoring_arrives():
    model, sample, inverse = population()
    start = np.broadcast_to(model.truth, (20, len(model.truth)))
    found = nearby(lambda t, members: gradients.gradient(model.pattern, sample.of(members), t), start, inverse)
    expected = minimise.scoring(
        lambda t, members, exact: discrepancy.slope(model.pattern, sample.of(members), t, exact=exact), start
    )
    assert (found.status == Status.CONVERGED).all()
    error = np.sqrt(2 / 300 * np.diag(inverse))
    assert (abs(found.theta - expected.theta) < 1e-5 * error).all()
    assert np.allclose(found.value + gradients.constant(sample), expected.value, atol=1e-12)


def test_a_known_scale_of_the_parameters_saves_steps():
    model, sample, inverse = population()
    start = np.broadcast_to(model.truth, (20, len(model.truth)))
    unit = np.linspace(0.8, 1.25, 20)[:, None] * np.linspace(1.2, 0.9, len(model.truth))

    def stretched(theta, members):
        value, gradient = gradients.gradient(model.pattern, sample.of(members), theta / unit[members])
        return value, gradient / unit[members]

    plain = nearby(stretched, start * unit, inverse)
    scaled = nearby(stretched, start * unit, inverse, 1 / unit)
    assert (scaled.status == Status.CONVERGED).all()
    assert np.allclose(scaled.theta, plain.theta, atol=1e-5)
    assert scaled.iterations.mean() < plain.iterations.mean()


def test_a_member_without_a_minimum_nearby_is_handed_back_and_the_others_arrive():
    model, sample, inverse = population()
    sample.covariance[3] = np.nan
    sample.covariance[7, 0, 0] = sample.covariance[7, 0, :, 0] = 0.0  # a constant variable
    start = np.broadcast_to(model.truth, (20, len(model.truth)))
    with np.errstate(all="ignore"):
        found = nearby(lambda t, members: gradients.gradient(model.pattern, sample.of(members), t), start, inverse)
    others = np.delete(np.arange(20), [3, 7])
    assert found.status[3] is Status.ITERATION_LIMIT
    assert (found.status[others] == Status.CONVERGED).all()


def test_an_empty_batch_has_an_empty_minimum():
    model, _, inverse = population()
    nobody = np.zeros((0, len(model.truth)))
    found = nearby(lambda t, members: (np.zeros(0), np.zeros((0, len(model.truth)))), nobody, inverse)
    assert found.theta.shape == nobody.shape
