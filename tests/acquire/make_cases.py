"""Write the folders of `cases`: what a DAQ sends (input.bin), its agent.yaml, and what must come of it.

`python tests/acquire/make_cases.py`. What must come (expected.jsonl) is written from what was sent and
harmed, and by hand which scans that costs: no decoder of the agent is asked. A line is a run of scans without
gap: index of the first, their number, the sum of each channel, and whether the DAQ lost something before; the
last line holds counts.
"""

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from binary_streams import OPEN

CASES = Path(__file__).parent / "cases"
YAML = """\
motor:
  {{id: m, rated_power_kw: 1.1, rated_voltage_v: 380, rated_current_a: 2.6, rated_speed_rpm: 1737, poles: 4,
   line_frequency_hz: 60}}
acquisition:
  port: /dev/ttyACM0
{acquisition}
channels:
{channels}
mqtt: {{host: localhost}}
"""
WINDOW_S = 12
"""Length of a window: after a gap of unknown length, the index jumps ahead by two."""


def samples(first: int, scans: int, channels: int, middle: int = 2048) -> np.ndarray:
    """Three phases and more as a converter of 12 bits has them; each value tells where it belongs."""
    scan = np.arange(first, first + scans)[:, None]
    lag = np.arange(channels) / 3
    wave = 900 * np.sin(2 * np.pi * (scan * 0.006 - lag)) + middle
    return (np.rint(wave) // 16 * 16 + np.arange(channels)).astype("<i2")


def write(
    name: str, data: bytes, acquisition: str, channels: int, runs: Sequence[object], **counts: int
) -> None:
    folder = CASES / name
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "input.bin").write_bytes(data)
    lines = "\n".join(
        f"  - {{name: i{p}, kind: current, phase: {p}, unit: A, scale: 0.006}}" for p in "abc"[:channels]
    )
    (folder / "agent.yaml").write_text(YAML.format(acquisition=acquisition, channels=lines))
    texts = [json.dumps(run) for run in [*runs, counts]]
    (folder / "expected.jsonl").write_text("\n".join(texts) + "\n")


def run(first_scan: int, counts: np.ndarray, *, overrun: bool = False) -> dict[str, object]:
    sums = counts.astype(int).sum(axis=0).tolist()
    return {"first_scan": first_scan, "scans": len(counts), "sums": sums, "overrun": overrun}


DUE = "  driver: fixed_frame\n  preset: due_daq\n  rate_hz: 10000\n  inputs: [A0, A1, A2]"
DUE_SCANS = round(84e6 / 42 / 3 / 67 * 0.05)
DUE_JUMP = 2 * int(np.ceil(WINDOW_S * 84e6 / 42 / 3 / 67))


def due(number: int) -> bytes:
    """A frame; the converter sends A2 first, then A1, then A0."""
    values = samples(number * DUE_SCANS, DUE_SCANS, 3)[:, ::-1]
    return b"\xff\xff" + number.to_bytes(4, "little") + values.tobytes()


def due_run(index: int, first: int, last: int, *, overrun: bool = False) -> dict[str, object]:
    """The run of the frames from `first` to `last`."""
    scans = samples(first * DUE_SCANS, (last - first + 1) * DUE_SCANS, 3)
    return run(index * DUE_SCANS, scans, overrun=overrun)


def of_due() -> None:
    sent = [due(number) for number in range(1, 9)]
    whole = b"\x00\xff\xff\xff" + b"".join(sent)  # the end of an older frame before them
    write("due_daq", whole, DUE, 3, [due_run(0, 1, 7)], frames=7, lost_frames=0, restarts=0)
    # Whole frames are missing: the one before may be half of another, and is dropped as well.
    gap = b"".join([*sent[:3], *sent[5:]])
    runs = [due_run(0, 1, 2), due_run(5, 6, 7, overrun=True)]
    write("due_daq_gap", gap, DUE, 3, runs, frames=4, lost_frames=3, restarts=0)
    lost = b"".join(sent[:2]) + sent[2][:777] + sent[2][780:] + b"".join(sent[3:])
    runs = [due_run(0, 1, 2), due_run(3, 4, 7, overrun=True)]
    write("due_daq_lost_bytes", lost, DUE, 3, runs, frames=6, lost_frames=1, restarts=0)
    flipped = bytearray(b"".join(sent))
    flipped[3 * len(sent[0]) + 1] ^= 0x10  # in the sync of the fourth frame: it and the third cannot be told
    runs = [due_run(0, 1, 2), due_run(4, 5, 7, overrun=True)]
    write("due_daq_flipped_sync", bytes(flipped), DUE, 3, runs, frames=5, lost_frames=2, restarts=0)
    restart = b"".join(sent[4:7]) + sent[7][:500] + b"".join(sent[:4])
    jump = run(3 * DUE_SCANS + DUE_JUMP, samples(DUE_SCANS, 3 * DUE_SCANS, 3), overrun=True)
    write("due_daq_restart", restart, DUE, 3, [due_run(0, 5, 7), jump], frames=6, lost_frames=0, restarts=1)


def of_own_frames() -> None:
    acquisition = (
        '  driver: fixed_frame\n  rate_hz: 4000\n  open: ["START\\n"]\n  close: ["STOP\\n"]\n'
        "  frame: {sync: a55a, counter: u16be, scans: 20, type: i16be, checksum: xor}"
    )

    def frame(number: int) -> bytes:
        body = (number % 65536).to_bytes(2, "big") + samples(number * 20, 20, 2, 0).astype(">i2").tobytes()
        parity = 0
        for byte in body:
            parity ^= byte
        return b"\xa5\x5a" + body + bytes([parity])

    sent = [bytearray(frame(number)) for number in range(65_530, 65_545)]
    sent[4][30] ^= 0x04  # a value: the checksum tells
    del sent[9][40]
    found = [(0, 65_530, 4, False), (5, 65_535, 4, True), (10, 65_540, 4, True)]
    runs = [run(20 * at, samples(first * 20, 20 * n, 2, 0), overrun=lost) for at, first, n, lost in found]
    data = b"".join(map(bytes, sent))
    write("own_frames", data, acquisition, 2, runs, frames=12, lost_frames=2, restarts=0, crc_errors=1)


def of_dataq() -> None:
    acquisition = "  driver: dataq\n  rate_hz: 10000\n  inputs: [0, 1, 2]"
    stretch = 32
    counts = samples(0, 401, 3, 0)
    scans = np.hstack([counts, np.full((401, 1), OPEN, "<i2")]).tobytes()
    # An echo; the first scan, whose beginning nothing shows; the last stretch, which waits for another.
    runs = [run(0, counts[1 : 1 + 11 * stretch])]
    write("dataq", b"start\r" + scans, acquisition, 3, runs, frames=11 * stretch, lost_frames=0)
    # Scan 200 lacks a byte. Good are the stretches from 1, 33, … 161 on; the last one waited for its next.
    lost = scans[: 200 * 8 + 3] + scans[200 * 8 + 4 :]
    jump = 5 * stretch + 2 * WINDOW_S * 10_000
    after = [run(0, counts[1:161]), run(jump, counts[201 : 201 + 5 * stretch], overrun=True)]
    write("dataq_lost_byte", lost, acquisition, 3, after, frames=10 * stretch, lost_frames=40)


if __name__ == "__main__":
    of_due()
    of_own_frames()
    of_dataq()
