"""Ours against two open programs on the same simulated motors: `python tests/bench/bench_peers.py`.

Test seeds, from 1,000,000 on, which nothing was tuned on: `--count` motors with 0, 1, 2, 3 and 4 broken bars
each at loads of 12.5 to 100 % (kind "validation"), and as many sound motors with one strong confounder
(kind "confounders": 24 take all twelve of them twice). One window of 12 s a recording. `peers.py` says how
the peers are called and what counts as their alarm.

Ours is the evidence alone, without the network: `Analyser.analyse` and `judge`, the slip unknown, the plate
known. It sees all three currents and, for the slip, the vibration; the peers see one phase.

Milliseconds are the median processor time of one window on one thread, all programs in turn on the same
recording. Ours: from the raw counts of all channels to the answer, with the design of the filters, the
decimation and the images for the network; the motor's circuit, fitted once a motor, is left out. The peers:
import _paths  # noqa: F401
from one phase in amperes, already decimated to 1 kHz at no charge, to the answer. On the sound motors
statorscope is timed at the rate of the converter as well.
"""

import argparse
import os
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from statistics import median
from typing import Any

os.environ["OMP_NUM_THREADS"] = "1"
from cases import plate_of, window_of
from peers import Answer, Phase, ask, ask_mcsa, ask_statorscope

from calibration.simulator.recording import simulate
from calibration.simulator.scenario import Scenario
from calibration.simulator.sets import CLASSES, FIRST_TEST_SEED, draw_scenario
from edge_agent.acquire.recordings import Recording
from edge_agent.diagnose.broken_bars import judge
from edge_agent.signals.analysis import Analyser
from edge_agent.signals.dsp.decimation import Decimator
from edge_agent.signals.images import ImageSpec
from edge_agent.verdict import Evidence
from edge_agent.windows.sliding import Window

GROUPS = ("healthy", "one bar", "2-4 bars", "confounder")
PROGRAMS = (
    "statorscope, slip unknown",
    "statorscope, true slip",
    "mcp-server-mcsa, true slip",
    "ours, slip unknown",
)
SEARCHING, TOLD, MCSA, OURS = PROGRAMS
AS_SAMPLED = "statorscope, slip unknown, as sampled"
ANY = frozenset({"trace", "incipient", "moderate", "severe"})
MODERATE = frozenset({"moderate", "severe"})
Row = tuple[str, str, frozenset[str]]
"""Program, how its severity is read, and the severities that are an alarm."""
OURS_ROW: Row = (OURS, "broken", frozenset({"broken"}))
ROWS: tuple[Row, ...] = (
    (SEARCHING, "default", ANY),
    (SEARCHING, "severity >= moderate", MODERATE),
    (TOLD, "severity >= moderate", MODERATE),
    (MCSA, "default", ANY),
    (MCSA, "severity >= moderate", MODERATE),
    OURS_ROW,
)
HEADER = (
    "program",
    "alarm",
    "false alarms, healthy",
    "one bar found",
    "2-4 bars found",
    "alarms, confounders",
    f"refused: {', '.join(GROUPS)}",
    "ms per window",
    "times ours",
)


@dataclass(frozen=True, slots=True)
class Case:
    """One recording and what each program said of it."""

    group: str
    """One of GROUPS."""
    meta: dict[str, Any]
    """Truth of the recording."""
    evidence: Evidence
    """What ours measured."""
    answers: dict[str, Answer]
    """By program."""


