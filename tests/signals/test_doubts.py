"""What speaks against a slip: each doubt alone, on the pair and the current that raise it.

Where the vibration is searched, a stand-in finds the slip that it is given: how a shaft is found is tested
elsewhere.
"""

import cmath
import math
from types import SimpleNamespace

import numpy as np
import pytest
from motor_windows import POLE_PASS_HZ, SLIP, a_motor_window
from signal_factories import a_nameplate
from test_view import a_view

from edge_agent.circuit import fit_circuit
from edge_agent.limits import MAGNITUDES
from edge_agent.signals.prepared import Line
from edge_agent.signals.sidebands.equivalent_bars import BarScale
from edge_agent.signals.sidebands.fit import SidebandPair
from edge_agent.signals.slip.doubts import (
    check_current,
    doubt_bars,
    doubt_count,
    missing_pair,
    nearest_allowed,
    no_motor,
    overload,
)
from edge_agent.signals.slip.range import SlipRange, possible_slips
from edge_agent.verdict import Reason

PLATE = a_nameplate()
CIRCUIT = fit_circuit(PLATE)
BARS = BarScale(PLATE, CIRCUIT)
RATED = PLATE.rated_slip
RATED_A = PLATE.rated_current_a
IDLE_A = CIRCUIT.no_load_current_rms_a
LOADED = CIRCUIT.slip_at_current(1.5 * IDLE_A)
"""A slip at which half the circuit's current is less than the idling motor's."""
DRIVE = a_nameplate(supply="vfd")


def a_view_of(slips):
    return SimpleNamespace(bars=BARS, slips=slips)


def a_pair(lower=0.02, upper=0.01, floor=1e-4):
    return SidebandPair(upper, lower, floor, floor, floor, POLE_PASS_HZ, SLIP, 12 * POLE_PASS_HZ)


def an_oscillation(slip, sum_of_both=0.03):
    """The pair at 2sf of a load that oscillates at a motor with `slip`."""
    (upper,), (lower,) = CIRCUIT.speed_swing(slip, np.array([POLE_PASS_HZ]), 60.0)
    scale = sum_of_both / (abs(upper) + abs(lower))
    return a_pair(complex(lower) * scale, complex(upper) * scale)


def even_harmonics(second):
    return Line(60.0, 4.0, 0.0, False, second)


@pytest.mark.parametrize("pair", [None, a_pair(1e-4, 1e-4)])
def test_strong_even_harmonics_without_any_sign_of_a_rotor_are_no_motor(pair):
    by_current = SlipRange(0.02, 0.06, "current")
    assert no_motor(by_current, pair, even_harmonics(0.3)).quantity == "second_harmonic_dbc"
    assert no_motor(by_current, pair, even_harmonics(0.001)) is None


@pytest.mark.parametrize("source", ["measured", "configured", "slots", "vibration"])
def test_a_shaft_a_slot_or_a_pair_shows_that_it_is_a_motor(source):
    assert no_motor(SlipRange(0.02, 0.06, source), None, even_harmonics(0.3)) is None
    assert no_motor(SlipRange(0.02, 0.06, "current"), a_pair(), even_harmonics(0.3)) is None


@pytest.mark.parametrize("lowest", [0.015, 0.02, 0.025])
def test_a_pair_that_a_load_makes_at_the_lower_bound_of_the_current_is_no_proof_of_bars(lowest):
    slips = SlipRange(lowest, 0.06, "current")
    assert doubt_bars(a_view_of(slips), an_oscillation(lowest)).quantity == "bars_over_load_swing"
    assert doubt_bars(a_view_of(slips), a_pair(upper=0.001)) is None


@pytest.mark.parametrize("source", ["measured", "configured", "slots", "vibration"])
def test_bars_at_a_slip_that_something_other_than_the_current_tells_are_believed(source):
    assert doubt_bars(a_view_of(SlipRange(0.02, 0.06, source)), an_oscillation(0.02)) is None


@pytest.mark.parametrize("turn_deg", [0, 40, 140])
def test_an_oscillation_of_any_phase_makes_next_to_no_bars_beyond_a_castings(turn_deg):
    """(U, L*) = A (u, l*): a turn of A turns U forwards and L backwards."""
    pair, turn = an_oscillation(SLIP), cmath.exp(1j * cmath.pi * turn_deg / 180)
    turned = a_pair(pair.lower * turn.conjugate(), pair.upper * turn)
    assert BARS.over_oscillation(turned, SLIP) < 0.01
    assert BARS.over_oscillation(a_pair(0.02, 0.001), SLIP) > 0.3


def test_a_missing_pair_is_told_by_the_cycles_that_the_window_holds():
    view = a_view(a_motor_window(length_s=0.6, vibration=False))
    view.slips = SlipRange(0.03, 0.04, "configured")
    refusal = missing_pair(view)
    assert refusal.quantity == "pole_pass_cycles"
    assert refusal.value == pytest.approx(POLE_PASS_HZ * view.baseband.length_s, rel=1e-3)
    assert refusal.limit == pytest.approx(3.0)


