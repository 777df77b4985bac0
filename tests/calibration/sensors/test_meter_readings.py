"""Readings of meters, as people type them."""

import pytest

from calibration.sensors.readings import CalibrationError, named_reading, reading


@pytest.mark.parametrize(
    ("text", "value"), [("4.21A", 4.21), ("4.21 A", 4.21), ("4210mA", 4.21), ("4", 4.0), (".5a", 0.5)]
)
def test_a_current_may_have_its_unit(text: str, value: float) -> None:
    assert reading(text, "A") == pytest.approx(value)


def test_other_readings_have_theirs() -> None:
    assert reading("1456rpm", "rpm") == 1456.0
    assert reading("49.98 Hz", "Hz") == 49.98


@pytest.mark.parametrize("text", ["", "A", "0A", "-4A", "4,21A", "4.21V", "nan", "1e400"])
def test_what_is_no_reading_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(CalibrationError, match=r"expected e\.g\. 4\.21A"):
        reading(text, "A")


def test_a_reading_belongs_to_a_channel() -> None:
    assert named_reading("ia=4.21A", "A") == ("ia", 4.21)
    with pytest.raises(CalibrationError, match="CHANNEL=READING"):
        named_reading("4.21A", "A")
