"""The C core of the firmware, compiled for this machine."""

import ctypes
import shutil
import subprocess
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

import numpy as np
import pytest
from numpy.typing import NDArray

CORE = Path(__file__).parents[3] / "deploy" / "firmware" / "core"
FLAGS = ["-std=c11", "-ffreestanding", "-O2", "-Wall", "-Wextra", "-Wpedantic", "-Wconversion", "-Werror"]
SIM_CHANNELS = 4

needs_gcc = pytest.mark.skipif(shutil.which("gcc") is None, reason="NOT TESTED: needs gcc")


class Header(ctypes.Structure):
    """`struct frame_header`."""

    _fields_ = [
        ("type", ctypes.c_uint8),
        ("stream", ctypes.c_uint8),
        ("channels", ctypes.c_uint8),
        ("scans", ctypes.c_uint16),
        ("flags", ctypes.c_uint16),
        ("sequence", ctypes.c_uint32),
        ("first_scan", ctypes.c_uint64),
        ("rate_mhz", ctypes.c_uint32),
    ]


class Ring(ctypes.Structure):
    """`struct ring`."""

    _fields_ = [
        ("bytes", ctypes.c_void_p),
        ("size", ctypes.c_size_t),
        ("put", ctypes.c_size_t),
        ("taken", ctypes.c_size_t),
    ]


class Sender(ctypes.Structure):
    """`struct sender`."""

    _fields_ = [
        ("ring", ctypes.POINTER(Ring)),
        ("scratch", ctypes.c_void_p),
        ("scratch_bytes", ctypes.c_size_t),
        ("rate_mhz", ctypes.c_uint32),
        ("scans", ctypes.c_uint16),
        ("channels", ctypes.c_uint8),
        ("stride", ctypes.c_uint8),
        ("lowest", ctypes.c_int16),
        ("highest", ctypes.c_int16),
        ("blocks", ctypes.c_uint64),
        ("lost", ctypes.c_uint32),
        ("overrun", ctypes.c_bool),
    ]


@cache
def library() -> ctypes.CDLL:
    """Return the core as a library."""
    built = Path(mkdtemp(prefix="firmware-core-")) / "core.so"
    sources = sorted(map(str, CORE.glob("*.c")))
    subprocess.run(["gcc", *FLAGS, "-shared", "-fPIC", "-o", str(built), *sources], check=True, timeout=120)
    core = ctypes.CDLL(str(built))
    built.unlink()
    built.parent.rmdir()
    for name in ("frame_of_scans", "frame_of_text", "cobs_decode", "ring_piece"):
        getattr(core, name).restype = ctypes.c_size_t
    for name in ("frame_decode", "ring_put", "sender_send", "sender_describe"):
        getattr(core, name).restype = ctypes.c_bool
    return core


def frame_of_scans(header: Header, counts: NDArray[np.int16], room: int) -> bytes:
    """Return the frame that the core makes of counts (scans, stride); empty if the room is too small."""
    out = ctypes.create_string_buffer(room)
    size = library().frame_of_scans(
        ctypes.byref(header),
        ctypes.c_void_p(counts.ctypes.data),
        ctypes.c_size_t(counts.shape[1]),
        out,
        ctypes.c_size_t(room),
    )
    return out.raw[:size]


def frame_of_text(text: bytes, room: int = 20_000) -> bytes:
    """Return the description frame that the core makes."""
    out = ctypes.create_string_buffer(room)
    size = library().frame_of_text(text, ctypes.c_size_t(len(text)), out, ctypes.c_size_t(room))
    return out.raw[:size]


def decoded(encoded: bytes) -> tuple[Header, bytes] | None:
    """Return header and payload of a frame without its delimiter; None if the core refuses it."""
    held = ctypes.create_string_buffer(encoded, max(1, len(encoded)))
    header, payload, size = Header(), ctypes.c_void_p(), ctypes.c_size_t()
    whole = library().frame_decode(
        held,
        ctypes.c_size_t(len(encoded)),
        ctypes.byref(header),
        ctypes.byref(payload),
        ctypes.byref(size),
    )
    if not whole:
        return None
    start = (payload.value or 0) - ctypes.addressof(held)
    return header, held.raw[start : start + size.value]


def simulated(scans: int, *, broken: bool = False) -> NDArray[np.int16]:
    """Return what the simulated motor gives from its start, (scans, 4)."""
    state = (ctypes.c_uint32 * 20)()  # struct sim
    counts = np.zeros((scans, SIM_CHANNELS), np.int16)
    core, first = library(), counts.ctypes.data
    core.sim_begin(state)
    for scan in range(scans):
        core.sim_scan(state, ctypes.c_bool(broken), ctypes.c_void_p(first + scan * counts.strides[0]))
    return counts