def main() -> None:
    """Print the table, what ours got wrong, and what each took."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=24, help="motors, and confounders")
    parser.add_argument("--first-seed", type=int, default=FIRST_TEST_SEED, help="a multiple of 20")
    parser.add_argument("--jobs", type=int, default=1, help="processes")
    args = parser.parse_args()
    started_s = time.monotonic()
    with ProcessPoolExecutor(args.jobs) as pool:
        cases = list(pool.map(_case, *zip(*_recordings(args.first_seed, args.count), strict=True)))
    _report_table(cases)
    _report_ours_wrong(cases)
    _report_refusals(cases)
    _report_as_sampled(cases)
    print(f"\n{len(cases)} recordings in {time.monotonic() - started_s:.0f} s, {args.jobs} process(es)")


def _recordings(first_seed: int, count: int) -> Iterator[tuple[str, int]]:
    for seed in range(first_seed, first_seed + CLASSES * count):
        yield "validation", seed
    for number in range(count):  # of four consecutive seeds with one confounder the first two
        yield "confounders", first_seed + number // 2 * 4 + number % 2


def _case(kind: str, seed: int) -> Case:
    scenario = draw_scenario(kind, seed)
    recording = simulate(scenario)
    window = window_of(recording)
    phase = _phase(window, scenario, recording)
    ours, evidence = _ask_ours(window, scenario)
    answers = {
        OURS: ours,
        SEARCHING: ask_statorscope(phase, None),
        TOLD: ask_statorscope(phase, phase.slip),
        MCSA: ask_mcsa(phase),
    }
    group = "confounder" if kind == "confounders" else GROUPS[min(scenario.broken_bars, 2)]
    if group == "healthy":
        stream = window.streams[0]
        sampled = replace(phase, current_a=stream.units(0).astype(float), rate_hz=stream.stream.rate_hz)
        answers[AS_SAMPLED] = ask_statorscope(sampled, None)
    return Case(group, recording.meta, evidence, answers)


def _phase(window: Window, scenario: Scenario, recording: Recording) -> Phase:
    """Give phase a, which is the first channel of the first stream of all simulated recordings."""
    stream, meta = window.streams[0], recording.meta
    decimator = Decimator(stream.stream.rate_hz)
    return Phase(
        current_a=decimator.process(stream)[0].astype(float),
        rate_hz=decimator.rate_hz,
        line_hz=meta["line_frequency_hz"],
        slip=meta["slip"],
        plate=scenario.motor.nameplate,
    )


def _ask_ours(window: Window, scenario: Scenario) -> tuple[Answer, Evidence]:
    analyser = Analyser(plate_of(scenario), ImageSpec())
    evidence = Evidence()

    def answer() -> tuple[str | None, str | None]:
        nonlocal evidence
        analysis = analyser.analyse(window)
        evidence = analysis.evidence
        if analysis.refusal is not None or analysis.pair is None:
            return None, str(analysis.refusal and analysis.refusal.reason)
        opinion = judge(evidence, analysis.pair)
        refusal = opinion.refusal or analysis.doubt(opinion.broken)
        if refusal is not None:
            return None, str(refusal.reason)
        return "broken" if opinion.broken else "healthy", None

    return ask(answer), evidence


def _said(case: Case, row: Row) -> str:
    answer = case.answers[row[0]]
    if answer.severity is None:
        return "refused"
    return "alarm" if answer.severity in row[2] else "quiet"


def _is_right(case: Case, row: Row) -> bool:
    return _said(case, row) == ("alarm" if case.meta["broken_bars"] else "quiet")


def _report_table(cases: list[Case]) -> None:
    print("| " + " | ".join(HEADER) + " |")
    print("|---" * len(HEADER) + "|")
    ours_ms = _median_ms(cases, OURS)
    for row in ROWS:
        counts = {group: Counter(_said(c, row) for c in cases if c.group == group) for group in GROUPS}
        alarms = (f"{counts[group]['alarm']} of {counts[group].total()}" for group in GROUPS)
        refused = ", ".join(str(counts[group]["refused"]) for group in GROUPS)
        cost_ms = _median_ms(cases, row[0])
        cells = (row[0], row[1], *alarms, refused, f"{cost_ms:.1f}", f"{cost_ms / ours_ms:.2f}")
        print(f"| {' | '.join(cells)} |")


def _median_ms(cases: list[Case], program: str) -> float:
    return median(case.answers[program].cost_ms for case in cases)


def _report_ours_wrong(cases: list[Case]) -> None:
    """Print what ours got wrong or refused, and who of the peers got it right."""
    print("\nNot right by ours (true equivalent bars, ours, its detection limit; right by):")
    for case in cases:
        if _is_right(case, OURS_ROW):
            continue
        answer, found, meta = case.answers[OURS], case.evidence, case.meta
        right = [f"{row[0]} {row[1]}" for row in ROWS if _is_right(case, row)]
        print(
            f"{case.group:<10} {meta['seed']} {meta['broken_bars']} bars, load {meta['load']:.3f}, "
            f"slip {meta['slip']:.4f}, ours {_figure(found.slip, 4)}: {answer.severity or answer.refusal}; "
            f"{meta['equivalent_bars']:.2f}, {_figure(found.equivalent_bars)}, "
            f"{_figure(found.detection_limit_bars)}; {', '.join(meta['confounders']) or 'nothing unusual'}; "
            f"right by {'; '.join(right) or 'none'}"
        )


def _figure(value: float | None, digits: int = 2) -> str:
    return "none" if value is None else f"{value:.{digits}f}"


def _report_refusals(cases: list[Case]) -> None:
    print("\nReasons of refusals:")
    for program in PROGRAMS:
        reasons = Counter(c.answers[program].refusal for c in cases if c.answers[program].refusal)
        print(f"{program}: {', '.join(f'{why} {n}' for why, n in reasons.most_common()) or 'none'}")


def _report_as_sampled(cases: list[Case]) -> None:
    """Print what statorscope takes at the rate of the converter, on the same windows as ours."""
    sound = [case for case in cases if AS_SAMPLED in case.answers]
    sampled_ms, ours_ms = _median_ms(sound, AS_SAMPLED), _median_ms(sound, OURS)
    alarms = sum(case.answers[AS_SAMPLED].severity in ANY for case in sound)
    print(
        f"\n{AS_SAMPLED}: {sampled_ms:.0f} ms per window, {sampled_ms / ours_ms:.1f} times ours "
        f"({ours_ms:.1f} ms), {alarms} false alarms of {len(sound)}"
    )


if __name__ == "__main__":
    main()
