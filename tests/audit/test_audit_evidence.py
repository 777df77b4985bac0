"""All that one window says: of a right plate nothing, of a wrong entry that it is wrong."""

import pytest
from answers import NAMEPLATE
from audited import SIX_POLES, a_motor_window, currents_times, readings, rescaled

from edge_agent.audit.evidence import read_poles, read_poles_by_air_gap
from edge_agent.audit.findings import Suspect
from edge_agent.signals.slip.poles import Shaft


def accused(*args: object) -> list[Suspect]:
    return [suspect for suspect, wrong in readings(*args).items() if wrong]


@pytest.mark.parametrize("vibration", [True, False])
def test_a_right_plate_is_accused_of_nothing(vibration: bool) -> None:
    read = readings(a_motor_window(vibration=vibration))
    assert not any(read.values())
    assert {Suspect.LINE_FREQUENCY, Suspect.SCALE} <= set(read)


def test_another_frequency_is_accused() -> None:
    plate = NAMEPLATE.model_copy(update={"line_frequency_hz": 50.0, "rated_speed_rpm": 1429.0})
    assert accused(a_motor_window(), plate) == [Suspect.LINE_FREQUENCY]


@pytest.mark.parametrize("name", ["ia", "ib", "ic"])
def test_a_reversed_sensor_is_accused(name: str) -> None:
    assert accused(rescaled(a_motor_window(), {name: -1.0})) == [Suspect.DIRECTION]


@pytest.mark.parametrize("factor", [10.0, 0.1])
def test_one_sensor_in_another_scale_is_accused_alone(factor: float) -> None:
    assert accused(rescaled(a_motor_window(), {"ib": factor})) == [Suspect.CHANNEL_SCALE]


@pytest.mark.parametrize("factor", [10.0, 3.0, 1 / 3])
def test_all_in_another_scale_are_accused_together(factor: float) -> None:
    assert accused(currents_times(a_motor_window(), factor)) == [Suspect.SCALE]


def test_another_number_of_poles_is_accused_by_the_shaft() -> None:
    assert accused(a_motor_window(), SIX_POLES) == [Suspect.POLES]
    assert accused(a_motor_window(vibration=False), SIX_POLES) == []


def a_shaft(pole_pairs: int, *levels_db: float) -> Shaft:
    return Shaft(pole_pairs, 0.03, (*levels_db, *[0.0] * (6 - len(levels_db))), 20.0)


@pytest.mark.parametrize(
    ("shafts", "accuses"),
    [
        ([a_shaft(2, 25, 15)], []),
        ([a_shaft(2, 25, 15), a_shaft(1, 15)], [False]),
        ([a_shaft(1, 25, 15)], [True]),
        ([a_shaft(2, 8), a_shaft(1, 25, 15)], []),
        ([a_shaft(3, 25, 15)], [True]),
    ],
    ids=["half its harmonics", "its own", "another", "its own may be there", "a slower one"],
)
def test_the_slowest_clear_shaft_counts(shafts: list[Shaft], accuses: list[bool]) -> None:
    found = {shaft.pole_pairs: shaft for shaft in shafts}
    plate = 4 if accuses == [] and 1 not in found else 2
    if plate == 4:
        found = {}
    assert [reading.accuses for reading in read_poles(found, plate)] == accuses


def test_a_plate_of_two_poles_is_not_accused_by_looseness() -> None:
    loose = {1: a_shaft(1, 30, 15), 2: a_shaft(2, 14, 30)}
    assert read_poles(loose, 1) == []
    four_poles = {1: a_shaft(1, 20), 2: a_shaft(2, 28, 20)}
    assert [reading.value for reading in read_poles(four_poles, 1)] == [4.0]


@pytest.mark.parametrize(
    ("found", "accuses"), [([], []), ([2], [False]), ([1, 2], [False]), ([1], [True]), ([1, 3], [])]
)
def test_the_air_gap_tells_the_poles_where_one_number_shows(found: list[int], accuses: list[bool]) -> None:
    assert [reading.accuses for reading in read_poles_by_air_gap(found, 2)] == accuses


def test_exchanged_phases_are_named() -> None:
    read = readings(a_motor_window(reversed_order=True))
    assert read[Suspect.PHASE_ORDER]
    assert not readings(a_motor_window())[Suspect.PHASE_ORDER]
