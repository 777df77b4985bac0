"""What people found at the rotor, kept with the captures: it outlives the alarm, for learning."""

from dataclasses import asdict, dataclass

from pydantic import TypeAdapter, ValidationError

from edge_agent.alarm import Feedback, LatchedAlarm
from edge_agent.state_file import StateFile

FILE_NAME = "judged_captures.json"
"""Name of the file, in the state folder."""
FILE_VERSION = 1
"""Version of the file's content."""
_MAX_KEPT = 500
"""Most judgements that are kept, the newest ones: judgement, ten times as many as captures by default."""


@dataclass(frozen=True, slots=True)
class Judged:
    """What was found at the rotor after the alarm of a capture."""

    captured: str
    """Name of the capture's file."""
    fault: str
    """What the alarm was for."""
    right: bool
    """True if the alarm was right."""
    found: str
    """What was found, in the words of whoever looked."""
    at_unix_s: float
    """When it was told."""


_ADAPTER = TypeAdapter(tuple[Judged, ...])


class JudgedCaptures:
    """Keeps the newest judgement of each capture."""

    def __init__(self, file: StateFile) -> None:
        """Go on with what the file holds."""
        self._file = file
        self._judged = {one.captured: one for one in file.read_as(judged_in) or ()}

    def note(self, alarm: LatchedAlarm | None) -> None:
        """Keep what an alarm's feedback says of its capture, unless it is known; without either, nothing."""
        if alarm is None or alarm.feedback is None or alarm.captured is None:
            return
        judged = _judged(alarm.captured, alarm.fault, alarm.feedback)
        if self._judged.get(judged.captured) == judged:
            return
        self._judged.pop(judged.captured, None)
        self._judged[judged.captured] = judged
        newest = list(self._judged.values())[-_MAX_KEPT:]
        self._judged = {one.captured: one for one in newest}
        self._file.write({"captures": [asdict(one) for one in newest]})


def judged_in(content: dict[str, object]) -> tuple[Judged, ...]:
    """Return the judgements in the content of a file, oldest first; raises ValueError if it holds none."""
    try:
        return _ADAPTER.validate_python(content.get("captures"))
    except ValidationError as error:
        raise ValueError(f"captures: {error.errors()[0]['msg']}") from None


def _judged(captured: str, fault: str, feedback: Feedback) -> Judged:
    return Judged(captured, str(fault), feedback.right, feedback.found, feedback.at_unix_s)
