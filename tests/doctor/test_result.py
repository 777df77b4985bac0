"""A result is one line for people, and an object for programs."""

from edge_agent.doctor.result import fail, ok, warn


def test_a_line_says_what_was_found_and_what_to_do() -> None:
    assert fail("port", "/dev/x is away", "plug it in").line == "fail port: /dev/x is away — plug it in"
    assert ok("clock", "set").line == "ok clock: set"


def test_a_line_stays_one_line_whatever_a_device_says() -> None:
    assert warn("samples", "it says\n\x1b[2J").line == "warn samples: it says \\x1b[2J"


def test_json_has_the_same() -> None:
    assert fail("a", "b", "c").payload() == {"result": "fail", "name": "a", "what": "b", "advice": "c"}
