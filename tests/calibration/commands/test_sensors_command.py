"""`edge-calibrate sensors`: from recordings or the port to findings, and to the YAML file."""

import os
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from plates import plate_yaml
from pty_line import PtyLine
from three_currents import a_recording

from calibration import cli
from edge_agent.acquire.drivers.block_frames import encode_data, encode_description
from edge_agent.acquire.recordings import write_recording
from edge_agent.acquire.samples import Channel, ChannelKind, Device, SampleBlock, Stream
from edge_agent.config import load_settings

READ = ("--reference", "ia=2.5A", "ib=2500mA", "ic=2.5")


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """The file of an agent, and recordings of sensors that are wired right and wrong."""
    (tmp_path / "agent.yaml").write_text(
        f"# hall 3\nmotor: {plate_yaml()}\nacquisition: {{port: {tmp_path / 'port'}}}\n"
        f"mqtt: {{host: localhost}}\nstate_dir: {tmp_path / 'state'}\n"
    )
    write_recording(tmp_path / "right.npz", a_recording(scale=(0.00202, 0.00198, 0.002)))
    wrong = {"signs": (1.0, 1.0, -1.0), "scale": (0.002, 0.02, 0.002)}
    write_recording(tmp_path / "wrong.npz", a_recording(on="bac", **wrong))
    write_recording(tmp_path / "off-a.npz", a_recording(on="b-c", **wrong))
    return tmp_path


def run(site: Path, *options: str) -> int:
    return cli.main(["sensors", "-c", str(site / "agent.yaml"), *options])


def test_right_sensors_get_their_gains(site: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(site, "--recording", str(site / "right.npz"), *READ, "--rotation", "abc") == 0
    said = capsys.readouterr().out
    assert "measured: ia 2.525 A, ib 2.475 A, ic 2.5 A; line 60.00 Hz, order abc\n" in said
    assert "A per count (gain 0.9901; it was 0.00202), offset" in said
    assert said.endswith("nothing is wrong, as far as it can be known from what was given\n")


def test_wrong_ones_are_named_written_and_then_right(site: Path, capsys: pytest.CaptureFixture[str]) -> None:
    given = ("--recording", str(site / "wrong.npz"), *READ, "--rotation", "abc")
    off = ("--without", f"a={site / 'off-a.npz'}")
    assert run(site, *given, *off, "--write") == 1
    said = capsys.readouterr().out
    assert "WRONG  ic: it is the wrong way round against ia and ib" in said
    assert "WRONG  ia, ib: ia is on conductor b, ib is on conductor a" in said
    assert "WRONG  ib: it shows 10 times the current against the reading" in said
    assert "must not be turned round or moved on the motor as well" in said
    text = (site / "agent.yaml").read_text()
    assert text.startswith("# hall 3\n")
    device = load_settings(site / "agent.yaml").apply_channels(a_recording().device)
    channels = device.streams[0].channels
    assert [(own.name, own.phase) for own in channels] == [("ia", "b"), ("ib", "a"), ("ic", "c")]
    assert [own.scale for own in channels] == pytest.approx([0.002, 0.002, -0.002], rel=1e-3)
    recording = a_recording(on="bac", signs=(1.0, 1.0, -1.0))
    write_recording(site / "corrected.npz", replace(recording, device=device))
    assert run(site, "--recording", str(site / "corrected.npz"), *READ, "--rotation", "abc") == 0


def test_gains_that_are_spoilt_are_not_written(site: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_recording(site / "clipped.npz", a_recording(full_scale=3.5))
    before = (site / "agent.yaml").read_text()
    assert run(site, "--recording", str(site / "clipped.npz"), *READ, "--write") == 2
    assert "nothing is written, since the gains are not known" in capsys.readouterr().err
    assert (site / "agent.yaml").read_text() == before


@pytest.mark.parametrize(
    ("options", "why"),
    [
        (("--recording", "right.npz", *READ, *READ), "--reference is given 2 times for 1 recordings"),
        (("--recording", "right.npz", "--reference", "4.2A"), "CHANNEL=READING"),
        (("--recording", "right.npz", "--without", "d=x.npz"), "expected a=FILE, b=FILE or c=FILE"),
        (("--recording", "right.npz", "--without", "a=right.npz"), "no channel lost its current"),
        (("--gravity", "vib=up.npz"), "expected CHANNEL=UP,DOWN"),
        (("--recording", "none.npz"), "No such file"),
        (("--seconds", "1"), "port"),
    ],
)
def test_what_cannot_be_used_is_named(
    site: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    options: tuple[str, ...],
    why: str,
) -> None:
    monkeypatch.chdir(site)
    assert run(site, *options) == 2
    assert why in capsys.readouterr().err


def test_an_accelerometer_needs_no_running_motor(site: Path, capsys: pytest.CaptureFixture[str]) -> None:
    channel = Channel("vib", ChannelKind.VIBRATION, "m/s2", 0.02)
    device = Device("daq", "", "", (Stream(0, 2000.0, (channel,)),))
    for name, g in (("up", 1.0), ("down", -1.0)):
        counts = a_recording(amps=(0.1, 0.1, 0.1), offsets=(500 * g + 7, 0, 0)).counts[0][:, :1]
        write_recording(site / f"{name}.npz", replace(a_recording(), device=device, counts=(counts,)))
    files = f"vib={site / 'up.npz'},{site / 'down.npz'}"
    assert run(site, "--gravity", files, "--write") == 0
    said = capsys.readouterr().out
    assert "vib: scale 0.0196133 m/s2 per count (gain 0.9807; it was 0.02), offset 6.99 counts" in said
    assert "{name: vib, scale: 0.0196133, offset: 6.99}" in (site / "agent.yaml").read_text()


def test_the_port_is_recorded_without_a_recording(
    site: Path, playing: None, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(site, "--seconds", "2", *READ, "--rotation", "abc") == 0
    assert "A per count (gain 1.0000; it was 0.002)" in capsys.readouterr().out


@pytest.fixture
def playing(line: PtyLine) -> Iterator[None]:
    """Send a motor's currents in frames as fast as they are read, until the test ends."""
    recording = a_recording(seconds=10.0)
    (stream,), (counts,) = recording.device.streams, recording.counts
    stop = threading.Event()
    os.set_blocking(line._master, False)

    def send(data: bytes) -> None:
        while data and not stop.is_set():
            try:
                data = data[os.write(line._master, data) :]
            except BlockingIOError:  # nobody reads
                stop.wait(0.01)

    def work() -> None:
        for number in range(len(counts) // 200):
            block = SampleBlock(0, 200 * number, counts[200 * number : 200 * (number + 1)])
            send(encode_description(recording.device))
            send(encode_data(block, stream.rate_hz, number))

    sender = threading.Thread(target=work)
    sender.start()
    yield
    stop.set()
    sender.join()
