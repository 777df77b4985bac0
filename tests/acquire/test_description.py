"""What a DAQ says of itself, believed only where it can be right."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wire import a_device

from edge_agent.acquire.bounds import window_problem
from edge_agent.acquire.description import (
    MAX_DESCRIPTION_BYTES,
    DescriptionError,
    decode_description,
    encode_description,
)
from edge_agent.acquire.samples import Channel, ChannelKind, Stream, same_streams


def said(**changes: Any) -> bytes:
    """A description in which some keys of its one channel, its stream or itself are others."""
    channel = {"name": "ia", "unit": "A", "scale": 0.01}
    stream = {"stream": 0, "rate_hz": 10_000.0}
    device = {"name": "daq"}
    for key, value in changes.items():
        part = (
            channel if key in ("unit", "scale", "offset", "full_scale", "kind", "phase", "axis") else device
        )
        part = channel if key == "channel_name" else stream if key in ("stream", "rate_hz") else part
        part["name" if key == "channel_name" else key] = value
    return json.dumps({"streams": [{"channels": [channel], **stream}], **device}).encode()


@pytest.mark.parametrize("index", [False, True])
def test_what_is_said_is_understood(index: bool) -> None:
    device = a_device(streams=3, currents=3)
    assert decode_description(encode_description(device, index=index)) == (device, index)


def test_unit_and_name_tell_what_is_not_said() -> None:
    device, _ = decode_description(said(unit="mm/s", channel_name="vib_axial"))
    channel = device.streams[0].channels[0]
    assert (channel.kind, channel.axis, channel.offset) == (ChannelKind.VIBRATION, "axial", 0.0)


def test_a_voltage_says_its_phase_or_between_which_it_lies() -> None:
    named, _ = decode_description(said(unit="V", channel_name="vbc"))
    stated, _ = decode_description(said(unit="V", channel_name="probe", kind="voltage", phase="ca"))
    channels = [device.streams[0].channels[0] for device in (named, stated)]
    assert [(c.kind, c.phase) for c in channels] == [(ChannelKind.VOLTAGE, "bc"), (ChannelKind.VOLTAGE, "ca")]
    assert decode_description(encode_description(stated))[0] == stated
    with pytest.raises(DescriptionError, match="'ab' is the phase of a voltage; expected a, b or c"):
        decode_description(said(phase="ab"))
    with pytest.raises(DescriptionError, match="unit 'V' does not say the kind"):
        decode_description(said(unit="V"))


@pytest.mark.parametrize(
    ("unit", "name", "usual", "scale"),
    [
        ("mA", "ia", "A", 1e-5),
        ("kA", "ia", "A", 10.0),
        ("g", "vib_radial", "m/s2", 0.0980665),
        ("mg", "vib_radial", "m/s2", 9.80665e-5),
        ("V", "va", "V", 0.01),
        ("kV", "vab", "V", 10.0),
    ],
)
def test_units_that_others_use_are_converted(unit: str, name: str, usual: str, scale: float) -> None:
    device, _ = decode_description(said(unit=unit, channel_name=name, full_scale=2.0))
    channel = device.streams[0].channels[0]
    assert (channel.unit, channel.scale) == (usual, pytest.approx(scale))
    assert channel.full_scale == pytest.approx(200 * scale)


def test_a_kind_without_a_unit_has_the_usual_one() -> None:
    device, _ = decode_description(said(unit="", kind="vibration"))
    assert device.streams[0].channels[0].unit == "m/s2"


def test_keys_of_later_versions_are_ignored() -> None:
    assert decode_description(said(colour="green")) == decode_description(said())


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"rate_hz": 0}, "rate_hz"),
        ({"rate_hz": 1e9}, "rate_hz"),
        ({"rate_hz": 1e300}, "rate_hz 1e\\+300 of ia, expected 100 to 1000000"),
        ({"rate_hz": 1e-300}, "rate_hz 1e-300"),
        ({"rate_hz": -2000.0}, "rate_hz -2000"),
        ({"rate_hz": 0.1}, "not their rms values"),
        ({"rate_hz": 1}, "not their rms values"),
        ({"rate_hz": 3.0}, "not their rms values"),
        ({"rate_hz": 3.0, "unit": "m/s2"}, "not their rms values"),
        ({"scale": 1e308}, "scale"),
        ({"scale": -1e9}, "scale -1e\\+09 of ia"),
        ({"scale": 5e-324}, "scale 4.94066e-324 of ia"),
        ({"rate_hz": "10000"}, "rate_hz"),
        ({"scale": 0}, "scale is 0"),
        ({"scale": 1e300}, "scale"),
        ({"scale": None}, "scale"),
        ({"offset": 1e10}, "offset"),
        ({"full_scale": -1}, "full_scale"),
        ({"unit": "parsec"}, "does not say the kind"),
        ({"kind": "smell"}, "kind"),
        ({"kind": "current", "unit": "V"}, "'V' is not a unit of a current here, expected A, mA or kA"),
        ({"kind": "current", "unit": "m/s2"}, "'m/s2' is not a unit of a current here"),
        ({"kind": "vibration", "unit": "V"}, "expected m/s2, mm/s, g or mg"),
        ({"kind": "speed", "unit": "Hz"}, "expected rpm"),
        ({"phase": "d"}, "phase"),
        ({"channel_name": "i a"}, "name"),
        ({"channel_name": "x" * 65}, "name"),
        ({"stream": 256}, "stream"),
        ({"stream": True}, "stream"),
        ({"streams": []}, "streams"),
        ({"streams": [1]}, "streams"),
        ({"name": None}, "name"),
    ],
)
def test_what_cannot_be_right_is_refused(changes: dict[str, Any], complaint: str) -> None:
    with pytest.raises(DescriptionError, match=complaint):
        decode_description(said(**changes))


def test_a_description_that_never_fits_into_the_memory_is_refused() -> None:
    fields = json.loads(said(rate_hz=1e6))
    channel = fields["streams"][0]["channels"][0]
    fields["streams"][0]["channels"] = [{**channel, "name": f"i{k}"} for k in range(60)]
    with pytest.raises(DescriptionError, match="all channels together have 6e\\+07 values"):
        decode_description(json.dumps(fields).encode())


@pytest.mark.parametrize("rate_hz", [0.1, 1.0, 3.0])
def test_a_tachometer_may_be_slow(rate_hz: float) -> None:
    device, _ = decode_description(said(unit="rpm", rate_hz=rate_hz))
    assert device.streams[0].rate_hz == rate_hz


@pytest.mark.parametrize(
    ("streams", "window_s", "fits"),
    [
        ([(10_000.0, 4)], 60.0, True),
        ([(50_000.0, 4), (100_000.0, 1)], 12.0, True),
        ([(500_000.0, 1)], 12.0, True),
        ([(1_000_000.0, 2)], 12.0, False),
        ([(100_000.0, 4)], 60.0, False),
        ([(4_000_000.0, 60)], 0.5, False),
        ([(500_000.0, 1)] * 3, 12.0, False),
    ],
)
def test_windows_that_do_not_fit_into_the_memory_are_told(
    streams: list[tuple[float, int]], window_s: float, fits: bool
) -> None:
    made = [
        Stream(n, rate, tuple(Channel(f"i{n}{k}", ChannelKind.CURRENT, "A", 1.0) for k in range(count)))
        for n, (rate, count) in enumerate(streams)
    ]
    problem = window_problem(tuple(made), window_s)
    assert (problem is None) is fits
    if problem is not None:
        assert "window.length_s" in problem


@pytest.mark.parametrize(
    ("changes", "same"),
    [
        ({"firmware": "1.0, up 17 s"}, True),
        ({"serial_number": "17:45:12"}, True),
        ({"name": "daq at 21.5 C"}, True),
        ({"colour": "green"}, True),
        ({"rate_hz": 10_000.2}, True),
        ({"rate_hz": 9_000.0}, False),
        ({"scale": 0.011}, False),
        ({"offset": 1.0}, False),
        ({"channel_name": "ib"}, False),
        ({"stream": 1}, False),
        ({"phase": "b"}, False),
        ({"full_scale": 50.0}, False),
    ],
)
def test_only_streams_make_another_device(changes: dict[str, Any], same: bool) -> None:
    before, _ = decode_description(said())
    after, _ = decode_description(said(**changes))
    assert same_streams(before.streams, after.streams) is same


def test_two_channels_of_one_name_are_refused() -> None:
    fields = json.loads(said())
    fields["streams"][0]["channels"] *= 2
    with pytest.raises(DescriptionError, match="one name"):
        decode_description(json.dumps(fields).encode())


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"[]",
        b"nul",
        b"[" * 10_000,
        b'{"a":' * 3000,
        b"\xff\xfe",
        said(scale=1.5).replace(b"1.5", b"NaN"),
        said(scale=1.5).replace(b"1.5", b"1e999"),
        said(scale=1.5).replace(b"1.5", b"9" * 5000),
        b" " * MAX_DESCRIPTION_BYTES + said(),
    ],
)
def test_hostile_text_is_refused(text: bytes) -> None:
    with pytest.raises(DescriptionError):
        decode_description(text)


@given(st.binary(max_size=200))
def test_anything_else_is_refused(text: bytes) -> None:
    with pytest.raises(DescriptionError):
        decode_description(text)
