"""A broker is a name or an address, and a port is a serial port of this computer."""

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_files import Folder

from edge_agent.config.addresses import check_host, check_port


@pytest.mark.parametrize(
    "host",
    [
        "localhost",
        "broker.example",
        "broker.example.",
        "pump_room-7",
        "192.168.1.10",
        "::1",
        "2001:db8::1",
        "fe80::1%eth0",
        "bröker.local",
        "7segments.example",
    ],
)
def test_a_name_or_an_address_is_taken(host: str):
    assert check_host(host) == host


@pytest.mark.parametrize(
    ("host", "cure"),
    [
        ("mqtt://127.0.0.1", "write host: 127.0.0.1"),
        ("tcp://broker:1884", "write host: broker, port: 1884"),
        ("mqtts://broker.example:8884/x?y", "write host: broker.example, port: 8884, tls: true"),
        ("ssl://broker", "write host: broker, tls: true"),
        ("MQTT://broker", "write host: broker"),
        ("//broker", "e.g. 'broker'"),
        ("broker/mqtt", "e.g. 'broker'"),
        ("mqtt://[::1]:1883", 'write host: "::1", port: 1883'),
        ("ws://broker:9001/mqtt", "WebSockets are not spoken"),
        ("mqtt://", "write host: localhost"),
        ("broker:1883", "write host: broker and port: 1883"),
        ("192.168.1.10:1884", "write host: 192.168.1.10 and port: 1884"),
        ("[::1]:1883", 'write host: "::1" and port: 1883'),
        ("[::1]", 'write host: "::1"'),
        ("user@broker", "write host: broker, the name in mqtt.username"),
        (" broker", "write 'broker'"),
        ("broker\t", "write 'broker'"),
        ("   ", "nothing but blanks"),
        ("bro ker", "neither the name of a host nor an IP address"),
        ("broker/topic", "e.g. 'broker'"),
        ("192.168.1", "neither"),
        ("192.168.1.300", "neither"),
        ("1.2.3.4.5", "neither"),
        ("a..b", "neither"),
        ("-broker", "neither"),
        ("a" * 64, "neither"),
        ("a." * 130 + "b", "neither"),
        ("bro\x1b[31mker", "cannot be printed"),
        ("broker\x00", "cannot be printed"),
        ("*", "neither"),
        ("::1::", "neither"),
    ],
)
def test_any_other_spelling_of_a_broker_is_refused_with_what_to_write(host: str, cure: str):
    with pytest.raises(ValueError, match=r".") as refused:
        check_host(host)
    assert cure in str(refused.value)


@pytest.mark.parametrize("host", ["user:hunter2@broker", "mqtts://user:hunter2@broker:8883", "hunter2@"])
def test_a_password_in_an_address_is_never_repeated(folder: Folder, host: str):
    message = str(folder.problem(("localhost", host)))
    assert "hunter2" not in message
    assert "username" in message


def test_a_broker_is_checked_at_its_place_in_the_file(folder: Folder):
    problem = folder.problem(("localhost", "mqtt://localhost"))
    assert problem.position is not None
    assert (problem.position.line, problem.position.column) == (19, 9)


@given(st.text(min_size=1, max_size=40))
def test_any_text_is_a_broker_or_refused(host: str):
    try:
        check_host(host)
    except ValueError as error:
        assert str(error).isprintable(), error  # noqa: PT017


@pytest.mark.parametrize(
    "port", ["/dev/ttyACM0", "/dev/serial/by-id/usb-A_B-if00", "/dev/null", "/nowhere/daq"]
)
def test_a_port_need_not_be_plugged_in(port: str):
    assert check_port(port) == port


@pytest.mark.parametrize(
    ("port", "cure"),
    [
        ("COM3", "a name of Windows"),
        ("com12", "a name of Windows"),
        (r"\\.\COM10", "a name of Windows"),
        ("socket://192.168.1.5:7000", "a port of the network (socket)"),
        ("rfc2217://192.168.1.5:7000", "socat"),
        ("tcp://x:1", "a port of the network (tcp)"),
        ("loop://", "a port of the network (loop)"),
        ("ttyACM0", "write /dev/ttyACM0"),
        ("dev/ttyUSB0", "write /dev/ttyUSB0"),
        ("serial/by-id/usb-A", "write /dev/serial/by-id/usb-A"),
        ("/dev/ttyUSB*", "a pattern"),
        ("~/daq", "a pattern"),
        ("/dev/serial/by-id/", "a folder"),
        ("/dev", "a folder"),
        (__file__, "not a serial port"),
        (" ", "nothing but blanks"),
        (" /dev/ttyACM0", "write '/dev/ttyACM0'"),
        ("/dev/ttyACM0\n", "write '/dev/ttyACM0'"),
        ("/dev/tty\x07", "cannot be printed"),
    ],
)
def test_what_is_no_serial_port_is_refused_with_what_to_write(port: str, cure: str):
    with pytest.raises(ValueError, match=r".") as refused:
        check_port(port)
    assert cure in str(refused.value)


def test_a_pipe_is_not_a_serial_port(tmp_path: Path):
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(ValueError, match="not a serial port"):
        check_port(str(tmp_path / "pipe"))


@given(st.text(min_size=1, max_size=40))
def test_any_text_is_a_port_or_refused(port: str):
    try:
        check_port(port)
    except ValueError as error:
        assert str(error).isprintable(), error  # noqa: PT017
