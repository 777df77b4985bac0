"""Everything wrong in a file is told at once, each with its place; nothing else goes wrong in reading it."""

import contextlib
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from minimal_file import CHANNELS, MINIMAL, changed, place_of

from edge_agent.config import ConfigError, Position, load_settings
from edge_agent.config.document import MAX_BYTES


def test_an_unquoted_variable_stands_for_its_value_and_a_quoted_one_for_text(load):
    text = changed("localhost", 'localhost\n  prefix: "${PREFIX}"\n  port: ${PORT}')
    read = load(text, PREFIX="10", PORT="1884").mqtt
    assert (read.prefix, read.port) == ("10", 1884)


def test_a_variable_that_is_not_set_is_the_only_thing_told_about_its_value(problems_of):
    text = changed("localhost", "localhost\n  port: ${PORT}")
    (problem,) = problems_of(text)
    assert problem.key == ("mqtt", "port")
    assert problem.position == place_of(text, "${PORT}")
    assert "environment variable PORT is not set" in problem.message


def test_everything_wrong_in_a_file_is_told_in_one_pass_each_at_its_place(problems_of):
    text = """\
agent: {id: pump 7}
motor:
  rated_power_kw: "0.75"
  rated_voltage_v: 220
  rated_current_a: 0
  rated_sped_rpm: 1715
  rated_speed_rpm: 1815
  line_frequency_hz: 60
  poles: 4
  supply: gird
acquisition: {port: /dev/ttyACM0, driver: modbus}
channels:
  - {name: ia, kind: current, phase: a, unit: g, scale: 0.00582}
  - {name: ia, kind: current, phase: a, scale: 0}
  - {name: ic, kind: current}
window: {length_s: 5, step_s: 6}
mqtt: {port: 70000, password_file: nowhere}
mqtt: {}
colour: red
"""
    told = {problem.key: problem for problem in problems_of(text)}
    expected = {
        ("agent", "id"): ("pump 7", "letters, digits"),
        ("motor", "rated_power_kw"): ('"0.75"', "found the text '0.75', expected a number"),
        ("motor", "rated_current_a"): ("0\n  rated_sped", "found 0, expected a number of 0.001 or more"),
        ("motor", "rated_sped_rpm"): ("rated_sped_rpm", "did you mean rated_speed_rpm?"),
        ("motor", "rated_speed_rpm"): ("1815", "is above the synchronous speed 1800 rpm"),
        ("motor", "supply"): ("gird", "expected 'grid' or 'vfd'"),
        ("acquisition", "driver"): ("modbus", "expected 'block_frames'"),
        ("channels", 0, "unit"): ("g, scale", "not a unit of a current here, expected A, mA or kA"),
        ("channels", 1, "name"): (
            "ia, kind: current, phase: a, scale: 0}",
            "the name of channels[0] already",
        ),
        ("channels", 1, "phase"): ("a, scale: 0}", "the phase of channels[0] already"),
        ("channels", 1, "scale"): ("0}\n  - {name: ic", "would make every sample zero"),
        ("channels", 2, "phase"): ("{name: ic", "a current needs its phase"),
        ("window", "step_s"): ("6}", "longer than the window of 5 s"),
        ("mqtt", "host"): ("mqtt", "missing, expected name or address of the broker"),
        ("mqtt", "port"): ("70000", "expected a number of 65535 or less"),
        ("mqtt", "password_file"): ("nowhere", "there is no file"),
        ("mqtt",): ("mqtt: {}", "occurs twice, first in line 17"),
        ("colour",): ("colour", "unknown key, known here: version, agent, motor"),
    }
    assert told.keys() == expected.keys()
    for key, (words, message) in expected.items():
        assert message in told[key].message
        assert told[key].position == place_of(text, words), key


def test_a_problem_reads_as_file_line_column_key_and_words(problems_of):
    (problem,) = problems_of(changed("1715", "1815"))
    assert str(problem) == (
        f"{problem.file}:5:20: motor.rated_speed_rpm: 1815 is above the synchronous speed 1800 rpm "
        "(60 Hz, 4 poles); the nameplate shows the speed under load, e.g. 1737"
    )


