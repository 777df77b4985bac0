"""Memory that was freed goes back to the system: the C library keeps it between what is still in use."""

import ctypes


def give_back() -> None:
    """Give free memory back, which takes some milliseconds; nothing with a C library other than glibc."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)
