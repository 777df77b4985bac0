"""Answers become YAML that means what was typed, and the rules of the configuration judge them."""

from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from right_answers import RIGHT

from edge_agent.acquire.samples import Channel, ChannelKind, Device, Stream
from edge_agent.config.document import parse_document
from edge_agent.config.load import settings_with_doubts
from edge_agent.setup.answers import answer_to, channels_of, meant, problems_in, setting, spelled
from edge_agent.setup.file_text import file_text
from edge_agent.setup.questions import CHANNELS, DRIVER, QUESTIONS, RATE

BY_KEY = {question.key: question for question in QUESTIONS}
FILE = Path("agent.yaml")


@given(st.text(min_size=1).filter(lambda text: "$" not in text))
def test_text_that_is_typed_is_read_as_that_text(typed: str) -> None:
    document = parse_document(FILE, f"key: {spelled(typed, is_text=True)}\n")
    assert document.root == {"key": typed} or document.problems


@pytest.mark.parametrize(
    ("typed", "is_text", "text"),
    [
        ("2.98", False, "2.98"),
        ("2,98", False, "2,98"),
        ("pump-7", True, "pump-7"),
        ("7", True, '"7"'),
        ("no", True, '"no"'),
        ("a # b", True, '"a # b"'),
        ("{a: b}", False, '"{a: b}"'),
        ("@x", True, '"@x"'),
        ("x: y", True, '"x: y"'),
    ],
)
def test_only_what_yaml_reads_otherwise_is_quoted(typed: str, is_text: bool, text: str) -> None:
    assert spelled(typed, is_text=is_text) == text


def test_a_setting_has_a_key_and_a_value() -> None:
    assert setting("motor.poles=4", BY_KEY) == (("motor", "poles"), "4")
    assert setting("motor.id=7", BY_KEY) == (("motor", "id"), '"7"')
    assert setting("window={length_s: 10}", BY_KEY) == (("window",), "{length_s: 10}")
    assert setting("mqtt.host=a=b", BY_KEY) == (("mqtt", "host"), "a=b")


@pytest.mark.parametrize("text", ["motor.poles", "=4", "motor poles=4", "motor..poles=4", "a\nb=4"])
def test_what_is_no_setting_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not of the form key=value"):
        setting(text, BY_KEY)


def test_right_answers_have_no_problem_and_wrong_ones_those_of_the_configuration() -> None:
    assert problems_in(RIGHT, FILE) == ()
    (problem,) = problems_in(RIGHT | {("motor", "rated_speed_rpm"): "1815"}, FILE)
    assert str(problem).startswith("motor.rated_speed_rpm: 1815 is above the synchronous speed 1800 rpm")


@pytest.mark.parametrize(("text", "value"), [("115200", 115_200), ("1e5", 100_000), ('"7"', "7"), ("", None)])
def test_the_text_of_an_answer_means_what_it_means_in_the_file(text: str, value: object) -> None:
    assert meant(text) == value


def test_columns_of_lines_become_channels() -> None:
    text = answer_to(BY_KEY[CHANNELS], "ia 0.00582, ib, vib_radial 9.58e-3")
    answers = RIGHT | {DRIVER: "csv_lines", RATE: "2000", CHANNELS: text}
    settings, _ = settings_with_doubts(parse_document(FILE, file_text(answers)))
    assert [(c.name, c.kind, c.phase, c.axis, c.unit, c.scale) for c in settings.channels or ()] == [
        ("ia", "current", "a", None, "A", 0.00582),
        ("ib", "current", "b", None, "A", 1.0),
        ("vib_radial", "vibration", None, "radial", "m/s2", 0.00958),
    ]


@pytest.mark.parametrize("typed", ["x 1", "ia zero", "ia 1, ia 1", ",", "{"])
def test_columns_that_cannot_be_right_are_problems_of_the_channels(typed: str) -> None:
    answers = RIGHT | {DRIVER: "csv_lines", RATE: "2000", CHANNELS: answer_to(BY_KEY[CHANNELS], typed)}
    assert {problem.key[0] for problem in problems_in(answers, FILE)} == {"channels"}


def test_channels_that_a_daq_describes_keep_its_scales() -> None:
    channel = Channel("ia", ChannelKind.CURRENT, "A", 0.1, phase="a")
    vibration = Channel("v", ChannelKind.VIBRATION, "m/s2", 0.2, axis="axial")
    text = channels_of(Device("daq", "", "", (Stream(0, 1000.0, (channel, vibration)),)))
    assert yaml.safe_load(text) == [
        {"name": "ia", "kind": "current", "phase": "a"},
        {"name": "v", "kind": "vibration", "axis": "axial"},
    ]
    assert problems_in(RIGHT | {CHANNELS: text}, FILE) == ()
