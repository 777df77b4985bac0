"""From a recording to examples: windows of many lengths, analysed by the front end of the agent."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache

import numpy as np
from numpy.typing import NDArray

from edge_agent.acquire.recordings import Recording
from edge_agent.acquire.samples import ChannelKind, Stream
from edge_agent.motor import Nameplate
from edge_agent.signals.analysis import Analyser
from edge_agent.signals.dsp.decimation import Decimator
from edge_agent.signals.images import ImageSpec, ModelInputs
from edge_agent.verdict import Reason
from edge_agent.windows.sliding import StreamWindow, Window


@dataclass(frozen=True, slots=True)
class StreamSamples:
    """All samples of one stream of a recording."""

    stream: Stream
    """Its rate and channels."""
    counts: NDArray[np.int16] | NDArray[np.int32]
    """(channels, scans)."""


def streams_of(recording: Recording) -> list[StreamSamples]:
    """Return the samples of every stream of a recording."""
    pairs = zip(recording.device.streams, recording.counts, strict=True)
    return [StreamSamples(stream, counts.T) for stream, counts in pairs]


@dataclass(frozen=True, slots=True)
class View:
    """Which sensors of a recording the agent gets, and what it knows of the motor."""

    current_phases: int
    """Phase currents that are measured, 1 to 3."""
    vibration: bool
    """True if vibration is measured."""
    bars_known: bool
    """True if the nameplate states the rotor bars."""
    vibration_sensors: int | None = None
    """How many vibration channels are kept, the first ones; None for all."""


@dataclass(frozen=True, slots=True)
class Seen:
    """One window that the front end accepted."""

    inputs: ModelInputs
    """As the network gets it."""
    length_s: float
    """Length of the window, s."""
    phases: int
    """Phase currents that it shows."""


def draw_view(random: np.random.Generator) -> View:
    """Draw a view: three phases, two or one, mostly with vibration. Shares are judgement, not a survey."""
    return View(
        current_phases=int(random.choice([3, 2, 1], p=[0.5, 0.25, 0.25])),
        vibration=bool(random.random() < 0.85),
        bars_known=bool(random.random() < 0.5),
    )


def draw_spans(
    duration_s: float, shortest_s: float, longest_s: float, count: int, random: np.random.Generator
) -> list[tuple[float, float]]:
    """Return (start, length) in s of `count` windows: the longest possible one, then log-uniform lengths."""
    longest = min(longest_s, duration_s)
    lengths = [longest, *np.exp(random.uniform(np.log(shortest_s), np.log(longest), count - 1))]
    return [(float(random.uniform(0, duration_s - length)), float(length)) for length in lengths]


def space_spans(first_s: float, duration_s: float, length_s: float, count: int) -> list[tuple[float, float]]:
    """Return (start, length) in s of `count` windows, evenly spaced from `first_s` to the end.

    Raises ValueError if not even one window fits in.
    """
    if first_s + length_s > duration_s:
        raise ValueError(
            f"a window of {length_s:g} s does not fit between {first_s:g} and {duration_s:.2f} s"
        )
    return [(float(start), length_s) for start in np.linspace(first_s, duration_s - length_s, count)]


def cut(streams: list[StreamSamples], start_s: float, length_s: float, in_step: bool = False) -> Window:
    """Return a window of a recording, all samples valid.

    With `in_step` every stream begins up to a millisecond earlier, a whole number of decimation steps from
    its start: then an `Analyser` that sees windows in order of time decimates only what is new.
    """
    cuts = tuple(_cut_stream(samples, start_s, length_s, in_step) for samples in streams)
    return Window(start_s, length_s, cuts, 0.0)


def look(
    streams: list[StreamSamples],
    nameplate: Nameplate,
    spec: ImageSpec,
    view: View,
    spans: list[tuple[float, float]],
    despite: frozenset[Reason] = frozenset(),
) -> Iterator[Seen | None]:
    """Analyse each window as the agent would; yield None if the agent would refuse it.

    A window whose slip is in doubt is refused, too: the sideband pair may lie elsewhere, outside the images.
    `despite` names refusals after which a window is still kept, if there are images of it.
    """
    plate = nameplate if view.bars_known else nameplate.model_copy(update={"rotor_bars": None})
    analyser, measured = Analyser(plate, spec), restrict(streams, view)
    phases = sum(c.kind is ChannelKind.CURRENT for samples in measured for c in samples.stream.channels)
    for start_s, length_s in spans:
        analysis = analyser.analyse(cut(measured, start_s, length_s, in_step=True))
        refusal = analysis.refusal or analysis.speed_doubt
        refused = refusal is not None and refusal.reason not in despite
        if analysis.inputs is None or refused:
            yield None
        else:
            yield Seen(analysis.inputs, length_s, phases)


def restrict(streams: list[StreamSamples], view: View) -> list[StreamSamples]:
    """Return the streams without the channels that the view lacks, and without empty streams."""
    result: list[StreamSamples] = []
    for samples in streams:
        kept = list(_kept_channels(samples.stream, view))
        if kept:
            channels = tuple(samples.stream.channels[i] for i in kept)
            stream = replace(samples.stream, channels=channels)
            result.append(StreamSamples(stream, samples.counts[kept]))
    return result


def _kept_channels(stream: Stream, view: View) -> Iterator[int]:
    most = {
        ChannelKind.CURRENT: view.current_phases,
        ChannelKind.VIBRATION: view.vibration_sensors if view.vibration else 0,
    }
    for kind, count in most.items():
        yield from [i for i, channel in enumerate(stream.channels) if channel.kind is kind][:count]


def _cut_stream(samples: StreamSamples, start_s: float, length_s: float, in_step: bool) -> StreamWindow:
    rate_hz = samples.stream.rate_hz
    first = round(start_s * rate_hz)
    if in_step:
        first -= first % _decimation(rate_hz)
    scans = min(round(length_s * rate_hz), samples.counts.shape[1] - first)
    return StreamWindow(
        stream=samples.stream,
        first_scan=first,
        counts=samples.counts[:, first : first + scans],
        valid=np.ones(scans, bool),
        clipped_scans=0,
    )


@cache
def _decimation(rate_hz: float) -> int:
    return Decimator(rate_hz).factor
