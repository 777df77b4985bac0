"""A right file becomes settings; everything wrong in a file is told at once, each with its place."""

import contextlib
import re
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from edge_agent.acquire.samples import Channel, ChannelKind, Device, Stream
from edge_agent.config import ConfigError, Position, Problem, Settings, load_settings
from edge_agent.config.document import MAX_BYTES
from edge_agent.config.schema import SCHEMA_FILE, schema_text

MINIMAL = """\
motor:
  rated_power_kw: 0.75
  rated_voltage_v: 220
  rated_current_a: 2.98
  rated_speed_rpm: 1715
  line_frequency_hz: 60
  poles: 4
acquisition:
  port: /dev/ttyACM0
mqtt:
  host: localhost
"""

CHANNELS = """\
channels:
  - {name: ia, kind: current, phase: a, unit: A, scale: 0.00582, offset: 3}
  - {name: ib, kind: current, phase: b, scale: -0.00582, full_scale: 12}
  - {name: vib_radial, kind: vibration, axis: radial, unit: mm/s, scale: 0.00958}
"""


@pytest.fixture
def load(tmp_path: Path):
    def load(text: str, **environment: str) -> Settings:
        file = tmp_path / "agent.yaml"
        file.write_text(text, encoding="utf-8")
        return load_settings(file, environment)

    return load


@pytest.fixture
def problems_of(load):
    def problems_of(text: str, **environment: str) -> tuple[Problem, ...]:
        with pytest.raises(ConfigError) as refused:
            load(text, **environment)
        return refused.value.problems

    return problems_of


def place_of(text: str, words: str) -> Position:
    """Where `words` stand in a text, as an editor counts."""
    before = text[: text.index(words)]
    return Position(before.count("\n") + 1, len(before) - before.rfind("\n"))


def changed(old: str, new: str, text: str = MINIMAL) -> str:
    assert old in text
    return text.replace(old, new, 1)


def test_a_minimal_file_is_the_nameplate_the_port_and_the_broker(load):
    read = load(MINIMAL)
    assert read.motor.synchronous_speed_rpm == 1800
    assert read.acquisition.driver == "block_frames"
    assert read.acquisition.baud_rate == 921_600
    assert (read.window.length_s, read.window.step_s) == (12, 2)
    assert read.model.file == "builtin"
    assert read.channels is None
    assert re.fullmatch(r"[A-Za-z0-9_.-]+", read.agent.id)


def test_what_the_source_needs_comes_from_acquisition_and_channels(load):
    text = changed("/dev/ttyACM0", "/dev/ttyUSB0\n  driver: csv_lines\n  baud_rate: 115200\n  rate_hz: 1000")
    source = load(text + CHANNELS).serial_settings()
    assert (source.driver, source.port, source.baud_rate, source.rate_hz) == (
        "csv_lines",
        "/dev/ttyUSB0",
        115_200,
        1000,
    )
    assert [channel.name for channel in source.channels] == ["ia", "ib", "vib_radial"]
    assert load(MINIMAL).serial_settings().channels == ()


def test_what_the_publisher_needs_comes_from_the_mqtt_section(load, tmp_path: Path):
    (tmp_path / "password").write_text("secret\n")
    text = changed(
        "  host: localhost",
        "  {host: broker, tls: true, username: pump-7, password_file: password,\n"
        "   prefix: plant/a, diagnosis: no}",
    )
    mqtt = load(text).mqtt_settings()
    assert (mqtt.host, mqtt.port, mqtt.diagnosis) == ("broker", 8883, False)
    assert mqtt.tls is not None
    assert mqtt.base_topic("pump-7") == "plant/a/pump-7"
    assert mqtt.password() == "secret"


def test_without_tls_the_port_is_1883(load):
    mqtt = load(MINIMAL).mqtt_settings()
    assert (mqtt.port, mqtt.tls) == (1883, None)


