"""Motors at work for hours: six duty cycles of starts, stops and changing loads, as continuous samples.

The cycles are typical shapes, not measurements: simulated, like everything here. A cycle is a list of
stretches; each is a motor that runs on, or rest with the noise of the converter alone.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np

from calibration.simulator.conditions import LoadCondition, LoadStep, Oscillation
from calibration.simulator.draw import Generator, chance, draw_cage, draw_motor, draw_supply, log_uniform
from calibration.simulator.live import LiveMotor
from calibration.simulator.load import CONSTANT, FAN, MIXED
from calibration.simulator.scenario import Scenario
from edge_agent.acquire.samples import Counts, Device, SampleBlock

_SWITCHED_ON_S = 0.5
"""From the beginning of a stretch until its motor is switched on, s. Judgement: it shows as rest."""
_CASTINGS_UP_TO = 0.05
"""Largest standard deviation of a casting's bars. Judgement: above it single castings pass 0.2 bars."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """A part of a cycle."""

    duration_s: float
    """How long it lasts."""
    load: float | None
    """Mean torque per unit of the rated one at its beginning; None at rest."""
    driven: LoadCondition = LoadCondition()  # noqa: RUF009 - frozen
    """The driven machine."""
    starts: bool = False
    """True if the motor starts from rest."""


def _steady(rng: Generator, seconds: float, law: tuple[float, float, float], inertia: float) -> list[Stretch]:
    """Return hours of one load that drifts by a few percent, with a stop in half of all motors."""
    load, ramp = float(rng.uniform(0.5, 0.95)), float(rng.uniform(-0.06, 0.06))
    driven = LoadCondition(law=law, inertia_ratio=inertia, noise=log_uniform(rng, 0.001, 0.01), ramp=ramp)
    if not chance(rng, 0.5):
        return [Stretch(seconds, load, driven)]
    first_s = float(rng.uniform(0.3, 0.7)) * seconds
    return [
        Stretch(first_s, load, driven),
        Stretch(60.0, None),
        Stretch(max(60.0, seconds - first_s - 60.0), load, driven, starts=True),
    ]


def pump(rng: Generator, seconds: float) -> list[Stretch]:
    """Return the cycle of a pump: one load."""
    return _steady(rng, seconds, MIXED, float(rng.uniform(0.5, 2.0)))


def fan(rng: Generator, seconds: float) -> list[Stretch]:
    """Return the cycle of a fan: one load, and a heavy wheel."""
    return _steady(rng, seconds, FAN, float(rng.uniform(8.0, 30.0)))


def _stepped(rng: Generator, seconds: float, next_step: Callable[[], tuple[float, float]]) -> Stretch:
    """Return a stretch whose load steps; `next_step` draws how long a load lasts, s, and the load."""
    lasts_s, load = next_step()
    first, before, time_s, steps = load, load, lasts_s, []
    while time_s < seconds:
        lasts_s, load = next_step()
        steps.append(LoadStep(time_s, load / before))  # each multiplies what was before it
        before = load
        time_s += lasts_s
    driven = LoadCondition(
        law=CONSTANT, inertia_ratio=float(rng.uniform(1.0, 5.0)), noise=log_uniform(rng, 0.002, 0.02),
        steps=tuple(steps),
    )  # fmt: skip
    return Stretch(seconds, first, driven)


def compressor(rng: Generator, seconds: float) -> list[Stretch]:
    """Return the cycle of a screw compressor: it loads for a minute or two, then it idles on."""
    loaded, idle = float(rng.uniform(0.75, 0.95)), float(rng.uniform(0.22, 0.35))
    turns = iter(range(10**6))

    def next_step() -> tuple[float, float]:
        if next(turns) % 2:
            return float(rng.uniform(20.0, 60.0)), idle
        return float(rng.uniform(40.0, 120.0)), loaded

    return [_stepped(rng, seconds, next_step)]


def crusher(rng: Generator, seconds: float) -> list[Stretch]:
    """Return the cycle of a crusher: each stone another load, with pauses between truck loads."""

    def next_step() -> tuple[float, float]:
        if chance(rng, 0.06):
            return float(rng.uniform(15.0, 45.0)), float(rng.uniform(0.25, 0.35))
        return log_uniform(rng, 2.0, 20.0), float(np.clip(rng.normal(0.65, 0.2), 0.25, 1.15))

    return [_stepped(rng, seconds, next_step)]


def conveyor(rng: Generator, seconds: float) -> list[Stretch]:
    """Return the cycle of a conveyor: loads of 15 to 60 s, and a stop every few minutes."""
    stretches: list[Stretch] = []
    left_s = seconds
    while left_s > 0:
        runs_s = min(left_s, float(rng.uniform(180.0, 420.0)))
        stretch = _stepped(
            rng, runs_s, lambda: (float(rng.uniform(15.0, 60.0)), float(rng.uniform(0.3, 0.9)))
        )
        stretches += [replace(stretch, starts=bool(stretches)), Stretch(30.0, None)]
        left_s -= runs_s + 30.0
    return stretches[:-1]


