"""The nameplate refuses motors that cannot exist, and gives what follows from it."""

import pytest
from plates import a_nameplate
from pydantic import ValidationError


def test_synchronous_speed_slip_and_pole_pass_frequency_follow_from_the_plate():
    plate = a_nameplate()
    assert plate.pole_pairs == 2
    assert plate.synchronous_speed_rpm == pytest.approx(1800)
    assert plate.rated_slip == pytest.approx(85 / 1800)
    assert plate.rated_pole_pass_hz == pytest.approx(2 * 85 / 1800 * 60)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"rated_speed_rpm": 1815}, "1815 is above the synchronous speed 1800 rpm (60 Hz, 4 poles)"),
        ({"rated_speed_rpm": 1800}, "1800 is not below the synchronous speed"),
        ({"rated_speed_rpm": 1715, "poles": 2}, "52 % below the synchronous speed 3600 rpm"),
        ({"rated_power_kw": 75}, "less than the 75 kW that the shaft gives"),
        ({"speed_rpm": 1801}, "would not run as a motor"),
        ({"rated_current_a": 0}, "greater than or equal to 0.001"),
        ({"poles": 5}, "multiple of 2"),
        ({"id": "pump 7"}, "pattern"),
    ],
)
def test_an_impossible_plate_is_refused(changes: dict[str, object], words: str):
    with pytest.raises(ValidationError) as refused:
        a_nameplate(**changes)
    assert words in str(refused.value)


def test_a_drive_may_run_the_motor_above_the_synchronous_speed_of_the_plate():
    assert a_nameplate(supply="vfd", speed_rpm=2100).speed_rpm == 2100
