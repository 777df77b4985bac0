from dataclasses import replace

import numpy as np
import pytest
from small_recordings import a_short_recording

from calibration.learning.data.windowing import (
    StreamSamples,
    View,
    cut,
    draw_spans,
    look,
    restrict,
    space_spans,
    streams_of,
)
from edge_agent.acquire.samples import Channel, ChannelKind, Stream
from edge_agent.motor import Nameplate
from edge_agent.signals.dsp.decimation import Decimator
from edge_agent.signals.images import SIDE_INPUTS, ImageSpec


def a_recording(rate_hz: float = 100.0, scans: int = 1000) -> list[StreamSamples]:
    currents = tuple(Channel(f"i{p}", ChannelKind.CURRENT, "A", 0.01, phase=p) for p in "abc")
    vibration = (Channel("vib", ChannelKind.VIBRATION, "m/s2", 0.01),)
    counts = np.arange(scans).astype(np.int16)
    return [
        StreamSamples(Stream(0, rate_hz, currents), np.tile(counts, (3, 1))),
        StreamSamples(Stream(1, 2 * rate_hz, vibration), np.arange(2 * scans).astype(np.int16)[None]),
    ]


def test_windows_lie_within_the_recording():
    random = np.random.default_rng(0)
    spans = draw_spans(10.0, shortest_s=2.0, longest_s=12.0, count=50, random=random)
    assert spans[0] == (0.0, 10.0)
    assert all(start >= 0 and length >= 2 and start + length <= 10 + 1e-9 for start, length in spans)


def test_a_window_holds_the_same_time_of_every_stream():
    window = cut(a_recording(), start_s=2.0, length_s=3.0)
    assert [s.first_scan for s in window.streams] == [200, 400]
    assert [s.counts.shape for s in window.streams] == [(3, 300), (1, 600)]
    assert window.streams[1].counts[0, 0] == 400


def test_a_view_leaves_out_what_is_not_installed():
    one_phase = restrict(a_recording(), View(current_phases=1, vibration=False, bars_known=True))
    assert [[c.name for c in s.stream.channels] for s in one_phase] == [["ia"]]
    assert one_phase[0].counts.shape == (1, 1000)


def test_two_broken_bars_at_full_load_show_in_windows_of_any_length():
    recording = a_short_recording(2, motor="m")
    streams = streams_of(recording)
    nameplate = Nameplate.model_validate(recording.meta["nameplate"])
    everything = View(current_phases=3, vibration=True, bars_known=True)
    seen = list(look(streams, nameplate, ImageSpec(), everything, [(0.0, 5.0), (2.0, 2.0), (0.0, 0.2)]))
    assert seen[2] is None
    for one in seen[:2]:
        assert one is not None
        amplitude, phase, one_sided = (
            one.inputs.side[SIDE_INPUTS.index(name)]
            for name in ("amplitude_db_bars", "phase_db_bars", "one_sided")
        )
        # Two lines of (1 +- r) / 2 of their sum have (1 + r^2) / 2 of its square in squares: (A^2 + P^2) / 2.
        squares = (10 ** (4 * amplitude) + 10 ** (4 * phase)) / 2
        bars = np.sqrt(2 * squares / (1 + one_sided**2))
        assert bars == pytest.approx(2.4, abs=0.4)  # two bars side by side show more than twice one
        assert one.inputs.images["current"].shape == (64, 32, 4)


def test_evenly_spaced_windows_reach_to_the_end():
    spans = space_spans(3.0, 20.0, length_s=7.0, count=5)
    assert [start for start, _ in spans] == [3.0, 5.5, 8.0, 10.5, 13.0]
    with pytest.raises(ValueError, match="does not fit"):
        space_spans(3.0, 9.0, length_s=7.0, count=5)


@pytest.mark.parametrize("start_s", [0.0, 0.0631, 1.2345])
def test_streams_cut_in_step_begin_with_a_whole_number_of_decimation_steps(start_s):
    current, vibration = a_recording(scans=100_000)
    streams = [
        replace(current, stream=replace(current.stream, rate_hz=50_000.0)),
        replace(vibration, stream=replace(vibration.stream, rate_hz=7_600.0)),
    ]
    window = cut(streams, start_s, 0.1, in_step=True)
    for stream in window.streams:
        decimator = Decimator(stream.stream.rate_hz)
        assert stream.first_scan % decimator.factor == 0
        assert 0 <= start_s - stream.first_scan / stream.stream.rate_hz < 1.1 / decimator.rate_hz


def test_what_was_decimated_before_changes_no_image_beyond_rounding():
    recording = a_short_recording(2, motor="m")
    streams = streams_of(recording)
    nameplate = Nameplate.model_validate(recording.meta["nameplate"])
    everything = View(current_phases=3, vibration=True, bars_known=True)
    spans = space_spans(0.0, 5.0, 4.0, 4)
    together = list(look(streams, nameplate, ImageSpec(), everything, spans))
    apart = [next(look(streams, nameplate, ImageSpec(), everything, [span])) for span in spans]
    for one, other in zip(together, apart, strict=True):
        assert one is not None
        assert other is not None
        # The order of a sum in single precision depends on how the samples lie in memory.
        np.testing.assert_allclose(one.inputs.side, other.inputs.side, rtol=1e-5)
        for name, image in one.inputs.images.items():
            np.testing.assert_allclose(image.astype(int), other.inputs.images[name].astype(int), atol=1)
