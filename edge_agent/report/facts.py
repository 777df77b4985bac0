"""All that the page is made of: what was published, or else what the replayed window says."""

import re
from dataclasses import dataclass

from edge_agent.alarm import LatchedAlarm
from edge_agent.explain import advise
from edge_agent.publish.json_values import iso_time
from edge_agent.report.capture import Decided
from edge_agent.report.kept import Kept
from edge_agent.summary import summarise
from edge_agent.verdict import Severity

_ISO = re.compile(r"(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)(\.\d+)?Z")


@dataclass(frozen=True, slots=True)
class Facts:
    """What the capture, the state folder and the model say."""

    decided: Decided
    """The capture and the window that decided."""
    kept: Kept
    """What the state folder holds."""
    model_name: str
    """Model that replayed the window."""
    model_sha256: str
    """Its hash."""
    now_unix_s: float
    """When the report was made."""

    @property
    def alarm(self) -> LatchedAlarm | None:
        """The latched alarm, if it is that of this capture."""
        alarm = self.kept.alarm
        ids = [event.get("id") for event in self.decided.told.events]
        mine = alarm is not None and (alarm.captured == self.decided.name or alarm.event_id in ids)
        return alarm if mine else None

    @property
    def summary(self) -> str:
        """What was found, in one sentence."""
        return self._published("summary") or summarise(self.decided.answer.verdict)

    @property
    def advice(self) -> str:
        """What to do."""
        return self._published("advice") or advise(self.decided.answer, self.decided.nameplate)

    @property
    def motor(self) -> str:
        """Which motor."""
        return self._published("motor") or self.decided.nameplate.id

    @property
    def when(self) -> str:
        """When it was published, or else the name of the file."""
        return said_time(self._published("time")) or self.decided.name

    @property
    def severity(self) -> Severity | None:
        """How urgent it is; None without an answer."""
        after = (self.decided.told.event or {}).get("after")
        published = after.get("severity") if isinstance(after, dict) else None
        known = [severity for severity in Severity if severity == published]
        return known[0] if known else self.decided.answer.verdict.severity

    def _published(self, key: str) -> str:
        """Return a text of the event; "" if there is none."""
        value = (self.decided.told.event or {}).get(key)
        return value if isinstance(value, str) else ""


def said_time(when: str | float) -> str:
    """Return a time, Unix or as published, to the second: `2026-11-23 05:11:02 UTC`; other text as it is."""
    text = when if isinstance(when, str) else iso_time(when)
    found = _ISO.fullmatch(text)
    return f"{found[1]} {found[2]} UTC" if found else text
