"""How long the load of a motor has been steady at the end of a window."""

import numpy as np

from edge_agent.limits import STEADY
from edge_agent.signals.short_time import part_scans, short_time_rms_a
from edge_agent.windows.sliding import StreamWindow

_AVERAGED_S = 0.5
"""The current before and after an instant is averaged over this time, s. Judgement: most of the modulation by
broken bars averages out, and steps of the load that lie further apart stay apart."""
_LEAST_A = 1e-9
"""Lower bound of a current, A: what is divided by is never zero."""
_SETTLED_S = 0.5
"""Time after a step until the motor runs steadily again, s. Judgement: several time constants of rotor and
inertia."""


def steady_s(stream: StreamWindow, line_frequency_hz: float) -> float:
    """Return for how long, s, no step of the load has shown at the end of a window; all of it without any.

    A step is where the current changes by more than a transient may (`limits.STEADY`) from the time before an
    instant to the time after it.
    """
    rms_a = short_time_rms_a(stream, line_frequency_hz)
    part_s = part_scans(stream, line_frequency_hz) / stream.stream.rate_hz
    averaged = round(_AVERAGED_S / part_s)
    length_s = stream.valid.size / stream.stream.rate_hz
    if rms_a.size < 2 * averaged:
        return length_s
    # Where scans were lost no change is known: that counts as a step.
    means = np.convolve(rms_a, np.full(averaged, 1 / averaged), mode="valid")
    before = np.maximum(means[:-averaged], _LEAST_A)
    changes = np.nan_to_num(np.abs(means[averaged:] / before - 1), nan=np.inf)
    (steps,) = np.nonzero(changes > STEADY.min_transient)
    if steps.size == 0:
        return length_s
    newest = np.split(steps, np.nonzero(np.diff(steps) > 1)[0] + 1)[-1]
    step = newest[::-1][np.argmax(changes[newest[::-1]])] + averaged
    return float(length_s - step * part_s - _SETTLED_S)
