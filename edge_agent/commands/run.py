"""`edge-agent run`: diagnose until stopped."""

import argparse
import logging
import resource
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from edge_agent.acquire.port_source import SerialSource
from edge_agent.agent import Agent
from edge_agent.config import load_agent
from edge_agent.diagnose.model import Model, ModelError
from edge_agent.failures import WindowsFailError
from edge_agent.json_log import log_as_json
from edge_agent.lookout import Lookout
from edge_agent.plain import one_line
from edge_agent.publish.only_one import TakenError
from edge_agent.publish.sink import Sink, open_sinks
from edge_agent.reloading import read_again
from edge_agent.supervision import ThreadLostError, note_hangups, stop_on_signals

_LOG = logging.getLogger(__name__)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("-c", "--config", type=Path, required=True, help="the YAML file of this agent")


def _write_no_core() -> None:
    """Have no image of our memory on disk, whatever ends us: passwords are in it."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _hang_up(sinks: Sequence[Sink]) -> None:
    """Tell the world that we are gone, from another thread than the one that hangs."""
    for sink in sinks:
        sink.hang_up()


def run(args: argparse.Namespace) -> int:
    """Run the agent; 0 after an orderly stop, 1 when it had to give up, 2 when another has its place."""
    hung_up = note_hangups()
    _write_no_core()
    settings, doubts = load_agent(args.config)
    if settings.shared.log_format == "json":
        log_as_json()
    for doubt in doubts:
        _LOG.warning("%s", doubt)
    logging.getLogger().setLevel(settings.shared.log_level.upper())
    stop = stop_on_signals()
    try:
        with settings.only_one() as place:
            model = Model.load_for_agent(settings.shared.model.file)
            _LOG.info("model %s, sha256 %s", model.spec.name, model.sha256)
            sources = [partial(SerialSource, serial) for serial, _ in settings.daqs()]
            sinks = open_sinks(settings.sink_settings())
            reread = partial(read_again, args.config)
            with Lookout(partial(_hang_up, sinks)) as lookout:
                agent = Agent(settings, model, sources, sinks, reread, place.look_after, lookout)
                agent.run(stop, hung_up)
    except TakenError as error:
        print(f"edge-agent: {one_line(str(error))}", file=sys.stderr)
        return 2
    except (ModelError, ThreadLostError, WindowsFailError) as error:
        print(f"edge-agent: {one_line(str(error))}", file=sys.stderr)
        return 1
    return 0