@pytest.mark.parametrize(
    ("stated", "allowed", "nearest"),
    [
        (0.035, (0.03, 0.06), None),
        (0.028, (0.03, 0.06), None),
        (0.02, (0.03, 0.06), 0.03 / 1.4),
        (0.2, (0.03, 0.06), None),
        (0.035, (0.0, 0.02), 0.02 * 1.4),
        (0.02, (0.0, 0.02), None),
    ],
)
def test_the_current_allows_a_stated_slip_within_its_error_and_under_load_any_larger_one(
    stated, allowed, nearest
):
    speed = SlipRange(stated - 0.003, stated + 0.003, "configured")
    found = nearest_allowed(speed, SlipRange(*allowed, "current"))
    assert found == (nearest if nearest is None else pytest.approx(nearest))


class FoundShaft:
    """A vibration in which one slip shows, or none."""

    def __init__(self, slip=None):
        self.slip = slip
        self.searched = []

    def within(self, slips):
        self.searched.append(slips)
        return None if self.slip is None else at(self.slip, "vibration")


def at(slip, source="measured"):
    return SlipRange(slip - 0.002, slip + 0.002, source)


def a_line(rms_a, line_hz=60.0):
    return Line(line_hz, rms_a * math.sqrt(2), 0.0, False)


def check(rms_a, slips, shaft=None, plate=PLATE, line_hz=60.0, circuit=CIRCUIT):
    view = SimpleNamespace(
        slips=slips,
        line=a_line(rms_a, line_hz),
        nameplate=plate,
        circuit=circuit,
        possible=possible_slips(plate),
        shaft_within=(shaft or FoundShaft()).within,
    )
    return check_current(view, ["ia", "ib"])


@pytest.mark.parametrize("source", ["measured", "slots", "vibration", "configured", "current"])
@pytest.mark.parametrize("slip", [0.005, 0.5 * RATED, RATED])
def test_the_current_of_the_circuit_is_that_of_its_slip_whatever_tells_it(source, slip):
    assert check(CIRCUIT.current_rms_a(slip), at(slip, source), FoundShaft(slip)) is None


@pytest.mark.parametrize("source", ["measured", "slots", "vibration"])
def test_a_current_beyond_the_largest_share_of_that_of_the_slip_is_in_a_wrong_scale(source):
    slip = 0.8 * RATED
    of_slip = CIRCUIT.current_rms_a(slip)
    assert 1.59 * of_slip > 1.25 * RATED_A
    refusal = check(1.61 * of_slip, at(slip, source))
    assert (refusal.reason, refusal.quantity) == (Reason.WRONG_SCALE, "current_over_that_of_slip")
    assert refusal.value == pytest.approx(1.61)
    assert refusal.limit == MAGNITUDES.max_over_slip
    assert refusal.channel == "ia, ib"
    assert check(1.59 * of_slip, at(slip, source)) is None


def test_a_current_below_the_least_share_of_that_of_the_slip_is_in_a_wrong_scale():
    of_slip = CIRCUIT.current_rms_a(LOADED)
    refusal = check(0.49 * of_slip, at(LOADED))
    assert refusal.reason is Reason.WRONG_SCALE
    assert (refusal.value, refusal.limit) == (pytest.approx(0.49), MAGNITUDES.min_over_slip)
    assert check(0.51 * of_slip, at(LOADED)) is None


def test_a_small_current_at_much_slip_means_a_reduced_voltage():
    rms_a = 0.7 * IDLE_A
    assert rms_a < MAGNITUDES.min_over_slip * CIRCUIT.current_rms_a(1.45 * RATED)
    assert check(rms_a, at(1.45 * RATED)).reason is Reason.WRONG_SCALE
    assert check(rms_a, at(1.55 * RATED)) is None


@pytest.mark.parametrize(("over_idle", "is_refused"), [(0.84, True), (0.86, False)])
def test_a_current_near_that_of_the_idling_motor_may_be_light_load(over_idle, is_refused):
    """At this slip the circuit draws more than twice what it does idling."""
    slip, circuit = 0.1, fit_circuit(a_nameplate(rated_speed_rpm=1640, power_factor=0.9))
    plate = a_nameplate(rated_speed_rpm=1640, power_factor=0.9)
    rms_a = over_idle * circuit.no_load_current_rms_a
    assert rms_a < 0.5 * circuit.current_rms_a(slip)
    refusal = check(rms_a, at(slip), plate=plate, circuit=circuit)
    assert (refusal is not None) == is_refused


@pytest.mark.parametrize(("over_rated", "is_refused"), [(1.24, False), (1.26, True)])
def test_a_current_little_above_the_rated_one_is_believed_at_any_slip(over_rated, is_refused):
    """Here it is more than 1.6 times that of the slip, but the shaft may be another one."""
    slip = 0.002
    assert MAGNITUDES.max_over_slip * CIRCUIT.current_rms_a(slip) < 1.24 * RATED_A
    assert (check(over_rated * RATED_A, at(slip)) is not None) == is_refused


