"""Windows of currents with given phasors, and what a diagnoser says of them."""

from collections.abc import Callable, Mapping
from functools import cache

import numpy as np
from numpy.typing import NDArray
from plates import a_nameplate

from edge_agent.acquire.samples import Channel, ChannelKind, Stream
from edge_agent.circuit import Circuit, fit_circuit
from edge_agent.conditions.diagnoser import ConditionDiagnoser
from edge_agent.conditions.normal import Normal, make_normal
from edge_agent.conditions.seen import Seen, see
from edge_agent.motor import Nameplate
from edge_agent.signals.analysis import Analysis
from edge_agent.signals.prepared import find_line, space_vector
from edge_agent.verdict import Evidence, Finding
from edge_agent.windows.sliding import StreamWindow, Window

PLATE = a_nameplate(power_factor=0.8)
RATE_HZ = 2000.0
LINE_HZ = PLATE.line_frequency_hz
RATED_A = PLATE.rated_current_a
_TURN = np.exp(2j * np.pi / 3)
_SCALE = 0.001


@cache
def _circuit(plate: Nameplate) -> Circuit:
    return fit_circuit(plate)


def balanced(rms_a: float, negative: complex = 0.0) -> dict[str, complex]:
    """Phasors of a, b, c, A rms, of a positive sequence and its share of the negative one."""
    forward = rms_a * np.exp(-0.6j)
    backward = negative * forward
    return {phase: complex(forward * _TURN**-k + backward * _TURN**k) for k, phase in enumerate("abc")}


def a_current_window(
    phasors: Mapping[str, complex],
    length_s: float = 4.0,
    start_s: float = 0.0,
    swing: Callable[[NDArray[np.float64]], NDArray[np.float64]] = np.ones_like,
    line_hz: float = LINE_HZ,
) -> Window:
    """A window of currents with these phasors, A rms, times `swing` of the seconds."""
    seconds = np.arange(round(length_s * RATE_HZ)) / RATE_HZ
    turning = np.sqrt(2) * np.exp(2j * np.pi * line_hz * (seconds + start_s)) * swing(seconds + start_s)
    noise = np.random.default_rng(round(start_s * 10)).normal(0, 0.003, (len(phasors), seconds.size))
    samples = np.stack([(phasor * turning).real for phasor in phasors.values()]) + noise
    channels = tuple(Channel(f"i{phase}", ChannelKind.CURRENT, "A", _SCALE, phase=phase) for phase in phasors)
    stream = Stream(0, RATE_HZ, channels)
    counts = np.rint(samples / _SCALE).astype(np.int32)
    first = round(start_s * RATE_HZ)
    return Window(
        start_s, length_s, (StreamWindow(stream, first, counts, np.ones(seconds.size, bool), 0),), 0.0
    )


def seen(window: Window, plate: Nameplate = PLATE) -> Seen:
    """What a condition is judged by: the window and its line; the sidebands do not matter to it."""
    stream = window.current
    phases = list(stream.stream.phases)
    samples = np.stack([stream.units(i) for i in stream.stream.phases.values()])
    line = find_line(space_vector(samples, phases), stream.stream.rate_hz, one_phase=len(phases) == 1)
    return see(window, Analysis(Evidence(), None, line=line), plate, _circuit(plate))


def finding(diagnoser: ConditionDiagnoser, window: Window, normal: Normal | None = None) -> Finding:
    """What a diagnoser says of a window."""
    own = seen(window)
    return diagnoser.judge(dict(diagnoser.measure(own)), own, normal)


def normal_by(diagnoser: ConditionDiagnoser, *windows: Window, hours: float = 24.0) -> Normal:
    """The normal that windows give."""
    all_seen = [seen(window) for window in windows]
    return make_normal([(dict(diagnoser.measure(own)), own.load) for own in all_seen], hours)
