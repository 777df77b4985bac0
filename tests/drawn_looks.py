"""Looks of motors drawn from a model of their scatter, and answers made of them: no signals are simulated.

Above a quarter of the load, equivalent bars of a sound motor scatter by .004 to .014 bars with a tail heavier
than exponential (generalised Pareto, shape .32); looks correlate by .07. Both were measured on simulated
motors by bench_motor_days.py. Below a quarter, three times as much is drawn (an assumption).
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from types import SimpleNamespace

import numpy as np

from edge_agent.baseline.growth import Growth
from edge_agent.baseline.look import Look
from edge_agent.baseline.proof import Tally
from edge_agent.baseline.recognition import Recognition
from edge_agent.baseline.reference import Reference, make_reference
from edge_agent.baseline.watching import Watching
from edge_agent.limits import BARS
from edge_agent.load_bins import bin_of
from edge_agent.pipeline import Answer
from edge_agent.refusals import of_bars, of_samples
from edge_agent.signals.prepared import Line
from edge_agent.verdict import BarCount, Evidence, Severity, State, Verdict

WINDOW_S = 12.0
TAIL_FROM_SIGMA = 1.645
"""One look in twenty lies above: where the normal scatter ends and the tail begins."""
TAIL_SHAPE = 0.32
TAIL_SCALE_SIGMA = 0.6
"""Scale of the tail per standard deviation; 0.4 would go on as the normal distribution does."""
CORRELATION = 0.07
LIGHT_LOAD, LIGHT_SCATTER = 0.25, 3.0


@dataclass
class DrawnMotor:
    """A motor whose looks are drawn."""

    random: np.random.Generator
    bars: float = 0.08
    """Equivalent bars of its casting."""
    sigma_bars: float = 0.01
    """Scatter of its looks above a quarter of the load."""
    load: float = 0.7
    """Load about which it works."""
    load_spread: float = 0.15
    unbalance: float | None = 0.015
    current_factor: float = 1.0
    """What its current is multiplied with: another scale."""
    growth_bars: float = 0.0
    """What has been added to its bars since it was sound."""
    of_bins: dict[str, float] = field(default_factory=dict)
    """Systematic deviation of each load bin."""
    _before: float = 0.0

    @classmethod
    def draw(cls, random: np.random.Generator) -> "DrawnMotor":
        """Return a sound motor at its duty."""
        motor = cls(
            random,
            bars=random.uniform(0.01, 0.18),
            sigma_bars=random.uniform(0.004, 0.014),
            load=random.uniform(0.3, 1.0),
            load_spread=random.uniform(0.02, 0.2),
        )
        motor.of_bins = {bin_of(load): random.normal(0, 0.01) for load in np.arange(0.1, 1.2, 0.1)}
        return motor

    def look(self) -> Look:
        """Draw the next look."""
        load = min(max(self.load + self.load_spread * self.random.normal(), 0.06), 1.19)
        name = bin_of(load) or ""
        sigma = self.sigma_bars * (LIGHT_SCATTER if load < LIGHT_LOAD else 1.0)
        bars = self.bars + self.of_bins.get(name, 0.0) + self.growth_bars + sigma * self._scatter()
        current_a = self.current_factor * math.hypot(1.2, 2.5 * load) * (1 + 0.02 * self.random.normal())
        unbalance = None if self.unbalance is None else abs(self.unbalance + 0.002 * self.random.normal())
        bars = max(bars, 0.0)
        return Look(name, bars, load, current_a, unbalance, -50.0, -52.0, bars - 0.03 > BARS.sound)

    def looks(self, count: int) -> Iterator[Look]:
        """Draw so many."""
        return (self.look() for _ in range(count))

    def _scatter(self) -> float:
        """Return a correlated normal value whose tails are replaced by heavy ones, in standard deviations."""
        self._before = CORRELATION * self._before + math.sqrt(1 - CORRELATION**2) * self.random.normal()
        if abs(self._before) < TAIL_FROM_SIGMA:
            return self._before
        excess = TAIL_SCALE_SIGMA * ((1 - self.random.random()) ** -TAIL_SHAPE - 1) / TAIL_SHAPE
        return math.copysign(TAIL_FROM_SIGMA + excess, self._before)


def a_reference(motor: DrawnMotor, looks: int = 3000) -> Reference:
    """Return what is learned of a motor from so many looks."""
    by_bin: dict[str, list[Look]] = {}
    for look in motor.looks(looks):
        by_bin.setdefault(look.load_bin, []).append(look)
    reference = make_reference(by_bin, {name: len(own) for name, own in by_bin.items()})
    assert reference is not None
    return reference


def a_watch(motor: DrawnMotor, looks: int = 3000, allowed_per_year: float = 0.1) -> Watching:
    """Return what watches a motor that was learned from so many looks."""
    return Watching(a_reference(motor, looks), allowed_per_year, Growth(), Recognition(), Tally())


MOTOR_OFF = Verdict(
    state=State.INDETERMINATE, refusal=of_samples.MOTOR_OFF.refuse(0.0, 0.3), evidence=Evidence()
)


def verdict_of(look: Look) -> Verdict:
    """Return the verdict of a window that shows this look."""
    evidence = Evidence(
        slip=0.03 * look.load,
        load=look.load,
        lower_sideband_dbc=look.lower_dbc,
        upper_sideband_dbc=look.upper_dbc,
        detection_limit_bars=0.02,
        equivalent_bars=look.bars,
        equivalent_bars_interval=(look.bars - 0.03, look.bars + 0.03),
        current_unbalance=look.unbalance,
        modalities_agree=True,
    )
    if look.bars >= BARS.alarm and look.above_casting:
        count = BarCount(1, (1, 1), look.bars)
        severity = Severity.DANGER if look.bars >= BARS.danger else Severity.ALARM
        return Verdict(state=State.BROKEN_BARS, severity=severity, broken_bars=count, evidence=evidence)
    if look.above_casting:
        return Verdict(
            state=State.INDETERMINATE, refusal=of_bars.BETWEEN.refuse(look.bars), evidence=evidence
        )
    severity = Severity.WATCH if look.bars >= BARS.sound else Severity.OK
    return Verdict(state=State.HEALTHY, severity=severity, evidence=evidence)


class DrawnAnswers:
    """Answers as the line gives them, one window after another; each is a look."""

    def __init__(self, window_s: float = WINDOW_S) -> None:
        self._window_s = window_s
        self._start_s = -window_s
        self._state = MOTOR_OFF

    def of(self, verdict: Verdict, current_a: float = 2.0, state: Verdict | None = None) -> Answer:
        """Return the next answer; its state is the verdict itself unless another one is given."""
        self._start_s += self._window_s
        before, self._state = self._state, verdict if state is None else state
        window = SimpleNamespace(start_s=self._start_s, length_s=self._window_s, streams=())
        line = Line(60.0, current_a * math.sqrt(2), None, False)
        analysis = SimpleNamespace(line=line, dead=(), pair=None, current=None, slots_show=None)
        changed = before.state is not self._state.state or before.severity is not self._state.severity
        return Answer(verdict, before, self._state, changed, True, analysis, window)  # type: ignore[arg-type]

    def showing(self, look: Look) -> Answer:
        """Return the next answer, which shows this look."""
        return self.of(verdict_of(look), look.current_a)

    def motor_off(self) -> Answer:
        """Return an answer of a motor at rest."""
        return self.of(MOTOR_OFF, 0.01)


def broken_state(bars: float = 1.0, load: float = 0.7) -> Verdict:
    """Return the state of a motor with a broken bar."""
    look = Look("", bars, load, 2.0, above_casting=True)
    return verdict_of(replace(look, bars=max(bars, BARS.alarm)))
