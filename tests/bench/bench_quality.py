"""Whether faults of the measurement are named, in simulation: `python tests/bench/bench_quality.py`.

By default the 200 test seeds from 1,000,000 on (25 a kind of fault, rotors with 0 to 4 broken bars), then
faults that are no conditions of the simulator, and sound measurements, on as many motors of other seeds.
"""

import argparse
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[2]))

from calibration.simulator.conditions import FaultKind, LoadStep
from calibration.simulator.noise import generator
from calibration.simulator.recording import simulate
from calibration.simulator.scenario import Scenario
from calibration.simulator.sets import FIRST_TEST_SEED, draw_scenario
from edge_agent.acquire.recordings import replay_blocks
from edge_agent.diagnose.fusion import judge
from edge_agent.diagnose.verdict import Reason
from edge_agent.signals.analysis import Analyser
from edge_agent.signals.images import ImageSpec
from edge_agent.signals.windows import StreamWindow, Window, Windows

LENGTH_S = 12.0
Random = np.random.Generator
Case = tuple[str, Scenario, Callable[[Window], Window]]

EXPECTED = {
    FaultKind.STUCK: Reason.STUCK_CHANNEL,
    FaultKind.DROPOUT_ZERO: Reason.STUCK_CHANNEL,
    FaultKind.DROPOUT_LOST: Reason.UNRELIABLE_CLOCK,
    FaultKind.CLIPPING: Reason.CLIPPED,
    FaultKind.DRIFT: Reason.UNSTEADY,
    FaultKind.REVERSED: Reason.OUT_OF_DOMAIN,
    FaultKind.MISSING: Reason.MISSING_PHASE,
}
"""Reason of each fault in a current; swapped phases are legal, and a bad vibration channel is left out."""


