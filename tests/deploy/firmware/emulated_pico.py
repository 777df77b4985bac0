"""The firmware of the Pico in an emulator, and what came out of its serial line."""

import json
import shutil
import subprocess
import sys
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from numpy.typing import NDArray

from edge_agent.acquire.counts import DecoderCounts
from edge_agent.acquire.drivers.block_frames import FrameDecoder
from edge_agent.acquire.samples import Device, SampleBlock

PICO = Path(__file__).parents[3] / "deploy" / "firmware" / "pico"
HARNESS = Path(__file__).with_name("emulate.mjs")
RP2040JS = Path(sys.prefix) / "emulator" / "node_modules" / "rp2040js"
SIMULATE, BROKEN, FOUR_INPUTS = 2, 3, 4
"""Pins of the switches: chip.h."""

needs_ziglang = pytest.mark.skipif(
    find_spec("ziglang") is None, reason="NOT TESTED: needs the compiler (pip install ziglang)"
)
needs_emulator = pytest.mark.skipif(
    shutil.which("node") is None or not RP2040JS.is_dir(),
    reason="NOT TESTED: needs node and rp2040js (make emulator)",
)


@dataclass(frozen=True)
class Outcome:
    """What one run of the firmware gave."""

    sent: bytes
    """All bytes of the UART."""
    seen: dict[str, object]
    """What the harness saw beside them."""

    def decoded(self) -> tuple[list[Device], list[SampleBlock], DecoderCounts]:
        """Return descriptions, blocks and counts of the agent's own decoder."""
        decoder = FrameDecoder()
        found = decoder.push(self.sent)
        devices = [part for part in found if isinstance(part, Device)]
        return devices, [part for part in found if isinstance(part, SampleBlock)], decoder.counts

    def samples(self) -> NDArray[np.int16]:
        """Return the counts of all blocks, (scans, channels)."""
        return np.concatenate([block.counts for block in self.decoded()[1]]).astype(np.int16)


@cache
def image() -> bytes:
    """Build the firmware, once; return the content of its flash."""
    with TemporaryDirectory() as folder:
        built(Path(folder))
        return (Path(folder) / "pico-daq.bin").read_bytes()


def built(folder: Path) -> None:
    """Build the firmware into a folder."""
    subprocess.run(
        [sys.executable, str(PICO / "build.py"), str(folder)], check=True, timeout=300, capture_output=True
    )


def emulated(seconds: float, *grounded: int, **options: object) -> Outcome:
    """Run the firmware for so many of its own seconds, with these pins connected to ground."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "firmware.bin").write_bytes(image())
        asked = json.dumps({"seconds": seconds, "grounded": grounded, **options})
        run = subprocess.run(
            ["node", HARNESS, RP2040JS, folder / "firmware.bin", folder / "sent.bin", asked],
            capture_output=True,
            text=True,
            timeout=540,
            check=False,
        )
        assert run.returncode == 0, run.stderr
        return Outcome((folder / "sent.bin").read_bytes(), json.loads(run.stdout))
