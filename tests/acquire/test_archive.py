"""Archives of arrays: what is read of them, and that none runs code or takes more memory than it may."""

import io
import os
import struct
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from numpy.lib import format as npy

from edge_agent.acquire import archive
from edge_agent.acquire.archive import RecordingError, load_arrays

NOTHING: frozenset[str] = frozenset()
PLAIN = st.sampled_from(["<i2", "<i4", ">i2", "<f8", "u1", "?", "<U5", "S3"])
ARRAYS = st.dictionaries(
    st.from_regex("[a-z_]{1,8}", fullmatch=True).filter(lambda name: name != "file"),
    arrays(PLAIN, array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=5)),
    max_size=4,
)


def an_archive(folder: Path, members: dict[str, bytes]) -> Path:
    path = folder / "x.npz"
    with zipfile.ZipFile(path, "w") as file:
        for name, content in members.items():
            file.writestr(name, content)
    return path


def npy_bytes(array: np.ndarray, version: tuple[int, int] | None = None) -> bytes:
    """Return an array as `numpy.save` writes it."""
    content = io.BytesIO()
    npy.write_array(content, array, version)
    return content.getvalue()


def header(shape: tuple[int, ...], dtype: str = "<i2") -> bytes:
    """Return the beginning of an array of this shape, without any content."""
    content = io.BytesIO()
    npy.write_array_header_1_0(content, {"descr": dtype, "fortran_order": False, "shape": shape})
    return content.getvalue()


@given(members=ARRAYS, compressed=st.booleans())
def test_plain_arrays_come_out_as_they_were_saved(
    tmp_path_factory: pytest.TempPathFactory, members: dict[str, Any], compressed: bool
) -> None:
    path = tmp_path_factory.getbasetemp() / "round.npz"
    (np.savez_compressed if compressed else np.savez)(path, **members)
    found, left_out = load_arrays(path, frozenset(members))
    assert left_out == []
    assert found.keys() == members.keys()
    for name, array in members.items():
        assert found[name].dtype == array.dtype
        np.testing.assert_array_equal(found[name], array)


@pytest.mark.parametrize("order", ["C", "F"])
def test_the_order_in_memory_changes_nothing(tmp_path: Path, order: Any) -> None:
    array = np.asarray(np.arange(6).reshape(2, 3), order=order)
    np.savez(tmp_path / "x.npz", a=array)
    np.testing.assert_array_equal(load_arrays(tmp_path / "x.npz", NOTHING)[0]["a"], array)


@pytest.mark.parametrize("version", [(1, 0), (2, 0)])
def test_both_usual_versions_of_arrays_are_read(tmp_path: Path, version: tuple[int, int]) -> None:
    path = an_archive(tmp_path, {"a.npy": npy_bytes(np.arange(3), version)})
    assert load_arrays(path, NOTHING)[0]["a"].tolist() == [0, 1, 2]


def test_another_version_of_arrays_is_named(tmp_path: Path) -> None:
    path = an_archive(tmp_path, {"a.npy": npy_bytes(np.arange(3), (3, 0))})
    with pytest.raises(RecordingError, match="a is of version 3 of the format of arrays, expected 1 or 2"):
        load_arrays(path, frozenset({"a"}))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (npy_bytes(np.arange(3)), "it is a single array, expected an .npz"),
        (b"", "not an .npz archive"),
        (b"time_s,ia\n0,1\n", "`edge-calibrate import` makes one of CSV and WAV"),
        (b"PK\x03\x04 and no more", "cut short or damaged"),
    ],
)
def test_what_is_no_archive_is_called_what_it_is(tmp_path: Path, content: bytes, said: str) -> None:
    path = tmp_path / "x.npz"
    path.write_bytes(content)
    with pytest.raises(RecordingError, match=said):
        load_arrays(path, NOTHING)


def test_an_archive_that_is_cut_anywhere_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.npz"
    np.savez(path, a=np.arange(3))
    whole = path.read_bytes()
    for length in range(2, len(whole)):
        path.write_bytes(whole[:length])
        with pytest.raises(RecordingError, match="copy it again"):
            load_arrays(path, NOTHING)


