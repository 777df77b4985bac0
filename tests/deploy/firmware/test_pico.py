"""The firmware of the Pico, built from source, in an emulator: what it sends is what the agent needs.

The simulated motor is compared with the C core on this machine; the answers of the agent are then taken from
the core's samples, which cost nothing. FIRMWARE_LONG=1 (`make firmware-test`) compares a whole window.
"""

import json
import os
import struct
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from core_library import needs_gcc, simulated
from emulated_pico import (
    BROKEN,
    FOUR_INPUTS,
    PICO,
    SIMULATE,
    Outcome,
    built,
    emulated,
    needs_emulator,
    needs_ziglang,
)

from edge_agent import cli
from edge_agent.acquire.recordings import Recording, write_recording
from edge_agent.acquire.samples import Device
from edge_agent.config import load_settings

pytestmark = needs_ziglang

RATE_HZ = 10_000.0
BLOCK_SCANS = 128
LONG = os.environ.get("FIRMWARE_LONG") == "1"
SIM_SECONDS = 12.6 if LONG else 0.15


@pytest.fixture(scope="module")
def two_seconds() -> Outcome:
    """Two seconds of four inputs, three of them fed with three phases of 60 Hz and 900 counts."""
    return emulated(2.0, FOUR_INPUTS)


@needs_emulator
def test_every_frame_of_two_seconds_comes_out_whole_and_in_row(two_seconds: Outcome) -> None:
    devices, blocks, counts = two_seconds.decoded()
    assert counts.frames == len(devices) + len(blocks)
    assert (counts.crc_errors, counts.rejected, counts.lost_frames, counts.bytes_discarded) == (0, 0, 0, 0)
    assert [block.first_scan for block in blocks] == list(range(0, len(blocks) * BLOCK_SCANS, BLOCK_SCANS))
    assert len(blocks) >= 1.95 * RATE_HZ / BLOCK_SCANS
    assert not any(block.clipped or block.overrun for block in blocks)
    assert all(block.counts.shape == (BLOCK_SCANS, 4) for block in blocks)
    assert len(devices) >= 2


@needs_emulator
def test_the_three_phases_come_out_with_their_rate_scale_and_order(two_seconds: Outcome) -> None:
    (stream,) = two_seconds.decoded()[0][0].streams
    counts = two_seconds.samples()
    assert stream.rate_hz == RATE_HZ
    assert abs(len(counts) - two_seconds.seen["conversions"] / 4) < 3 * BLOCK_SCANS
    currents = np.stack([stream.channels[n].units(counts[:, n]) for n in range(3)]).astype(np.float64)
    turns = np.exp(-2j * np.pi * 60 / RATE_HZ * np.arange(len(counts)))
    cycles = len(counts) // 500 * 500  # whole cycles of 60 Hz at 10 kHz
    lines = 2 * (currents * turns)[:, :cycles].mean(axis=1)
    assert np.abs(lines) == pytest.approx([900 * 0.00402832] * 3, rel=1e-3)
    assert np.degrees(np.angle(lines[1:] / lines[:-1])) == pytest.approx([-120, -120], abs=1)
    assert np.std(currents - (lines[:, None] * turns.conj()).real) < 0.01
    assert [stream.phases[phase] for phase in "abc"] == [0, 1, 2]
    assert (counts[:, 3] == 2148).all()


@needs_emulator
def test_the_description_names_the_board_by_the_number_of_its_flash(two_seconds: Outcome) -> None:
    device = two_seconds.decoded()[0][0]
    assert (device.name, device.serial_number, device.firmware) == ("Pico DAQ", "E660C0D1C7212A36", "1.0")
    assert [channel.name for channel in device.streams[0].channels] == ["ia", "ib", "ic", "vib_radial"]
    assert two_seconds.seen["ledChanges"] >= 2
    assert abs(two_seconds.seen["baud"] / 921_600 - 1) < 0.005  # type: ignore[operator]


@needs_emulator
def test_a_plain_pico_sends_its_three_inputs_until_a_pin_says_that_there_are_four() -> None:
    outcome = emulated(0.05)
    (device,), blocks, counts = outcome.decoded()
    assert [channel.name for channel in device.streams[0].channels] == ["ia", "ib", "ic"]
    assert blocks
    assert (counts.rejected, counts.crc_errors) == (0, 0)


