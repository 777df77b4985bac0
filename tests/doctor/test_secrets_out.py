"""Secrets leave a text whether they are known or only look like it; everything else stays."""

import json
from collections.abc import Callable
from urllib.parse import quote, quote_plus

import pytest

from edge_agent.doctor.secrets_out import REMOVED, Scrubber, secrets_in_file


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("password=hunter2 next", f"password={REMOVED} next"),
        ("password: 'two words' next", f"password: '{REMOVED}' next"),
        ('token="cut off', f"token={REMOVED} off"),
        ('"api_key": "abc", "x": 1', f'"api_key": "{REMOVED}", "x": 1'),
        ("MQTT_PASSWORD: hunter2", f"MQTT_PASSWORD: {REMOVED}"),
        ("Authorization: Bearer abc.def", f"Authorization: {REMOVED}"),
        ("authorization='Basic Zm9v'", f"authorization='{REMOVED}'"),
        ("sent bearer abcdef12", f"sent bearer {REMOVED}"),
        ("mqtt://me:pass@broker:1883", f"mqtt://{REMOVED}@broker:1883"),
        ("https://hooks.example/T0/B1 failed", f"https://hooks.example/{REMOVED} failed"),
        ("https://hooks.example?key=1", f"https://hooks.example/{REMOVED}"),
        ("a\n-----BEGIN EC PRIVATE KEY-----\nx\n-----END EC PRIVATE KEY-----\nb", f"a\n{REMOVED}\nb"),
        ("cut -----BEGIN PRIVATE KEY-----\nabc", f"cut {REMOVED}"),
    ],
)
def test_what_looks_secret_is_removed(text: str, cleaned: str) -> None:
    assert Scrubber(()).clean(text) == cleaned


@pytest.mark.parametrize(
    "text",
    [
        "mqtt.password_file cannot be read: [Errno 13] Permission denied",
        "password_file: /etc/edge-agent/password",
        "http://127.0.0.1:8642/readyz does not answer",
        "fail login: correct mqtt.username and the first line of mqtt.password_file",
        "ok rights: edge-agent/pump-7/doctor was written and read back",
    ],
)
def test_what_is_no_secret_stays(text: str) -> None:
    assert Scrubber(("hunter22",)).clean(text) == text


def test_known_secrets_are_removed_wherever_they_stand_the_longest_first() -> None:
    assert Scrubber(("abcdef", "abcdefgh")).clean("xabcdefghx abcdef") == f"x{REMOVED}x {REMOVED}"


def test_a_short_secret_is_removed_as_a_word_only() -> None:
    assert Scrubber(("p7",)).clean("up7 p7, pump7") == f"up7 {REMOVED}, pump7"


def test_nothing_is_removed_for_an_empty_secret() -> None:
    assert Scrubber(("", " ")).clean("a b") == "a b"


def test_of_a_file_all_of_it_and_each_longer_line_is_secret() -> None:
    found = secrets_in_file("short\n0123456789abcdef0123\nx\n")
    assert found == ["short\n0123456789abcdef0123\nx", "short", "0123456789abcdef0123"]


@pytest.mark.parametrize("written", [json.dumps, repr, quote, quote_plus, lambda secret: quote(secret, "")])
@pytest.mark.parametrize("secret", ["p\u00e4ssw\u00f6rd", 'say "no"', "back\\slash", "a/b+c d%", "tab\there"])
def test_a_known_secret_is_removed_however_it_is_written(secret: str, written: Callable[[str], str]) -> None:
    text = written(secret)
    assert text.strip("\"'") not in Scrubber([secret]).clean(f"refused: {text} (5)")
