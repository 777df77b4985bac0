"""`edge-agent bench`: real samples through all stages, and a table of what each costs."""

import re
from pathlib import Path

import numpy as np
import pytest

from edge_agent import cli
from edge_agent.acquire.drivers.block_frames import FrameDecoder
from edge_agent.acquire.samples import Device, SampleBlock
from edge_agent.commands import bench


@pytest.mark.parametrize("seconds", ["nan", "inf", "0", "-1", "1e300", "x"])
def test_a_bench_of_no_length_is_wrong_usage(seconds: str, capsys):
    with pytest.raises(SystemExit) as ended:
        cli.main(["bench", "--seconds", seconds])
    assert ended.value.code == 2
    assert "--seconds" in capsys.readouterr().err


def test_a_bench_longer_than_a_day_is_wrong_usage(capsys):
    with pytest.raises(SystemExit) as ended:
        cli.main(["bench", "--seconds", "86401"])
    assert ended.value.code == 2
    assert "at most 86400" in capsys.readouterr().err


def test_a_model_that_is_none_ends_with_1_and_a_line(tmp_path: Path, capsys):
    assert cli.main(["bench", "--model", str(tmp_path / "gone.onnx")]) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("edge-agent: ")
    assert said.err.count("\n") == 1


def test_the_table_has_every_stage_and_its_shares_are_the_whole(capsys):
    assert cli.main(["bench", "--seconds", "16"]) == 0
    first, _, *stages, last = capsys.readouterr().out.splitlines()
    assert first == "4 channels x 10000 Hz, 16 s of signal, 3 windows of 12 s"
    names = [line.split()[0] for line in stages]
    assert names[0] == "frames"
    assert "outbox" in names
    assert bench._MAKING.split()[0] not in names
    shares = [int(line.split()[-1].rstrip("%")) for line in stages]
    assert abs(sum(shares) - 100) <= len(shares)
    assert re.fullmatch(r"end to end \d+ times real time, at most \d+ MB resident", last)


def test_the_wire_carries_a_described_device_and_every_scan_in_pieces_as_the_agent_decodes_them() -> None:
    reads = list(bench._reads(2.0))
    assert max(len(read) for read in reads) <= 16_384
    decoder = FrameDecoder()
    found = [part for read in reads for part in decoder.push(read)]
    device, *blocks = found
    assert isinstance(device, Device)
    assert [channel.name for channel in device.streams[0].channels] == ["ia", "ib", "ic", "vib_radial"]
    scans = np.concatenate([block.counts for block in blocks if isinstance(block, SampleBlock)])
    assert len(scans) >= 2.0 * bench.RATE_HZ
    assert decoder.counts.lost_frames == 0
    rms_a = 0.001 * np.sqrt(np.mean(scans[:, :3].astype(float) ** 2, axis=0))
    assert rms_a == pytest.approx(3 * [3.8 / np.sqrt(2)], rel=0.01)
