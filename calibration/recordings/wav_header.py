"""The header of a WAV file, checked before its samples are read: what it cannot be is said in plain words."""

import struct
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from edge_agent.acquire.archive import MAX_RECORDING_BYTES
from edge_agent.acquire.recordings import RecordingError

_ORDERS = {b"RIFF": "<", b"RF64": "<", b"RIFX": ">"}
_PCM, _FLOAT, _EXTENSIBLE = 1, 3, 0xFFFE
"""Format codes of WAVE (RFC 2361)."""
_BITS = {_PCM: (16, 24, 32), _FLOAT: (32, 64)}
"""Bits of a value that can be read, by the format code."""
_CODES = {2: "ADPCM", 6: "A-law", 7: "mu-law", 17: "ADPCM", 49: "GSM", 80: "MPEG", 85: "MP3"}
_UNKNOWN_LENGTH = 0xFFFFFFFF
"""Length that streaming programs write, which cannot go back to the header: all to the end (ffmpeg, sox)."""


@dataclass(frozen=True, slots=True)
class WavHeader:
    """What the samples are."""

    bits: int
    """Bits of a sample as it is stored: 16, 24, 32 or 64."""
    channels: int
    """Samples of a scan."""
    rate_hz: int
    """Scans per second."""


def read_header(path: Path) -> WavHeader:
    """Read and check the header; raises RecordingError if the samples cannot be read, or end early."""
    size = path.stat().st_size
    if size > MAX_RECORDING_BYTES:
        raise RecordingError(
            f"it has {size / 2**20:.0f} MiB, expected at most {MAX_RECORDING_BYTES / 2**20:.0f}; "
            "cut it into several files"
        )
    with path.open("rb") as file:
        start = file.read(12)
        if start[:4] not in _ORDERS or start[8:] != b"WAVE":
            raise RecordingError("it does not begin as a WAV file (RIFF ... WAVE); export it as WAV or CSV")
        return _chunks(file, _ORDERS[start[:4]], size)


def _chunks(file: IO[bytes], order: str, size: int) -> WavHeader:
    """Go from chunk to chunk up to the samples."""
    header = None
    while len(start := file.read(8)) == 8:
        name, length = struct.unpack(f"{order}4sI", start)
        if name == b"fmt ":
            header = _format(file.read(length + length % 2), order)
        elif name == b"data":
            if header is None:
                raise RecordingError("its samples come before their format: it is damaged")
            _check_length(header, length, size - file.tell())
            return header
        else:
            file.seek(length + length % 2, 1)
    raise RecordingError("it ends before its samples: it is cut short; copy it again")


def _format(chunk: bytes, order: str) -> WavHeader:
    if len(chunk) < 16:
        raise RecordingError("its header is cut short; copy it again")
    code, channels, rate_hz, _, scan_bytes, bits = struct.unpack_from(f"{order}HHIIHH", chunk)
    if code == _EXTENSIBLE and len(chunk) >= 26:
        (code,) = struct.unpack_from(f"{order}H", chunk, 24)
    if code not in _BITS:
        raise RecordingError(
            f"its samples are {_CODES.get(code, f'of code {code}')}, expected PCM or floating point; "
            "export it without compression"
        )
    if bits not in _BITS[code]:
        expected = " or ".join(map(str, _BITS[code]))
        kind = "floating point" if code == _FLOAT else "uint8 PCM" if bits == 8 else "PCM"
        raise RecordingError(f"its samples are {kind} of {bits} bits, expected {expected}; export it so")
    if channels == 0 or rate_hz == 0 or scan_bytes != channels * bits // 8:
        raise RecordingError(
            f"its header says {channels} channels at {rate_hz} Hz, {bits} bits and {scan_bytes} bytes a "
            "scan, which cannot be; export it again"
        )
    return WavHeader(bits, channels, rate_hz)


def _check_length(header: WavHeader, stated: int, there: int) -> None:
    if stated == 0 and there > 0:
        raise RecordingError(
            f"its header says that there are no samples, and {there} bytes follow: the recorder was stopped "
            "before it was finished; open and save it in an audio program"
        )
    stated = there if stated == _UNKNOWN_LENGTH else stated
    if stated > there:
        raise RecordingError(
            f"it ends early: its samples take {stated} bytes, only {there} are there; copy it again"
        )
    if stated == 0:
        raise RecordingError("it holds no samples")
    if left := stated % (header.channels * header.bits // 8):
        raise RecordingError(
            f"its samples end within a scan, {left} bytes are left over: it is damaged; copy it again"
        )
