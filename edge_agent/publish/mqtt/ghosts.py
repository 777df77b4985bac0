"""Clears what the broker retains of a motor or an agent that has another name now."""

from collections.abc import Iterable

from pydantic import TypeAdapter

from edge_agent.publish.mqtt.mailbox import Mailbox
from edge_agent.publish.settings import SinkSettings
from edge_agent.state_file import StateFile

FILE_VERSION = 1
"""Version of the file's content."""
_ADAPTER = TypeAdapter(list[str])


def known_topics(settings: SinkSettings) -> list[str]:
    """Return the topics under which something was ever retained and not cleared, from the file."""
    return _read(_file_of(settings))


class Ghosts:
    """Keeps the retained topics in a file; those that are not ours any more get an empty message.

    A topic is forgotten once the broker has confirmed that nothing is left there.
    """

    def __init__(self, settings: SinkSettings, topics: Iterable[str], mailbox: Mailbox) -> None:
        """Put the empty messages into the mailbox; `topics` are those that this agent retains now."""
        self._file = _file_of(settings)
        self._mailbox = mailbox
        known = _read(self._file)
        now = list(topics)
        self._gone = [topic for topic in known if topic not in now]
        self._now = now
        self._remember(known)
        for topic in self._gone:
            mailbox.put_state(topic, b"")

    @property
    def problem(self) -> str | None:
        """What is wrong with the file, or was at the start; None while all is well."""
        return self._file.problem or self._file.loss

    def forget_the_gone(self) -> None:
        """Forget the topics that the broker has cleared."""
        before = [*self._gone, *self._now]
        self._gone = [topic for topic in self._gone if self._mailbox.holds(topic)]
        self._remember(before)

    def _remember(self, before: list[str]) -> None:
        """Have the topics in the file; it is not written for nothing, since memory cards wear."""
        topics = [*self._gone, *self._now]
        if set(topics) != set(before):
            self._file.write({"topics": topics})


def _file_of(settings: SinkSettings) -> StateFile:
    return StateFile(settings.state_folder / "retained.json", FILE_VERSION)


def _read(file: StateFile) -> list[str]:
    return file.read_as(lambda content: _ADAPTER.validate_python(content.get("topics"))) or []
