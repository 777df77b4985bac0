"""What is said of serial ports. The hardware is made up: a test machine has none."""

from dataclasses import replace
from pathlib import Path

import pytest
from serial.tools.list_ports_common import ListPortInfo

from edge_agent.acquire import ports
from edge_agent.acquire.ports import PortInfo, device_at, find_again, list_ports


def attach(monkeypatch: pytest.MonkeyPatch, *found: ListPortInfo) -> None:
    monkeypatch.setattr(ports.pyserial_ports, "comports", lambda: list(found))


def an_adapter(device: Path) -> ListPortInfo:
    device.touch()
    info = ListPortInfo(str(device))
    info.vid, info.pid = 0x2E8A, 0x000A
    info.manufacturer, info.product, info.serial_number = "Example", "DAQ", "0001"
    return info


def test_a_port_is_told_with_its_stable_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    device = tmp_path / "ttyACM0"
    attach(monkeypatch, an_adapter(device))
    by_id = tmp_path / "by-id"
    by_id.mkdir()
    (by_id / "usb-Example_DAQ_0001-if00").symlink_to(Path("../ttyACM0"))
    stable = str(by_id / "usb-Example_DAQ_0001-if00")
    (port,) = list_ports(by_id)
    assert port == PortInfo(str(device), stable, "Example", "DAQ", "0001", accessible=True)
    assert port.hint is None


def test_what_is_unknown_of_a_port_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "ttyAMA0").touch()
    attach(monkeypatch, ListPortInfo(str(tmp_path / "ttyAMA0")))
    (port,) = list_ports(tmp_path / "absent")
    assert (port.by_id, port.vendor, port.product, port.serial_number) == (None, None, None, None)


def test_a_vendor_without_a_name_is_told_by_its_number(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    info = an_adapter(tmp_path / "ttyUSB0")
    info.manufacturer = None
    attach(monkeypatch, info)
    assert list_ports()[0].vendor == "2e8a"


def test_a_port_without_permission_comes_with_a_hint(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    attach(monkeypatch, an_adapter(tmp_path / "ttyUSB0"))
    monkeypatch.setattr(ports.os, "access", lambda path, mode: False)
    (port,) = list_ports()
    assert not port.accessible
    assert port.hint is not None
    assert "permission denied" in port.hint
    assert "group dialout" in port.hint


def test_ports_come_in_the_order_of_their_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    attach(monkeypatch, an_adapter(tmp_path / "ttyUSB1"), an_adapter(tmp_path / "ttyACM0"))
    assert [Path(port.path).name for port in list_ports()] == ["ttyACM0", "ttyUSB1"]


def a_pair(folder: Path, serial_number: str | None) -> list[ListPortInfo]:
    """Return two adapters of one kind, ttyACM0 and ttyACM1, with names below `by-id`."""
    found = [an_adapter(folder / f"ttyACM{number}") for number in range(2)]
    (folder / "by-id").mkdir(exist_ok=True)
    for number, port in enumerate(found):
        port.serial_number = serial_number
        (folder / "by-id" / f"usb-Example_DAQ-if0{number}").symlink_to(Path(port.device))
    return found


def test_a_device_is_found_again_by_its_serial_number_alone(tmp_path: Path, monkeypatch) -> None:
    before, after = an_adapter(tmp_path / "ttyACM0"), an_adapter(tmp_path / "ttyACM7")
    attach(monkeypatch, before)
    device = device_at(str(tmp_path / "ttyACM0"))
    assert device is not None
    attach(monkeypatch, after)
    assert find_again(device) == replace(device, path=str(tmp_path / "ttyACM7"))
    after.serial_number = "0002"
    assert find_again(device) is None


@pytest.mark.parametrize("serial_number", [None, "0001"])
def test_a_device_that_may_be_one_of_two_is_not_guessed(tmp_path: Path, monkeypatch, serial_number) -> None:
    attach(monkeypatch, *a_pair(tmp_path, serial_number))
    device = device_at(str(tmp_path / "ttyACM0"))
    assert device is not None
    assert find_again(device) is None


def test_of_two_ports_of_one_device_the_one_of_the_same_stable_name_is_meant(
    tmp_path: Path, monkeypatch
) -> None:
    attach(monkeypatch, *a_pair(tmp_path, "0001"))
    there = list_ports(tmp_path / "by-id")
    monkeypatch.setattr(ports, "list_ports", lambda: there)
    assert find_again(there[1]) == there[1]