class Runs:
    """An object whose pickle makes a folder when it is loaded."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __reduce__(self) -> tuple[Any, tuple[str]]:
        return Path.mkdir, (self.folder,)


@pytest.mark.parametrize("needed", [False, True])
def test_python_objects_are_never_loaded(tmp_path: Path, needed: bool) -> None:
    path = tmp_path / "x.npz"
    np.savez(path, bad=np.array([Runs(tmp_path / "ran")], dtype=object), good=np.arange(3))
    if needed:
        with pytest.raises(RecordingError, match="bad holds Python objects, which are never loaded"):
            load_arrays(path, frozenset({"bad"}))
    else:
        found, left_out = load_arrays(path, frozenset({"good"}))
        assert (list(found), left_out) == (["good"], ["bad"])
    assert not (tmp_path / "ran").exists()


def test_what_is_no_array_is_left_out_by_its_name(tmp_path: Path) -> None:
    members = {"a.npy": npy_bytes(np.arange(3)), "notes.txt": b"bearing changed in May", "folder/": b""}
    found, left_out = load_arrays(an_archive(tmp_path, members), frozenset({"a"}))
    assert (list(found), left_out) == (["a"], ["notes.txt", "folder/"])


def test_what_is_needed_and_no_array_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RecordingError, match="x is no array"):
        load_arrays(an_archive(tmp_path, {"x": b"1 2 3"}), frozenset({"x"}))


@pytest.mark.parametrize(("values", "held"), [(10**12, 0), (3, 0), (3, 4), (3, 8), (0, 2)])
def test_an_array_that_claims_another_size_than_it_has_is_never_allocated(
    tmp_path: Path, values: int, held: int
) -> None:
    path = an_archive(tmp_path, {"x.npy": header((values,)) + bytes(held)})
    with pytest.raises(RecordingError, match=f"x claims {2 * values} bytes and has {held}; it is damaged"):
        load_arrays(path, frozenset({"x"}))
    assert load_arrays(path, NOTHING) == ({}, ["x"])


def test_an_archive_that_would_unpack_to_gigabytes_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    path = an_archive(tmp_path, {"bomb.npy": b""})
    content = bytearray(path.read_bytes())
    size_in_directory = content.rindex(b"PK\x01\x02") + 24
    content[size_in_directory : size_in_directory + 4] = struct.pack("<I", 3 * 2**30)
    path.write_bytes(content)
    with pytest.raises(RecordingError, match="take 3072 MiB of memory, expected at most 1024; cut it"):
        load_arrays(path, NOTHING)


def test_all_arrays_together_may_take_as_much_as_the_limit_and_no_byte_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    members = {f"{name}.npy": npy_bytes(np.arange(100)) for name in "abc"}
    path = an_archive(tmp_path, members)
    size_bytes = sum(len(content) for content in members.values())
    monkeypatch.setattr(archive, "MAX_RECORDING_BYTES", size_bytes)
    assert len(load_arrays(path, NOTHING)[0]) == 3
    monkeypatch.setattr(archive, "MAX_RECORDING_BYTES", size_bytes - 1)
    with pytest.raises(RecordingError, match="cut it into shorter recordings"):
        load_arrays(path, NOTHING)


@pytest.mark.parametrize(("count", "read"), [(256, True), (257, False)])
def test_an_archive_holds_at_most_256_arrays(tmp_path: Path, count: int, read: bool) -> None:
    path = an_archive(tmp_path, {f"note_{n}.npy": npy_bytes(np.array(n)) for n in range(count)})
    if read:
        assert len(load_arrays(path, NOTHING)[0]) == count
    else:
        with pytest.raises(RecordingError, match="holds 257 arrays, expected at most 256"):
            load_arrays(path, NOTHING)


def test_a_pipe_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.npz")
    with pytest.raises(RecordingError, match="not a file"):
        load_arrays(tmp_path / "pipe.npz", frozenset())
