"""Text tables of three currents as measuring programs write them, for the tests that read them."""

from collections.abc import Callable
from pathlib import Path

import numpy as np

from calibration.recordings.columns import Description
from calibration.recordings.csv_files import read_csv
from edge_agent.acquire.recordings import Recording

RATE_HZ = 2000.0
SCANS = 60
TIME_S = np.arange(SCANS) / RATE_HZ
AMPERES = np.stack([9 * np.cos(2 * np.pi * (50 * TIME_S - k / 3)) for k in range(3)], axis=1).round(5)
"""Three phases of 50 Hz, (scans, phases)."""


def a_table(
    header: str = "time_s,ia,ib,ic",
    separator: str = ",",
    decimal: str = ".",
    scale: float = 1.0,
    time: float = 1.0,
) -> str:
    """Three phases of 50 Hz at 2 kHz, five decimals."""
    lines = [header]
    for t, row in zip(TIME_S, AMPERES, strict=True):
        cells = [f"{t * time:.5f}", *(f"{a * scale:.5f}" for a in row)]
        lines.append(separator.join(cell.replace(".", decimal) for cell in cells))
    return "\n".join(lines) + "\n"


def read(folder: Path, text: str | bytes, description: Description | None = None) -> Recording:
    path = folder / "run_1.csv"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return read_csv(path, description or Description())


def amperes_of(recording: Recording) -> np.ndarray:
    (stream,) = recording.device.streams
    scales = np.array([channel.scale for channel in stream.channels])
    offsets = np.array([channel.offset for channel in stream.channels])
    assert {channel.unit for channel in stream.channels} == {"A"}
    return np.asarray((recording.counts[0] - offsets) * scales)


def each_line(text: str, change: Callable[[str], str]) -> str:
    return "\n".join(change(line) for line in text.splitlines()) + "\n"


PREAMBLE = "Model,XYZ\nSample Rate,2000\n\nSource,CH1,CH2,CH3\n"
"""What an oscilloscope writes before its table."""
SEMICOLONS = a_table("time_s;ia;ib;ic", ";", ",")
"""A table of a country with decimal commas."""
