"""`edge-agent check`: is the configuration right, and what did the agent understand?"""

import argparse
from collections.abc import Iterator
from pathlib import Path

from edge_agent.acquire.samples import Stream
from edge_agent.capabilities import capabilities, least_load_by_current, tells_slip
from edge_agent.config import Settings, load_settings
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
    yield from _about_motor(settings)
    acquisition = settings.acquisition
    yield f"samples: {acquisition.driver} from {acquisition.port}"
    if settings.channels is None:
        yield "channels: as the DAQ describes itself; what they allow is said when it does"
    else:
        stream = Stream(0, acquisition.rate_hz or 0.0, settings.device_channels())
        yield from capabilities((stream,), settings.motor, settings.window.length_s)
    mqtt = settings.mqtt_settings()
    secured = "TLS" if mqtt.tls else "not encrypted"
    yield f"broker: {mqtt.host}:{mqtt.port} ({secured}), topics below {mqtt.base_topic(settings.agent.id)}"
    yield f"events wait for the broker in {settings.outbox_settings().path}"


def _about_motor(settings: Settings) -> Iterator[str]:
    motor, window_s = settings.motor, settings.window.length_s
    yield (
        f"motor {motor.id}: {motor.rated_power_kw:g} kW, {motor.poles} poles, synchronous speed "
        f"{motor.synchronous_speed_rpm:g} rpm, rated slip {100 * motor.rated_slip:.2f} %, "
        f"pole-pass frequency at rated load {motor.rated_pole_pass_hz:.2f} Hz"
    )
    least = least_load(fit_circuit(motor), window_s, motor.line_frequency_hz)
    by_current = max(least, least_load_by_current(motor))
    broken, healthy = (f"from about {100 * load:.0f} % of the rated torque" for load in (least, by_current))
    if tells_slip(settings.device_channels(), motor):
        judged = f"loads {broken} can be judged"
    elif settings.channels is None:
        judged = (
            f"loads {broken} can be judged if the DAQ has vibration or speed; without, broken bars show from "
            f"there on, and a rotor can be called healthy {healthy}"
        )
    else:
        judged = (
            f"broken bars show {broken} on, and a rotor can be called healthy {healthy}, as only sidebands "
            "tell the slip"
        )
    yield f"window {window_s:g} s: {judged}; below that the answer is load_too_low"
