"""Write the test vectors of the wire format beside this file: `python make_vectors.py`.

It needs nothing but Python's standard library, and shares no code with the agent: it is also the shortest
encoder that works.
"""

import json
import struct
import zlib
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent

DESCRIPTION = {
    "name": "example DAQ",
    "serial_number": "E660C0D1C7212A36",
    "firmware": "1.0",
    "streams": [
        {
            "stream": 0,
            "rate_hz": 10000,
            "channels": [
                {"name": "ia", "unit": "A", "scale": 0.004, "offset": 2048, "phase": "a"},
                {"name": "ib", "unit": "A", "scale": 0.004, "offset": 2048, "phase": "b"},
                {"name": "ic", "unit": "A", "scale": 0.004, "offset": 2048, "phase": "c"},
            ],
        }
    ],
}


def stuffed(data: bytes) -> bytes:
    """Return the COBS encoding of data, without delimiter."""
    out, run = bytearray(), bytearray()
    for byte in data:
        if byte:
            run.append(byte)
        if byte == 0 or len(run) == 254:
            out += bytes([len(run) + 1]) + run
            run.clear()
    return bytes(out + bytes([len(run) + 1]) + run)


def frame(header: dict[str, int], payload: bytes) -> bytes:
    """Return a frame with its delimiter."""
    body = struct.pack("<BBBBHHIQI", 1, *header.values()) + payload
    return stuffed(body + struct.pack("<I", zlib.crc32(body))) + b"\0"


def data(
    scans: list[list[int]], *, sequence: int, first_scan: int, flags: int = 0, stream: int = 0
) -> dict[str, Any]:
    """Return a case of scans at 10 kHz."""
    header = {
        "type": 0,
        "stream": stream,
        "channels": len(scans[0]),
        "scans": len(scans),
        "flags": flags,
        "sequence": sequence,
        "first_scan": first_scan,
        "rate_mhz": 10_000_000,
    }
    payload = b"".join(struct.pack("<h", count) for scan in scans for count in scan)
    return {"header": header, "scans": scans, "frame": frame(header, payload).hex()}


def description() -> dict[str, Any]:
    """Return the case of the description."""
    text = json.dumps(DESCRIPTION, separators=(",", ":"))
    header = dict.fromkeys(("type", "stream", "channels", "scans", "flags", "sequence", "first_scan"), 0)
    header |= {"type": 1, "scans": len(text), "rate_mhz": 0}
    return {"header": header, "text": text, "frame": frame(header, text.encode()).hex()}


def wave(first: int, scans: int) -> list[list[int]]:
    """Return a triangle of period 167 in three phases, around 2048: integers only."""
    shifts = (0, 111, 55)
    return [
        [2048 + 20 * (abs((n + shift) % 167 - 83) - 42) for shift in shifts]
        for n in range(first, first + scans)
    ]


CASES = {
    "description": description(),
    "first frame": data(wave(0, 4), sequence=0, first_scan=0),
    "clipped": data([[-32768, 32767, 0]], sequence=1, first_scan=4, flags=1),
    "after an overrun": data(wave(400, 4), sequence=100, first_scan=400, flags=2),
    "last number before the wrap": data(wave(8, 2), sequence=2**32 - 1, first_scan=2**33),
    "first number after the wrap": data(wave(10, 2), sequence=0, first_scan=2**33 + 2),
    "nothing but zeros": data([[0, 0, 0]] * 3, sequence=0, first_scan=0),
    "no zero in 508 bytes of payload": data([[257, 257]] * 127, sequence=7, first_scan=889),
    "another stream": data([[1], [2], [3]], sequence=0, first_scan=0, stream=200),
    "128 scans": data(wave(512, 128), sequence=4, first_scan=512),
}


def main() -> None:
    """Write all files."""
    (HERE / "frames.json").write_text(json.dumps(CASES, indent=1) + "\n")
    frames = [data(wave(100 * n, 100), sequence=n, first_scan=100 * n)["frame"] for n in range(8)]
    del frames[5]  # lost on the way
    (HERE / "stream.bin").write_bytes(bytes.fromhex("00" + description()["frame"] + "".join(frames)))
    lines = [json.dumps(DESCRIPTION | {"index": True}, separators=(",", ":"))]
    lines[0] = f"# {lines[0]}"
    lines += [f"{n},{','.join(map(str, scan))}" for n, scan in enumerate(wave(0, 50))]
    del lines[31]  # lost on the way: scan 30
    (HERE / "lines.csv").write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
