"""Is the agent alive, and does it see its motor? Both in words."""

from collections.abc import Sequence
from dataclasses import dataclass

from edge_agent.summary import advise
from edge_agent.web.newest import Newest

_STUCK_S = 30.0
"""Without a sign of life for this long, s, it hangs. Judgement: half of what the systemd unit allows."""
SILENT_S = 10.0
"""Without samples for this long, s, the agent sees nothing: twice the time after which it has no state."""
BLIND_S = 900.0
"""The same without a verdict, s. Judgement: a quarter of an hour outlasts any start of a motor."""


@dataclass(frozen=True, slots=True)
class Report:
    """How it is, for programs and for people."""

    good: bool
    """True if all is well."""
    words: str
    """Why it is not, or `ok`."""


OK = Report(True, "ok")


def liveness(newest: Newest) -> Report:
    """Return whether the agent works; it says so only if its supervisor has just found no thread lost."""
    alive_s = newest.started_s if newest.pulse_s is None else newest.pulse_s
    silent_s = newest.clock() - alive_s
    if silent_s <= _STUCK_S:
        return OK
    return Report(False, f"no sign of life of the agent for {silent_s:.0f} s; see its log, and restart it")


def samples_come(newest: Newest) -> bool:
    """Return whether samples came of late."""
    return newest.samples_s is not None and newest.clock() - newest.samples_s <= SILENT_S


def readiness(newest: Newest) -> Report:
    """Return whether the agent sees its motor."""
    if not samples_come(newest):
        return Report(False, _no("samples", newest.samples_s, newest))
    judged_s = newest.started_s if newest.verdict_s is None else newest.verdict_s
    if newest.clock() - judged_s > BLIND_S:
        return Report(False, _no("verdict", newest.verdict_s, newest))
    return OK


def readiness_of_all(newest: Sequence[tuple[str, Newest]]) -> Report:
    """Return whether the agent sees all its motors; of several, the words name those that it does not see."""
    if len(newest) == 1:
        return readiness(newest[0][1])
    reports = [(motor, readiness(known)) for motor, known in newest]
    blind = [f"{motor}: {report.words}" for motor, report in reports if not report.good]
    return Report(False, "; ".join(blind)) if blind else OK


def _no(what: str, last_s: float | None, newest: Newest) -> str:
    """Return what is missing, since when, and what to do if the state says that."""
    missing = f"no {what} yet" if last_s is None else f"no {what} for {newest.clock() - last_s:.0f} s"
    if newest.state is None or newest.state.verdict.refusal is None:
        return missing
    return f"{missing}. {advise(newest.state.verdict).text}"
