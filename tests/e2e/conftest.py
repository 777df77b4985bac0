"""Programs that end with the test that started them."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from broker import Subscriber
from plant import Agent, Daq, Program
from schemas import check_message


@pytest.fixture
def subscribe(subscribe: Callable[..., Subscriber]) -> Callable[..., Subscriber]:
    """Make subscribers that hold what the agent publishes against the shipped schemas."""
    return lambda *where, **options: subscribe(*where, **options, check=check_message)


@pytest.fixture
def started() -> Iterator[Callable[[Program], Program]]:
    """Take over programs: whatever happens, they do not outlive the test."""
    with ExitStack() as ending:

        def keep(program: Program) -> Program:
            ending.callback(program.kill)
            return program

        yield keep


@pytest.fixture
def start_daq(started: Callable[[Program], Program], tmp_path: Path) -> Callable[..., Daq]:
    """Start the virtual DAQ with options."""
    return lambda *options: started(Daq(tmp_path, *options))


@pytest.fixture
def start_agent(started: Callable[[Program], Program]) -> Callable[[Path], Agent]:
    """Start the agent with a configuration."""
    return lambda config: started(Agent(config))
