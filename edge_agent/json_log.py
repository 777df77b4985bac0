"""The log as JSON, one object a line, for programs that collect logs."""

import json
import logging
import os

from edge_agent.journal import with_level
from edge_agent.publish.json_values import iso_time


class JsonFormatter(logging.Formatter):
    """Writes a message as one JSON object: time, level, logger, message, and traceback where there is one."""

    def __init__(self, *, in_journal: bool) -> None:
        """Prepare; in the journal, the level is also a prefix, which the journal takes off."""
        super().__init__()
        self._in_journal = in_journal

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        said: dict[str, str] = {
            "time": iso_time(record.created),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info is not None:
            said["traceback"] = self.formatException(record.exc_info)
        line = json.dumps(said)
        return with_level(record.levelno, line) if self._in_journal else line


def log_as_json() -> None:
    """Have everything that is logged from now on written as JSON."""
    for handler in logging.getLogger().handlers:
        handler.setFormatter(JsonFormatter(in_journal="JOURNAL_STREAM" in os.environ))
