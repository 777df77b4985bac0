"""Consistent overhead byte stuffing: any bytes without a zero byte, so that zero can delimit frames.

S. Cheshire, M. Baker, "Consistent Overhead Byte Stuffing", IEEE/ACM Trans. Networking 7(2), 1999.
"""

_LONGEST_RUN = 254
"""Longest run of COBS: a length byte of 255 means 254 bytes without a zero (Cheshire and Baker 1999)."""


class CobsError(ValueError):
    """The bytes are not the encoding of anything."""


def encode(data: bytes) -> bytes:
    """Return `data` without zero bytes and without delimiter; one byte in 254 longer at most, plus two."""
    encoded = bytearray()
    for run in data.split(b"\0"):
        while len(run) >= _LONGEST_RUN:
            encoded.append(_LONGEST_RUN + 1)
            encoded += run[:_LONGEST_RUN]
            run = run[_LONGEST_RUN:]
        encoded.append(len(run) + 1)
        encoded += run
    return bytes(encoded)


def decode(encoded: bytes) -> bytes:
    """Undo `encode`; raises CobsError if a zero byte or a run beyond the end shows damage.

    Each code byte lies where a zero was, so it is replaced in place; only those after a run of 254,
    which replace nothing, are removed.
    """
    if not encoded or 0 in encoded:
        raise CobsError("empty, or a zero byte within")
    decoded = bytearray(encoded)
    end = len(decoded)
    position = 0
    for_nothing = [0]
    while position < end:
        run = decoded[position]
        decoded[position] = 0
        position += run
        if run == 255:  # a constant costs less than a name here, in the loop that all samples go through
            for_nothing.append(position)
    if position > end:
        raise CobsError("the last run is cut short")
    for position in reversed(for_nothing):
        del decoded[position : position + 1]
    return bytes(decoded)
