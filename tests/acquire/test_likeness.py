"""Bytes are called text only where a person would read them as text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_agent.acquire.likeness import first_line, looks_like_text, looks_like_utf16

PRINTABLE = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), min_size=1)


@given(PRINTABLE)
def test_ascii_is_text_and_not_utf16(text: str) -> None:
    assert looks_like_text(text.encode())
    assert not looks_like_utf16(text.encode())


@given(PRINTABLE, st.sampled_from(["utf-16-le", "utf-16-be"]))
def test_ascii_letters_of_two_bytes_are_utf16_and_not_text(text: str, encoding: str) -> None:
    assert looks_like_utf16(text.encode(encoding))
    assert not looks_like_text(text.encode(encoding))


@given(st.text("0123456789,.-\r\n", min_size=8), st.sampled_from(["utf-16-le", "utf-16-be"]))
def test_utf16_is_recognised_where_the_piece_begins_and_ends_within_a_letter(
    text: str, encoding: str
) -> None:
    assert looks_like_utf16(text.encode(encoding)[1:])
    assert looks_like_utf16(text.encode(encoding)[:-1])


@pytest.mark.parametrize("sample", [b"", b"\0", b"\0" * 100, b"\xff\0" * 50, bytes(range(256))])
def test_neither_nothing_nor_zeros_nor_noise_are_text_of_any_kind(sample: bytes) -> None:
    assert not looks_like_text(sample)
    assert not looks_like_utf16(sample)


@pytest.mark.parametrize(("garbled", "is_text"), [(0, True), (5, True), (6, False), (100, False)])
def test_one_byte_in_twenty_may_be_garbled(garbled: int, is_text: bool) -> None:
    assert looks_like_text(b"\x80" * garbled + b"7" * (100 - garbled)) is is_text


def test_zeros_on_both_sides_of_the_letters_are_not_utf16() -> None:
    assert not looks_like_utf16(b"1\0\0" * 30)


@pytest.mark.parametrize(
    ("sample", "shown"),
    [
        (b"", "''"),
        (b"\r\n\r\n", "''"),
        (b"1,2", "'1,2'"),
        (b"1,2\n3,4", "'1,2'"),
        (b"1,2\n3,4\n", "'1,2'"),
        (b",2\r\n3,4\r\n5", "'3,4'"),
        (b"\n\n,2\n\n3,4\n\n5\n", "'3,4'"),
        (b",2\r3,4\r5,6", "'3,4'"),
    ],
)
def test_the_line_shown_is_the_first_that_is_known_to_be_whole(sample: bytes, shown: str) -> None:
    assert first_line(sample) == shown
