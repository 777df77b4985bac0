"""Parts that hang or die, signals at any moment, too slow an analysis: real processes, told in time."""

import os
import random
import signal
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import torturing
from broker import Mosquitto, Subscriber
from plant import Daq, Program, write_config

BASE = "edge-agent/agent"
WATCHDOG_S = 60.0
"""Time within which systemd would act (deploy/edge-agent.service)."""
STOP_S = 5.0
"""Time in which SIGTERM must have stopped the agent."""
BUSY_S = 15.0
"""What is granted on top, on a computer that does other work, s."""
CASES = {
    "pipeline_hangs": ("the agent hangs: its loop has not turned", 1),
    "disk_hangs": ("the agent hangs: its loop has not turned", 1),
    "driver_hangs": ("thread reader has stalled", 1),
    "publisher_dies": ("thread publisher died: RuntimeError: on purpose", 1),
    "publisher_hangs": ("thread publisher has stalled", 1),
    "client_dies": ("MQTT: the client failed", None),
}
"""What is broken, the words that tell it, and the exit status; None goes on."""


class Site:
    """A broker, somebody who listens, a DAQ, and a configuration."""

    def __init__(self, folder: Path, *daq: str) -> None:
        """Start all but an agent; `daq` are more options of the virtual DAQ."""
        self.folder = folder
        self.broker = Mosquitto(folder)
        self.broker.start()
        self.listener = Subscriber(self.broker.port, "edge-agent/#")
        self.daq = Daq(folder, "--load", "0.75", *daq)
        self.config = write_config(
            folder, port=str(self.daq.link), broker_port=self.broker.port, window="{length_s: 4, step_s: 1}"
        )
        self.programs: list[Program] = []

    def agent(self, part: str = "nothing", after_s: float = 1.0) -> Program:
        """Start an agent, a part of which breaks."""
        self.programs.append(Program("tests.torture.broken_agent", str(self.config), part, str(after_s)))
        return self.programs[-1]

    def newest(self, below: str) -> object:
        """Return what was heard last on a topic."""
        while True:  # take what has come
            try:
                self.listener.wait_for(lambda _: False, 0.2)
            except AssertionError:
                break
        messages = self.listener.on(f"{BASE}/{below}")
        return messages[-1].payload if messages else None

    def wait_for_status(self, status: str, timeout_s: float = 60.0) -> bool:
        """Wait until this was the last status."""
        until_s = time.monotonic() + timeout_s
        while time.monotonic() < until_s:
            if self.newest("status") == status:
                return True
        return False

    def close(self) -> None:
        """End everything that was started."""
        for program in (*self.programs, self.daq):
            program.kill()
        self.listener.close()
        self.broker.stop()


@contextmanager
def a_site(*daq: str) -> Iterator[Site]:
    """Give a site that ends with the block; `daq` are more options of the virtual DAQ."""
    with tempfile.TemporaryDirectory() as name:
        site = Site(Path(name), *daq)
        try:
            yield site
        finally:
            site.close()


def breaks(part: str) -> Callable[[torturing.Torture, int, int], None]:
    """Return what breaks a part so many times."""

    def broken(torture: torturing.Torture, count: int, seed: int) -> None:
        took_s = [one for one in (_break(torture, part) for _ in range(count)) if one is not None]
        torture.expect(all(one < WATCHDOG_S for one in took_s), f"{part}: told after {took_s}")
        torture.say(part, f"{count} times, told after {max(took_s, default=0):.0f} s at most")

    return broken


def _break(torture: torturing.Torture, part: str) -> float | None:
    """Break a part; return how long it took until that was told, s."""
    words, status = CASES[part]
    with a_site() as site:
        agent = site.agent(part, 3.0)
        agent.wait_for(lambda line: line.startswith("BROKEN"))
        began_s = time.monotonic()
        try:
            agent.wait_for(lambda line: words in line, WATCHDOG_S + BUSY_S)
        except AssertionError as error:
            torture.expect(False, f"{part}: {str(error)[-1500:]}")
            return None
        took_s = time.monotonic() - began_s
        if status is None:
            torture.expect(site.wait_for_status("online"), f"{part}: not online again")
            torture.expect(agent.process.poll() is None, f"{part}: it has ended")
        else:
            torture.expect(agent.process.wait(60) == status, f"{part}: status {agent.process.poll()}")
            torture.expect(site.wait_for_status("offline"), f"{part}: status is {site.newest('status')}")
        return took_s


