"""The current seen from its carrier: nothing outside the band that is looked at leaves anything inside it."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from signal_factories import a_current_window, phase_currents, times

from edge_agent.signals.dsp.carrier import check_bridged, demodulate
from edge_agent.signals.dsp.tones import decibels
from edge_agent.signals.prepared import Preparation
from edge_agent.signals.sidebands.fit import SidebandFit
from edge_agent.verdict import Reason

SILENCE_DBC = -85.0
"""No pair may stand above this where there is none."""
FINE_A = 1e-7
"""A per count: rounding to whole counts makes no lines of its own."""
SIGNED = {"abc": (1, -1), "ab": (1,), "bc": (1,), "a": (1,)}
"""Ways in which a foreign line may turn; with fewer than three phases each shows to both sides."""


def a_window_of_lines(lines, line_hz=60.0, rate_hz=10_000.0, phases="abc", length_s=12.0, lost=()):
    """Currents of a line of 4 A and of others (Hz, over the line, rad), with slices of scans lost."""
    seconds = times(length_s, rate_hz)
    vector = np.exp(1j * (2 * np.pi * line_hz * seconds + 0.3))
    for frequency_hz, ratio, angle in lines:
        vector = vector + ratio * np.exp(1j * (2 * np.pi * frequency_hz * seconds + angle))
    window = a_current_window(phase_currents(4 * vector, phases), phases, rate_hz, scale=FINE_A)
    for gap in lost:
        window.counts[:, gap], window.valid[gap] = 0, False
    return window


def demodulated(window):
    return Preparation().current(window).baseband


def strongest_dbc(window, line_hz=60.0):
    """The stronger line of the strongest pair where a motor's may stand, up to a slip of 17 %."""
    baseband = demodulated(window)
    fit = SidebandFit(baseband, 3 / baseband.length_s)
    candidates_hz, upper, lower = fit.spectra(3 / baseband.length_s, 0.34 * line_hz)
    pair = fit.pair(float(candidates_hz[np.argmax(np.abs(upper) + np.abs(lower))]))
    return decibels(max(abs(pair.upper), abs(pair.lower)))


@st.composite
def currents_with_lines_elsewhere(draw):
    """A current with one to three lines of -6 dBc or less, none nearer to the line than its offset."""
    phases = draw(st.sampled_from(sorted(SIGNED)))
    line_hz = draw(st.floats(40.0, 70.0))
    rate_hz = draw(
        st.one_of(st.sampled_from([1000.0, 1999.0, 2000.0, 12_800.0]), st.floats(1000.0, 50_000.0))
    )
    highest_hz = 0.499 * rate_hz
    near_hz, far_hz = 0.05 * line_hz, 1.95 * line_hz
    anywhere = st.floats(np.log(far_hz), np.log(highest_hz)).map(np.exp)
    harmonics = st.integers(2, 13).map(lambda order: order * line_hz)
    folding = st.tuples(st.integers(1, 12), st.floats(-20.0, 20.0), st.sampled_from([-1, 1])).map(
        lambda drawn: 1000.0 * drawn[0] + drawn[2] * (line_hz + drawn[1])
    )
    allowed = st.one_of(anywhere, harmonics, folding, st.floats(0.0, near_hz)).filter(
        lambda frequency_hz: frequency_hz <= near_hz or far_hz <= frequency_hz <= highest_hz
    )
    signed = st.tuples(st.sampled_from(SIGNED[phases]), allowed).map(lambda drawn: drawn[0] * drawn[1])
    if phases == "abc":
        signed = st.one_of(signed, st.just(-line_hz))
    lines = draw(
        st.lists(st.tuples(signed, st.floats(0.01, 0.5), st.floats(0.0, 6.2)), min_size=1, max_size=3)
    )
    shrink = min(1.0, 0.8 / sum(ratio for _, ratio, _ in lines))
    lines = [(frequency_hz, shrink * ratio, angle) for frequency_hz, ratio, angle in lines]
    length_s = draw(st.sampled_from([3.0, 6.0]))
    return a_window_of_lines(lines, line_hz, rate_hz, phases, length_s), line_hz