@needs_emulator
def test_a_program_that_opens_the_usb_port_gets_a_description_and_all_that_follows() -> None:
    outcome = emulated(0.6, FOUR_INPUTS, usb=[[0.1, 0.7]])
    devices, blocks, counts = outcome.decoded()
    assert counts.frames == len(devices) + len(blocks)
    assert (counts.crc_errors, counts.rejected, counts.lost_frames, counts.bytes_discarded) == (0, 0, 0, 0)
    assert len(blocks) >= 0.45 * RATE_HZ / BLOCK_SCANS
    assert blocks[0].first_scan > 0.08 * RATE_HZ
    (stream,) = devices[0].streams
    assert stream.phases == {"a": 0, "b": 1, "c": 2}
    assert 0 < outcome.seen["uartBytes"] < 0.12 * 92_160  # type: ignore[operator]


@needs_emulator
def test_a_program_may_close_the_usb_port_and_open_it_again() -> None:
    devices, blocks, counts = emulated(0.6, usb=[[0.1, 0.25], [0.4, 0.7]]).decoded()
    firsts = [block.first_scan for block in blocks]
    gaps = [later - first - BLOCK_SCANS for first, later in pairwise(firsts) if later - first > BLOCK_SCANS]
    (gap,) = gaps
    assert gap == pytest.approx(0.15 * RATE_HZ, abs=3 * BLOCK_SCANS)
    assert counts.lost_frames == gap // BLOCK_SCANS
    assert (counts.restarts, counts.undescribed, counts.contradicting) == (0, 0, 0)
    assert counts.crc_errors + counts.malformed <= 1  # the frame that the closing cut
    assert len(devices) == 2


@needs_emulator
def test_the_usb_device_answers_what_a_host_asks() -> None:
    """Names, the line coding both ways, and a request that it does not know, behind which it goes on."""
    device, product, serial_number, coding, back, unknown, again = answers(
        [0x80, 6, 0, 1, 0, 0, 64, 0],
        [0x80, 6, 2, 3, 9, 4, 255, 0],
        [0x80, 6, 3, 3, 9, 4, 255, 0],
        [0x21, 0x20, 0, 0, 0, 0, 7, 0],
        [0xA1, 0x21, 0, 0, 0, 0, 7, 0],
        [0xC0, 0x77, 0, 0, 0, 0, 7, 0],
        [0x80, 6, 0, 1, 0, 0, 8, 0],
    )
    assert device[:2] == [18, 1]
    assert len(device) == 18
    assert bytes(product[2:]).decode("utf-16-le") == "Pico DAQ"
    assert bytes(serial_number[2:]).decode("utf-16-le") == "E660C0D1C7212A36"
    assert coding == []
    assert int.from_bytes(bytes(back[:4]), "little") == 921_600
    assert unknown is None
    assert again == device[:8]


def answers(*requests: list[int]) -> list[list[int] | None]:
    """Return what the device answers to control requests; None where it answers nothing."""
    asked = [{"setup": setup, "data": [0] * 7 if setup[1] == 0x20 else None} for setup in requests]
    seen = emulated(0.1, usb=[[0.5, 0.6]], requests=asked).seen["answers"]
    return [packets[0] if packets else None for packets in seen]  # type: ignore[attr-defined]


