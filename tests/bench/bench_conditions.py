"""Conditions on real recordings: found where they are, not named where they are not.

    python tests/bench/bench_conditions.py FOLDER

FOLDER holds the recordings of real rigs, a folder each. Nothing was fitted to them; limits that are judgement
were chosen with them in sight. Each recording is one or more windows of a fresh pipeline; a condition counts
as named if any window names it. The normal of a motor comes from healthy recordings that are then not judged.
"""

import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from condition_rigs import RIGS, Rig

from edge_agent.acquire.recordings import Recording, replay_blocks
from edge_agent.circuit import fit_circuit
from edge_agent.conditions.monitor import Conditions
from edge_agent.conditions.normal import Normal, bins_of, make_normal, normal_value
from edge_agent.conditions.registry import DIAGNOSERS
from edge_agent.conditions.seen import see
from edge_agent.diagnose.model import Model
from edge_agent.pipeline import Answer, Pipeline
from edge_agent.verdict import Fault, Finding

_95 = 1.96
"""Standard deviations of a 95 % interval: statistics."""


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
    if not windows:
        return None
    return _of_few(windows, hours) if rig.few else make_normal(windows, hours)


def _of_few(windows: list[tuple[dict[str, float | complex], float | None]], hours: float) -> Normal:
    """Return the normal of fewer windows than a running agent asks for: a rig may have no more."""
    values: dict[str, dict[str, list[complex]]] = {}
    for quantities, load in windows:
        for name, value in quantities.items():
            for load_bin in bins_of(load):
                values.setdefault(name, {}).setdefault(load_bin, []).append(complex(value))
    known = {
        name: {load: normal_value(own, hours) for load, own in bins.items()} for name, bins in values.items()
    }
    return Normal(known, hours)


def named(answers_of: list[Answer]) -> dict[Fault, Finding]:
    """Return the conditions that any window of a recording names."""
    return {f.fault: f for a in answers_of for f in a.verdict.others if f.faulty}


def graded(name: str, judged: list[Answer]) -> list[str]:
    """Return how strong a graded condition is by its number, whether or not it is named."""
    if not name.startswith("imbalance"):
        return []
    told = [
        f.measured[0] for a in judged for f in a.verdict.others if f.fault is Fault.UNBALANCE and f.measured
    ]
    return [f"{name}: {m.value / (m.limit / 2):.2f} times the normal" for m in told if m.limit]


def judge(rig: Rig, folder: Path, model: Model) -> tuple[Counter[str], int]:
    """Print what was found in a rig's recordings; return wrong pairs by name, and all pairs."""
    with TemporaryDirectory() as room:
        recordings = {
            path.stem: rig.read(path, Path(room)) for path in sorted(folder.glob(f"{rig.only}.npz"))
        }
    normal = learn(rig, recordings, model)
    wrong: Counter[str] = Counter()
    missed: Counter[str] = Counter()
    found: Counter[str] = Counter()
    placed: Counter[str] = Counter()
    present: Counter[str] = Counter()
    pairs, reasons, steps = 0, Counter(), []
    for name, recording in recordings.items():
        if name in rig.normal_from:
            continue
        judged = list(answers(rig, recording, rig.window_s, model, normal))
        told, truth = named(judged), rig.truth(name)
        steps += graded(name, judged)
        pairs += len(DIAGNOSERS)
        present.update(truth)
        missed.update(f"{fault} on {name.rsplit('_', 1)[0]}" for fault in truth - set(told))
        for fault, finding in told.items():
            if fault in truth:
                found[fault] += 1
                placed[fault] += finding.location == rig.place(name)
            else:
                wrong[f"{fault} on {name.rsplit('_', 1)[0]}"] += 1
        for answer in judged[:1]:
            reasons.update((str(f.fault), str(f.refusal.reason)) for f in answer.verdict.others if f.refusal)
    print(f"\n{rig.folder} {rig.only}: {len(recordings) - len(rig.normal_from)} judged")
    print(f"  normal from {', '.join(rig.normal_from) or 'nothing'}")
    for fault, number in present.items():
        if fault in {make(rig.plate).fault for make in DIAGNOSERS}:
            low, high = wilson(found[fault], number)
            print(
                f"  {fault:20} found {found[fault]}/{number} [{low:.0%}, {high:.0%}], placed {placed[fault]}"
            )
    for pair, number in sorted(missed.items()):
        print(f"  missed {pair}: {number}")
    for pair, number in sorted(wrong.items()):
        print(f"  WRONG {pair}: {number}")
    for (fault, reason), number in sorted(reasons.items()):
        print(f"  not told: {fault} for {reason}: {number}")
    for line in steps:
        print(f"  {line}")
    return wrong, pairs


def main(folder: Path) -> None:
    """Judge every rig that is there."""
    model, wrong, pairs = Model.load("builtin"), 0, 0
    for rig in RIGS:
        if (folder / rig.folder).is_dir():
            own, of = judge(rig, folder / rig.folder, model)
            wrong, pairs = wrong + sum(own.values()), pairs + of
    if not pairs:
        raise SystemExit(f"{folder} holds no rig: expected folders such as {RIGS[0].folder}")
    low, high = wilson(wrong, pairs)
    print(f"\nnamed wrongly: {wrong} of {pairs} pairs, {wrong / pairs:.2%} [{low:.2%}, {high:.2%}]")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
