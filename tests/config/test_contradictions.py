"""Settings that exclude each other are refused in the same pass; what is merely strange is a warning."""

import os
from threading import Thread

import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_files import FILE, Folder, changed

from edge_agent import cli
from edge_agent.config import document
from edge_agent.config.contradictions import contradictions, undescribed_channels

NO_CHANNELS = FILE[FILE.index("channels:") : FILE.index("mqtt:")]


def test_the_file_of_these_tests_is_right_and_nothing_in_it_is_strange(folder: Folder):
    assert folder.doubts() == {}


@pytest.mark.parametrize("driver", ["driver: block_frames", "# the default"])
def test_a_rate_for_block_frames_is_a_warning(folder: Folder, driver: str):
    doubts = folder.doubts(("driver: csv_lines", driver))
    assert "block frames state their own rate" in doubts["acquisition", "rate_hz"]


@pytest.mark.parametrize(("line_hz", "rate_hz"), [(50, 199), (60, 219), (50, 50), (50, 10), (400, 800)])
def test_a_rate_that_cannot_show_the_line_is_refused(folder: Folder, line_hz: int, rate_hz: int):
    speed = f"rated_speed_rpm: {29 * line_hz}"
    problem = folder.problem(
        ("line_frequency_hz: 50", f"line_frequency_hz: {line_hz}"),
        ("rated_speed_rpm: 1455", speed),
        ("rate_hz: 2000", f"rate_hz: {rate_hz}"),
    )
    assert problem.key == ("acquisition", "rate_hz")
    assert f"that takes {2 * (line_hz + 50)}" in problem.message


def test_a_rate_that_shows_the_line_and_little_else_is_a_warning(folder: Folder):
    assert "fewer windows" in folder.doubts(("rate_hz: 2000", "rate_hz: 250"))["acquisition", "rate_hz"]


@pytest.mark.parametrize(
    ("port", "rate_hz", "baud_rate"),
    [
        ("/dev/ttyACM0", 1000, 9600),
        ("/dev/ttyUSB0", 1000, 9600),
        ("/dev/ttyUSB0", 2000, 115_200),
        ("/dev/ttyAMA0", 200, 9600),
        ("/dev/serial/by-id/usb-A", 5000, 57_600),
        ("/dev/ttyS0", 20_000, 921_600),
    ],
)
def test_lines_that_no_wire_of_this_baud_rate_carries_are_refused(
    folder: Folder, port: str, rate_hz: int, baud_rate: int
):
    problem = folder.problem(
        ("/dev/ttyACM0", f"{port}\n  baud_rate: {baud_rate}"), ("rate_hz: 2000", f"rate_hz: {rate_hz}")
    )
    assert problem.key == ("acquisition", "baud_rate")
    assert f"cannot carry {rate_hz} lines of 3 values" in problem.message


@pytest.mark.parametrize(
    ("port", "baud_rate"), [("/dev/ttyACM0", 115_200), ("/dev/ttyUSB0", 230_400), ("/dev/ttyACM1", 57_600)]
)
def test_lines_that_a_wire_hardly_carries_are_a_warning(folder: Folder, port: str, baud_rate: int):
    doubts = folder.doubts(("/dev/ttyACM0", f"{port}\n  baud_rate: {baud_rate}"))
    assert "too much for a UART" in doubts["acquisition", "baud_rate"]


def test_a_baud_rate_that_nobody_set_is_not_doubted(folder: Folder):
    assert folder.doubts(("rate_hz: 2000", "rate_hz: 50000")) == {}


def test_the_port_of_tls_without_tls_is_refused_unless_somebody_says_so(folder: Folder):
    problem = folder.problem(("localhost", "localhost\n  port: 8883"))
    assert problem.key == ("mqtt", "port")
    assert "add tls: true" in problem.message
    assert folder.load(("localhost", "localhost\n  port: 8883\n  tls: false")).mqtt.port == 8883
    assert folder.load(("localhost", "localhost\n  port: 8883\n  tls: true")).mqtt.tls is not None


def test_the_port_without_tls_with_tls_is_a_warning(folder: Folder):
    doubts = folder.doubts(("localhost", "localhost\n  port: 1883\n  tls: true"))
    assert "leave the port out" in doubts["mqtt", "port"]


