"""Cuts a stream of bytes at its delimiters, in bounded memory."""


class Splitter:
    """Returns the pieces between delimiters, however the bytes are cut into pushes."""

    def __init__(self, delimiter: bytes, longest: int) -> None:
        """Take a delimiter of one byte, and the longest piece in bytes that is not thrown away."""
        self.overlong = 0
        """Pieces that were too long."""
        self.discarded_bytes = 0
        """Bytes of pieces that were too long, or cut off."""
        self._delimiter = delimiter
        self._longest = longest
        self._partial = bytearray()
        self._partial_bytes = 0

    def push(self, data: bytes) -> list[bytes]:
        """Take bytes; return the pieces that are complete and not empty."""
        first, *others = data.split(self._delimiter)
        self._keep(first)
        if not others:
            return []
        pieces = [bytes(self._partial), *others[:-1]]
        if self._partial_bytes > self._longest:
            self._count_overlong(self._partial_bytes)
        self._forget()
        self._keep(others[-1])
        return [piece for piece in pieces if piece and self._is_short(piece)]

    def cut(self) -> None:
        """Forget the beginning of a piece, since its end will never come."""
        self.discarded_bytes += self._partial_bytes
        self._forget()

    def _keep(self, data: bytes) -> None:
        self._partial_bytes += len(data)
        if self._partial_bytes <= self._longest:
            self._partial += data
        else:
            self._partial.clear()

    def _forget(self) -> None:
        self._partial.clear()
        self._partial_bytes = 0

    def _is_short(self, piece: bytes) -> bool:
        if len(piece) > self._longest:
            self._count_overlong(len(piece))
            return False
        return True

    def _count_overlong(self, size: int) -> None:
        self.overlong += 1
        self.discarded_bytes += size
