"""What the shipped network says of simulated motors, and the agent: `tests/bench/bench_network.py`.

The network alone is asked wherever the front end finds nothing wrong with the signals. The agent's is the
verdict of the window, for which the sidebands must say the same. Asked about are ordinary motors of all
classes, and motors with strong conditions that are no broken bar (see `evidence_sets`), two fifths of these
again with one to four broken bars; test seeds of motors that no training has met, one window of 12 s a
recording, the plate known with its rotor bars. Intervals are Wilson's, of 95 %, over recordings.
"""

import argparse
import os
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import cache, partial

import _paths  # noqa: F401

os.environ["OMP_NUM_THREADS"] = "1"
from cases import LENGTH_S, plate_of, window_of
from evidence_sets import FIRST_SEED, Trial, confounders, prepare, rotors
from tables import print_header, print_row, share

from calibration.simulator.recording import simulate
from calibration.simulator.sets import CLASSES
from edge_agent.diagnose.model import BUILTIN, Model
from edge_agent.pipeline import Pipeline
from edge_agent.verdict import State

_ANSWERS = (State.HEALTHY, State.BROKEN_BARS)


@dataclass(frozen=True, slots=True)
class Answer:
    """What the network said of one recording, and the agent."""

    trial: Trial
    """Which recording it is."""
    broken_bars: int
    """Or cracked ones."""
    probability: float | None
    """That a bar is broken, by the network; None where the front end refused."""
    state: State
    """The agent's verdict of the window."""


def main() -> None:
    """Print who was called broken, by what else was going on."""
    kinds = ("ordinary", *dict.fromkeys(trial.kind for trial in confounders(FIRST_SEED, 1)))
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--each", type=int, default=25, help="sound motors of each kind")
    parser.add_argument("--first-seed", type=int, default=FIRST_SEED, help="a multiple of five")
    parser.add_argument("--kind", choices=kinds, action="append", help="only this one; may be repeated")
    parser.add_argument("--plain", action="store_true", help="the same motors without what is special")
    parser.add_argument("--jobs", type=int, default=1, help="processes")
    args = parser.parse_args()
    if args.first_seed % CLASSES:
        parser.error(f"--first-seed: {args.first_seed} is no multiple of {CLASSES}")
    trials = [*rotors(args.first_seed, max(1, args.each // 8)), *confounders(args.first_seed, args.each)]
    chosen = [trial for trial in trials if trial.kind in (args.kind or kinds)]
    with ProcessPoolExecutor(args.jobs) as pool:
        answers = list(pool.map(partial(ask, plain=args.plain), chosen, chunksize=4))
    asked = ("network asked", "network: broken", "agent: healthy", "agent: broken")
    print_header("", "sound rotors", *asked, "broken rotors", *asked)
    for kind in args.kind or kinds:
        print_row(kind, *_row([answer for answer in answers if answer.trial.kind == kind]))


def ask(trial: Trial, plain: bool = False) -> Answer:
    """Make a recording and ask the network of its window; `plain` as of `prepare`."""
    scenario, spoil = prepare(trial, plain)
    model = _model()
    pipeline = Pipeline(plate_of(scenario), model, LENGTH_S, LENGTH_S)
    analysis, verdict = pipeline.judge(spoil(window_of(simulate(scenario))))
    belief = pipeline.broken_bars.believe(analysis)
    probability = None if belief is None else 1.0 - belief.probabilities[0]
    return Answer(trial, scenario.broken_bars, probability, verdict.state)


@cache
def _model() -> Model:
    return Model.load_for_agent(BUILTIN)


def _row(answers: list[Answer]) -> tuple[object, ...]:
    cells: list[object] = []
    for group in ([a for a in answers if not a.broken_bars], [a for a in answers if a.broken_bars]):
        asked = [answer.probability for answer in group if answer.probability is not None]
        called = sum(probability >= _model().spec.thresholds.broken for probability in asked)
        states = [share(sum(a.state is state for a in group), len(group)) for state in _ANSWERS]
        cells += [len(group), len(asked), share(called, len(asked)), *states]
    return tuple(cells)


if __name__ == "__main__":
    main()
