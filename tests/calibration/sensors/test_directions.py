"""Sensors the wrong way round."""

import pytest
from three_currents import currents

from calibration.sensors.directions import directions_of
from calibration.sensors.findings import Problem


@pytest.mark.parametrize("amps", [(2.5, 2.5, 2.5), (2.5, 25.0, 2.5), (2.2, 2.5, 2.8)])
@pytest.mark.parametrize("wrong", [0, 1, 2])
def test_the_odd_one_of_three_is_named_whatever_its_scale(amps: tuple[float, ...], wrong: int) -> None:
    signs = tuple(-1.0 if i == wrong else 1.0 for i in range(3))
    made = directions_of(currents(amps=amps, signs=signs))
    assert made.signs == made.sure_signs == signs
    (finding,) = made.findings
    assert (finding.problem, finding.channels) == (Problem.REVERSED, ("i" + "abc"[wrong],))


def test_right_ones_are_not_accused_nor_are_all_three_turned_round() -> None:
    for signs in ((1.0, 1.0, 1.0), (-1.0, -1.0, -1.0)):
        assert directions_of(currents(signs=signs, shift_deg=(8.0, -6.0, 0.0))).findings == ()


def test_two_on_one_conductor_are_named_also_if_one_is_turned_round() -> None:
    for signs in ((1.0, 1.0, 1.0), (1.0, -1.0, 1.0)):
        (finding,) = directions_of(currents(on="aac", signs=signs)).findings
        assert (finding.problem, finding.channels) == (Problem.SAME_CONDUCTOR, ("ia", "ib"))


def test_of_two_it_is_not_known_which() -> None:
    assert directions_of(currents(on="ab")).findings == ()
    made = directions_of(currents(on="ab", signs=(1.0, -1.0)))
    (finding,) = made.findings
    assert finding.channels == ()
    assert finding.says.startswith("ia or ib is the wrong way round")
    assert made.known
    assert made.sure_signs == (1.0, 1.0)


def test_a_channel_without_a_line_leaves_the_others_alone() -> None:
    assert directions_of(currents(on="a-c")).findings == ()