def a_plate(
    power_kw: float, voltage_v: float, current_a: float, poles: int = 4
) -> tuple[tuple[str, str], ...]:
    return (
        ("rated_power_kw: 5.5", f"rated_power_kw: {power_kw}"),
        ("rated_voltage_v: 400", f"rated_voltage_v: {voltage_v}"),
        ("rated_current_a: 11\n", f"rated_current_a: {current_a}\n"),
        ("rated_speed_rpm: 1455", f"rated_speed_rpm: {0.97 * 6000 / poles}"),
        ("poles: 4", f"poles: {poles}"),
    )


@pytest.mark.parametrize(
    "plate",
    [
        (5.5, 400, 19.05, 4),
        (5.5, 400, 19.05, 2),
        (1.5, 400, 6.1, 4),
        (11, 690, 22, 4),
        (75, 400, 235, 4),
        (2.2, 400, 9.4, 6),
        (7.5, 230, 14.8, 4),
        (30, 400, 32, 4),
        (5.5, 400, 110, 4),
    ],
)
def test_a_current_of_the_other_connection_is_refused(folder: Folder, plate: tuple[float, float, float, int]):
    problem = folder.problem(*a_plate(*plate))
    assert problem.key == ("motor", "rated_current_a")
    assert "star" in problem.message
    assert "delta" in problem.message


@pytest.mark.parametrize(
    "plate",
    [
        (5.5, 400, 11, 4),
        (5.5, 230, 19.1, 4),
        (5.5, 690, 6.4, 4),
        (1.1, 400, 3.5, 8),
        (1.5, 230, 5.8, 4),
        (45, 400, 80, 2),
        (400, 690, 390, 6),
        (37, 400, 78, 12),
        (1000, 6000, 115, 4),
        (0.75, 220, 2.98, 4),
        (0.12, 400, 0.44, 4),
    ],
)
def test_plates_of_catalogues_are_right(folder: Folder, plate: tuple[float, float, float, int]):
    folder.load(*a_plate(*plate))


def test_a_small_motor_that_draws_much_is_a_warning(folder: Folder):
    doubts = folder.doubts(*a_plate(0.56, 230, 6.6))
    assert "are much for 0.56 kW, where about 2.3 A are usual" in doubts["motor", "rated_current_a"]


def test_a_power_factor_of_which_more_comes_out_than_goes_in_is_refused(folder: Folder):
    problem = folder.problem(("poles: 4", "poles: 4\n  power_factor: 0.7"))
    assert "less than the 5.5 kW that the shaft gives" in problem.message


@pytest.mark.parametrize(
    "changes",
    [[("  rate_hz: 2000\n", "")], [(NO_CHANNELS, "")], [("  rate_hz: 2000\n", ""), (NO_CHANNELS, "")]],
)
def test_lines_that_must_describe_themselves_are_a_warning(folder: Folder, changes: list[tuple[str, str]]):
    doubts = folder.doubts(*changes)
    assert "the DAQ describes itself in a line that begins with #" in doubts["acquisition", "driver"]


def test_a_full_scale_below_the_rated_current_is_a_warning(folder: Folder):
    doubts = folder.doubts(("scale: 1}", "scale: 1, full_scale: 15}"))
    assert "less than the peak of the rated current, 15.6 A" in doubts["channels", 0, "full_scale"]


def test_a_port_that_is_no_path_is_a_warning(folder: Folder):
    assert "not a path below /dev" in folder.doubts(("/dev/ttyACM0", "daq"))["acquisition", "port"]


def test_contradictions_are_told_with_everything_else(folder: Folder):
    problems = folder.problems(
        ("poles: 4", "poles: 5"),
        ("/dev/ttyACM0", "/dev/ttyACM0\n  baud_rate: 9600"),
        ("phase: a, unit: A", "phase: x, unit: A"),
        ("localhost", "localhost\n  port: 8883\n  colour: red"),
    )
    assert set(problems) == {
        "motor.poles",
        "acquisition.baud_rate",
        "channels[0].phase",
        "mqtt.port",
        "mqtt.colour",
    }


