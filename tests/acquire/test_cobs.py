"""Byte stuffing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_agent.acquire.drivers import cobs


@given(st.binary(max_size=700) | st.binary(max_size=3).map(lambda part: part * 300))
def test_what_is_encoded_has_no_zero_and_is_decoded_again(data: bytes) -> None:
    encoded = cobs.encode(data)
    assert 0 not in encoded
    assert len(encoded) <= len(data) + len(data) // 254 + 2
    assert cobs.decode(encoded) == data


@pytest.mark.parametrize(
    ("data", "encoded"),
    [
        (b"", b"\x01"),
        (b"\0", b"\x01\x01"),
        (b"\0\0", b"\x01\x01\x01"),
        (b"\x11\x22\0\x33", b"\x03\x11\x22\x02\x33"),
        (b"\x11\0\0\0", b"\x02\x11\x01\x01\x01"),
    ],
)
def test_the_examples_of_the_paper(data: bytes, encoded: bytes) -> None:
    assert cobs.encode(data) == encoded


def test_a_full_last_run_may_end_without_an_empty_one() -> None:
    assert cobs.decode(b"\xff" + b"x" * 254) == b"x" * 254


@pytest.mark.parametrize("damaged", [b"", b"\x03\x11", b"\x02\0\x02", b"\x05\x01\x01\x01", b"\xff\x01"])
def test_damage_is_an_error(damaged: bytes) -> None:
    with pytest.raises(cobs.CobsError):
        cobs.decode(damaged)
