import math

import pytest

from sme_sem import Specification, fit, simulate, validity
from sme_sem.measurement import measurement_part, measurement_table
from sme_sem.tables import Words, text

MODEL = "trust =~ t1 + t2 + t3; use =~ u1 + u2 + u3; use ~ trust"
POPULATION = "trust =~ 0.8*t1 + 0.7*t2 + 0.6*t3; use =~ 0.9*u1 + 0.8*u2 + 0.7*u3; use ~ 0.5*trust"


@pytest.fixture(scope="module")
def fitted():
    return fit(MODEL, simulate(POPULATION, 300, seed=2))


def test_every_loading_carries_the_cr_and_ave_of_its_construct(fitted):
    valid = validity(fitted)
    frame = measurement_table(fitted, valid, {"trust": 0.75}).frame()
    own = valid.scales.set_index("construct")
    for row in frame.itertuples():
        assert (row.CR, row.AVE) == tuple(own.loc[row.construct, ["CR", "AVE"]])
    assert frame["alpha"].tolist()[:3] == [0.75] * 3 and math.isnan(frame["alpha"][3])
    loadings = fitted.estimates().query("op == '=~'")
    assert frame["std_all"].tolist() == loadings["std_all"].tolist()


def test_in_print_a_construct_and_its_values_are_named_once(fitted):
    labels = {"trust": Words("Trust in us", "信任")}
    printed = text.render(measurement_table(fitted, validity(fitted), labels=labels), "zh")
    assert printed.count("信任") == 1 and printed.count("use") == 1
    cr = f"{validity(fitted).scales['CR'][0]:.3f}".removeprefix("0")
    assert printed.count(f" {cr} ") == 1


def test_of_several_groups_the_loadings_alone_are_shown():
    answers = simulate(POPULATION, 300, seed=2).assign(g=["a", "b"] * 150)
    several = fit(MODEL, answers, group="g")
    table = measurement_table(several, validity(several, group="a"))
    names = [column.name for column in table.columns]
    assert names[0] == "group" and "CR" not in names


def test_what_constructs_do_to_each_other_does_not_bend_the_measurement_part():
    """A and B go together, which the paths of the model deny."""
    population = "A =~ .8*a1 + .7*a2 + .6*a3; B =~ .7*b1 + .7*b2 + .8*b3; M =~ .8*m1 + .6*m2 + .7*m3"
    answers = simulate(population + "; A ~~ .6*B; M ~ .5*A", 800, seed=3)
    measured = "A =~ a1 + a2 + a3\nB =~ b1 + b2 + b3\nM =~ m1 + m2 + m3"
    whole = Specification.read(measured + "\nM ~ p*A\nB ~ q*M + age\nthrough := p*q\na1 ~~ b1")
    part = measurement_part(whole)
    assert str(part) == measured + "\na1 ~~ b1"
    assert measurement_part(part) == part
    two = "A =~ a1 + a2 + a3\nB =~ b1 + b2 + b3"
    assert str(measurement_part(Specification.read(two + "\nA ~~ 0*B\nB ~ age"))) == two
    bent = validity(fit(measured + "\nM ~ A; B ~ M", answers)).fornell_larcker.loc["B", "A"]
    found = validity(fit(measurement_part(Specification.read(measured + "\nM ~ A; B ~ M")), answers))
    assert found.fornell_larcker.loc["B", "A"] == pytest.approx(0.6, abs=0.08) and bent < 0.5
    assert found.scales.equals(validity(fit(measured, answers)).scales)


@pytest.mark.parametrize(
    "text", ["C <~ x1 + x2; f =~ y1 + y2 + y3; f ~ C", "f =~ a*y1 + b*y2; g =~ z1 + z2; g ~ f; a == b"]
)
def test_composites_and_constraints_leave_a_model_whole(text):
    whole = Specification.read(text)
    assert measurement_part(whole) is whole