def test_warnings_are_printed_with_their_place_and_the_file_may_be_used(folder: Folder, capsys):
    strange = (("rate_hz: 2000", "rate_hz: 300"), ("localhost", "localhost\n  port: 1883\n  tls: true"))
    folder.file.write_text(changed(*strange))
    assert cli.main(["check", str(folder.file)]) == 0
    first, *_, rate, port = capsys.readouterr().out.splitlines()
    assert first == f"{folder.file}: can be used, with 2 warnings (below)"
    assert rate.startswith(f"warning: {folder.file}:13:12: acquisition.rate_hz: below 1000 scans a second")
    assert port.startswith(f"warning: {folder.file}:20:9: mqtt.port: 1883 is usually the port without TLS")


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.sampled_from(["csv_lines", "x", ""]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["motor", "acquisition", "channels", "mqtt", "rate_hz", "baud_rate", "poles", "driver"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(ANYTHING)
def test_contradictions_are_looked_for_in_content_of_any_kind(root: object):
    list(contradictions(root))


@given(ANYTHING)
def test_undescribed_channels_are_looked_for_in_content_of_any_kind(root: object):
    list(undescribed_channels({"acquisition": {"driver": "csv_lines", "rate_hz": 2000}, "channels": root}))
    list(undescribed_channels(root))


IA = "{name: ia, kind: current, phase: a, unit: A, scale: 1}"


@pytest.mark.parametrize(
    ("channel", "key", "said"),
    [
        ("{name: ia, kind: current, phase: a, unit: A}", "channels[0]", "scale is missing, and lines whose"),
        (
            "{name: ia, phase: a, scale: null}",
            "channels[0]",
            "or scale: 1 where the numbers are in the unit",
        ),
        ("{name: x, scale: 2}", "channels[0]", "kind is missing, and lines whose rate_hz is stated here"),
        ("{name: x, kind: null, scale: 2}", "channels[0]", "do not describe themselves; add kind"),
        ("{name: x}", "channels[0]", "scale is missing"),
        ("{name: ia, phase: a, unit: mA}", "channels[0].scale", "a unit of mA needs the scale in it"),
        ("{name: x, unit: V, scale: 1}", "channels[0].unit", "not a unit of a channel here"),
        ("{name: 7, scale: 1}", "channels[0].name", "found 7"),
    ],
)
def test_a_channel_that_nothing_describes_is_one_problem(folder: Folder, channel: str, key: str, said: str):
    ((found, problem),) = folder.problems_of_an_agent((IA, channel)).items()
    assert found == key
    assert said in problem.message


@pytest.mark.parametrize(
    "channel",
    [
        "{name: ia, scale: 0.5}",
        "{name: x, kind: vibration, scale: 1}",
        "{name: x, unit: g, scale: 1}",
        "{name: rpm, scale: 1}",
    ],
)
def test_a_channel_whose_kind_its_unit_or_name_tells_is_described(folder: Folder, channel: str):
    folder.doubts((IA, channel))


@pytest.mark.parametrize(
    "described_by", [("driver: csv_lines", "driver: block_frames"), ("  rate_hz: 2000\n", "")]
)
def test_a_daq_that_describes_itself_may_leave_channels_to_it(folder: Folder, described_by: tuple[str, str]):
    folder.doubts(described_by, (IA, "{name: ia, phase: a}"))


def test_a_recording_describes_its_channels_itself(folder: Folder):
    assert folder.load((IA, "{name: ia, phase: a}")).channels is not None


def test_undescribed_channels_are_told_with_everything_else(folder: Folder):
    problems = folder.problems_of_an_agent(
        ("poles: 4", "poles: 5"),
        (IA, "{name: ia, phase: a}"),
        ("{name: ib, kind: current, phase: b, unit: A, scale: 1}", "{name: x, scale: 1}"),
        ("localhost", "localhost\n  colour: red"),
    )
    assert set(problems) == {"motor.poles", "channels[0]", "channels[1]", "mqtt.colour"}


def test_a_rate_that_cannot_be_read_is_told_alone(folder: Folder):
    problems = folder.problems_of_an_agent(("rate_hz: 2000", "rate_hz: fast"), (IA, "{name: ia, phase: a}"))
    assert set(problems) == {"acquisition.rate_hz"}


def test_a_file_is_read_once_so_it_may_come_through_a_pipe(folder: Folder, capsys):
    os.mkfifo(folder.file)
    writer = Thread(target=folder.file.write_text, args=(changed((IA, "{name: ia, phase: a}")),))
    writer.start()
    assert cli.main(["check", str(folder.file)]) == 2
    writer.join()
    assert "channels[0]: scale is missing" in capsys.readouterr().err


def test_a_pipe_into_which_nobody_writes_is_refused(folder: Folder, capsys, monkeypatch):
    monkeypatch.setattr(document, "_PIPE_S", 0.1)
    os.mkfifo(folder.file)
    assert cli.main(["check", str(folder.file)]) == 2
    assert "a pipe that does not end" in capsys.readouterr().err