@settings(max_examples=60, deadline=None)
@given(currents_with_lines_elsewhere())
def test_lines_anywhere_else_leave_no_pair(drawn):
    window, line_hz = drawn
    assert strongest_dbc(window, line_hz) < SILENCE_DBC


@pytest.mark.parametrize("phases", ["a", "ab", "abc"])
@pytest.mark.parametrize("rate_hz", [1000.0, 1999.0, 10_000.0, 50_000.0])
@pytest.mark.parametrize(
    ("line_hz", "lines"),
    [
        (59.964, [(119.928, 0.43, 0.0)]),
        (60.0, [(120.0, 0.25, 1.0)]),
        (50.0, [(100.0, 0.5, 1.0)]),
        (40.0, [(80.0, 0.5, 1.0), (160.0, 0.2, 2.0)]),
        (62.5, [(125.0, 0.5, 1.0), (187.5, 0.3, 2.0)]),
        (60.0, [(0.7, 0.3, 1.0), (122.3, 0.5, 2.0)]),
        (60.0, [(237.0, 0.4, 1.0), (291.3, 0.4, 2.0)]),
        (50.0, [(430.0, 0.4, 1.0), (487.0, 0.4, 2.0)]),
    ],
    ids=[
        "half-wave load",
        "saturated transformer",
        "50 Hz",
        "even harmonics of a drive",
        "3rd at the rate of the baseband",
        "offset that drifts",
        "second motor's slots",
        "next to half the decimated rate",
    ],
)
def test_what_a_plant_puts_beside_the_line_leaves_no_pair(line_hz, lines, rate_hz, phases):
    assert strongest_dbc(a_window_of_lines(lines, line_hz, rate_hz, phases), line_hz) < SILENCE_DBC


@pytest.mark.parametrize("carrier_hz", [2000.0, 2050.0, 4060.0, 8945.0, 15_940.0])
@pytest.mark.parametrize("rate_hz", [10_000.0, 20_000.0, 48_000.0])
def test_the_switching_of_a_drive_leaves_no_pair(carrier_hz, rate_hz):
    sides = [(order, 0.25, order) for order in (carrier_hz - 120, carrier_hz + 120)]
    lines = [side for side in sides if side[0] < 0.499 * rate_hz]
    assert strongest_dbc(a_window_of_lines(lines, 60.0, rate_hz)) < SILENCE_DBC


@pytest.mark.parametrize("phases", ["a", "abc"])
@pytest.mark.parametrize("distance", [-0.95, -0.8, -0.6, -0.45, 0.45, 0.55, 0.7, 0.85, 0.95])
@pytest.mark.parametrize("line_hz", [41.0, 60.0, 70.0])
def test_a_single_line_between_the_pairs_and_the_harmonic_makes_no_other_pair(line_hz, distance, phases):
    """The logarithm makes multiples of its distance, which must not fold; it is none of the pairs itself."""
    window = a_window_of_lines([(line_hz + distance * line_hz, 0.5, 1.0)], line_hz, phases=phases)
    assert strongest_dbc(window, line_hz) < SILENCE_DBC


@pytest.mark.parametrize("phases", ["a", "bc", "abc"])
@pytest.mark.parametrize("second", [0.0, 0.1, 0.5])
@pytest.mark.parametrize(("line_hz", "pole_pass_hz"), [(60.0, 4.2), (50.0, 1.1), (42.0, 3.3), (60.0, 7.9)])
def test_a_pair_is_measured_alike_with_and_without_even_harmonics(line_hz, pole_pass_hz, second, phases):
    lines = [
        (line_hz - pole_pass_hz, 0.02, 1.0),
        (line_hz + pole_pass_hz, 0.01, 2.0),
        (2 * line_hz, second, 3.0),
    ]
    pair = SidebandFit(demodulated(a_window_of_lines(lines, line_hz, phases=phases)), pole_pass_hz).pair(
        pole_pass_hz
    )
    assert (abs(pair.lower), abs(pair.upper)) == (
        pytest.approx(0.02, rel=0.01),
        pytest.approx(0.01, rel=0.01),
    )


