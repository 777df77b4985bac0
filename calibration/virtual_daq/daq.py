"""The virtual DAQ: a clock that runs on, with a listener or without."""

import select
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from calibration.virtual_daq.batches import Batches
from calibration.virtual_daq.damage import Damage
from calibration.virtual_daq.encoders import Encoder
from calibration.virtual_daq.inlets import Inlet
from calibration.virtual_daq.pty_port import PtyPort
from calibration.virtual_daq.sources import SampleSource
from edge_agent.acquire.samples import SampleBlock

TICK_S = 0.01
"""How often the clock is read. Judgement: shorter than a frame of 128 scans at 10 kHz, and no load on the
processor."""
SETTLING_S = 0.2
"""From the opening of the port to scan 0: a program may flush the port after opening it, as pyserial does.
Judgement: several times what that takes."""
DESCRIPTION_EVERY_S = 1.0
"""From one description to the next, on the device's clock. Judgement: a listener may join at any time."""
_MAX_STEP_S = 0.2
"""Judgement: a simulator that is late catches up in steps of one of its blocks."""
_QUIET_S = 0.1
"""Judgement: how long everything must have been read before the port is closed; several reads."""
_MAX_DRAIN_S = 30.0
"""Judgement: a listener that reads nothing for so long has hung."""


class VirtualDaq:
    """Plays a source on a port, batch by batch as its clock goes; can be disturbed on purpose."""

    def __init__(
        self, source: SampleSource, encoder: Encoder, port: PtyPort, scans_per_batch: int, speed: float
    ) -> None:
        """Prepare; `speed` is how much faster than real time the device's clock goes."""
        self.source = source
        """Where the samples come from."""
        self.damage = Damage(seed=0)
        """Damage that is done to batches on their way."""
        self.batches = Counter[str]()
        """Batches `sent`, `dropped` because the listener was too slow, `unheard` because there was none."""
        self._encoder = encoder
        self._port = port
        self._cut = Batches(scans_per_batch)
        self._speed = speed
        self._now_s = time.monotonic()
        self._opened_s: float | None = None
        self._started_s: float | None = None
        self._played_s = 0.0
        self._describe_at_s = 0.0
        self._overrun: set[int] = set()
        self._return_at_s: float | None = None
        self._finished_s: float | None = None
        self._last_unread_s = 0.0
        self._over = False

    def run(self, inlets: Sequence[Inlet]) -> None:
        """Play until the source is finished and the listener has read it all, or until `stop`."""
        behind = False
        while not self._over:
            files = [file for inlet in inlets for file in inlet.files()]
            writing = self._port.waiting_to_write()
            ready, _, _ = select.select(files, writing, [], 0.0 if behind else TICK_S)
            for inlet in inlets:
                inlet.serve(ready)
            behind = self.step(time.monotonic())

    def stop(self) -> None:
        """End `run`."""
        self._over = True

    def vanish(self, duration_s: float) -> None:
        """Take the port away, and bring it back under the same link after `duration_s`."""
        self._port.close()
        self._return_at_s = self._now_s + duration_s

    def step(self, now_s: float) -> bool:
        """Do what is due at `now_s` of the monotonic clock; return True if more is due already."""
        self._now_s = now_s
        if self._return_at_s is not None and now_s >= self._return_at_s:
            self._port.open()
            self._return_at_s = None
        self._port.look()
        self._answer()
        if self._started_s is None:
            self._start_when_opened(now_s)
            return False
        behind = self._play(now_s - self._started_s)
        self._port.flush(now_s)
        if self.source.finished:
            self._finish(now_s)
        return behind

    def _answer(self) -> None:
        """Let the device hear what the listener writes; what it says then comes before its next samples."""
        if heard := self._port.heard():
            answer = self._encoder.hear(heard)
            if answer:
                self._port.offer(answer)
                self._port.flush(self._now_s)

    def _start_when_opened(self, now_s: float) -> None:
        if not self._port.listening:
            self._opened_s = None
        elif self._opened_s is None:
            self._opened_s = now_s
        elif now_s - self._opened_s >= SETTLING_S:
            self._started_s = now_s

    def _play(self, running_s: float) -> bool:
        """Play what is due after `running_s`; return True if more is due."""
        due_s = running_s * self._speed - self._played_s
        if due_s <= 0 or self.source.finished:
            return False
        if self._played_s >= self._describe_at_s:
            self._describe_at_s += DESCRIPTION_EVERY_S
            if self._port.listening and (text := self._encoder.description()):
                self._port.offer(text)
        step_s = min(due_s, _MAX_STEP_S)
        self._played_s += step_s
        for block in self.source.advance(step_s):
            for batch in self._cut.add(block):
                self._send(batch)
        return due_s > step_s

    def _send(self, batch: SampleBlock) -> None:
        if batch.stream in self._overrun:
            batch = replace(batch, overrun=True)
        encoded = self._encoder.data(batch)
        if not self._port.listening or not self._encoder.sending:
            self.batches["unheard"] += 1
            return
        if not encoded:
            return
        if all(self._port.offer(piece) for piece in self.damage.pass_on(encoded)):
            self._overrun.discard(batch.stream)
            self.batches["sent"] += 1
        else:
            self._overrun.add(batch.stream)
            self.batches["dropped"] += 1

    def _finish(self, now_s: float) -> None:
        """Send what is left; end only when all has been read, since closing the port discards the rest."""
        if self._finished_s is None:
            self._finished_s = now_s
            for batch in self._cut.rest():
                self._send(batch)
            for piece in self.damage.rest():
                self._port.offer(piece)
        if not self._port.all_read():
            self._last_unread_s = now_s
        quiet = now_s - max(self._last_unread_s, self._finished_s) >= _QUIET_S
        if quiet or now_s - self._finished_s > _MAX_DRAIN_S:
            self._over = True
