"""Copies of windows with lines added: the right lines, in counts that the converter could have given."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from edge_agent.acquire.samples import Channel, ChannelKind, Stream
from edge_agent.self_test.injection import with_lines
from edge_agent.signals.sidebands.rotor_pair import Lines
from edge_agent.windows.sliding import StreamWindow, Window

RATE_HZ, LENGTH_S, LINE_HZ = 2000.0, 6.0, 50.0
SCANS = round(RATE_HZ * LENGTH_S)
LINES = Lines(0.01 * np.exp(0.4j), 0.02 * np.exp(-1.1j), 2.5)
SECONDS = (np.arange(SCANS) - (SCANS - 1) / 2) / RATE_HZ


def a_window(
    amplitude: float = 8000.0,
    turns: tuple[float, ...] = (0, -1 / 3, 1 / 3),
    offset: float = 0.0,
    full_scale: float | None = None,
    lost: slice = slice(0, 0),
    dtype: type = np.int16,
) -> Window:
    """Phase currents with a line at 50 Hz and a fifth harmonic, beside a stream of vibration."""
    phases = [
        amplitude * np.cos(2 * np.pi * (LINE_HZ * SECONDS + turn))
        + 0.05 * amplitude * np.cos(2 * np.pi * (5 * LINE_HZ * SECONDS - turn))
        for turn in turns
    ]
    channels = tuple(
        Channel(f"i{p}", ChannelKind.CURRENT, "A", 0.01, offset, full_scale, phase=p)
        for p in "abc"[: len(turns)]
    )
    counts = np.rint(np.array(phases) + offset).astype(dtype)
    valid = np.ones(SCANS, bool)
    valid[lost] = False
    counts[:, lost] = 0
    current = StreamWindow(Stream(0, RATE_HZ, channels), 0, counts, valid, 0)
    shaking = Stream(1, RATE_HZ, (Channel("vib", ChannelKind.VIBRATION, "m/s2", 1.0),))
    beside = StreamWindow(shaking, 0, np.zeros((1, SCANS), np.int16), np.ones(SCANS, bool), 0)
    return Window(0.0, LENGTH_S, (current, beside), 0.0)


def level(signal: NDArray[np.float64], frequency_hz: float) -> complex:
    """Complex amplitude of a line of a real signal, its phase that in the middle."""
    taper = np.hanning(signal.size)
    return complex(2 * np.sum(signal * taper * np.exp(-2j * np.pi * frequency_hz * SECONDS)) / taper.sum())


@pytest.mark.parametrize("turns", [(0, -1 / 3, 1 / 3), (0, 1 / 3, -1 / 3), (0, -1 / 3), (0.2,), (0, 1 / 6)])
def test_each_phase_gets_the_lines_in_whatever_order_and_direction_it_is(turns: tuple[float, ...]) -> None:
    window = a_window(turns=turns)
    copy = with_lines(window, LINES, LINE_HZ)
    for row in copy.current.counts.astype(float):
        carrier = level(row, LINE_HZ)
        upper, lower = (level(row, LINE_HZ + way * LINES.pole_pass_hz) / carrier for way in (1, -1))
        assert (upper, lower) == pytest.approx((LINES.upper, LINES.lower), abs=2e-4)


def test_harmonics_are_not_modulated() -> None:
    copy = with_lines(a_window(), LINES, LINE_HZ)
    beside = level(copy.current.counts[0].astype(float), 5 * LINE_HZ + LINES.pole_pass_hz)
    assert abs(beside) < 0.5


def test_the_window_itself_is_never_changed() -> None:
    window = a_window(lost=slice(100, 200))
    before = [(own.counts.copy(), own.valid.copy()) for own in window.streams]
    copy = with_lines(window, LINES, LINE_HZ)
    for own, (counts, valid) in zip(window.streams, before, strict=True):
        assert np.array_equal(own.counts, counts)
        assert np.array_equal(own.valid, valid)
    assert not np.shares_memory(copy.current.counts, window.current.counts)
    assert not np.array_equal(copy.current.counts, window.current.counts)


def test_all_but_the_currents_stays_as_it_is() -> None:
    window = a_window()
    copy = with_lines(window, LINES, LINE_HZ)
    assert copy.streams[1] is window.streams[1]
    assert replace(copy, streams=window.streams) == window


def test_lost_scans_stay_lost() -> None:
    window = a_window(lost=slice(3000, 3500))
    copy = with_lines(window, LINES, LINE_HZ)
    assert np.all(copy.current.counts[:, 3000:3500] == 0)
    assert np.array_equal(copy.current.valid, window.current.valid)


def test_lines_below_half_a_count_are_there_on_average() -> None:
    """Rounding whole counts to the nearest would give back the window as it was."""
    copy = with_lines(a_window(amplitude=30.0), replace(LINES, upper=0.003, lower=0.003), LINE_HZ)
    row = copy.current.counts[0].astype(float)
    assert abs(level(row, LINE_HZ + 2.5) / level(row, LINE_HZ)) == pytest.approx(0.003, abs=1e-3)


def test_the_same_copy_comes_each_time() -> None:
    first, second = (with_lines(a_window(), LINES, LINE_HZ).current.counts for _ in range(2))
    assert np.array_equal(first, second)


def test_counts_end_where_the_converter_ends() -> None:
    """An offset of 500 counts, and a full scale of 84 A at 0.01 A a count."""
    window = a_window(offset=500.0, full_scale=84.0)
    copy = with_lines(window, replace(LINES, upper=0.2), LINE_HZ)
    assert copy.current.counts.max() == 8900
    assert copy.current.counts.min() == -7900


@given(st.sampled_from([np.int16, np.int32]), st.floats(100.0, 31_000.0), st.floats(0.0, 1.0))
def test_no_count_ever_wraps_around(dtype: type, amplitude: float, depth: float) -> None:
    window = a_window(amplitude=amplitude, turns=(0,), dtype=dtype)
    copy = with_lines(window, Lines(depth, depth, 2.5), LINE_HZ).current.counts
    assert copy.dtype == dtype
    change = np.abs(copy.astype(float) - window.current.counts)
    assert change.max() <= 2.2 * depth * amplitude + 1
