"""Minutes of a current as the windows of an agent see them: a line with known modulation, at 1 kHz."""

from types import SimpleNamespace

import numpy as np

from edge_agent.refusals import of_bars
from edge_agent.signals.analysis import Analysis
from edge_agent.signals.prepared import Current, Line, find_line
from edge_agent.signals.slip.range import SlipRange
from edge_agent.verdict import Evidence

RATE_HZ = 1000.0
WINDOW_S = 12.0
STEP_S = 8.0
LINE_HZ = 60.013
AMPLITUDE_A = 2.0


def a_vector(seconds, lower=0j, upper=0j, pole_pass_hz=0.05, fifth=0.0, wander_rad=0.0):
    """A line of 2 A with a pair at 2sf and a fifth harmonic, whose phase wanders within 70 s."""
    phase = 2 * np.pi * LINE_HZ * seconds + wander_rad * np.sin(2 * np.pi * seconds / 70.0)
    turn = 2j * np.pi * pole_pass_hz * seconds
    pair = 1 + upper * np.exp(turn) + lower * np.exp(-turn)
    return AMPLITUDE_A * (np.exp(1j * phase) * pair + fifth * np.exp(-5j * phase))


def windows_of(length_s, noise=1e-4, first_s=1000.0, **vector):
    """Yield the time of the first sample and the current of each window of so many seconds."""
    random = np.random.default_rng(4)
    samples = round(WINDOW_S * RATE_HZ)
    for start_s in np.arange(0.0, length_s - WINDOW_S + 1e-6, STEP_S):
        seconds = start_s + np.arange(samples) / RATE_HZ
        values = a_vector(seconds, **vector)
        values = values + noise * (random.normal(size=samples) + 1j * random.normal(size=samples))
        line = find_line(values, RATE_HZ, one_phase=False)
        assert line is not None
        yield first_s + start_s, Current(values, np.ones(samples, bool), RATE_HZ, line)


def a_plain_current(length_s=WINDOW_S):
    """A current without anything, seen from its line."""
    seconds = np.arange(round(length_s * RATE_HZ)) / RATE_HZ
    line = Line(LINE_HZ, AMPLITUDE_A, 0.0, False)
    return Current(a_vector(seconds), np.ones(seconds.size, bool), RATE_HZ, line)


def slots_at(slip):
    """The range of a slip by slots."""
    return SlipRange(0.99 * slip, 1.01 * slip, "slots")


def a_too_short_window(start_s, current, slip):
    """A window at a time, and its analysis: too few pole-pass cycles at a slip that the slots tell."""
    stream = SimpleNamespace(first_scan=round(start_s * RATE_HZ), stream=SimpleNamespace(rate_hz=RATE_HZ))
    refusal = of_bars.TOO_FEW_CYCLES.refuse(0.6, 2.5)
    analysis = Analysis(Evidence(), refusal, line=current.line, slips=slots_at(slip), current=current)
    return SimpleNamespace(current=stream), analysis
