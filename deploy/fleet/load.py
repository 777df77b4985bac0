"""What the engines of a fleet's centre use of this machine, and what others use beside them."""

import os
import time
from collections.abc import Sequence

import psutil

from deploy.fleet.on_loopback import Centre


class Load:
    """What each process uses, as a share of one core, while the context lasts."""

    def __init__(self, centre: Centre) -> None:
        pids = {"broker": [centre.broker.pid], "agents": [os.getpid()]}
        pids["database"] = _with_children([centre.database.pid])
        pids["collector"] = _with_children([child.pid for child in centre.collector.children])
        self._pids = pids

    def __enter__(self) -> "Load":
        self._before, self._since_s = self._now(), time.monotonic()
        self._busy = psutil.cpu_times()
        return self

    def __exit__(self, *of_error: object) -> None:
        took_s = time.monotonic() - self._since_s
        self.shares = {name: (used - self._before[name]) / took_s for name, used in self._now().items()}
        after = psutil.cpu_times()
        used_s = (
            sum(after) - after.idle - after.iowait - sum(self._busy) + self._busy.idle + self._busy.iowait
        )
        self.machine = used_s / took_s

    def words(self) -> str:
        """Return it in one line."""
        own = sum(self.shares.values())
        parts = ", ".join(f"{name} {share:.2f}" for name, share in self.shares.items())
        memory_mb = psutil.Process(self._pids["broker"][0]).memory_info().rss / 1e6
        return (
            f"cores: {parts}; others on this machine {max(0.0, self.machine - own):.2f}; "
            f"broker {memory_mb:.0f} MB"
        )

    def _now(self) -> dict[str, float]:
        return {name: sum(_used_s(pid) for pid in pids) for name, pids in self._pids.items()}


def _used_s(pid: int) -> float:
    try:
        times = psutil.Process(pid).cpu_times()
    except psutil.NoSuchProcess:
        return 0.0
    return times.user + times.system


def _with_children(pids: Sequence[int]) -> list[int]:
    return [*pids, *(child.pid for pid in pids for child in psutil.Process(pid).children(recursive=True))]
