"""What a file of another format holds: recordings to be read one after the other."""

from collections.abc import Callable
from dataclasses import dataclass

from edge_agent.acquire.recordings import Recording, RecordingError


class DeadRecordingError(RecordingError):
    """There is no motor current in a recording: it is left out, and that is no fault of the file."""


@dataclass(frozen=True, slots=True)
class Part:
    """One recording that has not been read yet."""

    name: str
    """Name that the recording will have."""
    read: Callable[[], Recording]
    """Reads it; raises RecordingError, with the name of the file, when it cannot be used."""
    says_truth: bool = False
    """The file says how many bars are broken and what the load is."""
