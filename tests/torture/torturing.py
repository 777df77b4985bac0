"""What every torture shares: its options, how it is judged, and what a process holds at a moment."""

import argparse
import math
import os
import resource
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[2]
"""Folder of the project."""
for _part in ("", "publish", "e2e", "config", "acquire", "backup", "trend"):
    sys.path.append(str(ROOT / "tests" / _part))
sys.path.append(str(ROOT))

from edge_agent.acquire.recordings import Recording  # noqa: E402
from edge_agent.acquire.samples import Channel, ChannelKind, Device, Stream  # noqa: E402


@dataclass(frozen=True)
class Holdings:
    """What a process holds."""

    memory_mb: float
    descriptors: int
    threads: int


def holdings() -> Holdings:
    """Return what this process holds now."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    memory_mb = pages * resource.getpagesize() / 1e6
    return Holdings(memory_mb, len(list(Path("/proc/self/fd").iterdir())), threading.active_count())


class Torture:
    """Counts what was done and what went wrong; a torture with a single fault fails."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._began_s = time.perf_counter()
        self.until_s = float("inf")
        self.faults: list[str] = []

    def expect(self, holds: object, what: str) -> None:
        """Note a fault unless something holds; the first ones are shown at once."""
        if not holds:
            self.faults.append(what)
            if len(self.faults) <= 20:
                print(f"FAULT {self._name}: {what}", flush=True)

    def is_over(self) -> bool:
        """True if the time of a part is used up: what it has done by then is its result."""
        return time.perf_counter() >= self.until_s

    def say(self, part: str, result: str) -> None:
        """Print a line of the result, as the table of README.md has it."""
        print(f"{self._name} {part}: {result} ({time.perf_counter() - self._began_s:.0f} s)", flush=True)

    def end(self) -> int:
        """Return the exit status."""
        print(f"{self._name}: {len(self.faults)} faults", flush=True)
        return 1 if self.faults else 0


def a_small_recording() -> Recording:
    """Return a fifth of a second of three currents."""
    rng = np.random.default_rng(1)
    channels = (Channel(f"i{phase}", ChannelKind.CURRENT, "A", 0.01, phase=phase) for phase in "abc")
    streams = (Stream(0, 2000.0, tuple(channels)),)
    return Recording(
        "r", Device("r", "", "", streams), (rng.integers(-900, 900, (400, 3)).astype(np.int16),), {"a": 1}
    )


def main(name: str, parts: dict[str, tuple[Callable[[Torture, int, int], None], int]]) -> None:
    """Run the parts of a torture that the command line asks for, each with its own count."""
    parser = argparse.ArgumentParser(description=f"Torture: {name}.")
    parser.add_argument("--seed", type=int, default=1, help="of all random choices")
    parser.add_argument("--minutes", type=float, default=math.inf, help="longest time of each part")
    parser.add_argument("--only", action="append", choices=list(parts), help="this part; may be repeated")
    for part, (_, count) in parts.items():
        parser.add_argument(f"--{part}", type=int, default=count, help=f"count, {count} by default")
    args = parser.parse_args()
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    torture = Torture(name)
    for part in args.only or parts:
        torture.until_s = time.perf_counter() + 60 * args.minutes
        parts[part][0](torture, getattr(args, part.replace("-", "_")), args.seed)
    sys.exit(torture.end())
