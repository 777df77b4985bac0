"""The newest documents and pulse, and when samples and verdicts came last."""

import time

from edge_agent.publish.documents import (
    Alarm,
    Baseline,
    Diagnosis,
    Document,
    Health,
    Info,
    Learned,
    Measurements,
    State,
    Trend,
)
from edge_agent.publish.sink import Pulse
from edge_agent.supervision import Clock


class Newest:
    """What the agent said last, of each kind; None for what it has not said yet.

    The agent's thread writes and the server's thread reads. No lock is needed: each value is replaced whole.
    """

    def __init__(self, clock: Clock = time.monotonic, motor: str | None = None) -> None:
        """Begin with nothing; times are those of `clock`, s. `motor` is the id of one among several."""
        self._motor = motor
        self._samples = 0
        self.clock = clock
        """The clock of the times below."""
        self.started_s = clock()
        """When the agent started."""
        self.state: State | None = None
        """The state of the motor."""
        self.diagnosis: Diagnosis | None = None
        """What the newest window showed."""
        self.alarm: Alarm | None = None
        """The latched alarm."""
        self.info: Info | None = None
        """What does not change from window to window."""
        self.measurements: Measurements | None = None
        """The ordinary figures."""
        self.baseline: Baseline | None = None
        """What is normal for this motor."""
        self.learned: Learned | None = None
        """What many windows have taught of this motor."""
        self.trend: Trend | None = None
        """How the motor develops."""
        self.health: Health | None = None
        """How the agent itself is."""
        self.pulse: Pulse | None = None
        """What the agent has counted."""
        self.pulse_s: float | None = None
        """When that came."""
        self.samples_s: float | None = None
        """When a pulse last told of new samples."""
        self.verdict_s: float | None = None
        """When a window last got a verdict."""

    def take(self, document: Document) -> None:
        """Keep a document in the place of the one before."""
        match document:
            case State():
                self.state = document
            case Diagnosis():
                self.diagnosis = document
                self.verdict_s = self.clock()
            case Alarm():
                self.alarm = document
            case Info():
                self.info = document
            case Measurements():
                self.measurements = document
            case Baseline():
                self.baseline = document
            case Learned():
                self.learned = document
            case Trend():
                self.trend = document
            case Health():
                self.health = document

    def feel(self, pulse: Pulse) -> None:
        """Keep a pulse in the place of the one before."""
        now_s, samples = self.clock(), pulse.samples_of(self._motor)
        if samples > self._samples:
            self.samples_s = now_s
        self._samples = samples
        self.pulse, self.pulse_s = pulse, now_s
