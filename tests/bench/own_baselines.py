"""Alarms of sound motors with rough castings, once these are learned, by the windows of motor-days."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from types import SimpleNamespace
from typing import Any

from edge_agent.baseline.memory import FILE_VERSION
from edge_agent.baseline.monitor import Baseline
from edge_agent.baseline.settings import BaselineSettings
from edge_agent.baseline.status import BaselineState
from edge_agent.diagnose.decision import Decision
from edge_agent.pipeline import Answer
from edge_agent.signals.prepared import Line
from edge_agent.state_file import StateFile
from edge_agent.verdict import Severity, Verdict


def alarms_once_learned(
    content: Mapping[str, Any], verdicts: list[Verdict], told: Mapping[int, Verdict], window_s: float
) -> int | None:
    """Return the alarms in the second half of a run whose first half was learned; None if nothing was.

    Somebody has examined the rotor, and said so by the command `learn`.
    """
    alarms, was = 0, False
    with TemporaryDirectory() as folder:
        settings = BaselineSettings(len(verdicts) * content["step_s"] / 3600)
        baseline = Baseline(settings, StateFile(Path(folder) / "baseline.json", FILE_VERSION))
        baseline.learn(sound=True)
        for number, answer in enumerate(_answers(content, verdicts, told, window_s)):
            if number == len(verdicts) // 2:
                baseline.finish()
                if baseline.state is not BaselineState.LEARNED:
                    return None
            severity = baseline.take(answer).state.severity
            is_now = severity in (Severity.ALARM, Severity.DANGER) and number > len(verdicts) // 2
            alarms += is_now and not was
            was = is_now
    return alarms


def _answers(
    content: Mapping[str, Any], verdicts: list[Verdict], told: Mapping[int, Verdict], window_s: float
) -> Iterator[Answer]:
    """Yield what the agent makes of each window, with what a baseline looks at."""
    decision = Decision()
    for number, (verdict, current_a) in enumerate(zip(verdicts, content["currents_a"], strict=True)):
        start_s, own = number * content["step_s"], told.get(number, verdict)
        before = decision.state
        stretch_s = own.evidence.stretch_s or window_s
        changed = decision.update(own, start_s + window_s - stretch_s, start_s + window_s)
        line = None if current_a is None else Line(50.0, current_a * 2**0.5, None, False)
        yield Answer(
            verdict,
            before,
            decision.state,
            changed,
            decision.looked,
            SimpleNamespace(line=line, slots_show=None),  # type: ignore[arg-type]
            SimpleNamespace(start_s=start_s, length_s=window_s, streams=()),  # type: ignore[arg-type]
        )
