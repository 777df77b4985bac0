"""`edge-agent record` writes what comes from the port, and says why if nothing does."""

import fcntl
import os
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from plates import plate_yaml

from edge_agent import cli
from edge_agent.acquire.counts import DecoderCounts
from edge_agent.acquire.drivers.block_frames import encode_data, encode_description
from edge_agent.acquire.recordings import read_recording
from edge_agent.acquire.samples import Channel, ChannelKind, Device, SampleBlock, Stream
from edge_agent.commands import record
from edge_agent.commands.record import losses_in
from edge_agent.publish.only_one import LOCK_FILE

RATE_HZ = 1000.0
CHANNELS = tuple(Channel(f"i{p}", ChannelKind.CURRENT, "A", 0.01, phase=p) for p in "abc")
DEVICE = Device("daq", "17", "1.0", (Stream(0, RATE_HZ, CHANNELS),))


@pytest.fixture
def config(tmp_path: Path) -> Path:
    file = tmp_path / "agent.yaml"
    file.write_text(
        f"agent: {{id: pump}}\nmotor: {plate_yaml(id='m')}\nacquisition: {{port: {tmp_path / 'port'}}}\n"
        f"mqtt: {{host: localhost}}\nstate_dir: {tmp_path / 'state'}\n"
    )
    return file


ONE_READ = 10_000
"""Scans that one read of the port may bring: 64 kB of three channels."""


@pytest.fixture
def daq(line) -> Iterator[None]:
    """Send frames of 100 scans until the test ends, from scan 500 on."""
    stop = threading.Event()
    os.set_blocking(line._master, False)

    def send(data: bytes) -> None:
        while data and not stop.is_set():
            try:
                data = data[os.write(line._master, data) :]
            except BlockingIOError:  # nobody reads
                stop.wait(0.01)

    def work() -> None:
        number = 0
        while not stop.is_set():
            counts = np.full((100, 3), number % 1000, np.int16)
            send(encode_description(DEVICE))
            send(encode_data(SampleBlock(0, 500 + 100 * number, counts), RATE_HZ, number))
            number += 1

    sender = threading.Thread(target=work)
    sender.start()
    yield
    stop.set()
    sender.join()


def recorded(config: Path, *options: str) -> int:
    return cli.main(["record", "-c", str(config), *options])


def test_what_comes_is_written_with_the_count_of_the_device(config, daq, tmp_path, capsys) -> None:
    assert recorded(config, "-o", str(tmp_path / "r.npz"), "--seconds", "2.5") == 0
    kept = read_recording(tmp_path / "r.npz")
    assert kept.device.streams == DEVICE.streams
    assert 2500 <= len(kept.counts[0]) <= 2500 + ONE_READ
    assert kept.arrivals.first_scans[0] >= 500
    assert kept.meta["device"]["serial_number"] == "17"
    assert kept.meta["configuration"]["motor"]["id"] == "m"
    assert "mqtt" not in kept.meta["configuration"]
    assert f"r.npz: {len(kept.counts[0]) / RATE_HZ:.1f} s of ia, ib, ic at 1000 Hz" in capsys.readouterr().out
    assert not (tmp_path / "state").exists()


def test_what_was_lost_on_the_way_is_said_by_its_cause() -> None:
    counts = DecoderCounts(frames=90, crc_errors=2, lost_frames=3, bytes_discarded=40)
    assert losses_in(counts) == "3 frames or lines are missing, 2 had a wrong checksum"
    assert losses_in(DecoderCounts(frames=90, bytes_discarded=40)) == ""


def test_a_port_that_is_not_there_is_said(config, tmp_path, capsys) -> None:
    assert recorded(config, "-o", str(tmp_path / "r.npz")) == 1
    assert "there is no such port" in capsys.readouterr().err
    assert not (tmp_path / "r.npz").exists()


def test_a_port_that_another_program_holds_is_said_with_the_way_to_ask_the_agent(
    config, line, tmp_path, capsys
) -> None:
    with Path(line.slave_name).open("rb") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        assert recorded(config, "-o", str(tmp_path / "r.npz"), "--seconds", "7") == 1
    said = capsys.readouterr().err
    assert "another program has it open" in said
    assert '{"seconds": 7} to edge-agent/pump/command/capture (mqtt.commands must be true)' in said


def test_while_the_agent_runs_it_is_asked(config, tmp_path, capsys) -> None:
    (tmp_path / "state").mkdir()
    with (tmp_path / "state" / LOCK_FILE).open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        assert recorded(config, "-o", str(tmp_path / "r.npz")) == 2
    said = capsys.readouterr().err
    assert "another agent" in said
    assert "edge-agent/pump/command/capture" in said


def test_without_samples_nothing_is_written(config, line, tmp_path, capsys) -> None:
    assert recorded(config, "-o", str(tmp_path / "r.npz")) == 1
    assert "no samples come" in capsys.readouterr().err
    assert not (tmp_path / "r.npz").exists()


def test_it_ends_early_rather_than_take_all_memory(config, daq, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(record, "_MAX_BYTES", 20_000)
    assert recorded(config, "-o", str(tmp_path / "r.npz"), "--seconds", "3600") == 0
    assert len(read_recording(tmp_path / "r.npz").counts[0]) <= 3000 + ONE_READ


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["-o", "r.wav"], "does not end with .npz"),
        (["-o", "agent.npz"], "is there already"),
        (["-o", "no/r.npz"], "is not a folder"),
        (["-o", "r.npz", "--seconds", "0"], "is not above 0 and at most 3600"),
        (["-o", "r.npz", "--seconds", "nan"], "is not above 0"),
    ],
)
def test_wrong_options_are_said(config, tmp_path, monkeypatch, capsys, options, said) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "agent.npz").write_bytes(b"")
    with pytest.raises(SystemExit) as ended:
        recorded(config, *options)
    assert ended.value.code == 2
    assert said in capsys.readouterr().err
