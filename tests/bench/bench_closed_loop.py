"""Simulated motors behind drives in closed loop: with voltage channels, and with the currents alone.

    python tests/bench/bench_closed_loop.py --first-seed 7100000 --motors 50 [--jobs 1]
    python tests/bench/bench_closed_loop.py --first-seed 7510000 --motors 40 --coincident

Each seed is a motor of its own behind field-oriented control with bandwidths of its own, once sound and once
with one to four broken bars; the load of every second one oscillates near 2sf. Its 36 s go through the stages
of the agent twice. A motor counts as alarmed if its state was ever broken_bars, as found if it is that at the
end. With --coincident the motors are sound and their load oscillates at 2sf exactly: how much of that passes
for bars is the error of the circuit by voltage and current (limits.of_bars, path_error_by_voltage).
"""

import argparse
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from itertools import repeat

import _paths  # noqa: F401
import numpy as np
from tables import print_header, print_row, share

from calibration.simulator.conditions import Daq, Drive, LoadCondition, Oscillation
from calibration.simulator.draw import Generator, log_uniform
from calibration.simulator.graded import sound_motor
from calibration.simulator.load import CONSTANT
from calibration.simulator.noise import generator
from calibration.simulator.recording import simulate
from calibration.simulator.scenario import Scenario
from calibration.simulator.voltage import DriveControl, VoltageSensors
from edge_agent.acquire.recordings import Recording, replay_blocks
from edge_agent.acquire.samples import ChannelKind
from edge_agent.diagnose.model import Model
from edge_agent.limits import BARS
from edge_agent.pipeline import Pipeline
from edge_agent.verdict import State, in_short

WINDOW_S, WINDOWS = 12.0, 3
"""Length and number of the windows: an alarm takes three looks that share no sample."""


@dataclass(frozen=True, slots=True)
class Trial:
    """What was said of one recording."""

    seed: int
    broken_bars: int
    oscillates: bool
    voltages: bool
    load: float
    alarmed: bool
    end: str
    bars: float | None


def a_drive(seed: int, broken: bool) -> Scenario:
    """Return a motor behind a drive in closed loop, its sensors and its load drawn."""
    motor = sound_motor(seed, int(broken), WINDOW_S * WINDOWS + 0.5)
    rng = generator(seed, "closed loop broken" if broken else "closed loop sound")
    oscillation = None
    if rng.random() < 0.5:
        oscillation = Oscillation(log_uniform(rng, 0.01, 0.08), float(rng.uniform(0.7, 1.4)))
    driven = LoadCondition(CONSTANT, motor.driven.inertia_ratio, motor.driven.noise, oscillation=oscillation)
    return replace(
        motor,
        broken_bars=int(rng.integers(1, 5)) if broken else 0,
        load=float(rng.uniform(0.5, 1.0)),
        driven=driven,
        supply=replace(
            motor.supply,
            frequency_hz=motor.motor.circuit.frequency_hz * float(rng.uniform(0.6, 1.0)),
            drive=Drive(float(rng.uniform(2000.0, 16_000.0)), _control(rng)),
        ),
        voltage_sensors=_voltage_sensors(rng),
        daq=Daq(current_rate_hz=5000.0, vibration_rate_hz=5000.0, bits=16),
    )


def _control(rng: Generator) -> DriveControl:
    return DriveControl(
        speed_hz=log_uniform(rng, 1.0, 10.0),
        current_hz=log_uniform(rng, 50.0, 300.0),
        detuning=float(rng.uniform(0.8, 1.25)),
    )


def _voltage_sensors(rng: Generator) -> VoltageSensors:
    a, b, c = (float(gain) for gain in rng.normal(1.0, 0.005, 3))
    return VoltageSensors(between_phases=bool(rng.integers(2)), gains=(a, b, c))


def of_currents_alone(recording: Recording) -> Recording:
    """Return the recording of a DAQ without voltage channels."""
    first, *others = recording.device.streams
    kept = [i for i, channel in enumerate(first.channels) if channel.kind is not ChannelKind.VOLTAGE]
    streams = (replace(first, channels=tuple(first.channels[i] for i in kept)), *others)
    counts = (np.ascontiguousarray(recording.counts[0][:, kept]), *recording.counts[1:])
    return replace(recording, device=replace(recording.device, streams=streams), counts=counts)  # type: ignore[arg-type]


