"""What is written of a channel wins over the DAQ; what is left out is the DAQ's."""

import pytest
from minimal_file import CHANNELS, MINIMAL
from small_files import Folder

from edge_agent.acquire.samples import Channel, ChannelKind, Device, Stream


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
        "'V' is not a unit of a channel here, expected A, mA or kA; m/s2, mm/s, g or mg; rpm"
        in problem.message
    )


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
