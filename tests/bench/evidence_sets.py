"""What the benchmark of the evidence listens to: a part, a kind and a seed always give the same recording.

All are test seeds. Five of them, from a multiple of five, are one motor with 0, 1, 2, 3 and 4 broken bars.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import count

import fault_sets
import numpy as np

from calibration.simulator.conditions import Oscillation, Ripple, Sag, SupplyCondition, VibrationCondition
from calibration.simulator.draw import draw_bearing, draw_eccentricity, draw_supply, log_uniform
from calibration.simulator.noise import generator
from calibration.simulator.recording import simulate
from calibration.simulator.scenario import Scenario
from calibration.simulator.sets import CLASSES, FIRST_TEST_SEED, draw_scenario
from edge_agent.windows.sliding import Window

FIRST_SEED = FIRST_TEST_SEED + 100_000
"""From here on, where no other benchmark has looked."""

_ROTORS_EACH = {0: 8, 1: 10, 2: 7, 3: 7, 4: 7}
_APART = 20_000
Random = np.random.Generator


@dataclass(frozen=True, slots=True)
class Trial:
    """One recording to be made."""

    part: str
    """One of PARTS."""
    kind: str
    """What is special about it, in the words of its part."""
    seed: int
    """Seed of all that is random in it."""


def rotors(first_seed: int, each: int) -> list[Trial]:
    """Ordinary motors, more of those classes of which more must be right."""
    return [
        Trial("rotors", "ordinary", first_seed + CLASSES * motor + broken)
        for broken, times in _ROTORS_EACH.items()
        for motor in range(times * each)
    ]


def confounders(first_seed: int, each: int) -> list[Trial]:
    """Of each kind `each` sound motors, and two fifths of these again with one to four broken bars."""
    trials = []
    for number, kind in enumerate((*_CONFOUNDERS, *_NEIGHBOURS)):
        start = first_seed + _APART + number * CLASSES * each
        sound = range(start, start + CLASSES * each, CLASSES)
        broken = [seed + 1 + motor % 4 for motor, seed in enumerate(sound[: 2 * each // 5])]
        trials += [Trial("confounders", kind, seed) for seed in (*sound, *broken)]
    return trials


def no_load(first_seed: int, each: int) -> list[Trial]:
    """Motors with one broken bar that drive next to nothing."""
    start = first_seed + 2 * _APART + 1
    return [
        Trial("no_load", "load 0-2 %", seed) for seed in range(start, start + 2 * each * CLASSES, CLASSES)
    ]


def faults(first_seed: int, each: int) -> list[Trial]:
    """Of each fault of the measurement `each` motors of all classes."""
    start = first_seed + 3 * _APART
    return [Trial("faults", kind, seed) for kind in fault_sets.FAULTS for seed in range(start, start + each)]


PARTS: dict[str, Callable[[int, int], list[Trial]]] = {
    "rotors": rotors,
    "confounders": confounders,
    "no_load": no_load,
    "faults": faults,
}
"""What lists the trials of each part, from the first seed and the number of recordings of a kind."""


def prepare(trial: Trial, plain: bool = False) -> tuple[Scenario, fault_sets.Spoil]:
    """Return the scenario of a trial, and what spoils its window afterwards.

    `plain` leaves out what is special about a confounder: the same motor, bars and load without it.
    """
    if trial.part == "faults":
        return fault_sets.faulty(trial.kind, trial.seed)
    rng = generator(trial.seed, f"{trial.part} {trial.kind}")
    scenario = draw_scenario("validation", trial.seed)
    if trial.part == "rotors":
        return replace(scenario, load=float(rng.uniform(0.125, 1.10))), fault_sets.same
    if trial.part == "no_load":
        return replace(scenario, load=float(rng.uniform(0.0, 0.02))), fault_sets.same
    ordinary = replace(scenario, load=float(rng.uniform(0.25, 1.0)))
    if plain:
        return ordinary, fault_sets.same
    if trial.kind in _NEIGHBOURS:
        return ordinary, _NEIGHBOURS[trial.kind](ordinary, rng)
    return _CONFOUNDERS[trial.kind](ordinary, rng), fault_sets.same


def _swing(s: Scenario, rng: Random, ratio: float) -> Scenario:
    return replace(s, driven=replace(s.driven, oscillation=Oscillation(log_uniform(rng, 0.02, 0.10), ratio)))


def _ripple(s: Scenario, rng: Random, order: float) -> Scenario:
    amplitude = log_uniform(rng, 0.005, 0.08)
    ripples = (Ripple(order, amplitude), Ripple(2 * order, amplitude * float(rng.uniform(0.2, 0.7))))
    return replace(s, driven=replace(s.driven, ripples=ripples))


def _supply(s: Scenario, supply: SupplyCondition) -> Scenario:
    return replace(s, supply=supply)


def _even_harmonics(s: Scenario, rng: Random) -> Scenario:
    """A second harmonic of -30 to -10 dBc in the current, and a fourth beside it, by the voltage."""
    circuit, level = s.motor.circuit, 10 ** (float(rng.uniform(-30.0, -10.0)) / 20)
    stator, _ = circuit.currents(circuit.slip_at_load(s.load))
    resistance_ohm = circuit.stator_resistance_ohm + circuit.rotor_resistance_ohm / 1.5
    leakage_ohm = 2 * (circuit.stator_leakage_ohm + circuit.rotor_leakage_ohm)
    second = level * abs(stator) * abs(complex(resistance_ohm, leakage_ohm)) / circuit.phase_voltage_v
    even = (second, second * float(rng.uniform(0.0, 0.5)))
    return _supply(s, replace(s.supply, even_harmonics=even))


def _second_motor(s: Scenario, rng: Random) -> fault_sets.Spoil:
    """Another sound motor on the same supply, of whose current 2 to 30 % shows where the sensors sit."""
    share = log_uniform(rng, 0.02, 0.3)
    candidates = (draw_scenario("validation", s.seed // CLASSES * CLASSES + k * _APART) for k in count(1))
    drawn = next(c for c in candidates if c.motor.circuit.frequency_hz == s.motor.circuit.frequency_hz)
    # The seed decides how the supply wanders, so it is that of the first motor.
    beside = replace(drawn, seed=s.seed, load=float(rng.uniform(0.25, 1.0)), supply=s.supply, daq=s.daq)

    def add(window: Window) -> Window:
        currents, *others = window.streams
        second = simulate(beside)
        scale = share * s.motor.peak_current_a / beside.motor.peak_current_a
        ratio = scale * second.device.streams[0].channels[0].scale / currents.stream.channels[0].scale
        added = ratio * second.counts[0].T[:, : currents.counts.shape[1]]
        counts = np.rint(currents.counts + added).astype(currents.counts.dtype)
        return replace(window, streams=(replace(currents, counts=counts), *others))

    return add


def _vibration(s: Scenario, vibration: VibrationCondition) -> Scenario:
    return replace(s, vibration=vibration)


_CONFOUNDERS: dict[str, Callable[[Scenario, Random], Scenario]] = {
    "load swings at 0.9-1.1 x 2sf": lambda s, rng: _swing(s, rng, float(rng.uniform(0.9, 1.1))),
    "load swings at 2sf": lambda s, rng: _swing(s, rng, 1.0),
    "belt": lambda s, rng: _ripple(s, rng, float(rng.uniform(0.1, 0.5))),
    "piston": lambda s, rng: _ripple(s, rng, 1.0),
    "supply unbalance 2-4 %": lambda s, rng: _supply(
        s, replace(s.supply, unbalance=float(rng.uniform(0.02, 0.04)))
    ),
    "drive": lambda s, rng: _supply(s, draw_supply(rng, s.motor.circuit.frequency_hz, drive=True)),
    "flicker 0.1-0.3 %": lambda s, rng: _supply(s, replace(s.supply, flicker=log_uniform(rng, 1e-3, 3e-3))),
    "frequency wander 20-30 mHz": lambda s, rng: _supply(
        s, replace(s.supply, wander_hz=float(rng.uniform(0.02, 0.03)))
    ),
    "sag": lambda s, rng: _supply(s, replace(s.supply, sag=Sag(float(rng.uniform(2.0, 9.0)), 0.2, 0.3))),
    "eccentricity": lambda s, rng: _vibration(s, draw_eccentricity(rng, s.vibration)),
    "bearing": lambda s, rng: _vibration(s, replace(s.vibration, bearing=draw_bearing(rng))),
    "rotor unbalance": lambda s, rng: _vibration(
        s, replace(s.vibration, unbalance=float(rng.uniform(0.8, 3.0)))
    ),
    "misalignment": lambda s, rng: _vibration(
        s, replace(s.vibration, misalignment=float(rng.uniform(0.3, 1.0)))
    ),
    "strong even harmonics": _even_harmonics,
}
"""Strong conditions that are no broken bar, as wide as those of the set `confounders`."""

_NEIGHBOURS: dict[str, Callable[[Scenario, Random], fault_sets.Spoil]] = {
    "second motor on the feeder": _second_motor,
}
"""What stands beside the motor and shows in its currents."""
