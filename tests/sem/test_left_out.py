import pytest

from sme_sem.sem.left_out import without
from sme_sem.sem.specification import Specification


@pytest.mark.parametrize(
    ("model", "names", "left"),
    [
        ("f =~ x1 + x2 + x3; f ~ z; x1 ~~ x2", ["x1"], "f =~ x2 + x3\nf ~ z"),
        ("y ~ a*x + b*z; all := a + b; a == 2*c", ["z"], "y ~ a*x\na == 2*c"),
        ("y ~ a*x + b*z; c := 2*b; d := c + a; d > 0; a < 3", ["z"], "y ~ a*x\na < 3"),
        ("y ~ a*x; w ~ a*z; twice := 2*a", ["z"], "y ~ a*x\ntwice := 2*a"),
        ("y ~ c(a, b)*x + c(d, e)*z; gap := a - b; other := d - e", ["z"], "y ~ c(a, b)*x\ngap := a - b"),
        ("y ~ x", ["nobody"], "y ~ x"),
    ],
)
def test_what_needs_a_variable_goes_with_it(model, names, left):
    assert without(Specification.read(model), names) == Specification.read(left)
