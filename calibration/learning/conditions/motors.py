"""Windows of simulated motors with any mixture of conditions: their tokens, and what the indicators name.

A motor's normal, for the networks as for the indicators, comes from sound windows at one load. All other
windows have this load, too, unless their condition is a load; each is of a recording of its own.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from calibration.learning.conditions.heads import named, present
from calibration.learning.conditions.tokens import images_of, normal_images, tokens_of
from calibration.simulator.conditions import Daq, LoadStep, Oscillation, Ripple
from calibration.simulator.draw import log_uniform
from calibration.simulator.graded import bearing_geometry, mixture, sound_motor
from calibration.simulator.noise import generator
from calibration.simulator.recording import simulate
from calibration.simulator.scenario import Scenario
from edge_agent.acquire.recordings import replay_blocks
from edge_agent.bearings import Bearing
from edge_agent.circuit import fit_circuit
from edge_agent.conditions.monitor import Conditions
from edge_agent.conditions.normal import make_normal
from edge_agent.conditions.registry import DIAGNOSERS
from edge_agent.conditions.seen import Seen, see
from edge_agent.limits import CONDITIONS
from edge_agent.motor import Nameplate
from edge_agent.signals.analysis import Analyser
from edge_agent.signals.images import ImageSpec
from edge_agent.verdict import Fault, Refusal, WindowSpan
from edge_agent.windows.sliding import Window, Windows

_LENGTHS_S = (2.0, 6.0)
"""Lengths of windows, drawn once for each motor. Judgement: real recordings are of 1 to 12 s."""
_BEFORE_S = 0.3
"""What a recording has more than its windows, s: as tests/bench/bench_conditions_simulated.py."""
_SOUND, _DISTURBED = 5, 6
"""Numbers of the recordings of a motor without a condition that are judged; 0 is that of its normal. The
driven machine of the second one does not run evenly."""
_MIXED = (1, 2, 3, 4)
"""Numbers of the recordings of a motor that `graded.mixture` gives conditions."""
_EVENTS_AT = (0.25, 0.5)
"""Part of a window in which an event of the supply begins. Judgement: some is left before and after."""
_REPEATED_S = 600.0
"""Time for which an overload goes on for the indicators: a thermal replica takes minutes."""


@dataclass(frozen=True, slots=True)
class Example:
    """One window."""

    motor: int
    """Number of the motor."""
    length_s: float
    """Length of the window, s."""
    tokens: dict[str, NDArray[np.float16]]
    """By group (tokens, features); groups that could not be made are left out."""
    truth: NDArray[np.bool_]
    """(heads,): conditions that the motor has."""
    named: NDArray[np.bool_]
    """(heads,): conditions that the indicators name."""
    sizes: dict[str, float]
    """Sizes of the graded conditions, by name."""
    disturbed: bool
    """True for a sound motor whose driven machine does not run evenly."""


class Bench:
    """One simulated motor, with what is normal for it."""

    def __init__(self, number: int) -> None:
        """Draw motor `number` and learn its normal."""
        self.number = number
        self.length_s = float(np.exp(generator(number, "window length").uniform(*np.log(_LENGTHS_S))))
        first = self._with_daq(sound_motor(number, 0))
        self._load, self._driven = first.load, first.driven
        self.plate = _with_bearing(first.motor.nameplate, number)
        self._circuit = fit_circuit(self.plate)
        looks = CONDITIONS.min_looks
        seen = [one for _, one in self._windows(replace(first, duration_s=looks * self.length_s + _BEFORE_S))]
        diagnosers = [make(self.plate) for make in DIAGNOSERS]
        rows = [({k: v for d in diagnosers for k, v in d.measure(one).items()}, one.load) for one in seen]
        self._normal = make_normal(rows, looks * self.length_s / 3600)
        self._images = normal_images([images_of(one) for one in seen])

    def examples(self) -> Iterator[Example]:
        """Yield the windows of this motor, sound ones and mixtures."""
        yield self._example(sound_motor(self.number, _SOUND))
        yield self._example(disturbed(sound_motor(self.number, _DISTURBED), self.length_s))
        for recording in _MIXED:
            yield self._example(mixture(5 * self.number + recording))

    def _example(self, drawn: Scenario) -> Example:
        sizes = {grade.name: grade.size for grade in drawn.conditions}
        load = drawn.load if {"overload", "underload"} & set(sizes) else self._load
        scenario = replace(self._with_daq(drawn), load=load, duration_s=self.length_s + _BEFORE_S)
        window, seen = next(self._windows(self._with_event_inside(scenario)))
        return Example(
            motor=self.number,
            length_s=self.length_s,
            tokens=tokens_of(seen, images_of(seen), self._images),
            truth=present(sizes),
            named=named(self._named(window, seen, _REPEATED_S if "overload" in sizes else 0.0)),
            sizes=sizes,
            disturbed=drawn.driven != self._driven,
        )

    def _named(self, window: Window, seen: Seen, for_s: float) -> set[Fault]:
        """Return the conditions that the indicators name; the window goes on for `for_s` as it is."""
        conditions = Conditions(self.plate, normal=self._normal)
        currents = replace(window, streams=window.streams[:1])
        judged = [window]
        judged += [
            replace(currents, start_s=window.start_s + k * self.length_s)
            for k in range(1, int(for_s / self.length_s) + 1)
        ]
        findings = [
            finding for one in judged for finding in conditions.judge(one, seen.analysis, _span(one), _failed)
        ]
        return {finding.fault for finding in findings if finding.faulty}

    def _windows(self, scenario: Scenario) -> Iterator[tuple[Window, Seen]]:
        recording, analyser = simulate(scenario), Analyser(self.plate, ImageSpec())
        windows = Windows(self.length_s, self.length_s)
        windows.configure(recording.device)
        for block in replay_blocks(recording, 0.5):
            for window in windows.push(block):
                yield window, see(window, analyser.analyse(window), self.plate, self._circuit, _span(window))

    def _with_event_inside(self, scenario: Scenario) -> Scenario:
        """Let an event of the supply begin within the window: it is drawn for recordings of 12 s."""
        supply, rng = scenario.supply, generator(scenario.seed, "event")
        start_s = float(rng.uniform(*_EVENTS_AT)) * self.length_s
        if supply.sag is not None:
            supply = replace(supply, sag=replace(supply.sag, start_s=start_s))
        if supply.frequency_step is not None:
            supply = replace(supply, frequency_step=replace(supply.frequency_step, time_s=start_s))
        return replace(scenario, supply=supply)

    def _with_daq(self, scenario: Scenario) -> Scenario:
        return replace(scenario, daq=Daq(bits=16))


def disturbed(scenario: Scenario, length_s: float) -> Scenario:
    """Return a sound motor whose load steps within the window, swings or follows a belt: no condition."""
    rng = generator(scenario.seed, "disturbed")
    driven = scenario.driven
    match int(rng.integers(3)):
        case 0:
            at_s, factor = float(rng.uniform(*_EVENTS_AT)) * length_s, log_uniform(rng, 0.7, 1.4)
            driven = replace(driven, steps=(LoadStep(at_s, factor),))
        case 1:
            swing_hz = log_uniform(rng, 0.5, 8.0)
            driven = replace(driven, oscillation=Oscillation(log_uniform(rng, 0.01, 0.1), None, swing_hz))
        case _:
            driven = replace(
                driven, ripples=(Ripple(float(rng.uniform(0.1, 0.5)), log_uniform(rng, 0.003, 0.03)),)
            )
    return replace(scenario, driven=driven)


def _with_bearing(plate: Nameplate, number: int) -> Nameplate:
    """Return a nameplate that states the geometry of its bearing, as the indicators need it."""
    own = bearing_geometry(number)
    ball_mm = 100.0 * (own.ball_ratio or 0.0)
    bearing = Bearing(balls=own.balls, ball_diameter_mm=ball_mm, pitch_diameter_mm=100.0)
    return Nameplate.model_validate(plate.model_dump(exclude_none=True) | {"bearing": bearing})


def _span(window: Window) -> WindowSpan:
    current = window.current
    return WindowSpan(0.0, window.length_s, current.first_scan, current.valid.size, current.lost_samples)


def _failed(window: Window, error: Exception) -> Refusal:
    """Raise: an indicator that fails costs the experiment, or its figures would be wrong without a word."""
    raise error
