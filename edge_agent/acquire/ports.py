"""The serial ports of this computer."""

import os
from dataclasses import dataclass
from pathlib import Path

from serial.tools import list_ports as pyserial_ports

_BY_ID = Path("/dev/serial/by-id")
"""Where udev links ports by maker, product and serial number of their USB device."""


@dataclass(frozen=True, slots=True)
class PortInfo:
    """A serial port, and what is known of the device behind it."""

    path: str
    """Its current name, e.g. /dev/ttyACM0."""
    by_id: str | None
    """Its stable name, below /dev/serial/by-id; None if it has none."""
    vendor: str | None
    """Maker of the USB device, or its number."""
    product: str | None
    """Product name of the USB device, or its number."""
    serial_number: str | None
    """Serial number of the USB device."""
    accessible: bool
    """True if this user may open it."""

    @property
    def hint(self) -> str | None:
        """What to do so that it may be opened; None if it may."""
        if self.accessible:
            return None
        return "permission denied; add the user to the group dialout: sudo usermod -aG dialout $USER"


def list_ports(by_id: Path = _BY_ID) -> list[PortInfo]:
    """Return all serial ports, sorted by name."""
    lasting = _lasting_names(by_id)
    return [
        PortInfo(
            path=port.device,
            by_id=lasting.get(os.path.realpath(port.device)),
            vendor=port.manufacturer or _hexadecimal(port.vid),
            product=port.product or _hexadecimal(port.pid),
            serial_number=port.serial_number,
            accessible=os.access(port.device, os.R_OK | os.W_OK),
        )
        for port in sorted(pyserial_ports.comports())
    ]


def find_again(device: PortInfo) -> PortInfo | None:
    """Return where a USB device is now, known by its serial number; None if it has none or that is not clear.

    Of a device with several ports, the one with the same name below /dev/serial/by-id is meant.
    """
    if device.serial_number is None:
        return None
    known = (device.vendor, device.product, device.serial_number)
    found = [port for port in list_ports() if (port.vendor, port.product, port.serial_number) == known]
    if len(found) > 1:
        found = [port for port in found if port.by_id is not None and port.by_id == device.by_id]
    return found[0] if len(found) == 1 else None


def device_at(path: str) -> PortInfo | None:
    """Return what is known of the device behind a path; None if it is no port of a known kind."""
    place = os.path.realpath(path)
    return next((port for port in list_ports() if os.path.realpath(port.path) == place), None)


def _lasting_names(by_id: Path) -> dict[str, str]:
    if not by_id.is_dir():
        return {}
    return {os.path.realpath(link): str(link) for link in sorted(by_id.iterdir())}


def _hexadecimal(number: int | None) -> str | None:
    return None if number is None else f"{number:04x}"
