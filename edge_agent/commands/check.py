"""`edge-agent check`: is the configuration right, and what did the agent understand?"""

import argparse
from collections.abc import Iterator
from pathlib import Path

from edge_agent.acquire.drivers import decoder_of
from edge_agent.acquire.overrides import undescribed_device
from edge_agent.capabilities import capabilities, least_load_by_current, tells_slip
from edge_agent.circuit import fit_circuit
from edge_agent.cli import DONE
from edge_agent.config import Problem, Settings, load_agent
from edge_agent.limits import described
from edge_agent.plain import printable
from edge_agent.signals.sidebands.equivalent_bars import least_load


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("config", type=Path, nargs="?", metavar="CONFIG", help="the YAML file of an agent")
    parser.add_argument(
        "--limits", action="store_true", help="only print the decision limits and their origins"
    )
    parser.set_defaults(parser=parser)


def run(args: argparse.Namespace) -> int:
    """Print a summary and the warnings; all errors in the file are raised as one ConfigError."""
    if args.limits:
        print("\n".join(limit_table()))
        return DONE
    if args.config is None:
        args.parser.error("expected the configuration file of an agent, or --limits")
    agent, doubts = load_agent(args.config)
    lines = [line for settings in agent.motors for line in summary(settings)]
    for line in (verdict(args.config, doubts), *lines, *(f"warning: {doubt}" for doubt in doubts)):
        print(printable(line))
    return 0


def limit_table() -> Iterator[str]:
    """Return the decision limits, a line each: name, value, meaning, origin, what moves with it."""
    for limit in described():
        yield f"{limit.name:<36} {limit.value:<8.4g} {limit.meaning} Origin: {limit.origin}. {limit.moves}."


def verdict(file: Path, doubts: tuple[Problem, ...]) -> str:
    """Return the first line: the file can be used, with or without warnings."""
    if not doubts:
        return f"{file}: correct"
    count = "one warning" if len(doubts) == 1 else f"{len(doubts)} warnings"
    return f"{file}: can be used, with {count} (below)"


def summary(settings: Settings) -> Iterator[str]:
    """Return what the agent understood, one thing a line."""
    yield f"agent {settings.agent.id}" + (f", {settings.agent.site}" if settings.agent.site else "")
    yield from _about_motor(settings)
    acquisition = settings.acquisition
    yield f"samples: {acquisition.driver} from {acquisition.port}"
    decoder = decoder_of(acquisition.driver)
    if decoder.reads_lines:
        yield f"a line is one scan: {_columns(settings)}"
    elif decoder.tells_rate:
        yield (
            f"{decoder.spoken} are binary and state their channels and rate. If the DAQ sends lines of "
            "text, as an Arduino does, set acquisition.driver: csv_lines"
        )
    if settings.channels is None:
        yield "channels: as the DAQ describes them; the agent logs what they allow once it is connected"
    elif device := undescribed_device(settings.device_channels(), acquisition.rate_hz or 0.0):
        yield from capabilities(device.streams, settings.motor, settings.window.length_s)
    else:
        names = ", ".join(channel.name for channel in settings.device_channels())
        yield f"channels: {names}, completed by the DAQ; the agent logs what they allow once it is connected"
    mqtt = settings.mqtt_settings()
    secured = "TLS" if mqtt.tls else "not encrypted"
    yield f"broker: {mqtt.host}:{mqtt.port} ({secured}), topics below {mqtt.base_topic(settings.agent.id)}"
    if settings.http is None:
        yield "page: none; http: {listen: 127.0.0.1:8642} in the file shows one, with the extra web"
    else:
        door = "without a token" if settings.http.token_file is None else "with a token"
        yield f"page: http://{settings.http.listen}/, {door}; metrics and health: /metrics, /healthz, /readyz"
    yield f"events are kept in {settings.outbox_settings().path} until the broker has them"


def _about_motor(settings: Settings) -> Iterator[str]:
    motor, window_s = settings.motor, settings.window.length_s
    yield (
        f"motor {motor.id}: {motor.rated_power_kw:g} kW, {motor.poles} poles, synchronous speed "
        f"{motor.synchronous_speed_rpm:g} rpm, rated slip {100 * motor.rated_slip:.2f} %, "
        f"pole-pass frequency at rated load {motor.rated_pole_pass_hz:.2f} Hz"
    )
    least = least_load(fit_circuit(motor), window_s, motor.line_frequency_hz)
    by_current = max(least, least_load_by_current(motor))
    broken, healthy = (f"from about {100 * x:.0f} % of the rated torque on" for x in (least, by_current))
    if tells_slip(settings.device_channels(), motor):
        judged = f"a rotor can be judged {broken}; below that the answer is load_too_low"
    elif settings.channels is None:
        judged = (
            f"a rotor can be judged {broken} if the DAQ has vibration or speed; below that the answer is "
            f"load_too_low. Without vibration and speed, a rotor can be called healthy {healthy}; below that "
            "the answer is speed_unknown unless broken bars show"
        )
    else:
        judged = (
            f"broken bars show {broken}, and a rotor can be called healthy {healthy}, since only sidebands "
            "show the slip; below that the answer is speed_unknown or load_too_low"
        )
    yield f"window {window_s:g} s: {judged}"


def _columns(settings: Settings) -> str:
    """Return which columns a line has, and what to do if it has others."""
    channels = [channel.name for channel in settings.device_channels()]
    if columns := settings.acquisition.columns:
        others = [name for name in columns if name.casefold() not in {own.casefold() for own in channels}]
        ignored = f"; {', '.join(others)} ignored" if channels and others else ""
        return f"{', '.join(columns)}{ignored}"
    return (
        f"{', '.join(channels) or 'the columns that the DAQ describes'}. If it has other columns, too, "
        "acquisition.columns or a header sent by the DAQ must name all of them"
    )
