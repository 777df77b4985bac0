"""Zones of ISO 20816-3: with power and support stated, else the figure alone."""

import pytest
from seen_windows import judged, seen
from shaken import a_window, shaft

from edge_agent.conditions.vibration_zone import VibrationZone
from edge_agent.limits import ZONE
from edge_agent.verdict import Severity, State

BIG = {"rated_power_kw": 55, "rated_voltage_v": 400, "rated_current_a": 100, "rated_speed_rpm": 1775}


@pytest.mark.parametrize(
    ("velocity_mm_s", "support", "state", "severity", "zone"),
    [
        (1.0, "rigid", State.HEALTHY, Severity.OK, "A"),
        (2.0, "rigid", State.HEALTHY, Severity.OK, "B"),
        (3.0, "rigid", State.VIBRATION_ZONE, Severity.WATCH, "C"),
        (6.0, "rigid", State.VIBRATION_ZONE, Severity.ALARM, "D"),
        (3.0, "flexible", State.HEALTHY, Severity.OK, "B"),
    ],
)
def test_the_zone_depends_on_velocity_and_support(velocity_mm_s, support, state, severity, zone):
    found = judged(VibrationZone, seen(a_window(shaft({1: velocity_mm_s})), support=support, **BIG))
    assert (found.state, found.severity) == (state, severity)
    (measured,) = found.measured
    assert measured.value == pytest.approx(velocity_mm_s, rel=0.03)
    assert measured.origin.startswith(f"zone {zone}; ISO 20816-3, group 2, {support} support")


def test_large_machines_have_other_zones():
    assert ZONE.ends_mm_s(400, "rigid") == (2.3, 4.5, 7.1)
    assert ZONE.ends_mm_s(400, "flexible") == (3.5, 7.1, 11.0)
    assert ZONE.ends_mm_s(55, "flexible") == (2.3, 4.5, 7.1)


@pytest.mark.parametrize(("plate", "quantity"), [({"support": "rigid"}, "rated_power_kw"), (BIG, "support")])
def test_a_small_motor_and_one_without_support_get_the_figure_alone(plate, quantity):
    found = judged(VibrationZone, seen(a_window(shaft({1: 9.0})), **plate))
    assert found.refusal.quantity == quantity
    assert found.measured[0].value == pytest.approx(9.0, rel=0.03)
    assert found.measured[0].limit is None
