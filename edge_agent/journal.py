"""Levels of messages as the journal of systemd understands them."""

import logging


def with_level(level: int, line: str) -> str:
    """Return a line behind its level of syslog(3): 7 debug, 6 info, 4 warning, 3 error, 2 critical."""
    steps = ((logging.CRITICAL, 2), (logging.ERROR, 3), (logging.WARNING, 4), (logging.INFO, 6))
    return f"<{next((syslog for from_level, syslog in steps if level >= from_level), 7)}>{line}"