def pauses(torture: torturing.Torture, count: int, seed: int) -> None:
    """Stop the process for so many seconds: no old state afterwards, and no thread is taken for lost."""
    with a_site() as site:
        agent = site.agent()
        site.listener.wait_for(
            lambda _: any('"healthy"' in m.payload for m in site.listener.on(f"{BASE}/motor/state")), 120
        )
        agent.process.send_signal(signal.SIGSTOP)
        time.sleep(count)
        site.newest("status")
        seen = len(site.listener.on(f"{BASE}/motor/state"))
        agent.process.send_signal(signal.SIGCONT)
        site.listener.wait_for(lambda _: len(site.listener.on(f"{BASE}/motor/state")) > seen, 120)
        first = site.listener.on(f"{BASE}/motor/state")[seen].json()
        torture.expect(first["state"] == "indeterminate", f"after a pause: {first['state']}")
        torture.expect(agent.process.poll() is None, f"after a pause: {agent.lines[-3:]}")
        torture.say(
            "SIGSTOP", f"for {count} s; the first state after it is {first['state']}: {first['reason']}"
        )


def ended(agent: Program) -> tuple[int, float, float]:
    """Terminate a program; return its status, and how long that took, s, and of its own processor time."""
    began_s, first_s, last_s = time.monotonic(), processor_s(agent), 0.0
    agent.process.terminate()
    while agent.process.poll() is None and time.monotonic() - began_s < 120:
        last_s = processor_s(agent) or last_s
        time.sleep(0.01)
    return agent.process.wait(60), time.monotonic() - began_s, max(0.0, last_s - first_s)


def processor_s(program: Program) -> float:
    """Return the processor time of a program so far, s; 0 if it has ended (proc_pid_stat(5))."""
    try:
        fields = Path(f"/proc/{program.process.pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def stops(torture: torturing.Torture, count: int, seed: int) -> None:
    """Send SIGTERM at so many random moments, from the start of the program on."""
    chance, took_s, processor_s, statuses = random.Random(seed), [], [], set()
    with a_site() as site:
        for number in range(count):
            if torture.is_over():
                count = number
                break
            agent = site.agent()
            if number % 3 == 0:
                time.sleep(chance.uniform(0.0, 6.0))
            else:
                agent.wait_for(lambda line: "model " in line)
                time.sleep(chance.uniform(0.0, 8.0))
            status, wall_s, own_s = ended(agent)
            statuses.add(status)
            took_s.append(wall_s)
            processor_s.append(own_s)
            torture.expect(took_s[-1] < STOP_S + BUSY_S, f"SIGTERM: {took_s[-1]:.1f} s, {agent.lines[-2:]}")
            tracebacks = [
                line for line in agent.lines if "Traceback" in line and "KeyboardInterrupt" not in line
            ]
            torture.expect(not tracebacks, f"SIGTERM: {tracebacks}")
    torture.expect(statuses <= {0, -signal.SIGTERM}, f"SIGTERM: statuses {statuses}")
    within = sum(one <= STOP_S for one in took_s)
    told = f"{within} within {STOP_S:g} s, the slowest {max(took_s):.1f} s"
    torture.say("SIGTERM", f"{count} moments, {told}; at most {max(processor_s):.1f} s of processor")


def slow(torture: torturing.Torture, count: int, seed: int) -> None:
    """Let each window take 5 s where one comes each second, hear so many verdicts, and stop."""
    with a_site() as site:
        agent, said = site.agent("inference_is_slow", 5.0), threading.Event()
        agent.wait_for(lambda line: line.startswith("BROKEN"))
        for _ in range(count):
            agent.wait_for(lambda line: line.startswith("BROKEN"))
        said.wait(1.0)
        site.newest("status")
        latencies_s = [m.json()["latency_ms"] / 1000 for m in site.listener.on(f"{BASE}/motor/diagnosis")]
        health = site.listener.on(f"{BASE}/health")[-1].json()
        status, took_s, processor_s = ended(agent)
    torture.expect(status == 0, f"slow: status {status}")
    torture.expect(health["windows_skipped"] > 0, "slow: no window was skipped")
    torture.expect(
        max(latencies_s) < 15.0 + BUSY_S, f"slow: the newest verdict is {max(latencies_s):.1f} s old"
    )
    torture.expect(took_s < STOP_S + BUSY_S, f"slow: stopping took {took_s:.1f} s")
    torture.say(
        "slow analysis",
        f"5 s for a window a second, {health['windows_skipped']} skipped, the latest verdict "
        f"{max(latencies_s):.1f} s late, stopped in {took_s:.1f} s and {processor_s:.1f} s of processor",
    )


if __name__ == "__main__":
    parts = {part: (breaks(part), 1) for part in CASES}
    torturing.main("hangs", {**parts, "pauses": (pauses, 60), "stops": (stops, 40), "slow": (slow, 8)})
