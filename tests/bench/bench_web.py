"""What a scrape of `/metrics` costs, and an idle server: `python tests/bench/bench_web.py`.

The server runs in a process of its own, with everything to tell that an agent may have.
"""

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import psutil

sys.path.insert(0, str(Path(__file__).parents[1]))

from serving import get, serving

MEASURED_S = 30
SERVE = "--serve"


def main() -> None:
    """Print one line a measure."""
    if SERVE in sys.argv:
        serve()
        return
    with subprocess.Popen(
        [sys.executable, __file__, SERVE], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as server:
        assert server.stdout is not None
        port = int(server.stdout.readline())
        process = psutil.Process(server.pid)
        size = len(get(port, "/metrics").text)
        idle = share_of_core(process, lambda: None)
        scraped = share_of_core(process, lambda: get(port, "/metrics"))
        server.communicate()
    print(f"page of metrics     {size} bytes")
    print(f"server, nobody asks {100 * idle:8.2f} % of a core")
    print(f"a scrape a second   {100 * (scraped - idle):8.2f} % of a core on top of that")


def serve() -> None:
    """Serve until nobody holds our standard input any more."""
    with tempfile.TemporaryDirectory() as folder, serving(Path(folder)) as (_, port):
        print(port, flush=True)
        sys.stdin.read()


def share_of_core(process: psutil.Process, ask: Callable[[], object]) -> float:
    """Ask once a second; return which share of a core the process needs meanwhile."""
    before_s, began_s = cpu_s(process), time.monotonic()
    for _ in range(MEASURED_S):
        ask()
        time.sleep(1)
    return (cpu_s(process) - before_s) / (time.monotonic() - began_s)


def cpu_s(process: psutil.Process) -> float:
    """Return the processor time that a process has used, s."""
    times = process.cpu_times()
    return float(times.user + times.system)


if __name__ == "__main__":
    main()
