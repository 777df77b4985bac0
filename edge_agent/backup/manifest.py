"""What an archive is: a `tar.gz` of plain files under known names, with a word on whose they are."""

import re
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from edge_agent.config.motors import MAX_MOTORS

FORMAT = 2
"""Version of the archive; a change that an older program cannot read raises it: 2 holds several motors."""
FORMAT_OF_ONE = 1
"""Version of the archive of an agent of one motor, which older programs read, too."""
MANIFEST = "backup.json"
"""Name of the part that says whose backup it is; it comes first."""
CONFIGURATION = "agent.yaml"
"""Name of the part that is the configuration, whatever its file is called."""
STATE = "state"
"""Folder of the archive that holds what the state folder holds."""
CAPTURES = "captures"
"""Folder of captures within that."""
MAX_NAME = 160
"""Longest name of a part: twice that of a capture with the longest id of a motor (judgement)."""
STATE_SUFFIXES = (".json", ".sqlite3")
"""What the names of files end with that outlive a restart; damaged ones put aside end otherwise."""

_FOLDER = rf"{STATE}/([A-Za-z0-9_-]+/)?"
_NAMES = re.compile(
    rf"{MANIFEST}|{CONFIGURATION}|{_FOLDER}[A-Za-z0-9_-]+(\.json|\.sqlite3)"
    rf"|{_FOLDER}{CAPTURES}/[A-Za-z0-9_.-]+\.npz"
)


class Manifest(BaseModel):
    """What a backup says of itself."""

    model_config = ConfigDict(frozen=True, extra="ignore", strict=True)

    format: Annotated[int, Field(ge=1)]
    """Version of the archive."""
    version: Annotated[str, Field(max_length=64)]
    """Version of the program that wrote it."""
    created: Annotated[str, Field(max_length=64)]
    """When, UTC."""
    agent: Annotated[str, Field(max_length=64)]
    """Id of the agent."""
    motor: Annotated[str, Field(max_length=64)]
    """Id of the motor; of several, of the first one."""
    motors: Annotated[list[Annotated[str, Field(max_length=64)]], Field(max_length=MAX_MOTORS)] = []
    """Ids of all motors of a file with `motors`, which have a folder each; empty for a file of one motor."""


def is_part(name: str) -> bool:
    """True if a part of a backup may have this name; none of them leads out of its folder."""
    return len(name) <= MAX_NAME and _NAMES.fullmatch(name) is not None