def crane(rng: Generator, seconds: float) -> list[Stretch]:
    """Return the cycle of a crane: lifts of half a minute to two with a swinging load, and rests between."""
    stretches: list[Stretch] = []
    left_s = seconds
    while left_s > 0:
        lift_s, rest_s = float(rng.uniform(30.0, 120.0)), float(rng.uniform(20.0, 40.0))
        swing = Oscillation(log_uniform(rng, 0.005, 0.05), None, float(rng.uniform(0.15, 0.5)))
        driven = LoadCondition(law=CONSTANT, inertia_ratio=2.0, oscillation=swing)
        stretches += [
            Stretch(lift_s, float(rng.uniform(0.3, 1.0)), driven, starts=bool(stretches)),
            Stretch(rest_s, None),
        ]
        left_s -= lift_s + rest_s
    return stretches[:-1]


CYCLES: dict[str, Callable[[Generator, float], list[Stretch]]] = {
    "pump": pump,
    "fan": fan,
    "compressor": compressor,
    "crusher": crusher,
    "conveyor": conveyor,
    "crane": crane,
}
"""By name."""


class MotorAtWork:
    """One motor through a duty cycle."""

    def __init__(self, seed: int, cycle: str, broken_bars: int, seconds: float) -> None:
        """Draw motor, casting, supply and cycle of a seed."""
        rng = np.random.default_rng([seed, 23])
        motor = draw_motor(rng, f"duty-{seed:07d}")
        cage = replace(draw_cage(rng, motor.bars, broken_bars), casting_seed=seed, crack_factor=None)
        self.cycle = CYCLES[cycle](rng, seconds)
        """Its stretches."""
        self.scenario = Scenario(
            seed=seed,
            broken_bars=broken_bars,
            kind="duty",
            motor=motor,
            cage=replace(cage, casting_sd=min(cage.casting_sd, _CASTINGS_UP_TO)),
            supply=draw_supply(rng, motor.circuit.frequency_hz, drive=False),
        )
        """What all stretches have in common."""
        self._scans: dict[int, int] = {}

    @property
    def device(self) -> Device:
        """The streams."""
        return LiveMotor(self._running(0, self.cycle[0])).device

    def running(self) -> list[tuple[float, float]]:
        """Return from when to when the motor is on, s."""
        spans, now_s = [], 0.0
        for stretch in self.cycle:
            if stretch.load is not None:
                spans.append(
                    (now_s + (_SWITCHED_ON_S if stretch.starts else 0.0), now_s + stretch.duration_s)
                )
            now_s += stretch.duration_s
        return spans

    def blocks(self, block_s: float = 1.0) -> Iterator[SampleBlock]:
        """Yield all samples in order of time."""
        device, elapsed_s = self.device, 0.0
        self._scans = {stream.number: 0 for stream in device.streams}
        for number, stretch in enumerate(self.cycle):
            source = None if stretch.load is None else LiveMotor(self._running(number, stretch))
            rng = np.random.default_rng([self.scenario.seed, number])
            end_s = elapsed_s + stretch.duration_s
            while elapsed_s < end_s:
                elapsed_s = min(elapsed_s + block_s, end_s)
                made = {} if source is None else _next(source, min(block_s, stretch.duration_s))
                for stream in device.streams:
                    first = self._scans[stream.number]
                    scans = int(elapsed_s * stream.rate_hz + 1e-6) - first
                    shape = (scans, len(stream.channels))
                    offsets = np.array([channel.offset for channel in stream.channels])
                    counts = _fitted(made.get(stream.number), shape, offsets, rng)
                    self._scans[stream.number] = first + scans
                    yield SampleBlock(stream.number, first, counts)

    def _running(self, number: int, stretch: Stretch) -> Scenario:
        return replace(
            self.scenario,
            seed=self.scenario.seed * 1000 + number,
            load=stretch.load or 0.0,
            duration_s=stretch.duration_s,
            driven=stretch.driven,
            start_up_s=_SWITCHED_ON_S if stretch.starts else None,
        )


def _next(source: LiveMotor, seconds: float) -> dict[int, Counts]:
    return {block.stream: block.counts for block in source.advance(seconds)}


def _fitted(counts: Counts | None, shape: tuple[int, int], offsets: np.ndarray, rng: Generator) -> Counts:
    """Return so many scans: those that were made, or the converter's noise at rest."""
    noise = np.rint(offsets + rng.normal(0.0, 0.7, shape)).astype(np.int16)
    if counts is not None:
        taken = min(len(counts), shape[0])
        noise[:taken] = counts[:taken]
    return noise
