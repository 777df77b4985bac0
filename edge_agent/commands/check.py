"""`edge-agent check`: is the configuration right, and what did the agent understand?"""

import argparse
from collections.abc import Iterator
from pathlib import Path

from edge_agent.acquire.samples import Stream
from edge_agent.capabilities import capabilities
from edge_agent.config import Settings, load_settings
from edge_agent.motor import Nameplate
from edge_agent.signals.circuit import fit_circuit
from edge_agent.signals.severity import least_load


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("config", type=Path, metavar="CONFIG", help="the YAML file of an agent")


def run(args: argparse.Namespace) -> int:
    """Print a summary; every problem of the file is raised as one ConfigError."""
    settings = load_settings(args.config)
    print(f"{args.config}: correct")
    for line in summary(settings):
        print(line)
    return 0


def summary(settings: Settings) -> Iterator[str]:
    """Give what the agent understood, a line each."""
    yield f"agent {settings.agent.id}" + (f", {settings.agent.site}" if settings.agent.site else "")
    yield from _about_motor(settings.motor, settings.window.length_s)
    acquisition = settings.acquisition
    yield f"samples: {acquisition.driver} from {acquisition.port}"
    if acquisition.driver == "csv_lines":
        columns = acquisition.columns or tuple(channel.name for channel in settings.device_channels())
        yield (
            f"a line is one scan: {', '.join(columns) or 'the columns that the DAQ describes'}; where it has "
            "columns that are no channels, acquisition.columns or a header that the DAQ sends must name all"
        )
    if settings.channels is None:
        yield "channels: as the DAQ describes itself; what they allow is said when it does"
    else:
        stream = Stream(0, acquisition.rate_hz or 0.0, settings.device_channels())
        yield from capabilities((stream,), settings.motor, settings.window.length_s)
    mqtt = settings.mqtt_settings()
    secured = "TLS" if mqtt.tls else "not encrypted"
    yield f"broker: {mqtt.host}:{mqtt.port} ({secured}), topics below {mqtt.base_topic(settings.agent.id)}"
    yield f"events wait for the broker in {settings.outbox_settings().path}"


def _about_motor(motor: Nameplate, window_s: float) -> Iterator[str]:
    yield (
        f"motor {motor.id}: {motor.rated_power_kw:g} kW, {motor.poles} poles, synchronous speed "
        f"{motor.synchronous_speed_rpm:g} rpm, rated slip {100 * motor.rated_slip:.2f} %, "
        f"pole-pass frequency at rated load {motor.rated_pole_pass_hz:.2f} Hz"
    )
    load = least_load(fit_circuit(motor), window_s, motor.line_frequency_hz)
    yield (
        f"window {window_s:g} s: loads from about {100 * load:.0f} % of the rated torque can be "
        "judged, below that the answer is load_too_low"
    )
