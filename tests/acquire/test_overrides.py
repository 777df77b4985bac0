"""The channels of the YAML over those of the device."""

import json
from dataclasses import replace
from typing import Any

import pytest
from wire import a_device, a_frame

from edge_agent.acquire.drivers.block_frames import FrameDecoder, encode_description
from edge_agent.acquire.drivers.csv_lines import CsvDecoder
from edge_agent.acquire.overrides import (
    ChannelOverride,
    undescribed_device,
    with_channels,
    with_channels_of_recording,
)
from edge_agent.acquire.samples import Channel, ChannelKind, Device


def ours(*names: str) -> tuple[Channel, ...]:
    return tuple(Channel(name, ChannelKind.CURRENT, "A", -3.0) for name in names)


def test_a_channel_of_the_same_name_is_replaced_and_the_others_stay() -> None:
    device = with_channels(a_device(), ours("i0b"))
    assert device.streams[0].channels == (a_device().streams[0].channels[0], *ours("i0b"))


def test_without_any_the_device_stays() -> None:
    assert with_channels(a_device(), ()) == a_device()


def test_where_only_the_names_differ_the_order_counts() -> None:
    device = with_channels(a_device(streams=2), ours("ia", "ib", "ic", "in"))
    assert [stream.channels for stream in device.streams] == [ours("ia", "ib"), ours("ic", "in")]


def test_where_neither_names_nor_number_fit_the_device_stays() -> None:
    assert with_channels(a_device(), ours("ia", "ib", "ic")) == a_device()


def a_channel(**changes: Any) -> Channel:
    known = Channel("ib", ChannelKind.CURRENT, "A", 0.01, offset=2048.0, full_scale=20.0, phase="b")
    return replace(known, **changes)


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({}, {}),
        ({"phase": "c"}, {"phase": "c"}),
        ({"kind": ChannelKind.CURRENT, "phase": "a"}, {"phase": "a"}),
        ({"name": "ic"}, {"name": "ic"}),
        ({"offset": 0.0}, {"offset": 0.0}),
        ({"full_scale": 5.0}, {"full_scale": 5.0}),
        ({"unit": "mA"}, {"scale": 0.01e-3, "full_scale": 20e-3}),
        ({"unit": "kA", "scale": 2.0, "full_scale": 0.5}, {"scale": 2000.0, "full_scale": 500.0}),
        ({"scale": -0.02}, {"scale": -0.02, "full_scale": None}),
        ({"scale": 0.5, "full_scale": 9.0}, {"scale": 0.5, "full_scale": 9.0}),
        (
            {"kind": ChannelKind.VIBRATION},
            {"kind": ChannelKind.VIBRATION, "unit": "m/s2", "phase": None},
        ),
        (
            {"kind": ChannelKind.VIBRATION, "unit": "mm/s", "axis": "axial"},
            {"kind": ChannelKind.VIBRATION, "unit": "mm/s", "phase": None, "axis": "axial"},
        ),
        ({"kind": ChannelKind.SPEED}, {"kind": ChannelKind.SPEED, "unit": "rpm", "phase": None}),
    ],
)
def test_what_is_stated_wins_and_the_rest_is_the_devices(
    said: dict[str, Any], expected: dict[str, Any]
) -> None:
    override = ChannelOverride(**({"name": "ib"} | said))
    assert override.over(a_channel()) == a_channel(**expected)


def test_the_phase_of_a_channel_that_is_only_renamed_is_told_by_its_new_name() -> None:
    device = undescribed_device([a_channel(name="ch0", phase=None)], 1000.0)
    assert device is not None
    assert with_channels(device, [ChannelOverride("ia")]).streams[0].channels == (
        a_channel(name="ia", phase="a"),
    )


@pytest.mark.parametrize("scale", [None, 0.01, 20.0, -1e9])
def test_a_recording_keeps_its_own_scale_and_takes_the_rest(scale: float | None) -> None:
    device = undescribed_device([a_channel()], 1000.0)
    assert device is not None
    ours = ChannelOverride("ib", ChannelKind.CURRENT, "A", scale, 7.0, 3.0, phase="c")
    (stream,) = with_channels_of_recording(device, [ours]).streams
    assert stream.channels == (a_channel(phase="c"),)


def test_the_unit_of_a_recording_belongs_to_its_scale_unless_it_is_of_another_kind() -> None:
    recorded = a_channel(kind=ChannelKind.VIBRATION, unit="mm/s", phase=None)
    ours = ChannelOverride("ib", ChannelKind.VIBRATION, "m/s2", 0.5)
    assert ours.over_recorded(recorded).unit == "mm/s"
    assert ChannelOverride("ib", ChannelKind.CURRENT, "A", 0.5).over_recorded(recorded).unit == "A"


def test_without_a_device_scale_and_kind_must_be_stated() -> None:
    whole = ChannelOverride("ia", ChannelKind.CURRENT, scale=0.5)
    assert whole.alone() == Channel("ia", ChannelKind.CURRENT, "A", 0.5, phase="a")
    assert ChannelOverride("x", unit="mm/s", scale=0.5).alone() == Channel(
        "x", ChannelKind.VIBRATION, "mm/s", 0.5
    )
    for lacking in (ChannelOverride("ia"), ChannelOverride("x", scale=1.0)):
        assert lacking.alone() is None
        assert undescribed_device([whole, lacking], 1000.0) is None


SAID = json.dumps(
    {
        "name": "daq",
        "streams": [{"stream": 0, "rate_hz": 1000, "channels": [{"name": "ia", "unit": "A", "scale": 0.5}]}],
    }
).encode()


def test_lines_take_from_the_yaml_what_is_stated_and_from_their_description_the_rest() -> None:
    decoder = CsvDecoder((ChannelOverride("ia", phase="c"),))
    device = next(part for part in decoder.push(b"#" + SAID + b"\n1\n2\n") if isinstance(part, Device))
    assert device.streams[0].channels == (Channel("ia", ChannelKind.CURRENT, "A", 0.5, phase="c"),)


def test_frames_take_from_the_yaml_what_is_stated_and_from_their_description_the_rest() -> None:
    (device,) = FrameDecoder((ChannelOverride("i0b", scale=2.0),)).push(encode_description(a_device()))
    assert isinstance(device, Device)
    first, second = a_device().streams[0].channels
    assert device.streams[0].channels == (first, replace(second, scale=2.0))


def test_samples_that_nobody_says_the_worth_of_are_not_taken() -> None:
    lines = CsvDecoder((ChannelOverride("ia", ChannelKind.CURRENT, phase="a"),), 1000.0)
    assert lines.push(b"half a line\n1\n2\n3\n") == []
    assert lines.counts.undescribed == 3
    frames = FrameDecoder((ChannelOverride("ia", scale=1.0), ChannelOverride("ib")))
    assert frames.push(b"".join(a_frame(number) for number in range(2000))) == []
    assert frames.counts.undescribed == 2000