def main() -> None:
    """Print how often each kind of fault got which answer, and whether any answer was wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--first-seed", type=int, default=FIRST_TEST_SEED)
    parser.add_argument("--each", type=int, default=25, help="recordings of each kind")
    args = parser.parse_args()
    answers: dict[str, Counter[str]] = defaultdict(Counter)
    wrong = Counter[str]()
    for kind, scenario, spoil in _cases(args.first_seed, args.each):
        answer = _answer(scenario, spoil)
        answers[kind][answer] += 1
        truth = "broken" if scenario.broken_bars else "healthy"
        wrong[kind] += answer in ("healthy", "broken") and answer != truth
    for kind, counts in answers.items():
        said = ", ".join(f"{answer} {count}" for answer, count in counts.most_common())
        print(f"{kind:34s} {counts.total():4d}  wrong {wrong[kind]:2d}  {said}")


def _cases(first_seed: int, each: int) -> Iterator[Case]:
    for seed in range(first_seed, first_seed + each * len(FaultKind)):
        scenario = draw_scenario("sensor_faults", seed)
        (fault,) = scenario.sensor_faults
        where = "current" if fault.channel.startswith("i") else "vibration"
        expected = EXPECTED.get(fault.kind, "answer") if where == "current" else "answer"
        yield f"{fault.kind} {where} ({expected})", scenario, lambda window: window
    for kind, change in _OTHERS.items():
        for seed in range(first_seed, first_seed + each):
            sound = replace(draw_scenario("sensor_faults", seed), sensor_faults=())
            scenario, spoil = change(sound, generator(seed, kind))
            yield kind, scenario, spoil
    for kind, several in (("validation", 4), ("confounders", 4)):
        for seed in range(first_seed, first_seed + several * each):
            yield f"{kind} (answer)", draw_scenario(kind, seed), lambda window: window


def _answer(scenario: Scenario, spoil: Callable[[Window], Window]) -> str:
    """Give `healthy`, `broken` or the reason for neither, with the quantity behind it."""
    recording = simulate(scenario)
    windows = Windows(LENGTH_S, LENGTH_S)
    windows.configure(recording.device)
    window = next(w for block in replay_blocks(recording, 0.1) for w in windows.push(block))
    analysis = Analyser(scenario.motor.nameplate, ImageSpec()).analyse(spoil(window))
    if analysis.refusal is None and analysis.pair is not None:
        opinion = judge(analysis.evidence, analysis.pair)
        if opinion.refusal is None:
            return "broken" if opinion.broken else "healthy"
        return f"{opinion.refusal.reason} [{opinion.refusal.quantity}]"
    assert analysis.refusal is not None
    return f"{analysis.refusal.reason} [{analysis.refusal.quantity}]"


def _same(window: Window) -> Window:
    return window


def _with_currents(window: Window, change: Callable[[StreamWindow], StreamWindow]) -> Window:
    currents, *others = window.streams
    return replace(window, streams=(change(currents), *others))


def _jitter(s: Scenario, rng: Random) -> tuple[Scenario, Callable[[Window], Window]]:
    return replace(s, daq=replace(s.daq, jitter_s=float(10 ** rng.uniform(-4.1, -3.3)))), _same


def _wander(s: Scenario, rng: Random) -> tuple[Scenario, Callable[[Window], Window]]:
    return replace(s, supply=replace(s.supply, wander_hz=float(rng.uniform(0.5, 1.5)))), _same


def _wrong_rate(s: Scenario, rng: Random) -> tuple[Scenario, Callable[[Window], Window]]:
    factor = 1.0 + float(rng.choice([-1, 1])) * float(rng.uniform(0.04, 0.4))

    def spoil(window: Window) -> Window:
        streams = [
            replace(w, stream=replace(w.stream, rate_hz=factor * w.stream.rate_hz)) for w in window.streams
        ]
        return replace(window, streams=tuple(streams))

    return s, spoil


def _gap(s: Scenario, rng: Random) -> tuple[Scenario, Callable[[Window], Window]]:
    start, share = float(rng.uniform(0.0, 0.6)), float(rng.uniform(0.03, 0.3))

    def lose(currents: StreamWindow) -> StreamWindow:
        scans = currents.valid.size
        lost = slice(int(start * scans), int((start + share) * scans))
        counts, valid = currents.counts.copy(), currents.valid.copy()
        counts[:, lost], valid[lost] = 0, False
        return replace(currents, counts=counts, valid=valid)

    return s, lambda window: _with_currents(window, lose)


def _off(s: Scenario, rng: Random) -> tuple[Scenario, Callable[[Window], Window]]:
    def rest(currents: StreamWindow) -> StreamWindow:
        noise = rng.normal(0.0, 0.7, currents.counts.shape)
        return replace(currents, counts=np.rint(0.01 * currents.counts + noise).astype(np.int16))

    return s, lambda window: _with_currents(window, rest)


def _start(s: Scenario, rng: Random) -> tuple[Scenario, Callable[[Window], Window]]:
    return replace(s, start_up_s=float(rng.uniform(1.0, 9.0))), _same


def _noise(s: Scenario, rng: Random) -> tuple[Scenario, Callable[[Window], Window]]:
    sensors = replace(s.current_sensors, noise=float(rng.uniform(0.03, 0.2)))
    return replace(s, current_sensors=sensors), _same


def _load_step(s: Scenario, rng: Random) -> tuple[Scenario, Callable[[Window], Window]]:
    step = LoadStep(float(rng.uniform(2.0, 10.0)), float(rng.choice([0.5, 1.6])))
    return replace(s, driven=replace(s.driven, steps=(step,))), _same


def _load_ramp(s: Scenario, rng: Random) -> tuple[Scenario, Callable[[Window], Window]]:
    return replace(s, driven=replace(s.driven, ramp=float(rng.choice([-0.4, 0.4])))), _same


_OTHERS: dict[str, Callable[[Scenario, Random], tuple[Scenario, Callable[[Window], Window]]]] = {
    "jitter 80-500 us (unreliable_clock)": _jitter,
    "clock wander (unreliable_clock)": _wander,
    "wrong rate (wrong_line_frequency)": _wrong_rate,
    "gap 3-30 % (lost_samples)": _gap,
    "off (motor_off)": _off,
    "start-up (starting)": _start,
    "noise 3-20 % (answer)": _noise,
    "load step (unsteady)": _load_step,
    "load ramp 40 % (unsteady)": _load_ramp,
}
"""Faults beside those of single channels, each with the reason that is right."""

if __name__ == "__main__":
    main()
