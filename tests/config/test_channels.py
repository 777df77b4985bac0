"""What is written of a channel wins over the DAQ; what is left out is the DAQ's."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from minimal_file import CHANNELS, MINIMAL
from pydantic import TypeAdapter, ValidationError
from small_files import Folder

from edge_agent.acquire.samples import Channel, ChannelKind, Device, Stream
from edge_agent.config.channels import Channels, ChannelSection


def test_channels_win_over_what_the_device_says_of_them(load):
    own = tuple(Channel(name, ChannelKind.CURRENT, "A", 1.0) for name in ("ib", "ia", "aux", "vib_radial"))
    device = Device("daq", "", "", (Stream(0, 1000.0, own[:2]), Stream(1, 500.0, own[2:])))
    first, second = load(MINIMAL + CHANNELS).apply_channels(device).streams
    assert first.channels == (
        Channel("ib", ChannelKind.CURRENT, "A", -0.00582, 0.0, 12.0, "b"),
        Channel("ia", ChannelKind.CURRENT, "A", 0.00582, 3.0, None, "a"),
    )
    assert second.channels[0] is own[2]
    assert second.channels[1] == Channel("vib_radial", ChannelKind.VIBRATION, "mm/s", 0.00958, axis="radial")


@pytest.mark.parametrize(
    ("line", "phase", "unit"),
    [
        ("{name: ia, phase: b}", "b", "A"),
        ("{name: ia, kind: current, phase: c}", "c", "A"),
        ("{name: ia, kind: vibration}", None, "m/s2"),
        ("{name: ia, kind: vibration, unit: mm/s, axis: axial}", None, "mm/s"),
        ("{name: ia, unit: A}", "a", "A"),
        ("{name: ia}", "a", "A"),
    ],
)
def test_a_channel_may_leave_out_what_the_device_says(load, line: str, phase: str | None, unit: str):
    own = Channel("ia", ChannelKind.CURRENT, "A", 0.25, 3.0, phase="a")
    device = Device("daq", "", "", (Stream(0, 1000.0, (own,)),))
    settings = load(f"{MINIMAL}channels:\n  - {line}\n")
    for changed_device in (settings.apply_channels(device), settings.apply_to_recording(device)):
        (channel,) = changed_device.streams[0].channels
        assert (channel.phase, channel.unit, channel.scale, channel.offset) == (phase, unit, 0.25, 3.0)


@pytest.mark.parametrize(
    ("kind", "unit", "to", "factor"),
    [
        ("current, phase: a", "mA", "A", 1e-3),
        ("current, phase: a", "kA", "A", 1e3),
        ("vibration", "g", "m/s2", 9.80665),
        ("vibration", "mg", "m/s2", 9.80665e-3),
    ],
)
def test_a_scale_in_another_unit_is_converted(load, kind: str, unit: str, to: str, factor: float):
    (channel,) = load(
        f"{MINIMAL}channels:\n  - {{name: x, kind: {kind}, unit: {unit}, scale: 2, full_scale: 50}}\n"
    ).device_channels()
    whole = channel.alone()
    assert whole is not None
    assert (whole.unit, whole.scale, whole.full_scale) == (to, 2 * factor, 50 * factor)


def test_a_unit_that_is_of_no_kind_is_refused_without_a_kind_too(problems_of):
    (problem,) = problems_of(f"{MINIMAL}channels:\n  - {{name: ia, unit: V}}\n")
    assert problem.key == ("channels", 0, "unit")
    assert (
        "'V' is not a unit of a channel here, expected A, mA or kA; m/s2, mm/s, g or mg; rpm; V, mV or kV"
        in problem.message
    )


def test_a_voltage_may_have_the_phase_of_a_current_but_not_of_another_voltage(load, problems_of):
    text = f"{MINIMAL}channels:\n  - {{name: ia, kind: current, phase: a}}\n"
    text += "  - {name: u1, kind: voltage, phase: a, unit: V, scale: 0.1}\n"
    assert [channel.kind for channel in load(text).channels] == [ChannelKind.CURRENT, ChannelKind.VOLTAGE]
    (problem,) = problems_of(text + "  - {name: va, unit: V, phase: a, scale: 0.1}\n")
    assert problem.key == ("channels", 2, "phase")
    assert "'a' is the phase of channels[1] already" in problem.message


def test_a_file_without_channels_leaves_those_of_the_device(load):
    device = Device("daq", "", "", (Stream(0, 1000.0, (Channel("x", ChannelKind.CURRENT, "A", 1.0),)),))
    assert load(MINIMAL).apply_channels(device) == device


@pytest.mark.parametrize("written", ["1e308", "-1e308", "1e7", "1e-13", "-4.9e-324", "1e-300"])
def test_a_scale_that_no_sensor_has_is_refused(folder: Folder, written: str):
    problem = folder.problem(("phase: a, unit: A, scale: 1}", f"phase: a, unit: A, scale: {written}}}"))
    assert "channels[0].scale" in str(problem)
    assert "expected a magnitude of 1e-12 to 1e+06" in str(problem)


@pytest.mark.parametrize("written", ["1e-12", "-1e6", "5.82e-3"])
def test_a_scale_that_a_sensor_may_have_is_read(folder: Folder, written: str):
    (channel, *_) = (
        folder.load(("phase: a, unit: A, scale: 1}", f"phase: a, unit: A, scale: {written}}}")).channels or ()
    )
    assert channel.scale == float(written)


def channel(**keys: object) -> ChannelSection:
    return ChannelSection.model_validate({"name": "x", **keys})


@pytest.mark.parametrize(
    ("keys", "key", "said"),
    [
        ({"kind": "current"}, "phase", "a current needs its phase; add phase: a, b or c"),
        ({"kind": "vibration", "phase": "a"}, "phase", "a vibration has no phase; leave it out"),
        ({"kind": "speed", "phase": "a"}, "phase", "a speed has no phase; leave it out"),
        ({"kind": "current", "phase": "a", "axis": "radial"}, "axis", "a current has no axis; leave it out"),
        ({"kind": "speed", "axis": "axial"}, "axis", "or set kind: vibration"),
        ({"kind": "current", "phase": "d"}, "phase", "'a', 'b', 'c', 'ab', 'bc' or 'ca'"),
        ({"kind": "current", "phase": "ab"}, "phase", "a current flows in one phase; ab is between two"),
        ({"kind": "voltage", "unit": "V", "scale": 1}, "phase", "a voltage needs its phase; add phase: a, b"),
        ({"kind": "voltage", "phase": "ab", "unit": "A", "scale": 1}, "unit", "expected V, mV or kV"),
        ({"kind": "vibration", "unit": "A", "scale": 1}, "unit", "not a unit of a vibration"),
        ({"kind": "speed", "unit": "m/s2", "scale": 1}, "unit", "not a unit of a speed"),
        ({"scale": 0}, "scale", "0 would make every sample zero"),
        ({"unit": "mA"}, "scale", "a unit of mA needs the scale in it"),
        ({"unit": "g"}, "scale", "a unit of g needs the scale in it"),
        ({"full_scale": 0}, "full_scale", "greater than"),
        ({"full_scale": -5}, "full_scale", "greater than"),
        ({"name": "a b"}, "name", "pattern"),
        ({"name": "n" * 65}, "name", "at most 64"),
        ({"gain": 2}, "gain", "not permitted"),
    ],
)
def test_what_no_channel_can_be_is_refused_at_its_key(keys: dict[str, object], key: str, said: str):
    with pytest.raises(ValidationError) as refused:
        channel(**keys)
    (error,) = refused.value.errors()
    assert error["loc"] == (key,)
    assert said in error["msg"]


@pytest.mark.parametrize(
    "keys",
    [
        {"phase": "b"},
        {"axis": "axial"},
        {"kind": "vibration", "axis": "tangential"},
        {"kind": "speed"},
        {"unit": "A"},
        {"unit": "m/s2"},
        {"scale": -2.5},
        {"unit": "mA", "scale": 1},
        {"offset": -(2.0**32), "full_scale": 2.0**32},
    ],
)
def test_what_a_channel_may_be_reaches_acquisition_as_it_is(keys: dict[str, object]):
    override = channel(**keys).channel()
    assert {key: getattr(override, key) for key in keys} == keys
    assert override.name == "x"


@pytest.mark.parametrize("offset", [2.0**32 + 1, -(2.0**32) - 1, float("nan"), float("inf")])
def test_an_offset_beyond_32_bits_is_refused(offset: float):
    with pytest.raises(ValidationError):
        channel(offset=offset)


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_scale_is_taken_exactly_where_a_sensor_may_have_it(scale: float):
    may_be = 1e-12 <= abs(scale) <= 1e6
    if may_be:
        assert channel(scale=scale).scale == scale
    else:
        with pytest.raises(ValidationError):
            channel(scale=scale)


def all_channels(*given: object) -> tuple[ChannelSection, ...]:
    adapter: TypeAdapter[tuple[ChannelSection, ...]] = TypeAdapter(Channels)
    return adapter.validate_python(list(given))


@given(st.lists(st.sampled_from("abcdefg"), min_size=1, max_size=8))
def test_each_repetition_of_a_name_is_told_once_at_its_own_place(names: list[str]):
    again = [index for index, name in enumerate(names) if name in names[:index]]
    try:
        assert [made.name for made in all_channels(*({"name": name} for name in names))] == names
        told = []
    except ValidationError as error:
        told = error.errors()
        firsts = [f"the name of channels[{names.index(names[index])}] already" for index in again]
        assert all(first in problem["msg"] for first, problem in zip(firsts, told, strict=True))
    assert [problem["loc"] for problem in told] == [(index, "name") for index in again]


def test_a_phase_that_two_channels_have_is_told_together_with_what_is_wrong_within_them():
    with pytest.raises(ValidationError) as refused:
        all_channels({"name": "x", "phase": "a", "scale": 0}, {"name": "y", "phase": "a", "axis": "up"})
    told = {error["loc"]: error["msg"] for error in refused.value.errors()}
    assert told.keys() == {(0, "scale"), (1, "axis"), (1, "phase")}
    assert told[1, "phase"] == "'a' is the phase of channels[0] already; each phase may occur once"


def test_channels_without_a_phase_repeat_none():
    assert len(all_channels({"name": "x"}, {"name": "y"}, {"name": "z", "phase": None})) == 3


def test_an_empty_list_of_channels_is_refused_with_what_to_do(problems_of):
    (problem,) = problems_of(f"{MINIMAL}channels: []\n")
    assert problem.key == ("channels",)
    assert "leave channels out for a DAQ that describes itself" in problem.message


@given(
    st.recursive(st.none() | st.text(max_size=3) | st.integers(), lambda inner: st.lists(inner, max_size=3))
)
def test_content_of_any_kind_is_read_as_channels_or_refused(content: object):
    with contextlib.suppress(ValidationError):
        TypeAdapter(Channels).validate_python(content)
