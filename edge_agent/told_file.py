"""What the last event of one motor among several told: the outbox that they share knows the newest of all."""

from pydantic import TypeAdapter

from edge_agent.publish.documents import Event, Told
from edge_agent.publish.payloads import encode, payload_of, told_in
from edge_agent.state_file import StateFile

FILE_VERSION = 1
"""Version of the file's content."""
_ADAPTER = TypeAdapter(Told)


class ToldFile:
    """Remembers over restarts what a motor's last event said that its state became."""

    def __init__(self, file: StateFile) -> None:
        """Keep it in a file of this motor alone."""
        self._file = file

    def read(self) -> Told | None:
        """Return what was told; None if there was no event yet, or where it is not known any more."""
        return self._file.read_as(_ADAPTER.validate_python)

    def write(self, event: Event) -> None:
        """Note an event."""
        told = told_in(encode(payload_of(event)))
        if told is not None:
            self._file.write(dict(_ADAPTER.dump_python(told, mode="json")))
