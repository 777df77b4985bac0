"""A DAQ that describes itself is found on a real line, and one that does not is explained."""

import threading
from pathlib import Path

from pty_line import PtyLine

from edge_agent.acquire.drivers.block_frames import encode_description
from edge_agent.acquire.samples import Channel, ChannelKind, Device, Stream
from edge_agent.acquire.settings import SerialSettings
from edge_agent.setup.listening import listen

DEVICE = Device(
    "daq", "", "", (Stream(0, 1000.0, (Channel("ia", ChannelKind.CURRENT, "A", 0.1, phase="a"),)),)
)


def test_a_description_is_found(line: PtyLine) -> None:
    done = threading.Event()

    def speak() -> None:
        while not done.wait(0.1):
            line.write(encode_description(DEVICE))

    speaker = threading.Thread(target=speak, daemon=True)
    speaker.start()
    try:
        device, why = listen(SerialSettings("block_frames", str(line.link)), seconds=60.0)
    finally:
        done.set()
        speaker.join(10.0)
    assert (device, why) == (DEVICE, "")


def test_a_port_that_is_not_there_and_a_silent_one_are_explained(line: PtyLine, tmp_path: Path) -> None:
    device, why = listen(SerialSettings("block_frames", str(tmp_path / "none")), seconds=60.0)
    assert device is None
    assert "there is no such port" in why
    device, why = listen(SerialSettings("block_frames", str(line.link)), seconds=0.3)
    assert device is None
    assert why
