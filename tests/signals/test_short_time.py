"""The current in short parts shows when it appears and when it goes."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from signal_factories import a_current_window, a_space_vector, phase_currents, times

from edge_agent.signals.short_time import part_scans, short_time_rms_a, since

RMS_A = 4.0 / np.sqrt(2)


def a_stream(length_s: float = 2.0, rate_hz: float = 10_000.0, line_hz: float = 60.0, phases: str = "abc"):
    seconds = times(length_s, rate_hz)
    samples = phase_currents(a_space_vector(seconds, line_hz=line_hz), phases)
    return a_current_window(samples, phases, rate_hz=rate_hz)


@given(
    st.floats(45.0, 65.0), st.sampled_from([250.0, 1000.0, 10_000.0, 51_200.0]), st.sampled_from(["a", "abc"])
)
def test_a_steady_current_is_the_same_in_all_parts(line_hz: float, rate_hz: float, phases: str) -> None:
    parts_a = short_time_rms_a(a_stream(rate_hz=rate_hz, line_hz=line_hz, phases=phases), 60.0)
    assert parts_a == pytest.approx(np.full(parts_a.size, RMS_A), rel=0.15)
    assert parts_a.size == pytest.approx(40, abs=2)


@pytest.mark.parametrize("rate_hz", [150.0, 1000.0, 4411.0, 10_000.0])
def test_a_part_is_whole_blocks_of_scans_of_about_a_twentieth_of_a_second(rate_hz: float) -> None:
    stream = a_stream(rate_hz=rate_hz)
    scans = part_scans(stream, 60.0)
    assert scans / rate_hz == pytest.approx(0.05, rel=0.15)
    assert short_time_rms_a(stream, 60.0).size == stream.valid.size // scans


def test_it_tells_when_the_current_appears_and_goes() -> None:
    stream = a_stream()
    seconds = np.arange(20_000) / 10_000
    is_on = (seconds >= 0.5) & (seconds < 1.5)
    parts_a = short_time_rms_a(replace(stream, counts=stream.counts * is_on), 60.0)
    on = np.flatnonzero(parts_a > 1.0)
    assert (on[0] * 0.05, on[-1] * 0.05) == pytest.approx((0.5, 1.45), abs=0.051)
    assert len(on) == on[-1] - on[0] + 1


def test_what_was_lost_is_not_a_number_and_the_rest_is() -> None:
    stream = a_stream()
    valid = stream.valid.copy()
    valid[3_000:5_000] = False
    parts_a = short_time_rms_a(replace(stream, valid=valid, counts=stream.counts * valid), 60.0)
    lost = np.isnan(parts_a)
    assert lost.sum() == 4
    assert parts_a[~lost] == pytest.approx(np.full(36, RMS_A), rel=0.15)


def test_without_a_current_that_gives_values_nothing_is_known() -> None:
    stream = a_stream()
    silent = replace(stream, valid=np.zeros(stream.valid.size, bool))
    for nothing in (replace(stream, dead=(0, 1, 2)), silent):
        assert np.isnan(short_time_rms_a(nothing, 60.0)).all()
    assert short_time_rms_a(since(stream, stream.valid.size), 60.0).size == 0


def test_a_stream_since_a_scan_begins_there() -> None:
    stream = a_current_window(np.ones((3, 100)), first_scan=500)
    rest = since(stream, 30)
    assert (rest.first_scan, rest.counts.shape, rest.valid.size) == (530, (3, 70), 70)
