"""The index of the next scan, where the DAQ itself does not number its scans."""

from math import ceil


class ScanIndex:
    """Counts scans on; a gap of unknown length makes everything after it a beginning of its own."""

    def __init__(self, rate_hz: float, window_s: float) -> None:
        self.next = 0
        """Index of the scan that comes next."""
        self._window = ceil(rate_hz * window_s)

    def advance(self, scans: int) -> None:
        """Count so many scans, handed on or known to be lost."""
        self.next += scans

    def begin_anew(self) -> None:
        """Begin where no window can hold scans from before and after: nobody knows how long the gap was.

        The count starts over. After a shorter time than that of a window, the new scans would fill up the
        places of the old ones, so that the index jumps ahead instead.
        """
        self.next = 0 if self.next > 2 * self._window else self.next + 2 * self._window
