"""`edge-agent ports`: which serial ports there are, and whether they may be opened."""

import argparse

from edge_agent.acquire.ports import PortInfo, list_ports
from edge_agent.plain import printable


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare nothing: there is nothing to choose."""


def run(args: argparse.Namespace) -> int:
    """Print each port as it belongs in a configuration, with what is known of it."""
    ports = list_ports()
    for port in ports:
        print(describe(port))
    if not ports:
        print("no serial port found; plug the DAQ in, and see whether `dmesg` names it")
    return 0


def describe(port: PortInfo) -> str:
    """Return one or two lines about a port."""
    name = f"{port.by_id} ({port.path})" if port.by_id else port.path
    known = [port.vendor, port.product, port.serial_number and f"serial number {port.serial_number}"]
    what = ", ".join(part for part in known if part) or "unknown device"
    hint = f"\n    {port.hint}" if port.hint else ""
    return printable(f"{name}: {what}") + hint  # what a device says of itself may be anything
