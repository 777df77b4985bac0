"""Counts become units without wrapping around and without losing the digits of a small signal."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_agent.acquire.samples import Channel, ChannelKind, Stream

FLOAT32_EPS = float(np.finfo(np.float32).eps)


def a_channel(scale: float, offset: float = 0.0) -> Channel:
    return Channel("ia", ChannelKind.CURRENT, "A", scale, offset)


@pytest.mark.parametrize("dtype", [np.int16, np.int32, np.float32, np.float64])
def test_a_value_is_the_count_less_the_offset_times_the_scale(dtype: type) -> None:
    values = a_channel(0.25, 100.0).units(np.array([100, 104, 0, -100], dtype))
    assert values.tolist() == [0.0, 1.0, -25.0, -50.0]


@pytest.mark.parametrize("dtype", [np.int16, np.int32, np.float32, np.float64])
@pytest.mark.parametrize("shape", [(), (0,), (3,), (2, 5)])
def test_the_shape_stays_and_the_values_are_in_single_precision(dtype: type, shape: tuple[int, ...]) -> None:
    values = a_channel(0.5, 1.5).units(np.zeros(shape, dtype))
    assert values.shape == shape
    assert values.dtype == np.float32
    assert np.all(values == -0.75)


@pytest.mark.parametrize("dtype", [np.int16, np.int32])
def test_counts_at_the_ends_of_their_range_do_not_wrap_around(dtype: type) -> None:
    ends = np.iinfo(dtype)
    assert a_channel(1.0, float(ends.max)).units(np.array([ends.min], dtype))[0] == pytest.approx(
        ends.min - ends.max, rel=FLOAT32_EPS
    )
    assert a_channel(1.0, float(ends.min)).units(np.array([ends.max], dtype))[0] == pytest.approx(
        ends.max - ends.min, rel=FLOAT32_EPS
    )


def test_averaged_counts_keep_their_fraction() -> None:
    assert a_channel(2.0, 10.0).units(np.array([10.25, 9.5])).tolist() == [0.5, -1.0]


def test_a_small_signal_far_from_zero_keeps_its_last_digits() -> None:
    rest = 2**30
    counts = np.array([rest - 1, rest, rest + 1, rest + 3], np.int32)
    assert a_channel(0.5, float(rest)).units(counts).tolist() == [-0.5, 0.0, 0.5, 1.5]


@given(
    st.lists(st.integers(-(2**31), 2**31 - 1), min_size=1, max_size=20),
    st.floats(1e-9, 1e3),
    st.integers(-(2**31), 2**31 - 1),
)
def test_values_of_32_bit_counts_are_exact_to_single_precision(
    counts: list[int], scale: float, offset: int
) -> None:
    values = a_channel(scale, float(offset)).units(np.array(counts, np.int32))
    assert values.tolist() == pytest.approx([(c - offset) * scale for c in counts], rel=FLOAT32_EPS, abs=0.0)


@given(
    st.lists(st.integers(-(2**15), 2**15 - 1), min_size=1, max_size=20),
    st.floats(1e-9, 1e3),
    st.integers(-(2**15), 2**15 - 1),
)
def test_values_of_16_bit_counts_are_exact_to_single_precision(
    counts: list[int], scale: float, offset: int
) -> None:
    values = a_channel(scale, float(offset)).units(np.array(counts, np.int16))
    expected = [(c - offset) * scale for c in counts]
    assert values.tolist() == pytest.approx(expected, rel=2 * FLOAT32_EPS, abs=0.0)


def test_counts_are_not_changed_by_their_conversion() -> None:
    for counts in (np.array([1, 2], np.int32), np.array([1.0, 2.0], np.float32)):
        a_channel(3.0, 1.0).units(counts)
        assert counts.tolist() == [1, 2]


def test_the_kind_of_a_channel_is_written_as_one_word() -> None:
    assert [f"{kind}" for kind in ChannelKind] == ["current", "vibration", "speed", "voltage"]


SPEED = Channel("speed", ChannelKind.SPEED, "rpm", 0.1)


def a_phase(name: str, phase: str | None = None) -> Channel:
    return Channel(name, ChannelKind.CURRENT, "A", 0.001, phase=phase)


def phases_of(channels: list[Channel]) -> dict[str, int]:
    return Stream(0, 1000.0, tuple(channels)).phases


def test_channels_without_a_phase_are_taken_in_order_and_a_fourth_one_is_left_out() -> None:
    channels = [SPEED, *(a_phase(f"i{i}") for i in range(4))]
    assert phases_of(channels) == {"a": 1, "b": 2, "c": 3}


def test_a_current_without_a_phase_is_another_conductor_where_others_say_theirs() -> None:
    channels = [a_phase("neutral"), a_phase("ic", "c"), SPEED, a_phase("ia", "a")]
    assert list(phases_of(channels).items()) == [("c", 1), ("a", 3)]


def test_the_first_channel_of_a_phase_counts() -> None:
    assert phases_of([a_phase("one", "b"), a_phase("two", "b")]) == {"b": 0}


def test_no_current_means_no_phase() -> None:
    assert phases_of([]) == {}
    assert phases_of([SPEED]) == {}


@given(st.lists(st.sampled_from(["a", "b", "c", None]), max_size=8))
def test_each_phase_has_one_channel_and_the_positions_rise(phases: list[str | None]) -> None:
    found = phases_of([a_phase(f"i{n}", phase) for n, phase in enumerate(phases)])
    assert list(found.values()) == sorted(set(found.values()))
    if any(phases):
        assert found.keys() == {phase for phase in phases if phase}
        assert all(phases[position] == phase for phase, position in found.items())
    else:
        assert len(found) == min(3, len(phases))
