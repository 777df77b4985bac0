"""The compared networks for the conditions on real recordings, beside the indicators on the same windows.

    edge-calibrate conditions --out RUN
    python tests/bench/bench_conditions_network.py RUN FOLDER

FOLDER holds the recordings of real rigs, a folder each. The networks have seen simulated motors only, and
their limits come from simulated motors, too. Each network is the one of the first fold, once for each seed.
A condition counts as named if any window of a recording names it. The normal of a motor, for networks and
indicators, comes from healthy recordings that are then not judged.
"""

import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

import _paths  # noqa: F401
import numpy as np
from bench_conditions import answers, learn, wilson
from condition_rigs import RIGS, Rig
from numpy.typing import NDArray
from tables import print_header, print_row

from calibration.learning.conditions.examples import Examples, table
from calibration.learning.conditions.heads import HEADS, named
from calibration.learning.conditions.motors import Example
from calibration.learning.conditions.networks import KINDS
from calibration.learning.conditions.table import ALLOWED
from calibration.learning.conditions.tokens import images_of, normal_images, tokens_of
from calibration.learning.conditions.training import scores
from calibration.learning.conditions.trials import limits_in, network_in
from edge_agent.acquire.recordings import Recording
from edge_agent.circuit import fit_circuit
from edge_agent.conditions.normal import Normal
from edge_agent.conditions.seen import Seen, see
from edge_agent.diagnose.model import Model
from edge_agent.verdict import Fault

PARTS = ("bearing_outer", "bearing_inner", "bearing_ball")
"""Heads that are not asked of a bearing of unknown geometry, where `bearing` alone can answer."""


@dataclass(frozen=True, slots=True)
class Judged:
    """The windows of one rig."""

    rig: Rig
    """Which one."""
    names: list[str]
    """Names of its recordings that are judged; the number of a window's motor is the place in it."""
    windows: Examples
    """Their tokens, what the indicators named, and what each recording has."""


def windows_of(rig: Rig, folder: Path, model: Model) -> Judged:
    """Return all judged windows of a rig."""
    with TemporaryDirectory() as room:
        paths = sorted(folder.glob(f"{rig.only}.npz"))
        recordings = {path.stem: rig.read(path, Path(room)) for path in paths}
    normal = learn(rig, recordings, model)
    sound = [
        images_of(seen)
        for name in rig.normal_from
        for seen, _ in _seen(rig, recordings[name], rig.normal_s, model, None)
    ]
    images = normal_images(sound)
    names = [name for name in recordings if name not in rig.normal_from]
    found = []
    for place, name in enumerate(names):
        for seen, faults in _seen(rig, recordings[name], rig.window_s, model, normal):
            tokens = tokens_of(seen, images_of(seen), images)
            truth = named(rig.truth(name))
            found.append(Example(place, rig.window_s, tokens, truth, named(faults), {}, disturbed=False))
    return Judged(rig, names, table(found))


def _seen(
    rig: Rig, recording: Recording, length_s: float, model: Model, normal: Normal | None
) -> Iterator[tuple[Seen, set[Fault]]]:
    """Yield each window of a recording, and what the indicators name in it."""
    circuit = fit_circuit(rig.plate)
    for answer in answers(rig, recording, length_s, model, normal):
        faults = {finding.fault for finding in answer.verdict.others if finding.faulty}
        yield see(answer.window, answer.analysis, rig.plate, circuit), faults


@dataclass
class Outcome:
    """What one judge said of recordings, by head."""

    there: Counter[str] = field(default_factory=Counter)
    """Recordings that have the condition."""
    found: Counter[str] = field(default_factory=Counter)
    """Those of them on which it was named."""
    wrong: Counter[str] = field(default_factory=Counter)
    """Recordings without it on which it was named."""
    pairs: int = 0
    """Conditions that were asked of recordings."""

    def add(self, judged: Judged, alarms: NDArray[np.bool_]) -> None:
        """Count the recordings of a rig by the alarms (windows, heads) of their windows."""
        for place in range(len(judged.names)):
            rows = judged.windows.motor == place
            told, truth = alarms[rows].any(axis=0), judged.windows.truth[rows].any(axis=0)
            for head, name in enumerate(HEADS):
                if name in PARTS and judged.rig.plate.bearing is None:
                    continue
                self.pairs += 1
                self.there[name] += bool(truth[head])
                self.found[name] += bool(told[head] and truth[head])
                self.wrong[name] += bool(told[head] and not truth[head])


Alarms = list[NDArray[np.bool_]]
"""Of each rig (windows, heads)."""


def judges_of(run: Path, rigs: list[Judged]) -> Iterator[tuple[str, list[Alarms]]]:
    """Yield by name the alarms of the indicators, and of every network once for each of its seeds."""
    yield "indicators", [[own.windows.named for own in rigs]]
    paths = sorted((run / "windows").glob("motors-*.npz"))
    simulated = Examples.join([Examples.load(path) for path in paths])
    for allowed, share in ALLOWED.items():
        for kind in KINDS:
            found = []
            for folder in sorted((run / kind).glob("fold-0/seed-*")):
                network, limit = network_in(folder, kind), limits_in(folder, simulated, share)
                found.append([scores(network, own.windows) >= limit for own in rigs])
            yield f"{kind}, {allowed}", found


def print_judge(name: str, rigs: list[Judged], by_seed: list[Alarms]) -> None:
    """Print a row per folder of what one judge found and named wrongly, and one of all of them."""
    for folder in dict.fromkeys(own.rig.folder for own in rigs):
        seeds = [_outcome(rigs, alarms, folder) for alarms in by_seed]
        there = {head: number for head, number in seeds[0].there.items() if number}
        found = [f"{head} {_numbers(own.found[head] for own in seeds)} of {n}" for head, n in there.items()]
        wrong = {head for own in seeds for head, number in own.wrong.items() if number}
        told = [f"{head} {_numbers(own.wrong[head] for own in seeds)}" for head in HEADS if head in wrong]
        total = f"{_numbers(own.wrong.total() for own in seeds)} of {seeds[0].pairs}"
        print_row(name, folder, "; ".join(found), total, "; ".join(told) or "-")
    for own in (_outcome(rigs, alarms) for alarms in by_seed):
        low, high = wilson(own.wrong.total(), own.pairs)
        share = f"{own.wrong.total() / own.pairs:.1%} ({low:.1%}-{high:.1%})"
        print_row(name, "all", "", f"{own.wrong.total()} of {own.pairs}, {share}", "")


def _outcome(rigs: list[Judged], alarms: Alarms, folder: str | None = None) -> Outcome:
    """Return what one judge said of the recordings of one folder, or of all."""
    outcome = Outcome()
    for judged, own in zip(rigs, alarms, strict=True):
        if folder in (None, judged.rig.folder):
            outcome.add(judged, own)
    return outcome


def _numbers(numbers: Iterable[int]) -> str:
    return ", ".join(str(number) for number in numbers)


def main(run: Path, folder: Path) -> None:
    """Judge every rig that is there."""
    model = Model.load("builtin")
    rigs = [windows_of(rig, folder / rig.folder, model) for rig in RIGS if (folder / rig.folder).is_dir()]
    print_header("judge", "folder", "found, by seed", "named wrongly, by seed", "which")
    for name, by_seed in judges_of(run, rigs):
        print_judge(name, rigs, by_seed)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
