"""What a scrape of `/metrics` costs, and a page with 0, 1 and 10 viewers: `python tests/bench/bench_web.py`.

The server runs in a process of its own, with everything to tell that an agent may have, and gets windows of
the reference DAQ as an agent does: 12 s of 10 kHz, one every 2 s.
"""

import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import _paths  # noqa: F401
import answers
import psutil
from said import ORIGIN, a_pulse
from serving import get, serving

from edge_agent.pipeline import Answer
from edge_agent.publish.documents import Diagnosis
from edge_agent.web.sink import Web

MEASURED_S = 30
STEP_S = 2
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
        nobody, nobody_mb = share_of_core(process, lambda: None), memory_mb(process)
        print(f"page of metrics     {size} bytes")
        print(f"nobody asks or looks{100 * nobody:8.2f} % of a core, {process.num_threads()} threads")
        scraped = share_of_core(process, lambda: get(port, "/metrics"))
        print(f"a scrape a second   {100 * (scraped - nobody):8.2f} % of a core on top of that")
        for number in (1, 10):
            with viewers(port, number) as heard:
                share = share_of_core(process, lambda: None)
                print(
                    f"{number:2} with the page    {100 * (share - nobody):8.2f} % of a core and "
                    f"{memory_mb(process) - nobody_mb:.1f} MB on top of that, "
                    f"{sum(heard) / number / MEASURED_S / 1000:.1f} kB/s for each"
                )
        time.sleep(STEP_S)
        after = share_of_core(process, lambda: None)
        print(f"after they have left{100 * after:8.2f} % of a core, {process.num_threads()} threads")
        server.communicate()


def serve() -> None:
    """Serve until nobody holds our standard input any more."""
    answers.RATE_HZ = 10_000.0
    answer = answers.an_answer(answers.a_window(length_s=12.0))
    ended = threading.Event()
    with tempfile.TemporaryDirectory() as folder, serving(Path(folder)) as (web, port):
        threading.Thread(target=feed, args=(web, answer, ended), daemon=True).start()
        print(port, flush=True)
        sys.stdin.read()
        ended.set()


def feed(web: Web, answer: Answer, ended: threading.Event) -> None:
    """Hand out a window every two seconds and a pulse every second, as an agent does."""
    samples = 1000
    while not ended.wait(STEP_S / 2):
        samples += 10_000
        web.feel(a_pulse(samples))
        if samples // 10_000 % STEP_S == 0:
            web.take(Diagnosis(ORIGIN, answer.verdict, time.time()))
            web.show(answer, "motor-1")


@contextmanager
def viewers(port: int, number: int) -> Iterator[list[int]]:
    """Have so many look; give the bytes that each has heard."""
    channels = [socket.create_connection(("127.0.0.1", port)) for _ in range(number)]
    heard = [0] * number

    def listen(place: int) -> None:
        while content := channels[place].recv(65_536):
            heard[place] += len(content)

    for place, channel in enumerate(channels):
        channel.sendall(b"GET /live HTTP/1.1\r\nHost: localhost\r\n\r\n")
        threading.Thread(target=listen, args=(place,), daemon=True).start()
    yield heard
    for channel in channels:
        channel.shutdown(socket.SHUT_RDWR)


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


def memory_mb(process: psutil.Process) -> float:
    """Return the resident memory of a process, 10^6 bytes."""
    return float(process.memory_info().rss / 1e6)


if __name__ == "__main__":
    main()
