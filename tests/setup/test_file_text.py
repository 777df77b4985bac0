"""The file that is written: complete, commented, in the order of the README."""

import re
from pathlib import Path

import yaml
from right_answers import RIGHT

from edge_agent.config.document import parse_document
from edge_agent.config.load import settings_with_doubts
from edge_agent.config.schema import SCHEMA_FILE
from edge_agent.config.settings import VERSION
from edge_agent.setup.file_text import file_text


def test_the_file_means_what_was_answered() -> None:
    content = yaml.safe_load(file_text(RIGHT))
    for (section, name), value in RIGHT.items():
        assert str(content[section][name]) == value
    assert content["version"] == VERSION
    assert list(content) == ["version", "motor", "acquisition", "mqtt"]


def test_keys_of_a_section_stand_as_they_are_asked_and_the_others_after_them() -> None:
    backwards = dict(reversed((RIGHT | {("motor", "speed_rpm"): "1722"}).items()))
    assert list(yaml.safe_load(file_text(backwards))["motor"]) == [
        *(name for section, name in RIGHT if section == "motor"),
        "speed_rpm",
    ]


def test_every_value_has_a_comment_and_no_line_is_too_long() -> None:
    lines = file_text(
        RIGHT | {("mqtt", "tls", "ca_file"): "ca.crt", ("window", "length_s"): "10"}
    ).splitlines()
    for number, line in enumerate(lines):
        if re.match(r" +\w+: ", line):
            assert "#" in line or lines[number - 1].lstrip().startswith("#"), line
    assert max(len(line) for line in lines if str(SCHEMA_FILE) not in line) <= 110
    assert lines[0] == f"# yaml-language-server: $schema={SCHEMA_FILE}"


def test_keys_beyond_the_questions_have_their_place_and_wrong_ones_are_told_by_the_rules() -> None:
    text = file_text({("log_level",): "debug", ("window",): "{length_s: 10}", ("agent", "id"): "a"} | RIGHT)
    assert list(yaml.safe_load(text)) == [
        "version",
        "agent",
        "motor",
        "acquisition",
        "window",
        "mqtt",
        "log_level",
    ]
    settings, _ = settings_with_doubts(parse_document(Path("agent.yaml"), text))
    assert (settings.log_level, settings.window.length_s, settings.agent.id) == ("debug", 10, "a")
    assert "window.length_s" in yaml.safe_load(file_text({("window",): "1", ("window", "length_s"): "2"}))
