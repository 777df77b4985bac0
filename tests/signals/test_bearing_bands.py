"""What the bands of a vibration show of a bearing."""

import pytest
from shaken import SHAFT_HZ, a_window, blows, noise

from edge_agent.bearings import CATALOGUE
from edge_agent.signals.bearing_bands import PARTS, BearingBand, bearing_bands, depth_db
from edge_agent.signals.rhythms import NO_RHYTHM
from edge_agent.signals.vibration_view import view_vibration

BEARING = CATALOGUE["6205"]
ORDERS = dict(zip(PARTS, (BEARING.outer_order, BEARING.inner_order, BEARING.ball_order), strict=True))


def bands(*samples, bearing=BEARING) -> tuple[BearingBand, ...]:
    return bearing_bands(view_vibration(a_window(*samples), ()), SHAFT_HZ, bearing)


@pytest.mark.parametrize("part", PARTS)
def test_each_part_has_its_own_rhythm(part):
    found = bands(blows(ORDERS[part], 1.0) + noise(0.05))[0]
    depths = {name: rhythm.first.depth for name, rhythm in found.parts.items()}
    assert max(depths, key=depths.__getitem__) == part
    assert depths[part] > 0.3


def test_a_sound_bearing_shows_none_of_them():
    for band in bands(noise(1.0), noise(1.0, seed=2)):
        assert set(band.parts.values()) == {NO_RHYTHM}
        assert band.strongest is NO_RHYTHM
        assert band.kurtosis == pytest.approx(3.0, abs=0.3)


def test_without_geometry_there_are_no_parts_but_a_strongest_rhythm():
    found = bands(blows(3.3, 1.0) + noise(0.05), bearing=None)[0]
    assert found.parts == {}
    times = found.strongest.first.frequency_hz / (3.3 * SHAFT_HZ)
    assert times == pytest.approx(round(times), rel=0.01)


def test_the_level_is_that_of_the_band():
    samples = blows(3.58, 1.0) + noise(0.1)
    (quiet, _), (loud, _) = bands(samples), bands(10 * samples)
    assert loud.level_db - quiet.level_db == pytest.approx(20.0, abs=0.1)
    assert loud.strongest.first.depth == pytest.approx(quiet.strongest.first.depth, rel=0.05)


@pytest.mark.parametrize(("depth", "expected_db"), [(1.0, 0.0), (0.1, -10.0), (0.0, -60.0)])
def test_the_share_of_a_rhythm_is_its_depth(depth, expected_db):
    assert depth_db(depth) == pytest.approx(expected_db)


def test_names_say_channel_and_band():
    assert [band.name for band in bands(noise(1.0))] == ["vib_1 2250-4500 Hz", "vib_1 1125-2250 Hz"]