def test_the_outbox_lies_in_the_state_directory_of_systemd(load, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("STATE_DIRECTORY", "/var/lib/edge-agent:/var/lib/other")
    assert load(MINIMAL).outbox_settings().path == Path("/var/lib/edge-agent/outbox.sqlite3")


def test_relative_paths_count_from_the_folder_of_the_file(load, tmp_path: Path):
    (tmp_path / "model.onnx").touch()
    read = load(MINIMAL + "state_dir: state\nmodel: {file: model.onnx}\n")
    assert read.state_folder() == tmp_path / "state"
    assert read.model.file == str(tmp_path / "model.onnx")


def test_a_window_shorter_than_the_usual_step_follows_without_overlap(load):
    assert load(MINIMAL + "window: {length_s: 1}\n").window.step_s == 1


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


def test_channels_win_over_what_the_device_says_of_them(load):
    own = tuple(Channel(name, ChannelKind.CURRENT, "A", 1.0) for name in ("ib", "ia", "aux", "vib_radial"))
    device = Device("daq", "", "", (Stream(0, 1000.0, own[:2]), Stream(1, 500.0, own[2:])))
    first, second = load(MINIMAL + CHANNELS).apply_channels(device).streams
    assert first.channels == (
        Channel("ib", ChannelKind.CURRENT, "A", -0.00582, 0.0, 12.0, "b"),
        Channel("ia", ChannelKind.CURRENT, "A", 0.00582, 3.0, None, "a"),
    )
    assert second.channels[0] is own[2]
    assert second.channels[1] == Channel("vib_radial", ChannelKind.VIBRATION, "mm/s", 0.00958, axis="radial")


@pytest.mark.parametrize(
    ("line", "phase", "unit"),
    [
        ("{name: ia, phase: b}", "b", "A"),
        ("{name: ia, kind: current, phase: c}", "c", "A"),
        ("{name: ia, kind: vibration}", None, "m/s2"),
        ("{name: ia, kind: vibration, unit: mm/s, axis: axial}", None, "mm/s"),
        ("{name: ia, unit: A}", "a", "A"),
        ("{name: ia}", "a", "A"),
    ],
)
def test_a_channel_may_leave_out_what_the_device_says(load, line: str, phase: str | None, unit: str):
    own = Channel("ia", ChannelKind.CURRENT, "A", 0.25, 3.0, phase="a")
    device = Device("daq", "", "", (Stream(0, 1000.0, (own,)),))
    settings = load(f"{MINIMAL}channels:\n  - {line}\n")
    for changed_device in (settings.apply_channels(device), settings.apply_to_recording(device)):
        (channel,) = changed_device.streams[0].channels
        assert (channel.phase, channel.unit, channel.scale, channel.offset) == (phase, unit, 0.25, 3.0)


@pytest.mark.parametrize(
    ("kind", "unit", "to", "factor"),
    [
        ("current, phase: a", "mA", "A", 1e-3),
        ("current, phase: a", "kA", "A", 1e3),
        ("vibration", "g", "m/s2", 9.80665),
        ("vibration", "mg", "m/s2", 9.80665e-3),
    ],
)
def test_a_scale_in_another_unit_is_converted(load, kind: str, unit: str, to: str, factor: float):
    (channel,) = load(
        f"{MINIMAL}channels:\n  - {{name: x, kind: {kind}, unit: {unit}, scale: 2, full_scale: 50}}\n"
    ).device_channels()
    whole = channel.alone()
    assert whole is not None
    assert (whole.unit, whole.scale, whole.full_scale) == (to, 2 * factor, 50 * factor)


def test_a_unit_that_is_of_no_kind_is_refused_without_a_kind_too(problems_of):
    (problem,) = problems_of(f"{MINIMAL}channels:\n  - {{name: ia, unit: V}}\n")
    assert problem.key == ("channels", 0, "unit")
    assert (
        "'V' is not a unit of a channel here, expected A, mA or kA; m/s2, mm/s, g or mg; rpm"
        in problem.message
    )


def test_a_file_without_channels_leaves_those_of_the_device(load):
    device = Device("daq", "", "", (Stream(0, 1000.0, (Channel("x", ChannelKind.CURRENT, "A", 1.0),)),))
    assert load(MINIMAL).apply_channels(device) == device


@pytest.mark.parametrize(
    ("section", "wrong"), [("{}", True), ("{enabled: true}", True), ("{enabled: false}", False)]
)
def test_a_motor_has_another_name_than_the_agents_own_device_in_home_assistant(
    load, problems_of, section: str, wrong: bool
):
    text = changed("motor:\n", "motor:\n  id: agent\n") + f"homeassistant: {section}\n"
    if not wrong:
        load(text)
        return
    (problem,) = problems_of(text)
    assert problem.key == ("homeassistant",)
    assert "give the motor another id" in problem.message


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
        ("colour",): ("colour", "unknown key, known here: agent, motor"),
    }
    assert told.keys() == expected.keys()
    for key, (words, message) in expected.items():
        assert message in told[key].message
        assert told[key].position == place_of(text, words), key


def test_a_wrong_length_of_the_window_is_one_problem(problems_of):
    (problem,) = problems_of(MINIMAL + "window: {length_s: 0.1}\n")
    assert problem.key == ("window", "length_s")


def test_a_password_that_is_no_text_is_told_without_its_bytes(problems_of, tmp_path):
    (tmp_path / "password").write_bytes(b"s\xe4\xffcret")
    mqtt = f"  username: pump-7\n  password_file: {tmp_path / 'password'}\n"
    (problem,) = problems_of(MINIMAL + mqtt)
    assert "not UTF-8 text" in problem.message
    assert "xe4" not in problem.message


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


def test_the_schema_that_is_shipped_is_current():
    assert SCHEMA_FILE.read_text() == schema_text(), "run `make schema`"
