"""What keeps the virtual DAQ from starting, or from doing what it was told."""


class DaqError(Exception):
    """The message says what was asked, why it cannot be, and what can."""