def trials(seed: int, broken: bool) -> list[Trial]:
    """Return what is said of one motor, with its voltages and without."""
    scenario = a_drive(seed, broken)
    recording = simulate(scenario)
    return [
        _trial(scenario, seed, recording, voltages=True),
        _trial(scenario, seed, of_currents_alone(recording), voltages=False),
    ]


def _trial(scenario: Scenario, seed: int, recording: Recording, *, voltages: bool) -> Trial:
    plate = scenario.motor.nameplate.model_copy(update={"supply": "vfd"})
    pipeline = Pipeline(plate, Model.load("builtin"), WINDOW_S, WINDOW_S)
    pipeline.configure(recording.device)
    answers = [a for block in replay_blocks(recording, 0.5) for a in pipeline.push(block)]
    last = answers[-1]
    return Trial(
        seed=seed,
        broken_bars=scenario.broken_bars,
        oscillates=scenario.driven.oscillation is not None,
        voltages=voltages,
        load=recording.meta["load"],
        alarmed=any(answer.state.state is State.BROKEN_BARS for answer in answers),
        end=in_short(last.state),
        bars=last.verdict.evidence.equivalent_bars,
    )


def error_of_path(seed: int) -> tuple[float, float, str]:
    """Return bars beyond a casting's per bar of swing, the sum of both sidebands, and the verdict.

    Of a sound motor whose load oscillates at 2sf, with its voltages.
    """
    sound = a_drive(seed, broken=False)
    swing = Oscillation(log_uniform(generator(seed, "coincide"), 0.02, 0.15), 1.0)
    scenario = replace(sound, duration_s=WINDOW_S + 0.5, driven=replace(sound.driven, oscillation=swing))
    recording = simulate(scenario)
    plate = scenario.motor.nameplate.model_copy(update={"supply": "vfd"})
    pipeline = Pipeline(plate, Model.load("builtin"), WINDOW_S, WINDOW_S)
    pipeline.configure(recording.device)
    (answer,) = (a for block in replay_blocks(recording, 0.5) for a in pipeline.push(block))
    evidence, pair = answer.verdict.evidence, answer.analysis.pair
    bars, load_bars = evidence.equivalent_bars or 0.0, evidence.load_swing_bars or 1e-9
    return (bars - BARS.sound) / load_bars, pair.linear_sum if pair else 0.0, in_short(answer.verdict)


def main() -> None:
    """Simulate, print each trial as it comes, and the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--first-seed", type=int, default=7_100_000)
    parser.add_argument("--motors", type=int, default=50)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--coincident", action="store_true")
    args = parser.parse_args()
    seeds = range(args.first_seed, args.first_seed + args.motors)
    if args.coincident:
        with ProcessPoolExecutor(args.jobs) as pool:
            for seed, (error, depth, verdict) in zip(seeds, pool.map(error_of_path, seeds), strict=True):
                print(f"{seed}: {error:.3f}, sidebands {depth:.2f} of the line, {verdict}", flush=True)
        return
    with ProcessPoolExecutor(args.jobs) as pool:
        found = []
        for broken in (False, True):
            for both in pool.map(trials, seeds, repeat(broken)):
                found += both
                print(*both, sep="\n", flush=True)
    print_header("simulated", "motors", "sound, alarmed", "broken, found")
    for voltages, oscillates in ((True, None), (True, True), (False, None), (False, True)):
        label = "voltages and currents" if voltages else "currents alone"
        of = list(_of(found, voltages, oscillates))
        sound, broken = ([t for t in of if (t.broken_bars > 0) == fault] for fault in (False, True))
        print_row(
            label + (", oscillating load" if oscillates else ""),
            len(of),
            share(sum(t.alarmed for t in sound), len(sound)),
            share(sum(t.end.startswith("broken_bars") for t in broken), len(broken)),
        )


def _of(found: list[Trial], voltages: bool, oscillates: bool | None) -> Iterator[Trial]:
    for trial in found:
        if trial.voltages == voltages and oscillates in (None, trial.oscillates):
            yield trial


if __name__ == "__main__":
    main()
