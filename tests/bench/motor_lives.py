"""What becomes of motors at work: their windows through the decision over time, and the tables of that."""

import gzip
import json
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from own_baselines import alarms_once_learned
from pydantic import TypeAdapter
from tables import share

from calibration.simulator.duty import CYCLES
from edge_agent.diagnose.decision import Decision
from edge_agent.limits import BASELINE
from edge_agent.verdict import Reason, Severity, State, Verdict

WINDOW_S = 12.0
"""Length of a window, s, as the agent has it by default."""
NEAR_START_S = 10.0
"""A window that begins later after the motor did, s, does not start. Judgement: the longest start of the
simulated motors takes some seconds."""
WELL_CAST = 0.2
"""Equivalent bars of a casting below which a sound rotor is never to be alarmed, baseline or not."""
RATES = TypeAdapter(list[Verdict])
BY_NUMBER = TypeAdapter(dict[int, Verdict])


@dataclass
class Life:
    """What became of one motor."""

    sensors: str
    kind: str
    cycle: str
    bars: float
    running_h: float
    looks: int = 0
    false_looks: int = 0
    false_in_a_row: int = 0
    false_and_unclear: int = 0
    alarms: int = 0
    alarm_after_s: float | None = None
    alarms_ended: Counter[str] = field(default_factory=Counter)
    changes: int = 0
    changes_of_state: int = 0
    running_windows: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    unanswered: int = 0
    wrong_words: Counter[str] = field(default_factory=Counter)
    healthy: int = 0
    accused: tuple[str, ...] = ()
    claimed_wrongly: bool = False
    ducts_proven: int = 0
    false_healthy: int = 0
    alarms_once_learned: int | None = None


def live(path: Path) -> Life:
    """Send the verdicts of a motor through the decision."""
    with gzip.open(path, "rt") as file:
        content = json.load(file)
    sensors, kind, cycle, _ = path.name.removesuffix(".json.gz").split("-")
    spans = [(float(a), float(b)) for a, b in content["running"]]
    life = Life(sensors, kind, cycle, content["equivalent_bars"], sum(b - a for a, b in spans) / 3600)
    life.accused, life.ducts_proven = tuple(content["accused"]), content["ducts_proven"]
    life.claimed_wrongly = not set(content["claimed_bars"]) <= {content["rotor_bars"]}
    decision, last_false = Decision(), False
    told_by_number = BY_NUMBER.validate_python(content["told"])
    verdicts = RATES.validate_python(content["verdicts"])
    if kind == "sound" and WELL_CAST <= life.bars <= BASELINE.own_casting:
        life.alarms_once_learned = alarms_once_learned(content, verdicts, told_by_number, WINDOW_S)
    for number, verdict in enumerate(verdicts):
        start_s = number * content["step_s"]
        end_s = start_s + WINDOW_S
        before, told = decision.state, told_by_number.get(number, verdict)
        life.changes += decision.update(told, end_s - (told.evidence.stretch_s or WINDOW_S), end_s)
        life.changes_of_state += before.state is not decision.state.state
        _note_state(life, before, decision.state, spans, end_s)
        began_s = next((a for a, b in spans if a <= start_s and end_s <= b), None)
        if began_s is not None:
            _note_running(life, verdict, start_s - began_s)
            life.unanswered += told.refusal is not None
        false = told.faulty and kind == "sound"
        life.false_and_unclear += false and not decision.looked
        life.false_healthy += kind != "sound" and told.state is State.HEALTHY
        if decision.looked:
            life.looks += 1
            life.false_looks += false
            life.false_in_a_row += false and last_false
            last_false = false
    return life


def _note_state(
    life: Life, before: Verdict, after: Verdict, spans: list[tuple[float, float]], end_s: float
) -> None:
    was, is_now = (state.severity in (Severity.ALARM, Severity.DANGER) for state in (before, after))
    if is_now and not was:
        life.alarms += 1
        if life.alarm_after_s is None:
            life.alarm_after_s = sum(min(b, end_s) - a for a, b in spans if a < end_s)
    if was and not is_now:
        life.alarms_ended[str(after.refusal.reason if after.refusal else after.state)] += 1


def _note_running(life: Life, verdict: Verdict, since_start_s: float) -> None:
    life.running_windows += 1
    if verdict.refusal is not None:
        life.refused[str(verdict.refusal.reason)] += 1
        load = verdict.evidence.load or 0.0
        if verdict.refusal.reason is Reason.LOAD_TOO_LOW and load > 0.5:
            life.wrong_words["load_too_low above half load"] += 1
        if verdict.refusal.reason is Reason.STARTING and since_start_s > NEAR_START_S:
            life.wrong_words["starting far from a start"] += 1
        if verdict.refusal.reason is Reason.STUCK_CHANNEL:
            life.wrong_words["stuck_channel"] += 1
    elif verdict.state is State.HEALTHY:
        life.healthy += 1
        if (verdict.evidence.detection_limit_bars or 0.0) > 0.35:
            life.wrong_words["healthy with a limit above 0.35"] += 1