@pytest.mark.parametrize("pole_pass_hz", [2.0, 5.0, 7.9])
def test_the_band_holds_the_third_pair(pole_pass_hz):
    """±6sf lie in it as high as ±2sf."""
    lines = [(60.0 + side * order * pole_pass_hz, 1e-3, 0.0) for side in (-1, 1) for order in (1, 3)]
    pair = SidebandFit(demodulated(a_window_of_lines(lines)), pole_pass_hz).pair(pole_pass_hz)
    assert pair.higher_sums[-1] == pytest.approx(pair.linear_sum, rel=0.01)


LOST = {
    "one gap": [slice(50_000, 50_100)],
    "a fifth of a second": [slice(50_000, 52_000)],
    "a scan": [slice(40_000, 40_001)],
    "a packet each second": [slice(start, start + 20) for start in range(3000, 118_000, 10_000)],
    "the beginning": [slice(0, 1200)],
    "the end": [slice(118_800, 120_000)],
}


@pytest.mark.parametrize("lost", LOST.values(), ids=LOST.keys())
@pytest.mark.parametrize(("phases", "second"), [("abc", 120.06), ("abc", -120.06), ("a", 120.06)])
def test_lost_samples_make_no_pair_of_a_harmonic(phases, second, lost):
    window = a_window_of_lines([(second, 0.5, 1.0)], 60.03, phases=phases, lost=lost)
    assert strongest_dbc(window) < SILENCE_DBC


@pytest.mark.parametrize("lost", LOST.values(), ids=LOST.keys())
@pytest.mark.parametrize("line_hz", [43.21, 50.03, 66.6])
def test_lost_samples_leave_a_pair_as_it_is(line_hz, lost):
    lines = [
        (line_hz - 3.7, 0.02, 1.0),
        (line_hz + 3.7, 0.01, 2.0),
        (2 * line_hz, 0.3, 0.0),
        (-5 * line_hz, 0.03, 0),
    ]
    pair = SidebandFit(demodulated(a_window_of_lines(lines, line_hz, lost=lost)), 3.7).pair(3.7)
    assert (abs(pair.lower), abs(pair.upper)) == (
        pytest.approx(0.02, rel=2e-3),
        pytest.approx(0.01, rel=2e-3),
    )


@pytest.mark.parametrize(("every", "refused"), [(30_000, False), (2999, False), (1500, True), (199, True)])
def test_single_lost_scans_all_over_a_window_are_refused_before_anything_is_fitted(every, refused):
    lost = [slice(scan, scan + 1) for scan in range(100, 120_000, every)]
    refusal = check_bridged(demodulated(a_window_of_lines([], lost=lost)))
    assert (refusal is not None) == refused
    if refusal is not None:
        assert (refusal.reason, refusal.quantity) == (Reason.LOST_SAMPLES, "bridged_fraction")


@pytest.mark.parametrize("carrier_hz", [0.0, 0.01, 2.0, 499.0])
def test_a_line_of_hardly_any_or_of_a_high_frequency_is_bridged_all_the_same(carrier_hz):
    vector = 3 * np.exp(2j * np.pi * carrier_hz / 1000 * np.arange(3000))
    valid = np.ones(3000, bool)
    valid[1000:1020] = False
    baseband = demodulate(vector * valid, valid, 1000.0, carrier_hz)
    np.testing.assert_allclose(baseband.log, np.log(3), atol=1e-6)


@pytest.mark.parametrize("samples", [100, 200, 1000])
@pytest.mark.parametrize("rate_hz", [200.0, 1000.0])
def test_a_short_piece_is_bridged_and_demodulated_all_the_same(samples, rate_hz):
    vector = 3 * np.exp(2j * np.pi * 50 / rate_hz * np.arange(samples))
    valid = np.ones(samples, bool)
    valid[[0, samples // 2, samples - 1]] = False
    baseband = demodulate(vector * valid, valid, rate_hz, 50.0)
    np.testing.assert_allclose(baseband.log, np.log(3), atol=1e-6)
