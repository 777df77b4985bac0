"""The sketches for Arduino Uno and ESP32 print lines that the agent takes."""

import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest

from edge_agent.acquire.counts import DecoderCounts
from edge_agent.acquire.drivers.csv_lines import CsvDecoder
from edge_agent.acquire.samples import Device, SampleBlock, Stream
from edge_agent.config import load_settings

HERE = Path(__file__).parent
FIRMWARE = HERE.parents[2] / "deploy" / "firmware"
RATE_HZ = 1000.0
SIMAVR = Path("/usr/include/simavr/sim_avr.h")

needs_simavr = pytest.mark.skipif(
    shutil.which("avr-g++") is None or shutil.which("gcc") is None or not SIMAVR.exists(),
    reason="NOT TESTED: needs avr-g++ and simavr (make avr)",
)
needs_gxx = pytest.mark.skipif(shutil.which("g++") is None, reason="NOT TESTED: needs g++")


@needs_simavr
def test_the_uno_sends_three_phases_at_its_rate_without_a_loss(tmp_path: Path) -> None:
    """The sketch itself runs in simavr for 1.5 of its seconds."""
    sketch, emulator, lines = (tmp_path / name for name in ("sketch.elf", "emulator", "lines.csv"))
    flags = ["-mmcu=atmega328p", "-DF_CPU=16000000UL", "-Os", "-Wall", "-Wextra", "-Werror"]
    folders = [f"-I{HERE / 'uno'}", f"-I{FIRMWARE / 'arduino_uno'}"]
    done("avr-g++", *flags, *folders, "-o", sketch, HERE / "uno" / "main.cpp")
    done("gcc", "-O2", "-o", emulator, HERE / "uno" / "emulate.c", "-lsimavr", "-lelf", "-lm")
    done(emulator, sketch, "1.5", lines)
    stream, blocks, counts = decoded(lines.read_bytes(), "arduino_uno")
    assert (counts.lost_frames, counts.rejected, counts.restarts) == (0, 0, 0)
    samples = np.concatenate([block.counts for block in blocks])
    assert abs(len(samples) - 1500) < 20
    assert_three_phases(stream, samples, amplitude_a=5.0)  # 1 V at the burden of 5 A : 1 V


@needs_gxx
def test_the_esp32_sends_three_phases_and_its_index_tells_what_is_lost(tmp_path: Path) -> None:
    """The sketch is compiled for this machine, with stand-ins for the Arduino core; not for the chip."""
    program = tmp_path / "sketch"
    folders = [f"-I{HERE / 'esp32'}", f"-I{FIRMWARE / 'esp32'}"]
    flags = ["-std=c++17", "-Wall", "-Wextra", "-Werror"]
    done("g++", *flags, *folders, "-o", program, HERE / "esp32" / "main.cpp")
    sent = done(program)
    stream, blocks, counts = decoded(sent, "esp32")
    assert (counts.rejected, counts.restarts) == (0, 0)
    samples = sum(len(block.counts) for block in blocks)
    assert counts.lost_frames == blocks[-1].first_scan + len(blocks[-1].counts) - samples > 100
    assert_three_phases(stream, blocks[0].counts, amplitude_a=3.5)


@pytest.mark.parametrize("board", ["arduino_uno", "esp32"])
def test_the_configuration_beside_a_sketch_is_valid(board: str) -> None:
    settings = load_settings(FIRMWARE / board / "agent.yaml")
    assert settings.acquisition.driver == "csv_lines"
    (sketch,) = (FIRMWARE / board).glob("*.ino")
    assert f"BAUD = {settings.acquisition.baud_rate};" in sketch.read_text()


def done(*command: str | Path) -> bytes:
    """Run a command that must succeed; return what it printed."""
    return subprocess.run(list(map(str, command)), check=True, timeout=300, capture_output=True).stdout


def decoded(sent: bytes, board: str) -> tuple[Stream, list[SampleBlock], DecoderCounts]:
    """Return what the agent's decoder makes of lines, with the configuration beside the sketch."""
    settings = load_settings(FIRMWARE / board / "agent.yaml")
    decoder = CsvDecoder(settings.device_channels())
    found = decoder.push(sent)
    device = next(part for part in found if isinstance(part, Device))
    return (
        device.streams[0],
        [part for part in found if isinstance(part, SampleBlock)],
        decoder.counts,
    )


def assert_three_phases(stream: Stream, counts: np.ndarray, amplitude_a: float) -> None:
    """Hold counts (scans, 3) to three phases of 60 Hz with this amplitude."""
    assert stream.rate_hz == RATE_HZ
    cycles = len(counts) // 50 * 50
    turns = np.exp(-2j * np.pi * 60 / RATE_HZ * np.arange(cycles))
    currents = np.stack([stream.channels[n].units(counts[:cycles, n]) for n in range(3)])
    lines = 2 * (currents * turns).mean(axis=1)
    assert np.abs(lines) == pytest.approx([amplitude_a] * 3, rel=0.01)
    assert np.degrees(np.angle(lines[1:] / lines[:-1])) == pytest.approx([-120, -120], abs=1)
    assert [channel.phase for channel in stream.channels] == ["a", "b", "c"]