def report(lives: list[Life]) -> None:
    """Print the tables."""
    for sensors in sorted({life.sensors for life in lives}):
        those = [life for life in lives if life.sensors == sensors]
        _report_sound([life for life in those if life.kind == "sound"], sensors)
        for kind in ("one", "two"):
            _report_broken([life for life in those if life.kind == kind], f"{sensors}, {kind}")


def _report_sound(lives: list[Life], title: str) -> None:
    if not lives:
        return
    print(f"\n{title}, sound: {len(lives)} motors, {sum(life.running_h for life in lives):.1f} h of running")
    _report_false(f"castings below {WELL_CAST} bars", [life for life in lives if life.bars < WELL_CAST])
    rough = [life for life in lives if life.bars >= WELL_CAST]
    _report_false("rougher castings, without a baseline", rough)
    learned = [life for life in rough if life.alarms_once_learned is not None]
    hours = sum(life.running_h / 2 for life in learned)
    alarms = sum(life.alarms_once_learned or 0 for life in learned)
    print(f"  rougher castings up to {BASELINE.own_casting} bars, learned: {hours:.1f} h; alarms {alarms}")
    for cycle in CYCLES:
        own = [life for life in lives if life.cycle == cycle]
        if own:
            windows = sum(life.running_windows for life in own)
            refused = sum((life.refused for life in own), Counter())
            share = refused.total() / windows
            unanswered = sum(life.unanswered for life in own) / windows
            own_h = sum(life.running_h for life in own)
            changes = sum(life.changes for life in own) / own_h
            of_state = sum(life.changes_of_state for life in own) / own_h
            print(
                f"  {cycle:<11} refused {share:6.1%} of {windows}, unanswered {unanswered:6.1%}, "
                f"changes {changes:5.1f} an hour ({of_state:.1f} of the state), "
                f"{dict(refused.most_common(5))}"
            )
    words = sum((life.wrong_words for life in lives), Counter())
    print(f"  wrong words {dict(words)}")
    _report_lessons(lives)


def _report_false(which: str, lives: list[Life]) -> None:
    """Print alarms and looks that call sound motors broken."""
    hours = sum(life.running_h for life in lives)
    false, looks = sum(life.false_looks for life in lives), sum(life.looks for life in lives)
    alarmed = [round(life.bars, 2) for life in lives if life.alarms]
    print(f"  {which}: {len(lives)} motors, {hours:.1f} h; alarms of castings of {alarmed} bars;", end=" ")
    print(f"false looks {false} of {looks}, in a row {sum(life.false_in_a_row for life in lives)};", end=" ")
    print(f"false windows that are no look {sum(life.false_and_unclear for life in lives)}")


def _report_lessons(lives: list[Life]) -> None:
    """Print what was learned or audited wrongly; all plates are right."""
    accused = Counter(name for life in lives for name in life.accused)
    motors = sum(bool(life.accused) for life in lives)
    print(f"  right plates accused: {motors} of {len(lives)}, {dict(accused)}")
    print(f"  bars claimed wrongly: {sum(life.claimed_wrongly for life in lives)} motors")


def _report_broken(lives: list[Life], title: str) -> None:
    if not lives:
        return
    print(f"\n{title}: {len(lives)} motors, {sum(life.running_h for life in lives):.1f} h of running")
    for cycle in CYCLES:
        own = [life for life in lives if life.cycle == cycle and life.bars >= 0.5]
        if own:
            after = [np.inf if life.alarm_after_s is None else life.alarm_after_s / 60 for life in own]
            within = {minutes: sum(a <= minutes for a in after) for minutes in (3, 5, 10)}
            print(
                f"  {cycle:<11} {len(own)} of 0.5 bars or more: alarm within 3, 5, 10 min "
                + ", ".join(share(n, len(own)) for n in within.values())
                + f", median {np.median(after):.1f} min"
            )
    ended = sum((life.alarms_ended for life in lives), Counter())
    print(f"  alarms that ended: {dict(ended)}; taken for ducts {sum(life.ducts_proven for life in lives)}")
    healthy = [(round(life.bars, 2), life.false_healthy) for life in lives if life.false_healthy]
    print(f"  windows called healthy, by bars: {healthy}")
    _report_lessons(lives)
