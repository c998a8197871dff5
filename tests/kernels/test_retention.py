"""How many components: Velicer's criterion by its definition, and noise that is noise."""

import numpy as np
import pytest

from sme_sem.kernels import covariances, latent_moments, linalg, retention


def sample(n=200, p=6):
    rng = np.random.default_rng(5)
    return rng.normal(size=(n, 1)) + rng.normal(size=(n, p))


def test_map_is_the_mean_squared_correlation_of_what_regression_on_components_leaves():
    values = sample()
    standard = (values - values.mean(axis=0)) / values.std(axis=0)
    found = retention.average_squared_partials(np.corrcoef(values, rowvar=False))
    components = standard @ np.linalg.svd(standard)[2].T
    for m in range(5):
        left = standard - components[:, :m] @ np.linalg.lstsq(components[:, :m], standard, rcond=None)[0]
        r = np.corrcoef(left, rowvar=False)
        assert found[m] == pytest.approx((r[np.tril_indices(6, -1)] ** 2).mean(), abs=1e-12)


def test_noise_has_the_eigenvalues_of_simulated_answers():
    rng = np.random.default_rng(6)
    direct = np.linalg.eigvalsh(linalg.correlation(covariances.of_answers(rng.normal(size=(3000, 40, 5)))))
    short = np.linalg.eigvalsh(retention.normal_noise(rng, 3000, 40, 5))
    np.testing.assert_allclose(short.mean(axis=0), direct.mean(axis=0), atol=0.02)
    np.testing.assert_allclose(short.std(axis=0), direct.std(axis=0), rtol=0.08)


def test_shuffling_keeps_every_items_answers_and_breaks_their_ties():
    values = sample(n=500)
    mixed = retention.shuffled(np.random.default_rng(1), 3, values)
    np.testing.assert_array_equal(np.sort(mixed, axis=1), np.broadcast_to(np.sort(values, axis=0), mixed.shape))
    off = linalg.correlation(covariances.of_answers(mixed))[:, *np.tril_indices(6, -1)]
    assert abs(off).max() < 0.17
    assert not (mixed[0] == mixed[1]).all()


def test_polychoric_correlations_of_a_batch_are_those_of_each_sample():
    codes = np.digitize(sample(n=300), [-1, 0.5, 1.2])
    batch = np.stack([codes, codes[:, ::-1]])
    found = retention.polychoric_correlations(batch, np.full(6, 4))
    for own, R in zip(batch, found, strict=True):
        np.testing.assert_allclose(R, latent_moments.moments(own, np.full(6, 4)).correlation, atol=1e-12)


def test_only_the_first_run_of_exceedances_counts():
    assert retention.leading(np.array([[True, True, False, True], [False, True, True, True]])).tolist() == [2, 0]
