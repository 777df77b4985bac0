"""How long and how often a motor has run: counted from its windows, kept on disk."""

import math
import time
from collections.abc import Callable
from dataclasses import asdict
from typing import Annotated

import numpy as np
from pydantic import BaseModel, Field

from edge_agent.figures import RunningTime
from edge_agent.motor import Nameplate
from edge_agent.signals.checks import quality
from edge_agent.signals.short_time import part_scans, short_time_rms_a, since
from edge_agent.signals.voltage.electrical import mean_power_w
from edge_agent.starts import Starts
from edge_agent.state_file import StateFile
from edge_agent.windows.sliding import StreamWindow, Window

FILE_VERSION = 1
"""Version of the file's content."""
_WRITTEN_AGAIN_S = 3600.0
"""The file is written this often, s: memory cards wear (judgement); a power cut costs at most as much."""
_S_PER_HOUR = 3600.0
"""Seconds of an hour."""
_W_PER_KW = 1000.0
"""By definition."""


_Amount = Annotated[float, Field(ge=0, allow_inf_nan=False)]


class _Content(BaseModel):
    """Content of the file; fields as in `RunningTime`."""

    running_hours: _Amount
    starts: Annotated[int, Field(ge=0)]
    last_start_s: _Amount | None
    energy_kwh: _Amount | None = None


class RunningMeter:
    """Counts running hours and starts of a motor by the samples that are new in each window.

    The samples are the clock: a time without samples does not count as running, and no clock that is set
    spoils the hours.
    """

    def __init__(
        self, nameplate: Nameplate, file: StateFile, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """Go on with what was counted before a restart; `clock` tells only when to write the file."""
        self._nameplate = nameplate
        self._file = file
        self._clock = clock
        self._written_s = clock()
        before = self._file.read_as(_running_time_of) or RunningTime()
        self._off_below_a = quality.off_below_a(nameplate)
        self._running_s = before.running_hours * _S_PER_HOUR
        self._energy_kwh = before.energy_kwh
        self._starts = Starts(
            nameplate.rated_current_a, self._off_below_a, before.starts, before.last_start_s
        )
        self._window_s = math.inf
        self._next_scan = 0

    @property
    def time(self) -> RunningTime:
        """Hours and starts so far."""
        starts = self._starts
        hours = self._running_s / _S_PER_HOUR
        return RunningTime(hours, starts.starts, starts.last_start_s, self._energy_kwh)

    def take(self, window: Window) -> None:
        """Count what is new in a window since the one before; write the file once an hour."""
        if not window.streams:
            return
        stream = window.current
        if not stream.stream.phases or quality.check_rate(stream, self._nameplate) is not None:
            return
        line_hz = self._nameplate.line_frequency_hz
        scans = part_scans(stream, line_hz)
        first = self._first_new(window, stream)
        parts_a = short_time_rms_a(since(stream, first), line_hz)
        last = first + parts_a.size * scans
        self._next_scan = stream.first_scan + last
        self._count_energy(stream, first, last)
        part_s = scans / stream.stream.rate_hz
        self._running_s += part_s * int(np.count_nonzero(parts_a >= self._off_below_a))
        self._starts.take(parts_a.tolist(), part_s)
        if self._clock() - self._written_s >= _WRITTEN_AGAIN_S:
            self.save()

    def save(self) -> None:
        """Write the file; at every orderly stop."""
        self._written_s = self._clock()
        self._file.write(asdict(self.time))

    def _count_energy(self, stream: StreamWindow, first: int, last: int) -> None:
        """Add the energy drawn in the new scans of a window, from `first` to before `last`."""
        power_w = mean_power_w(stream, first, last)
        if power_w is None:
            return
        hours = np.count_nonzero(stream.valid[first:last]) / stream.stream.rate_hz / _S_PER_HOUR
        self._energy_kwh = (self._energy_kwh or 0.0) + max(power_w, 0.0) / _W_PER_KW * hours

    def _first_new(self, window: Window, stream: StreamWindow) -> int:
        """Return the number of the first scan in a window that was not counted yet.

        A window that does not begin later than the one before is that of a device that has started over.
        """
        starts_over = window.start_s <= self._window_s
        self._window_s = window.start_s
        first = 0 if starts_over else self._next_scan - stream.first_scan
        if starts_over or first < 0:
            self._starts.miss()
        return min(max(first, 0), stream.valid.size)


def _running_time_of(content: dict[str, object]) -> RunningTime:
    """Return what a file holds; raises ValueError if it cannot be that."""
    return RunningTime(**_Content.model_validate(content).model_dump())
