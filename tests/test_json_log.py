"""The log as JSON: one object a line, whatever a message holds."""

import json
import logging
import sys

import pytest

from edge_agent.json_log import JsonFormatter, log_as_json


def a_record(message: str, *given: object) -> logging.LogRecord:
    try:
        raise ValueError("two\nlines")
    except ValueError:
        return logging.LogRecord("edge_agent.x", logging.WARNING, "", 0, message, given, sys.exc_info())


def test_a_message_is_one_object_on_one_line() -> None:
    line = JsonFormatter(in_journal=False).format(a_record('it\n"broke" %s \x1b[31m', "ä"))
    assert line.isprintable()
    said = json.loads(line)
    assert list(said) == ["time", "level", "logger", "message", "traceback"]
    assert (said["level"], said["logger"]) == ("warning", "edge_agent.x")
    assert said["message"] == 'it\n"broke" ä \x1b[31m'
    assert said["traceback"].endswith("ValueError: two\nlines")


def test_the_journal_gets_its_level_before_the_object() -> None:
    line = JsonFormatter(in_journal=True).format(a_record("x"))
    assert line.startswith("<4>{")


def test_everything_is_written_so_from_then_on(capsys: pytest.CaptureFixture[str], monkeypatch) -> None:
    monkeypatch.delenv("JOURNAL_STREAM", raising=False)
    logging.basicConfig(level=logging.INFO, handlers=[logging.StreamHandler(sys.stderr)], force=True)
    log_as_json()
    logging.getLogger("a").info("hello")
    assert json.loads(capsys.readouterr().err)["message"] == "hello"
