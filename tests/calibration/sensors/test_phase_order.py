"""Which sensor is on which conductor."""

import pytest
from three_currents import currents

from calibration.sensors.phase_order import (
    by_taking_off,
    conductors_of,
    exchange_finding,
    order_of,
    relative_lengths,
    unnamed_exchange,
)
from calibration.sensors.readings import CalibrationError

OWN = {"ia": "a", "ib": "b", "ic": "c"}
UPRIGHT = (1.0, 1.0, 1.0)


@pytest.mark.parametrize(
    ("on", "order"), [("abc", "abc"), ("bca", "abc"), ("cab", "abc"), ("bac", "acb"), ("acb", "acb")]
)
def test_the_order_is_that_of_the_channels(on: str, order: str) -> None:
    assert order_of(currents(on=on), UPRIGHT) == order


def test_the_order_of_two_shows_and_that_of_one_does_not() -> None:
    two = {
        "amps": (2.5, 2.5),
        "scale": (0.002, 0.002),
        "offsets": (0, 0),
        "shift_deg": (0, 0),
        "signs": (1, 1),
    }
    assert order_of(currents(on="ab", **two), (1.0, 1.0)) == "abc"
    assert order_of(currents(on="ba", **two), (1.0, 1.0)) == "acb"
    assert order_of(currents(on="a-c"), UPRIGHT) is None


def test_the_channel_that_loses_its_current_is_on_the_conductor() -> None:
    shown = currents(on="bac")
    assert by_taking_off(shown, {"a": currents(on="b-c")}) == {"ib": "a"}
    both = {"a": currents(on="b-c"), "b": currents(on="-ac")}
    assert by_taking_off(shown, both) == {"ib": "a", "ia": "b", "ic": "c"}


def test_a_recording_in_which_none_or_another_one_was_taken_off_is_refused() -> None:
    shown = currents(on="abc")
    with pytest.raises(CalibrationError, match="no channel lost its current"):
        by_taking_off(shown, {"a": shown})
    off = currents(on="-bc")
    with pytest.raises(CalibrationError, match="--without b: ia lost its current"):
        by_taking_off(shown, {"a": off, "b": off})


def test_what_may_be_right_is_taken_for_right() -> None:
    shown = currents()
    assert conductors_of(shown, None, {}, []) == OWN
    assert conductors_of(shown, True, {}, []) == OWN
    assert conductors_of(shown, True, {"ia": "a"}, []) == OWN


def test_one_conductor_and_the_rotation_tell_all() -> None:
    shown = currents(on="bac")
    assert conductors_of(shown, False, {"ic": "c"}, []) == {"ia": "b", "ib": "a", "ic": "c"}
    moved_on = currents(on="bca")
    assert conductors_of(moved_on, True, {"ia": "b"}, []) == {"ia": "b", "ib": "c", "ic": "a"}


def test_alike_currents_do_not_tell_which_two_are_exchanged() -> None:
    shown = currents(on="bac")
    assert conductors_of(shown, False, {}, [(shown, {"ia": 2.5, "ib": 2.5, "ic": 2.5})]) is None
    finding = unnamed_exchange(shown, "acb", False)
    assert finding.channels == ()
    assert finding.says.startswith("two of ia, ib, ic are exchanged (their order is acb)")
    assert unnamed_exchange(shown, "acb", None).says.startswith("two or all of ia, ib, ic")


def test_unequal_currents_tell_it_by_their_directions_even_with_wrong_scales() -> None:
    """Currents of 2.2, 2.5 and 2.8 A are sides of a triangle; ia and ib are exchanged, ic shows ten times."""
    straight = currents(amps=(2.2, 2.5, 2.8), shift_deg=(0.0, 12.815, 1.461))
    assert abs(straight.phasors_a.sum()) < 0.01
    lengths = relative_lengths(straight)
    assert lengths / lengths[0] * 2.2 == pytest.approx([2.2, 2.5, 2.8], rel=0.005)
    crossed = currents(on="bac", amps=(2.5, 2.2, 28.0), shift_deg=(12.815, 0.0, 1.461))
    read_a = {"ia": 2.2, "ib": 2.5, "ic": 2.8}
    assert conductors_of(crossed, False, {}, [(crossed, read_a)]) == {"ia": "b", "ib": "a", "ic": "c"}


def test_the_finding_names_the_wrong_ones_only() -> None:
    shown = currents(on="bac")
    finding = exchange_finding(shown, {"ia": "b", "ib": "a", "ic": "c"})
    assert finding is not None
    assert finding.channels == ("ia", "ib")
    assert finding.says == "ia is on conductor b, ib is on conductor a"
    assert exchange_finding(shown, OWN) is None
