"""What a number of a text table is worth: by the file, by the configuration, by its name."""

from pathlib import Path

import pytest
from csv_tables import AMPERES, RATE_HZ, a_table, amperes_of, read

from calibration.recordings.columns import Description
from edge_agent.acquire.overrides import ChannelOverride
from edge_agent.acquire.samples import Channel, ChannelKind

THREE = tuple(Channel(f"i{p}", ChannelKind.CURRENT, "A", 20.0, phase=p) for p in "abc")


@pytest.mark.parametrize(
    ("header", "scale"),
    [
        ("time_s,ia [A],ib [A],ic [A]", 1.0),
        ("time_s,ia,ib,ic\ns,A,A,A", 1.0),
        ("time_s,ia (mA),ib (mA),ic (mA)", 1000.0),
        ("time_s,CH1 (A),CH2 (A),CH3 (A)", 1.0),
        ("Source,CH1,CH2,CH3\nSecond,Ampere,Ampere,Ampere", 1.0),
    ],
)
def test_a_unit_that_the_file_states_wins_over_a_configured_scale(
    tmp_path: Path, header: str, scale: float
) -> None:
    recording = read(tmp_path, a_table(header, scale=scale), Description(THREE))
    assert amperes_of(recording) == pytest.approx(AMPERES, abs=1e-4)
    assert len(recording.left_out) == 3
    assert "the configured scale of " in recording.left_out[0]


@pytest.mark.parametrize(
    "header",
    [
        "time_s,ia,ib,ic",
        "Source,CH1,CH2,CH3\nSecond,Volt,Volt,Volt",
        "time_s,ia [V],ib [V],ic [V]",
        "time_s,IA,IB,IC",
        "",
    ],
)
def test_a_configured_scale_is_applied_where_the_file_states_no_unit_of_it(
    tmp_path: Path, header: str
) -> None:
    described = THREE if header else (Channel("time_s", ChannelKind.SPEED, "rpm", 1.0), *THREE)
    recording = read(
        tmp_path, a_table(header).lstrip("\n"), Description(described, None if header else RATE_HZ)
    )
    channels = recording.device.streams[0].channels[-3:]
    amperes = recording.counts[0][:, -3:] * [channel.scale for channel in channels]
    assert amperes == pytest.approx(20 * AMPERES, abs=1e-4)
    assert [channel.name for channel in channels] == ["ia", "ib", "ic"]


def test_a_channel_without_a_scale_takes_what_name_or_unit_tell(tmp_path: Path) -> None:
    described = (ChannelOverride("ia", phase="b"), ChannelOverride("ib", phase="a"))
    recording = read(tmp_path, a_table(), Description(described))
    assert [channel.phase for channel in recording.device.streams[0].channels] == ["b", "a", "c"]
    assert amperes_of(recording) == pytest.approx(AMPERES, abs=1e-5)


@pytest.mark.parametrize(
    ("unit", "to", "factor"),
    [("g", "m/s2", 9.80665), ("mg", "m/s2", 9.80665e-3), ("m/s^2", "m/s2", 1.0), ("mm/s", "mm/s", 1.0)],
)
def test_vibration_in_other_units_is_converted(tmp_path: Path, unit: str, to: str, factor: float) -> None:
    text = f"time_s,acc_x [{unit}],vib_y\n" + "".join(f"{n / 1000},{n},1\n" for n in range(9))
    recording = read(tmp_path, text)
    (acc, vib) = recording.device.streams[0].channels
    assert (acc.kind, acc.unit, acc.scale) == (ChannelKind.VIBRATION, to, pytest.approx(factor))
    assert (vib.unit, vib.scale) == ("m/s2", 1.0)
