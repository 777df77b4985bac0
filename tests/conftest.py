"""Fixtures that tests of several packages share; no test depends on how fast the machine is."""

import logging
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from broker import Mosquitto, Subscriber
from hypothesis import settings
from pty_line import PtyLine

import edge_agent  # noqa: F401 - switches the telemetry of ONNX Runtime off before a test loads it
from edge_agent.acquire.recordings import Recording

settings.register_profile("unhurried", deadline=None)  # a busy machine is no reason to fail
settings.load_profile("unhurried")


@pytest.fixture(autouse=True)
def _logging_as_before() -> Iterator[None]:
    """A command that a test calls sets the log up for a process of its own; the next test must not see it."""
    root = logging.getLogger()
    level, handlers = root.level, list(root.handlers)
    yield
    root.setLevel(level)
    root.handlers[:] = handlers


@pytest.fixture(scope="session")
def two_bars() -> Recording:
    """Eight seconds of a loaded motor with two broken bars: five windows of 4 s, one a second."""
    from calibration.simulator.recording import simulate  # its compiler takes a second that few tests need
    from calibration.simulator.scenario import Scenario

    return simulate(Scenario(seed=1_000_007, broken_bars=2, load=0.7, duration_s=8.0))


@pytest.fixture
def line(tmp_path: Path) -> Iterator[PtyLine]:
    """A serial line to `tmp_path / "port"`, plugged in."""
    made = PtyLine(tmp_path / "port")
    made.plug()
    yield made
    made.unplug()


@pytest.fixture
def mosquitto(tmp_path: Path) -> Iterator[Mosquitto]:
    """A running broker on `.port`; `.stop()` and `.start()` make outages."""
    broker = Mosquitto(tmp_path)
    broker.start()
    yield broker
    broker.stop()


@pytest.fixture
def subscribe() -> Iterator[Callable[..., Subscriber]]:
    """Make subscribers that end with the test: `subscribe(port, "edge-agent/#")`."""
    made: list[Subscriber] = []

    def make(port: int, topic: str = "#", **options: object) -> Subscriber:
        made.append(Subscriber(port, topic, **options))  # type: ignore[arg-type]
        return made[-1]

    yield make
    for subscriber in made:
        subscriber.close()
