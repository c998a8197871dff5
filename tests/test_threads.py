from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from threadpoolctl import threadpool_info, threadpool_limits

import sme_sem as sme
from sme_sem.sem import fitting, inference, result, solution
from sme_sem.threads import computed, one_thread

MODEL = "trust =~ t1 + t2 + t3; use =~ u1 + u2 + u3; use ~ trust"


def threads():
    return {library["num_threads"] for library in threadpool_info() if library["user_api"] == "blas"}


@pytest.fixture
def several():
    """Libraries that may use two threads."""
    if not threads():
        pytest.skip("BLAS whose threads cannot be counted")
    with threadpool_limits(2, "blas"):
        yield threads()


def drawn(n=300):
    model = "trust =~ 0.8*t1 + 0.7*t2 + 0.6*t3; use =~ 0.8*u1 + 0.7*u2 + 0.6*u3; use ~ 0.5*trust"
    return sme.simulate(model, n, seed=1)


def test_threads_come_back_at_the_end_of_the_outermost_block_also_after_a_failure(several):
    with pytest.raises(ZeroDivisionError), one_thread():
        with one_thread():
            assert threads() == {1}
        assert threads() == {1}
        1 / 0  # noqa: B018
    assert threads() == several


def test_other_threads_of_python_neither_take_the_threads_nor_give_them_back(several):
    def work(i):
        with one_thread():
            return threads()

    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(work, range(8))) == [several] * 8
        with one_thread():
            assert list(pool.map(work, range(8))) == [{1}] * 8
            assert threads() == {1}
    assert threads() == several


def test_a_computed_property_is_computed_once_on_one_thread(several):
    seen = []

    class Thing:
        @computed
        def value(self):
            seen.append(threads())
            return 7

    thing = Thing()
    assert (thing.value, thing.value, seen) == (7, 7, [{1}])
    assert isinstance(Thing.value, computed) and threads() == several


@pytest.mark.parametrize(
    ("module", "name", "asked"),
    [
        (fitting, "estimated", lambda fit: fit),
        (result, "standard_errors", lambda fit: fit.estimates()),
        (solution, "stacked", lambda fit: fit.standardized()),
        (inference.indices, "measures", lambda fit: fit.measures()),
    ],
)
def test_fits_are_found_and_read_on_one_thread(several, monkeypatch, module, name, asked):
    seen, plain = [], getattr(module, name)

    def watched(*arguments, **options):
        seen.append(threads())
        return plain(*arguments, **options)

    monkeypatch.setattr(module, name, watched)
    asked(sme.fit(MODEL, drawn()))
    assert seen and all(found == {1} for found in seen) and threads() == several


def test_the_number_of_threads_changes_no_bit():
    items = {f"f{k}": [f"x{k}{j}" for j in range(1, 6)] for k in range(1, 9)}
    answers = sme.simulate(
        "\n".join(f"{f} =~ {' + '.join(f'0.7*{x}' for x in own)}" for f, own in items.items()), 2000, seed=1
    )
    found = []
    for n in (1, 2):
        with threadpool_limits(n, "blas"):
            model = "\n".join(f"{f} =~ {' + '.join(own)}" for f, own in items.items())
            fit = sme.fit(model, answers, estimator="MLR")
            found.append((fit.estimates()["se"], fit.measures(), fit.standardized()["se"]))
    for one, other in zip(*found, strict=True):
        np.testing.assert_array_equal(one.to_numpy(), other.to_numpy())