@pytest.mark.parametrize("source", ["current", "configured"])
def test_a_slip_that_proves_nothing_has_the_shaft_searched_at_all_possible_slips(source):
    shaft = FoundShaft(0.8 * RATED)
    refusal = check(2 * CIRCUIT.current_rms_a(0.8 * RATED), at(2 * RATED, source), shaft)
    assert refusal.quantity == "current_over_that_of_slip"
    assert refusal.value == pytest.approx(2.0)
    assert shaft.searched == [possible_slips(PLATE)]


@pytest.mark.parametrize("source", ["measured", "slots", "vibration"])
def test_a_slip_from_another_source_needs_no_search(source):
    shaft = FoundShaft(RATED)
    check(2 * RATED_A, at(RATED, source), shaft)
    assert shaft.searched == []


@pytest.mark.parametrize(("factor", "reason"), [(1.39, None), (1.41, Reason.OVERLOAD)])
def test_where_only_the_current_tells_the_slip_one_far_above_the_rated_is_an_overload(factor, reason):
    refusal = check(factor * RATED_A, at(2 * RATED, "current"))
    assert (None if refusal is None else refusal.reason) is reason


def test_a_configured_speed_that_the_current_contradicts_makes_it_an_overload_and_no_wrong_scale():
    rms_a = 1.7 * CIRCUIT.current_rms_a(RATED)
    refusal = check(rms_a, at(RATED, "configured"))
    assert refusal.reason is Reason.OVERLOAD
    assert refusal.value == pytest.approx(rms_a / RATED_A)


def test_a_configured_speed_that_the_current_fits_explains_an_overload():
    slip = 1.7 * RATED
    rms_a = CIRCUIT.current_rms_a(slip)
    assert rms_a > 1.41 * RATED_A
    assert check(rms_a, at(slip, "configured")) is None
    assert check(rms_a, at(slip, "current")).reason is Reason.OVERLOAD


@pytest.mark.parametrize(
    ("over_rated", "is_refused"),
    [(MAGNITUDES.overload - 1e-6, False), (MAGNITUDES.overload + 1e-6, True), (100.0, True)],
)
def test_an_overload_begins_at_its_limit(over_rated, is_refused):
    refusal = overload(a_line(over_rated * RATED_A), PLATE, ["ia"])
    assert (refusal is not None) == is_refused
    if refusal is not None:
        assert (refusal.quantity, refusal.channel) == ("current_over_rated", "ia")
        assert refusal.value == pytest.approx(over_rated)


@pytest.mark.parametrize("line_hz", [30.0, 45.0, 60.0, 75.0])
def test_behind_a_drive_the_slip_frequency_and_not_the_slip_tells_the_current(line_hz):
    """The flux is the same at each of these frequencies, so the same slip in Hz draws the same current."""
    slip_hz = 0.8 * RATED * 60
    of_slip = CIRCUIT.current_rms_a(slip_hz / 60)
    slips = at(slip_hz / line_hz)
    limit = MAGNITUDES.max_over_slip if line_hz > 30 else 3.0
    assert check((limit - 0.01) * of_slip, slips, plate=DRIVE, line_hz=line_hz) is None
    refusal = check((limit + 0.01) * of_slip, slips, plate=DRIVE, line_hz=line_hz)
    assert (refusal.value, refusal.limit) == (pytest.approx(limit + 0.01), limit)


@pytest.mark.parametrize(("line_hz", "limit"), [(30.0, 0.25), (48.0, 0.4), (60.0, 0.5), (90.0, 0.5)])
def test_a_drive_may_lower_the_current_with_its_frequency_but_does_not_raise_the_limit(line_hz, limit):
    slips = at(LOADED * 60 / line_hz)
    of_slip = CIRCUIT.current_rms_a(LOADED)
    assert check(1.02 * limit * of_slip, slips, plate=DRIVE, line_hz=line_hz) is None
    refusal = check(0.98 * limit * of_slip, slips, plate=DRIVE, line_hz=line_hz)
    assert (refusal.value, refusal.limit) == (pytest.approx(0.98 * limit), pytest.approx(limit))


@pytest.mark.parametrize(("over_plate", "hidden"), [(0.9, None), (1.02, None), (1.3, 0.39)])
def test_a_current_above_that_of_the_slip_hides_bars(over_plate, hidden):
    """At a tenth more voltage, with saturated iron, sidebands are a smaller share of the current."""
    line = Line(60.0, over_plate * 2**0.5 * CIRCUIT.current_rms_a(SLIP), None, False)
    view = SimpleNamespace(line=line, nameplate=PLATE, circuit=CIRCUIT)
    sidebands = SimpleNamespace(pair=a_pair(), bars=SimpleNamespace(at_most=0.3))
    refusal = doubt_count(view, sidebands)
    assert (refusal and refusal.value) == (hidden and pytest.approx(hidden))