@needs_emulator
def test_a_receiver_that_stops_costs_whole_blocks_and_the_next_one_says_so() -> None:
    outcome = emulated(0.9, FOUR_INPUTS, blocked=[[0.1, 0.5]])
    _, blocks, counts = outcome.decoded()
    firsts = [block.first_scan // BLOCK_SCANS for block in blocks]
    missing = set(range(firsts[-1] + 1)) - set(firsts)
    assert counts.lost_frames == len(missing) > 0
    (behind,) = (block for block in blocks if block.overrun)
    assert behind.first_scan == BLOCK_SCANS * (max(missing) + 1)
    assert (counts.crc_errors, counts.rejected, counts.restarts) == (0, 0, 0)


@needs_emulator
def test_a_processor_that_was_held_up_loses_whole_blocks_and_the_next_one_says_so() -> None:
    """For 22 ms: the converter meanwhile writes over a buffer that was not sent yet."""
    _, blocks, counts = emulated(0.3, stalled=[0.1, 0.122]).decoded()
    firsts = [block.first_scan for block in blocks]
    (gap,) = (later - first for first, later in pairwise(firsts) if later - first > BLOCK_SCANS)
    assert counts.lost_frames == gap // BLOCK_SCANS - 1 > 0
    (behind,) = (block for block in blocks if block.overrun)
    assert behind.first_scan == firsts[firsts.index(behind.first_scan) - 1] + gap
    seconds = np.arange(behind.first_scan, behind.first_scan + BLOCK_SCANS) / RATE_HZ
    assert np.abs(behind.counts[:, 0] - 2048 - 900 * np.cos(2 * np.pi * 60 * seconds)).max() < 2


@needs_emulator
def test_an_input_at_the_end_of_its_range_is_flagged() -> None:
    blocks = emulated(0.1, FOUR_INPUTS, amplitude=2040).decoded()[1]
    assert not any(block.clipped for block in blocks)
    blocks = emulated(0.1, FOUR_INPUTS, amplitude=2200).decoded()[1]
    assert all(block.clipped for block in blocks)
    assert max(block.counts.max() for block in blocks) == 4095


@needs_emulator
def test_the_watchdog_starts_the_chip_again_when_no_samples_come() -> None:
    outcome = emulated(2.0, converterStops=0.2)
    assert outcome.seen["watchdogAt"] == pytest.approx(1.2, abs=0.02)


@needs_gcc
@needs_emulator
@pytest.mark.parametrize("broken", [False, True])
def test_the_simulated_motor_of_the_board_is_that_of_the_core(broken: bool) -> None:
    outcome = emulated(SIM_SECONDS, SIMULATE, *([BROKEN] if broken else []))
    device = outcome.decoded()[0][0]
    counts = outcome.samples()
    assert device.name == "Pico DAQ, simulated motor"
    assert len(counts) > 0.7 * SIM_SECONDS * RATE_HZ
    assert np.array_equal(counts, simulated(len(counts), broken=broken))


@needs_gcc
@needs_emulator
@pytest.mark.parametrize(("broken", "state"), [(False, "healthy"), (True, "broken_bars")])
def test_the_agent_knows_the_simulated_motor(
    broken: bool, state: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    device = emulated(0.05, SIMULATE).decoded()[0][0]
    recording = tmp_path / "simulated.npz"
    write_recording(recording, recorded(device, broken))
    assert cli.main(["replay", str(recording), "-c", str(PICO / "agent.yaml"), "--json"]) == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    (verdict,) = (line for line in lines if line["kind"] == "diagnosis")
    assert verdict["state"] == state
    if broken:
        assert verdict["broken_bars"]["estimate"] == 2


def recorded(device: Device, broken: bool) -> Recording:
    """Return one window of the motor from the core, to which the samples of the board are equal."""
    counts = simulated(round(12.1 * RATE_HZ), broken=broken)
    return Recording("simulated", device, (counts,))


def test_the_same_sources_give_the_same_bytes(tmp_path: Path) -> None:
    for name in ("first", "second"):
        built(tmp_path / name)
    for suffix in ("elf", "bin", "uf2"):
        first, second = (tmp_path / name / f"pico-daq.{suffix}" for name in ("first", "second"))
        assert first.read_bytes() == second.read_bytes(), suffix


def test_the_uf2_file_holds_the_flash_in_order_and_the_boot_stage_has_its_checksum(tmp_path: Path) -> None:
    built(tmp_path)
    image = (tmp_path / "pico-daq.bin").read_bytes()
    uf2 = (tmp_path / "pico-daq.uf2").read_bytes()
    blocks = [uf2[at : at + 512] for at in range(0, len(uf2), 512)]
    held = b""
    for number, block in enumerate(blocks):
        *_, address, size, own, of, family = struct.unpack_from("<8I", block)
        assert (address, size, own, of) == (0x10000000 + 256 * number, 256, number, len(blocks))
        assert family == 0xE48BFF56
        held += block[32 : 32 + size]
    assert held[: len(image)] == image
    crc = 0xFFFFFFFF  # bit by bit, as the datasheet has it
    for bit in "".join(f"{byte:08b}" for byte in image[:252]):
        crc = crc << 1 ^ (0x04C11DB7 if crc >> 31 ^ int(bit) else 0)
        crc &= 0xFFFFFFFF
    assert struct.unpack_from("<I", image, 252) == (crc,)


def test_the_configuration_beside_the_firmware_is_valid() -> None:
    assert load_settings(PICO / "agent.yaml").acquisition.baud_rate == 921_600
