"""The same current in counts of 8 to 32 bits, near the ends of their range, is judged alike."""

from dataclasses import replace

import numpy as np
import pytest
from signal_factories import RATE_HZ, a_current_window, a_nameplate, a_space_vector, phase_currents, times

from calibration.recordings.quantising import quantise
from edge_agent.acquire.samples import Channel, ChannelKind, Stream
from edge_agent.signals.checks.flat import flat_top_ratio, held_s, third_harmonic
from edge_agent.signals.checks.quality import check_currents
from edge_agent.verdict import Reason
from edge_agent.windows.sliding import StreamWindow

WIDTHS = {"int16": (np.int16, 15), "int24": (np.int32, 23), "int32": (np.int32, 31)}


def a_sine(share_of_range, width, top=1.0, seconds=6.0, rate_hz=RATE_HZ):
    """A 60 Hz sine cut off at `top` of its peak, that fills so much of the range of its counts, (n,)."""
    dtype, bits = WIDTHS[width]
    rng = np.random.default_rng(5)
    time = times(seconds, rate_hz)
    values = np.clip(np.sin(2 * np.pi * 60.0 * time), -top, top) + rng.normal(0, 1e-4, time.size)
    full = 2.0**bits - 1
    return np.clip(np.rint(share_of_range / top * full * values), -full, full).astype(dtype)


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("rate_hz", [2000.0, 5000.0, 10_000.0, 50_000.0])
def test_flat_tops_are_as_dense_in_counts_of_any_width(width, rate_hz):
    clipped, whole = (a_sine(0.9999, width, top, seconds=2.0, rate_hz=rate_hz) for top in (0.85, 1.0))
    reference = a_sine(0.5, "int16", 0.85, seconds=2.0, rate_hz=rate_hz)
    assert flat_top_ratio(whole, rate_hz, 60.0) < 2.6
    assert (flat_top_ratio(clipped, rate_hz, 60.0) > 2.6) == (flat_top_ratio(reference, rate_hz, 60.0) > 2.6)
    assert third_harmonic(clipped, rate_hz, 60.0) == pytest.approx(
        third_harmonic(reference, rate_hz, 60.0), rel=0.02
    )


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("share", [0.5, 0.9999])
def test_a_current_that_is_held_is_held_in_counts_of_any_width(width, share):
    counts = a_sine(share, width)
    amplitude = float(counts.max())
    assert held_s(counts, amplitude, RATE_HZ, 60.0) is None
    counts[20_000:20_200] = counts[20_000] // 3
    held, limit = held_s(counts, amplitude, RATE_HZ, 60.0)
    assert held == pytest.approx(0.02, rel=0.02)
    assert held > limit


def in_counts_of(window, width, share):
    """A window whose counts fill so much of the range of another width, their scale changed accordingly."""
    dtype, bits = WIDTHS[width]
    factor = share * (2.0**bits - 1) / np.abs(window.counts.astype(float)).max()
    channels = tuple(replace(c, scale=c.scale / factor) for c in window.stream.channels)
    counts = np.rint(window.counts * factor).astype(dtype)
    return replace(window, stream=replace(window.stream, channels=channels), counts=counts)


def a_motor(spoil):
    currents = phase_currents(a_space_vector(times(6.0), lower=0.03, upper=0.01))
    currents += np.random.default_rng(0).normal(0, 0.005, currents.shape)
    return spoil(currents)


def clipped(currents):
    limit = 0.9 * np.abs(currents[1]).max()
    currents[1] = np.clip(currents[1], -limit, limit)
    return currents


def dropped_out(currents):
    currents[0, 20_000:20_300] = 0.0
    return currents


def dead(currents):
    currents[2] = 0.0
    return currents


def out_of_step(currents):
    return np.concatenate([currents[:, :30_000], currents[:, 30_051:]], axis=1)


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("share", [0.3, 1.0])
@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (lambda currents: currents, None),
        (clipped, Reason.CLIPPED),
        (dropped_out, Reason.STUCK_CHANNEL),
        (dead, Reason.MISSING_PHASE),
        (out_of_step, Reason.UNRELIABLE_CLOCK),
    ],
)
def test_the_reason_does_not_hang_on_the_width_of_the_counts(width, share, spoil, reason):
    refusal = check_currents(in_counts_of(a_current_window(a_motor(spoil)), width, share), a_nameplate())
    assert (refusal and refusal.reason) is reason


@pytest.mark.parametrize("top", [0.8, 0.9])
@pytest.mark.parametrize("bits", [16, 24, 32])
def test_a_clipped_current_in_amperes_is_clipped_however_many_bits_it_is_quantised_to(top, bits):
    seconds = times(6.0, 5000.0)
    currents = phase_currents(a_space_vector(seconds, lower=0.02), "abc")
    currents += np.random.default_rng(0).normal(0, 0.005, currents.shape)
    currents = np.clip(currents, -top * 4.0, top * 4.0)
    counts, steps = quantise(currents.T, bits)
    channels = tuple(
        Channel(f"i{p}", ChannelKind.CURRENT, "A", float(step), phase=p)
        for p, step in zip("abc", steps, strict=True)
    )
    window = StreamWindow(
        Stream(0, 5000.0, channels), 0, np.ascontiguousarray(counts.T), np.ones(seconds.size, bool), 0
    )
    assert check_currents(window, a_nameplate()).reason is Reason.CLIPPED
