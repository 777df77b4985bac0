"""What the benchmark of the range scan listens to: a round and a first seed always give the same motors.

All are test seeds. A round has one sound motor, three broken ones and a broken one under a strong condition.
Every second round has a sound one under it, too, and every fourth a broken one that idles. So the first
rounds are a smaller set of the same mixture.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np

from calibration.simulator.conditions import Oscillation, Ripple
from calibration.simulator.draw import log_uniform
from calibration.simulator.noise import generator
from calibration.simulator.scenario import Scenario
from calibration.simulator.sets import CLASSES, draw_scenario

Random = np.random.Generator
BANDS = ((0.125, 0.3), (0.3, 0.6), (0.6, 1.0))
"""Loads per unit of the rated torque, in turn."""
ORDINARY = "ordinary"
"""Kind of the motors on ordinary mains."""
IDLING = "idling"
"""Kind of the motors that drive next to nothing, where no window of seconds can tell."""
_IDLE_LOADS = (0.0, 0.125)
"""Theirs, per unit of the rated torque."""
_MOTORS_OF_A_ROUND = 7
_BARS = (1, 2, 1, 3, 1, 4)
"""Broken bars in turn: those that show least are half of all."""


@dataclass(frozen=True, slots=True)
class Trial:
    """One recording to be made."""

    kind: str
    """ORDINARY, IDLING or one of CONDITIONS."""
    seed: int
    """Seed of all that is random in it; modulo five it is the number of broken bars."""
    band: int
    """Of BANDS."""

    @property
    def name(self) -> str:
        """A name for its file."""
        return f"{self.seed}-{self.seed % CLASSES}bars"


def trials(first_seed: int, rounds: int) -> Iterator[Trial]:
    """Yield the recordings of so many rounds; `first_seed` is a multiple of five."""
    kinds = tuple(CONDITIONS)
    for number in range(rounds):
        start = first_seed + CLASSES * _MOTORS_OF_A_ROUND * number
        band, kind = number % len(BANDS), kinds[number // len(BANDS) % len(kinds)]
        yield Trial(ORDINARY, start, band)
        for motor in (1, 2, 3):
            bars = _BARS[(3 * number + motor) % len(_BARS)]
            yield Trial(ORDINARY, start + CLASSES * motor + bars, band)
        yield Trial(kind, start + CLASSES * 4 + _BARS[number % len(_BARS)], band)
        if number % 2 == 0:
            yield Trial(kind, start + CLASSES * 5, band)
        if number % 4 == 0:
            yield Trial(IDLING, start + CLASSES * 6 + _BARS[number // 4 % len(_BARS)], band)


def prepare(trial: Trial) -> Scenario:
    """Return the scenario of a trial."""
    rng = generator(trial.seed, f"scan {trial.kind}")
    scenario = draw_scenario("training_2" if trial.kind == _WIDE else "validation_2", trial.seed)
    loads = _IDLE_LOADS if trial.kind == IDLING else BANDS[trial.band]
    scenario = replace(scenario, load=float(rng.uniform(*loads)), sensor_faults=())
    if trial.kind == IDLING:
        return _voltage(scenario, rng, 0.95, 1.10)
    return CONDITIONS[trial.kind](scenario, rng) if trial.kind in CONDITIONS else scenario


def _voltage(s: Scenario, rng: Random, lowest: float, highest: float) -> Scenario:
    """Return a motor at another voltage, whose iron may saturate: then its idle current rises faster."""
    supply = replace(s.supply, voltage_factor=float(rng.uniform(lowest, highest)))
    return replace(s, supply=supply, saturation=float(rng.uniform(0.0, 0.6)))


def _swing(s: Scenario, rng: Random, ratio: float) -> Scenario:
    return replace(s, driven=replace(s.driven, oscillation=Oscillation(log_uniform(rng, 0.02, 0.10), ratio)))


def _driven_shaft(s: Scenario, rng: Random) -> Scenario:
    order = 1.0 + float(rng.choice((-1.0, 1.0))) * float(rng.uniform(0.002, 0.03))
    return replace(s, driven=replace(s.driven, ripples=(Ripple(order, log_uniform(rng, 0.005, 0.08)),)))


_WIDE = "drawn as widely as for training"
CONDITIONS: dict[str, Callable[[Scenario, Random], Scenario]] = {
    "over-voltage 5-10 %": lambda s, rng: _voltage(s, rng, 1.05, 1.10),
    "under-voltage 5-10 %": lambda s, rng: _voltage(s, rng, 0.90, 0.95),
    "hot rotor": lambda s, rng: replace(s, temperature_factor=float(rng.uniform(1.25, 1.45))),
    "frequency wander 20-30 mHz": lambda s, rng: replace(
        s, supply=replace(s.supply, wander_hz=float(rng.uniform(0.02, 0.03)))
    ),
    "load swings at 0.3-3 x 2sf": lambda s, rng: _swing(s, rng, log_uniform(rng, 0.3, 3.0)),
    "load swings at 2sf": lambda s, rng: _swing(s, rng, float(rng.uniform(0.97, 1.03))),
    "driven shaft within 3 %": _driven_shaft,
    _WIDE: lambda s, _: s,
}
"""Strong conditions under which no broken rotor may be called healthy."""
