"""What a model file says of itself: written and read back, and refused by the name of what is wrong."""

import base64
import json
import zlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from small_model import a_manifest

from edge_agent.diagnose.manifest import (
    FORMAT_VERSION,
    MAX_IMAGE_BYTES,
    Figure,
    Modality,
    Thresholds,
    decode_image,
    encode_image,
    format_version,
    manifest_from_json,
    manifest_to_json,
)

images = arrays.arrays(np.uint8, arrays.array_shapes(min_dims=1, max_dims=4, max_side=6))


def packed(content: bytes) -> str:
    return base64.b64encode(zlib.compress(content)).decode()


def without(content: dict, *path: str | int) -> str:
    """Return the JSON of a manifest that lacks one field."""
    *above, last = path
    for step in above:
        content = content[step]
    del content[last]
    return last


@given(images)
def test_any_image_is_unpacked_as_it_was_packed(image: np.ndarray):
    unpacked = decode_image(encode_image(image), image.shape)
    assert unpacked.dtype == np.uint8
    assert np.array_equal(unpacked, image)


def test_an_image_that_is_no_block_of_memory_is_packed_in_its_order():
    image = np.arange(24, dtype=np.uint8).reshape(4, 6)[::2, ::3].T
    assert np.array_equal(decode_image(encode_image(image), image.shape), image)


def test_a_packed_image_is_plain_ascii_text():
    assert encode_image(np.zeros((8, 8), np.uint8)).isascii()


@given(images, st.integers(-3, 3).filter(bool))
def test_an_image_of_another_size_is_refused(image: np.ndarray, more: int):
    size = max(image.size + more, 0)
    if size != image.size:
        with pytest.raises(ValueError, match=f"does not hold the {size} values"):
            decode_image(encode_image(image), (size,))


@given(st.integers(1, 8))
def test_an_image_whose_end_is_missing_is_refused(cut: int):
    whole = zlib.compress(bytes(range(64)))
    with pytest.raises(ValueError, match="does not hold the 64 values"):
        decode_image(base64.b64encode(whole[:-cut]).decode(), (8, 8))


@pytest.mark.parametrize("text", ["ä", "****", "abc", "YWJj YWJj", packed(b"abcd")[:-1]])
def test_an_image_that_is_not_base64_is_refused(text: str):
    with pytest.raises(ValueError, match=r"base64|ASCII|padding|padded|[Nn]on-"):
        decode_image(text, (4,))


def test_an_image_that_is_not_compressed_is_refused():
    with pytest.raises(ValueError, match="does not decompress"):
        decode_image(base64.b64encode(b"plain bytes").decode(), (11,))


def test_an_image_with_a_wrong_checksum_is_refused():
    content = bytearray(zlib.compress(b"abcd"))
    content[-1] ^= 1
    with pytest.raises(ValueError, match="does not decompress"):
        decode_image(base64.b64encode(content).decode(), (4,))


def test_the_largest_image_is_unpacked_and_one_value_more_is_refused_by_its_size():
    assert decode_image(packed(bytes(MAX_IMAGE_BYTES)), (MAX_IMAGE_BYTES,)).size == MAX_IMAGE_BYTES
    with pytest.raises(ValueError, match=f"an image of {MAX_IMAGE_BYTES + 1} values"):
        decode_image("", (MAX_IMAGE_BYTES + 1,))


def test_an_image_that_unpacks_to_more_than_it_should_is_refused():
    with pytest.raises(ValueError, match="does not hold the 4 values"):
        decode_image(packed(bytes(10**6)), (2, 2))


@given(st.text(max_size=60))
def test_any_text_is_an_image_or_refused(text: str):
    try:
        image = decode_image(text, (2, 2))
    except ValueError as error:
        assert str(error)  # noqa: PT017
    else:
        assert image.shape == (2, 2)


def test_the_shape_of_an_input_is_one_image_of_all_channels():
    assert Modality("current", 32, 24, ("upper_db", "lower_db", "phase")).shape == (1, 32, 24, 3)


@pytest.mark.parametrize(
    ("text", "version"),
    [
        ('{"format_version": 1}', 1),
        ('{"format_version": "two", "more": []}', "two"),
        ('{"format_version": null}', None),
        ("{}", None),
        ("[1]", None),
        ("3", None),
        ("null", None),
    ],
)
def test_the_version_is_told_whatever_else_is_there(text: str, version: object):
    assert format_version(text) == version


@pytest.mark.parametrize("text", ["", "{", "format_version: 1", "[" * 100_000])
def test_what_is_not_json_has_no_version(text: str):
    with pytest.raises(ValueError, match=r"Expecting|nested too deeply"):
        format_version(text)


def test_a_written_manifest_tells_its_version():
    assert format_version(manifest_to_json(a_manifest())) == FORMAT_VERSION


@given(
    st.floats(0, 1, exclude_min=True, exclude_max=True),
    st.none() | st.floats(0, 1e300, exclude_min=True),
    st.floats(0, 1e300, exclude_min=True),
)
def test_numbers_survive_writing_and_reading_to_the_last_digit(
    broken: float, distance: float | None, temperature: float
):
    manifest = a_manifest(thresholds=Thresholds(broken, distance), temperature=temperature)
    assert manifest_from_json(manifest_to_json(manifest)) == manifest


def test_figures_are_read_back_as_they_were_written():
    figure = Figure("healthy_against_broken", "leave_one_motor_out", 0.97, (0.9, 0.99), 120, 6)
    manifest = a_manifest(figures=(figure, figure))
    assert manifest_from_json(manifest_to_json(manifest)).figures == (figure, figure)


@pytest.mark.parametrize(
    "path",
    [
        ("name",),
        ("golden_tolerance",),
        ("thresholds", "broken"),
        ("training", "seed"),
        ("modalities", 0, "rows"),
        ("golden", 0, "logits"),
    ],
)
def test_a_field_that_is_missing_is_named(path: tuple[str | int, ...]):
    content = json.loads(manifest_to_json(a_manifest()))
    without(content, *path)
    with pytest.raises(ValueError, match="Field required") as refused:
        manifest_from_json(json.dumps(content))
    assert str(refused.value).startswith(".".join(map(str, path)) + ": ")


@pytest.mark.parametrize(
    ("section", "field"),
    [
        ("thresholds", "embedding_distance"),
        ("training", "protocol"),
        ("training", "fold"),
        ("training", "init"),
    ],
)
def test_a_field_with_a_default_may_be_missing(section: str, field: str):
    content = json.loads(manifest_to_json(a_manifest()))
    without(content, section, field)
    assert manifest_from_json(json.dumps(content)) == a_manifest()


def test_everything_wrong_is_named_in_one_pass():
    content = json.loads(manifest_to_json(a_manifest()))
    content["temperature"] = 0
    content["thresholds"]["broken"] = 1
    content["modalities"][0]["columns"] = 0
    with pytest.raises(ValueError, match=r".") as refused:
        manifest_from_json(json.dumps(content))
    told = [one.split(": ")[0] for one in str(refused.value).split("; ")]
    assert told == ["modalities.0.columns", "temperature", "thresholds.broken"]


@pytest.mark.parametrize("text", ["", "[", "[]", "3"])
def test_a_text_that_is_no_manifest_at_all_is_refused_as_a_whole(text: str):
    with pytest.raises(ValueError, match=r"^all of it: "):
        manifest_from_json(text)


def test_an_image_with_bytes_behind_its_end_is_refused():
    text = base64.b64encode(zlib.compress(b"abcd") + b"junk").decode()
    with pytest.raises(ValueError, match="does not hold the 4 values"):
        decode_image(text, (4,))
