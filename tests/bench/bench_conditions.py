"""Conditions on real recordings: found where they are, not named where they are not.

    python tests/bench/bench_conditions.py FOLDER

FOLDER holds the recordings of real rigs, a folder each. Nothing was tuned on them. Each recording is one or
more windows of a fresh pipeline; a condition counts as named if any window names it. The normal of a motor
comes from healthy recordings that are then not judged.
"""

import sys
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from edge_agent.acquire.recordings import Recording, read_recording, replay_blocks
from edge_agent.circuit import fit_circuit
from edge_agent.conditions.monitor import Conditions
from edge_agent.conditions.normal import Normal, make_normal
from edge_agent.conditions.registry import DIAGNOSERS
from edge_agent.conditions.seen import see
from edge_agent.diagnose.model import Model
from edge_agent.motor import Nameplate
from edge_agent.pipeline import Answer, Pipeline
from edge_agent.verdict import Fault, Finding

_95 = 1.96
"""Standard deviations of a 95 % interval: statistics."""


@dataclass(frozen=True)
class Rig:
    """One folder of recordings of one motor."""

    folder: str
    """Its name."""
    plate: Nameplate
    """The motor, as far as it is known."""
    window_s: float
    """Length of a window, s."""
    normal_from: tuple[str, ...]
    """Names of the healthy recordings that give the normal; none of them is judged."""
    normal_s: float
    """Length of the windows that give the normal, s."""
    truth: Callable[[str], frozenset[Fault]]
    """Conditions that a recording has, by its name; those that may be named beside it are in `allowed`."""
    place: Callable[[str], str | None] = lambda name: None
    """Where the condition sits, as far as it is known."""


def _stator_truth(name: str) -> frozenset[Fault]:
    return frozenset() if name.startswith("healthy") else frozenset({Fault.STATOR_ASYMMETRY})


def _rig_truth(name: str) -> frozenset[Fault]:
    known = {
        "mass_unbalance": {Fault.UNBALANCE},
        "bearing_outer_race": {Fault.BEARING_OUTER},
        "angular_misalignment": {Fault.MISALIGNMENT},
        "parallel_misalignment": {Fault.MISALIGNMENT},
        "phase_unbalance_1": {Fault.PHASE_UNBALANCE},
    }
    return frozenset(known.get(name[:-3], set()))


RIGS = (
    Rig(
        "rig_currents_vibration",
        Nameplate(
            rated_power_kw=0.5,
            rated_voltage_v=230,
            rated_current_a=2.9,
            rated_speed_rpm=3430,
            line_frequency_hz=60,
            poles=2,
        ),
        2.133,
        tuple(f"healthy_{n:02}" for n in range(1, 8)),
        2.133,
        _rig_truth,
    ),
    Rig(
        "stator_short",
        Nameplate(
            rated_power_kw=0.56,
            rated_voltage_v=230,
            rated_current_a=6.6,
            rated_speed_rpm=1725,
            line_frequency_hz=60,
            poles=4,
        ),
        5.0,
        ("healthy_1",),
        1.0,
        _stator_truth,
        lambda name: name.split("_")[1] if name.startswith("phase_") else None,
    ),
    Rig(
        "misalignment",
        Nameplate(
            rated_power_kw=2.2,
            rated_voltage_v=400,
            rated_current_a=5.0,
            rated_speed_rpm=1430,
            line_frequency_hz=50,
            poles=4,
        ),
        1.0,
        (),
        1.0,
        lambda name: frozenset() if "0.0mm" in name else frozenset({Fault.MISALIGNMENT}),
    ),
)
"""The rigs; plates that nobody knows are those that the end-to-end tests take."""


def wilson(hits: int, of: int) -> tuple[float, float]:
    """Return the 95 % interval of a share (Wilson 1927)."""
    if of == 0:
        return 0.0, 1.0
    share, z2 = hits / of, _95**2
    middle = (share + z2 / 2 / of) / (1 + z2 / of)
    half = _95 / (1 + z2 / of) * (share * (1 - share) / of + z2 / 4 / of**2) ** 0.5
    return max(0.0, middle - half), min(1.0, middle + half)


