"""What a recording says of its channels is taken over if it can be right, and refused by name if not."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_agent.acquire.archive import RecordingError
from edge_agent.acquire.channel_table import ChannelTable
from edge_agent.acquire.samples import Channel, ChannelKind

SAMPLES = 1000


def arrays(**changed: Any) -> dict[str, np.ndarray]:
    said = {"channels": ["ia", "ib", "vib_radial"], "scale": [0.01, 0.02, 0.5], "fs": 5000.0} | changed
    return {key: np.asarray(value) for key, value in said.items() if value is not None}


def a_table(**changed: Any) -> ChannelTable:
    return ChannelTable.of(arrays(**changed), 3, SAMPLES)


def test_what_is_not_said_has_its_usual_value() -> None:
    table = a_table()
    assert table.units == ["A", "A", "m/s2"]
    assert table.kinds == [ChannelKind.CURRENT, ChannelKind.CURRENT, ChannelKind.VIBRATION]
    assert table.offsets == [0.0] * 3
    assert table.full_scales == [None] * 3
    assert table.rates_hz == [5000.0] * 3
    assert table.lengths == [SAMPLES] * 3
    assert table.numbers is None


@pytest.mark.parametrize("fs", [5000, [5000], [[5000]], np.int32(5000), [5000, 5000, 5000]])
def test_one_rate_is_that_of_all_channels(fs: Any) -> None:
    assert a_table(fs=fs).rates_hz == [5000.0] * 3


def test_values_in_other_units_are_converted_with_their_full_scale() -> None:
    table = a_table(units=["mA", "A", "g"], scale=[1.0, 2.0, 1.0], full_scale=[500.0, 20.0, 2.0])
    assert table.units == ["A", "A", "m/s2"]
    assert table.scales == pytest.approx([1e-3, 2.0, 9.80665])
    assert table.full_scales == pytest.approx([0.5, 20.0, 19.6133])


def test_an_unknown_unit_is_kept_and_is_of_no_kind() -> None:
    table = a_table(units=["A", "A", "degC"])
    assert table.units[2] == "degC"
    assert table.kinds[2] is None
    assert table.scales[2] == 0.5


@pytest.mark.parametrize("unknown", [np.nan, 0.0, -1.0])
def test_a_full_scale_may_be_unknown(unknown: float) -> None:
    assert a_table(full_scale=[unknown, 1.0, 2.0]).full_scales == [None, 1.0, 2.0]


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"channels": None}, "channels is missing"),
        ({"scale": None}, "scale is missing"),
        ({"fs": None}, "fs is missing"),
        ({"channels": ["ia", "ia", "ib"]}, "not all different and non-empty"),
        ({"channels": ["ia", "", "ib"]}, "not all different and non-empty"),
        ({"channels": ["ia", "i\n", "ib"]}, "is not plain text"),
        ({"channels": ["ia", "i" * 65, "ib"]}, "at most 64 characters"),
        ({"channels": ["ia", "ib"]}, "expected one text for each of 3 rows"),
        ({"channels": [1, 2, 3]}, "expected one text"),
        ({"channels": [b"ia", b"ib", b"ic"]}, "expected one text"),
        ({"units": ["A", "A"]}, "expected one text"),
        ({"scale": 0.01}, "expected one number"),
        ({"scale": ["1", "2", "3"]}, "expected one number"),
        ({"scale": [True, True, True]}, "expected one number"),
        ({"scale": [1j, 1, 1]}, "expected one number"),
        ({"scale": [1.0, np.nan, 1.0]}, "scale holds nan, expected it to be finite"),
        ({"scale": [1.0, 0.0, 1.0]}, "scale holds 0, expected it to be not 0"),
        ({"scale": [1.0, -1e13, 1.0]}, "of a magnitude of"),
        ({"scale": [1.0, 1e-31, 1.0]}, "of a magnitude of"),
        ({"offset": [0.0, np.inf, 0.0]}, "offset holds inf, expected it to be finite"),
        ({"offset": [0.0, -(2.0**31) - 1, 0.0]}, "within the 32 bits"),
        ({"full_scale": [np.inf, 1.0, 1.0]}, "full_scale holds inf"),
        ({"full_scale": [-np.inf, 1.0, 1.0]}, "full_scale holds -inf"),
        ({"fs": 0}, "fs holds 0, expected it to be above 0"),
        ({"fs": -1.0}, "fs holds -1"),
        ({"fs": np.nan}, "fs holds nan"),
        ({"fs": "5000"}, "expected one number"),
        ({"fs": [1.0, 2.0]}, "expected one number"),
        ({"fs": []}, "expected one number"),
        ({"n": [1000, 1000, 0]}, "expected lengths of 1 to the 1000"),
        ({"n": [1000, 1000, 1001]}, "expected lengths of 1 to the 1000"),
        ({"n": [1.0, 1.0, 1.0]}, "expected one whole number"),
        ({"stream": [0, 0, 256]}, "expected numbers of 0 to 255"),
        ({"stream": [0, 0, -1]}, "expected numbers of 0 to 255"),
        ({"stream": [0.0, 0.0, 1.0]}, "expected one whole number"),
    ],
)
def test_what_cannot_be_right_is_refused_with_what_was_expected(
    changed: dict[str, Any], message: str
) -> None:
    with pytest.raises(RecordingError, match=message):
        a_table(**changed)


def test_a_file_without_any_arrays_is_told_so() -> None:
    with pytest.raises(RecordingError, match="there are only no keys"):
        ChannelTable.of({}, 1, SAMPLES)


@pytest.mark.parametrize("value", [1e-30, 1e12, -1e12])
def test_the_outermost_scales_and_offsets_are_taken(value: float) -> None:
    table = a_table(scale=[value] * 3, offset=[-(2.0**31), 0.0, 2.0**31])
    assert table.scales == [value] * 3
    assert table.offsets == [-(2.0**31), 0.0, 2.0**31]


def test_a_single_channel_may_be_told_without_lists() -> None:
    said = {key: np.asarray(value) for key, value in {"channels": "ia", "scale": 2, "fs": 100}.items()}
    assert ChannelTable.of(said, 1, SAMPLES).channel(0) == Channel(
        "ia", ChannelKind.CURRENT, "A", 2.0, phase="a"
    )


def test_a_channel_has_the_phase_and_the_axis_of_its_name() -> None:
    table = a_table(offset=[1, 2, 3], full_scale=[10, 20, 30])
    assert table.channel(1) == Channel(
        "ib", ChannelKind.CURRENT, "A", 0.02, offset=2.0, full_scale=20.0, phase="b"
    )
    assert table.channel(2) == Channel(
        "vib_radial", ChannelKind.VIBRATION, "m/s2", 0.5, offset=3.0, full_scale=30.0, axis="radial"
    )


def test_channels_that_are_alike_share_a_stream() -> None:
    assert a_table().streams([0, 1, 2]) == {0: [0, 1], 1: [2]}
    assert a_table(fs=[1000, 2000, 1000]).streams([0, 1, 2]) == {0: [0], 1: [1], 2: [2]}
    assert a_table(n=[10, 20, 10]).streams([0, 1, 2]) == {0: [0], 1: [1], 2: [2]}


def test_rows_that_are_left_out_make_no_stream() -> None:
    assert a_table().streams([2]) == {0: [2]}
    assert a_table().streams([]) == {}


def test_streams_that_are_numbered_keep_their_numbers_in_the_order_of_the_rows() -> None:
    grouped = a_table(stream=[7, 255, 7]).streams([0, 1, 2])
    assert list(grouped.items()) == [(7, [0, 2]), (255, [1])]


@pytest.mark.parametrize("changed", [{"fs": [1000, 1000, 2000]}, {"n": [10, 10, 20]}])
def test_channels_of_one_numbered_stream_must_have_one_rate_and_length(changed: dict[str, Any]) -> None:
    table = a_table(stream=[4, 4, 4], **changed)
    with pytest.raises(RecordingError, match="stream 4 differ in rate or length"):
        table.streams([0, 1, 2])
    assert table.streams([0, 1]) == {4: [0, 1]}


@given(st.lists(st.integers(0, 255), min_size=1, max_size=8))
def test_each_row_is_in_exactly_one_stream(numbers: list[int]) -> None:
    count = len(numbers)
    said = arrays(channels=[f"i{k}" for k in range(count)], scale=[1.0] * count, stream=numbers)
    grouped = ChannelTable.of(said, count, SAMPLES).streams(list(range(count)))
    assert sorted(row for rows in grouped.values() for row in rows) == list(range(count))
    assert all(numbers[row] == number for number, rows in grouped.items() for row in rows)


def test_phase_and_axis_come_from_the_names_unless_they_are_stated() -> None:
    assert [a_table().channel(row).phase for row in range(3)] == ["a", "b", None]
    stated = a_table(channel_phase=["c", "", ""], channel_axis=["", "", "axial"])
    assert [stated.channel(row).phase for row in range(3)] == ["c", None, None]
    assert [stated.channel(row).axis for row in range(3)] == [None, None, "axial"]


@pytest.mark.parametrize("phases", [["d", "", ""], ["a", "b"], [1, 2, 3]])
def test_phases_that_are_none_are_refused(phases: list[Any]) -> None:
    with pytest.raises(RecordingError, match="channel_phase is"):
        a_table(channel_phase=phases)
