"""Errors of the virtual DAQ."""


class DaqError(Exception):
    """The message says what was asked, why it cannot be, and what can."""
