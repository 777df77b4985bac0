"""The rate at which scans come, by the clock of the computer."""

import numpy as np
import pytest

from edge_agent.acquire.samples import Channel, ChannelKind, Device, SampleBlock, Stream
from edge_agent.doctor.rate import RateMeter

DEVICE = Device("d", "", "", (Stream(0, 1000.0, (Channel("ia", ChannelKind.CURRENT, "A", 1.0),)),))


def a_meter() -> RateMeter:
    meter = RateMeter()
    meter.begin(DEVICE)
    return meter


def send(meter: RateMeter, rate_hz: float, seconds: float, first: int = 0, begins_s: float = 0.0) -> None:
    scans = int(rate_hz * 0.1)
    for k in range(round(seconds / 0.1)):
        block = SampleBlock(0, first + k * scans, np.zeros((scans, 1), np.int16))
        meter.take(begins_s + 0.1 * (k + 1), block)


@pytest.mark.parametrize("rate_hz", [1000.0, 500.0, 2000.0])
def test_the_true_rate_is_measured_beside_the_stated_one(rate_hz: float) -> None:
    meter = a_meter()
    send(meter, rate_hz, 5.0)
    assert meter.rates_hz() == {0: (1000.0, pytest.approx(rate_hz, rel=1e-6))}


def test_what_waited_before_the_port_was_opened_does_not_count() -> None:
    meter = a_meter()
    meter.take(0.0, SampleBlock(0, 0, np.zeros((9000, 1), np.int16)))
    send(meter, 1000.0, 5.0, first=9000)
    assert meter.rates_hz()[0][1] == pytest.approx(1000.0)


def test_a_device_that_counts_anew_is_measured_anew() -> None:
    meter = a_meter()
    send(meter, 1000.0, 5.0, first=50_000)
    send(meter, 1000.0, 1.0, begins_s=100.0)
    assert meter.rates_hz() == {}
    send(meter, 1000.0, 4.0, first=1000, begins_s=101.0)
    assert meter.rates_hz()[0][1] == pytest.approx(1000.0)


def test_too_short_a_time_tells_no_rate() -> None:
    meter = a_meter()
    send(meter, 1000.0, 2.0)
    assert meter.rates_hz() == {}
