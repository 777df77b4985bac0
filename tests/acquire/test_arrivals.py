"""What a recording says of its blocks is checked before it is believed, and kept when it is written again."""

from pathlib import Path

import numpy as np
import pytest

from edge_agent.acquire.recordings import RecordingError, read_recording, replay_blocks, write_recording


def a_file(folder: Path, **changes: object) -> Path:
    """Write two currents and a vibration; scans 0 to 9 of the device are lost, and so are 14 and 15."""
    arrays: dict[str, object] = {
        "x": np.arange(60).reshape(3, 20).astype(np.int16),
        "scale": np.full(3, 0.01),
        "fs": np.array([1000.0, 1000.0, 500.0]),
        "n": np.array([20, 20, 10]),
        "channels": np.array(["ia", "ib", "vib"]),
        "stream": np.array([0, 0, 4]),
        "arrived_blocks": np.array([[0, 16, 4, 0], [4, 7, 10, 3], [0, 10, 4, 4]]),
        "arrived_first_scan": np.array([10, 10, 7]),
    } | changes
    path = folder / "r.npz"
    np.savez(path, **{key: value for key, value in arrays.items() if value is not None})
    return path


def test_blocks_come_in_the_order_and_with_the_flags_that_are_stated(tmp_path: Path) -> None:
    late, other, first = replay_blocks(read_recording(a_file(tmp_path)), 0.1)
    assert [(b.stream, b.first_scan, len(b.counts)) for b in (late, other, first)] == [
        (0, 16, 4),
        (4, 7, 10),
        (0, 10, 4),
    ]
    assert late.counts[:, 0].tolist() == [6, 7, 8, 9]
    assert [(b.clipped, b.overrun) for b in (late, other)] == [(False, False), (True, True)]
    assert [b.counts.dtype for b in (late, first)] == [np.int16, np.int32]


def test_gaps_of_single_channels_are_given_with_their_blocks(tmp_path: Path) -> None:
    invalid = np.zeros((3, 20), bool)
    invalid[1, 7] = True
    late, other, first = replay_blocks(read_recording(a_file(tmp_path, arrived_invalid=invalid)), 0.1)
    assert late.invalid.tolist() == [[False, False], [False, True], [False, False], [False, False]]
    assert (other.invalid, first.invalid) == (None, None)


def test_they_are_kept_when_the_recording_is_written_again(tmp_path: Path) -> None:
    invalid = np.random.default_rng(1).random((3, 20)) < 0.3
    invalid[2, 10:] = False
    first = read_recording(a_file(tmp_path, arrived_invalid=invalid))
    (tmp_path / "again").mkdir()
    write_recording(tmp_path / "again" / "r.npz", first)
    again = read_recording(tmp_path / "again" / "r.npz")
    assert again.arrivals.first_scans == (10, 7)
    np.testing.assert_array_equal(again.arrivals.blocks, first.arrivals.blocks)
    for own, other in zip(again.arrivals.invalid, first.arrivals.invalid, strict=True):
        np.testing.assert_array_equal(own, other)
    assert again.extra == {}


@pytest.mark.parametrize(
    "row", [[0, 9, 4, 0], [0, 10, 21, 0], [0, 10, 0, 0], [1, 10, 4, 0], [4, 7, 11, 0], [0, 2**62, 4, 0]]
)
def test_a_block_that_lies_outside_of_the_samples_is_refused(tmp_path: Path, row: list[int]) -> None:
    with pytest.raises(RecordingError, match=f"arrived_blocks has {row[2]} scans from {row[1]} on"):
        read_recording(a_file(tmp_path, arrived_blocks=np.array([row])))


@pytest.mark.parametrize(
    "changes",
    [
        {"arrived_blocks": np.zeros((3, 3), int)},
        {"arrived_blocks": np.array(3)},
        {"arrived_blocks": np.zeros((3, 4))},
        {"arrived_first_scan": None},
        {"arrived_first_scan": np.array([10, 10])},
        {"arrived_first_scan": np.array([-1, -1, 7])},
        {"arrived_invalid": np.zeros((3, 20))},
        {"arrived_invalid": np.zeros((3, 19), bool)},
    ],
)
def test_what_is_no_table_is_refused(tmp_path: Path, changes: dict[str, object]) -> None:
    with pytest.raises(RecordingError, match="without arrived_blocks it is an ordinary recording"):
        read_recording(a_file(tmp_path, **changes))


def test_without_them_a_recording_is_what_it_was(tmp_path: Path) -> None:
    recording = read_recording(a_file(tmp_path, arrived_blocks=None, arrived_first_scan=None))
    assert recording.arrivals is None
    assert [block.first_scan for block in replay_blocks(recording, 0.1)] == [0, 0]
