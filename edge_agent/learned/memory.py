"""What is kept of the lessons in the state folder, and of which installation."""

from dataclasses import dataclass, field

from edge_agent.kept import Kept
from edge_agent.learned.lessons import Lessons

FILE_VERSION = 1
"""Version of the file's content."""


@dataclass(frozen=True, slots=True)
class Memory(Kept):
    """All that must be known after a restart."""

    about: str = ""
    """Plate, channels and rates that it is about: of others it says nothing."""
    lessons: Lessons = field(default_factory=Lessons)
    """The looks, and what they teach."""

    def check(self) -> None:
        """Raise ValueError if these cannot be lessons."""
        if any(len(look.orders) != len(look.levels_db) for look in self.lessons.all_looks()):
            raise ValueError("lines and levels differ in number")