def answers(
    rig: Rig, recording: Recording, length_s: float, model: Model, normal: Normal | None
) -> Iterator[Answer]:
    """Yield the answers to the windows of one recording, from a fresh start."""
    conditions = Conditions(rig.plate, normal=normal)
    pipeline = Pipeline(rig.plate, model, length_s, length_s, conditions=conditions)
    pipeline.configure(recording.device)
    for block in replay_blocks(recording, 0.1):
        yield from pipeline.push(block)


def learn(rig: Rig, recordings: dict[str, Recording], model: Model) -> Normal | None:
    """Return the normal of the healthy recordings of a rig; None without any."""
    circuit, windows, hours = fit_circuit(rig.plate), [], 0.0
    for name in rig.normal_from:
        for answer in answers(rig, recordings[name], rig.normal_s, model, None):
            seen = see(answer.window, answer.analysis, rig.plate, circuit)
            quantities = {}
            for make in DIAGNOSERS:
                quantities.update(make(rig.plate).measure(seen))
            windows.append((quantities, seen.load))
            hours += rig.normal_s / 3600
    return make_normal(windows, hours) if windows else None


def named(answers_of: list[Answer]) -> dict[Fault, Finding]:
    """Return the conditions that any window of a recording names."""
    return {f.fault: f for a in answers_of for f in a.verdict.others if f.faulty}


def judge(rig: Rig, folder: Path, model: Model) -> tuple[Counter[str], int]:
    """Print what was found in a rig's recordings; return wrong pairs by name, and all pairs."""
    recordings = {path.stem: read_recording(path) for path in sorted(folder.glob("*.npz"))}
    normal = learn(rig, recordings, model)
    wrong: Counter[str] = Counter()
    found: Counter[str] = Counter()
    placed: Counter[str] = Counter()
    present: Counter[str] = Counter()
    pairs, reasons = 0, Counter()
    for name, recording in recordings.items():
        if name in rig.normal_from:
            continue
        judged = list(answers(rig, recording, rig.window_s, model, normal))
        told, truth = named(judged), rig.truth(name)
        pairs += len(DIAGNOSERS)
        present.update(truth)
        for fault, finding in told.items():
            if fault in truth:
                found[fault] += 1
                placed[fault] += finding.location == rig.place(name)
            else:
                wrong[f"{fault} on {name.rsplit('_', 1)[0]}"] += 1
        for answer in judged[:1]:
            reasons.update((str(f.fault), str(f.refusal.reason)) for f in answer.verdict.others if f.refusal)
    print(f"\n{rig.folder}: {len(recordings) - len(rig.normal_from)} judged, normal from {rig.normal_from}")
    for fault, number in present.items():
        if fault in {make(rig.plate).fault for make in DIAGNOSERS}:
            low, high = wilson(found[fault], number)
            print(
                f"  {fault:20} found {found[fault]}/{number} [{low:.0%}, {high:.0%}], placed {placed[fault]}"
            )
    for pair, number in sorted(wrong.items()):
        print(f"  WRONG {pair}: {number}")
    for (fault, reason), number in sorted(reasons.items()):
        print(f"  not told: {fault} for {reason}: {number}")
    return wrong, pairs


def main(folder: Path) -> None:
    """Judge every rig that is there."""
    model, wrong, pairs = Model.load("builtin"), 0, 0
    for rig in RIGS:
        if (folder / rig.folder).is_dir():
            own, of = judge(rig, folder / rig.folder, model)
            wrong, pairs = wrong + sum(own.values()), pairs + of
    low, high = wilson(wrong, pairs)
    print(f"\nnamed wrongly: {wrong} of {pairs} pairs, {wrong / max(pairs, 1):.2%} [{low:.2%}, {high:.2%}]")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
