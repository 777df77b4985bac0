"""The preset of an Arduino Due, against the simulator of the library that belongs to its firmware."""

import numpy as np
import pytest
from binary_streams import blocks, currents

from edge_agent.acquire.drivers.due_daq import plan
from edge_agent.acquire.drivers.fixed_frame import FixedFrameDecoder
from edge_agent.acquire.samples import Device
from edge_agent.acquire.settings import SerialSettings

duedaq = pytest.importorskip("daqopen.duedaq", reason="needs daqopen-lib, of the extra test")


def a_decoder(pins: tuple[str, ...], rate_hz: float | None = None) -> FixedFrameDecoder:
    return FixedFrameDecoder(
        SerialSettings(
            "fixed_frame",
            "/dev/null",
            channels=currents(len(pins)),
            rate_hz=rate_hz,
            preset="due_daq",
            inputs=pins,
        )
    )


@pytest.mark.parametrize(
    ("pins", "rate_hz"),
    [(("A0",), 50_000.0), (("A0", "A1", "A2"), 10_000.0), (("A9", "A0", "A11", "A3", "A1"), 10_000.0)],
)
def test_the_simulator_is_started_and_read_and_each_channel_is_that_of_its_pin(
    pins: tuple[str, ...], rate_hz: float
) -> None:
    decoder = a_decoder(pins, rate_hz)
    board = duedaq.DueSerialSim(realtime=False)
    for exchange in decoder.opening:
        board.write(exchange.send)
    size = decoder._shape.size
    found = decoder.push(b"".join(board.read(size) for _ in range(8)))
    (device,) = [part for part in found if isinstance(part, Device)]
    assert device.streams[0].rate_hz == pytest.approx(board._samplerate, abs=1.0)
    assert len(blocks(found)) == 7
    order = [pin for pin in duedaq.DueDaq.CHANNEL_ORDER if pin in pins]
    for block in blocks(found):
        for column, pin in enumerate(pins):
            assert np.array_equal(block.counts[:, column], board._signal_buffer[:, order.index(pin)])
    for exchange in decoder.closing:
        board.write(exchange.send)
    assert board._actual_state == "stopped"


def test_the_library_reads_the_same_pins_at_the_same_rate() -> None:
    pins = ("A2", "A0", "A7")
    theirs = duedaq.DueDaq(list(pins), serial_port_name="SIM", samplerate=8000.0, realtime_sim=False)
    ours = a_decoder(pins, 8000.0)
    assert ours._plan.rate_hz == pytest.approx(8000.0, rel=0.02)
    assert [theirs.data_columns[pin] for pin in pins] == list(ours._plan.columns)
    theirs.start_acquisition()
    read = theirs.read_data()
    assert read.shape[1] == len(pins)


@pytest.mark.parametrize(
    ("wanted_hz", "channels", "rate_hz"),
    [(None, 5, 10_000.0), (10_000.0, 3, 84e6 / 42 / 67 / 3), (1.0, 1, 84e6 / 42 / 256), (1e6, 4, 250_000.0)],
)
def test_the_rate_is_the_nearest_that_the_clock_gives(
    wanted_hz: float | None, channels: int, rate_hz: float
) -> None:
    assert plan((), channels, wanted_hz).rate_hz == pytest.approx(rate_hz)


@pytest.mark.parametrize("channels", range(1, 13))
@pytest.mark.parametrize("rate_hz", [1000.0, 10_000.0, 500_000.0])
def test_a_frame_holds_as_many_values_as_the_board_takes(channels: int, rate_hz: float) -> None:
    scans = plan((), channels, rate_hz).layout.scans
    assert 1000 <= scans * channels <= 20_000