def test_problems_come_in_the_order_of_the_file(problems_of):
    places = [p.position for p in problems_of("mqtt: 3\nacquisition: []\nmotor: {poles: x}\n")]
    assert places == sorted(places)


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("yes", "found yes, which YAML reads as true, expected a number"),
        ("null", "found nothing"),
        (".nan", "expected a finite number"),
        ("-.inf", "expected a"),
        ("[1, 2]", "found a list of 2"),
        ("{a: 1}", "found a section"),
        ("0,75", "found the text '0,75'"),
        ("2026-11-23", "found the text '2026-11-23'"),
        ("0x" + "f" * 30, "found the text '0xfff"),
        ("!!float abc", "the tag !!float is not supported; leave it out"),
        ("!!python/name:os.system x", "the tag !!python/name:os.system is not supported"),
    ],
)
def test_a_value_of_the_wrong_type_is_named_as_it_stands_there(problems_of, value: str, words: str):
    problems = problems_of(changed("rated_voltage_v: 220", f"rated_voltage_v: {value}"))
    told = [p for p in problems if p.key == ("motor", "rated_voltage_v")]
    assert any(words in p.message for p in told)
    assert all(p.position == Position(3, 20) for p in told)


def test_a_number_where_text_is_expected_is_to_be_quoted(problems_of):
    (problem,) = problems_of(MINIMAL + "agent: {id: 7}\n")
    assert "found 7, expected text" in problem.message
    assert problem.message.endswith("put it in quotes")


@pytest.mark.parametrize(
    ("text", "position", "words"),
    [
        ("motor: {poles: 4", Position(1, 17), "not valid YAML"),
        ("motor:\n\tpoles: 4\n", Position(2, 1), "a tab; indent with spaces"),
        ("motor: a: b\n", Position(1, 9), "mapping values are not allowed here"),
        ("", Position(1, 1), "the file is empty"),
        ("# nothing\n", Position(1, 1), "the file is empty"),
        ("- motor\n", Position(1, 1), "expected a section"),
        ("motor: &m {poles: 4}\nmqtt: *m\n", Position(2, 7), "the alias *m is not supported"),
        ("a: " + "[" * 500 + "]" * 500, Position(1, 19), "nested deeper"),
        ("motor: {}\n---\nmotor: {}\n", Position(2, 1), "single document"),
        ("a: b\x07\n", Position(1, 5), "a character that YAML forbids"),
        ("#" * (MAX_BYTES + 1), None, "is larger than"),
        ("[a]: b\n", Position(1, 1), "keys are words"),
    ],
)
def test_a_file_that_is_no_proper_yaml_is_refused_at_the_place(problems_of, text, position, words):
    problem = next(p for p in problems_of(text) if words in p.message)
    assert problem.position == position


def test_a_file_that_is_not_utf_8_or_not_there_is_refused(tmp_path: Path):
    latin = tmp_path / "latin.yaml"
    latin.write_bytes("agent:\n  site: Gebäude\n".encode("latin-1"))
    with pytest.raises(ConfigError, match=r"latin.yaml:2:12: byte 0xe4 is not UTF-8"):
        load_settings(latin)
    with pytest.raises(ConfigError, match=r"gone.yaml: cannot be read: No such file"):
        load_settings(tmp_path / "gone.yaml")


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    st.integers(0, len(MINIMAL + CHANNELS) - 1),
    st.integers(0, 12),
    st.text(st.sampled_from("abcio :-[]{},\"'\n\t&*!|>%@`#?${}0123456789.é\x00"), max_size=8),
)
def test_a_damaged_file_is_read_or_refused_and_nothing_else(tmp_path: Path, start: int, length: int, by: str):
    text = MINIMAL + CHANNELS
    file = tmp_path / "agent.yaml"
    file.write_text(text[:start] + by + text[start + length :], encoding="utf-8", newline="")
    with contextlib.suppress(ConfigError):
        load_settings(file)


@pytest.mark.parametrize("version", ["", "version: 1\n"])
def test_a_file_may_state_its_version(load, version):
    assert load(version + MINIMAL).version == 1


def test_of_a_file_of_a_later_program_only_that_is_told(problems_of):
    (problem,) = problems_of(f"version: 2\nshiny: new\n{MINIMAL}")
    assert problem.key == ("version",)
    assert problem.position == Position(1, 10)
    assert "found 2, and this program reads version 1" in problem.message


@pytest.mark.parametrize("version", ["0", "one", "1.5", "true", "[1]"])
def test_what_is_no_version_is_told_as_any_other_wrong_value(problems_of, version):
    (problem,) = problems_of(f"version: {version}\n{MINIMAL}")
    assert problem.key == ("version",)
