"""Whatever stands in a file, it is right or refused on lines that a terminal can show, without traceback."""

import contextlib
import io
import re

import pytest
from documents import blocks
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from small_files import FILE, Folder

from edge_agent import cli
from edge_agent.motor import Nameplate

SHOWN = blocks("yaml", "README.md", "edge_agent/acquire/README.md", "edge_agent/config/README.md")
SPECIAL = [
    "!x ", "!!bool ", "!!int ", "!!float ", "!!null ", "!!set ", "$", "${", "${A:-", "}", "$$", "&a ", "*a",
    "<<: ", "\\ud800", "\\x1b", "\x1b[31m", "\t", "\r", "\u2028", "\x85", "\ufeff", "é", "1e999", "4.9e-324",
    "1e-3", "034", ".nan", "-.inf", "12:30", "null", "~", "yes", "''", '""', "|", ">", "- ", "? ", ": ", "#",
    "%YAML 1.2\n---\n", "---", "...", "[", "]", "{", "}", ",", "@", "`", "9" * 400, "a" * 300,
]  # fmt: skip
BY = st.sampled_from(SPECIAL) | st.sampled_from(FILE.splitlines(keepends=True)) | st.text(max_size=4)
EDITS = st.lists(st.tuples(st.integers(0, 3000), st.integers(0, 15), BY), min_size=1, max_size=4)

a_few = settings(
    max_examples=100,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def check(folder: Folder, content: bytes) -> str:
    """Let `edge-agent check` read a file; give what it says, of which every line can be shown."""
    folder.file.write_bytes(content)
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        status = cli.main(["check", str(folder.file)])
    said = (out if status == 0 else err).getvalue()
    assert status in (0, 2)
    assert said
    assert all(line.isprintable() for line in said.split("\n"))
    return said


@a_few
@given(st.sampled_from([FILE, *SHOWN, "".join(SHOWN)]), EDITS)
def test_a_file_that_was_edited_anyhow_gives_no_traceback(
    folder: Folder, text: str, edits: list[tuple[int, int, str]]
):
    for start, length, by in edits:
        first = start % (len(text) + 1)
        text = text[:first] + by + text[first + length :]
    check(folder, text.encode("utf-8", "surrogatepass"))


@a_few
@given(st.binary(max_size=200))
def test_a_file_of_any_bytes_gives_no_traceback(folder: Folder, content: bytes):
    check(folder, content)


ABSURD = ["4.9e-324", "1e-300", "1e300", "1.7e308", "1e-9", "0", "-1", ".inf", ".nan", "9223372036854775808"]
NUMBERS = (
    "rated_power_kw", "rated_voltage_v", "rated_current_a", "rated_speed_rpm", "line_frequency_hz", "poles",
    "rotor_bars", "power_factor", "speed_rpm", "bearing",
)  # fmt: skip


@pytest.mark.parametrize("number", ABSURD)
@pytest.mark.parametrize("key", NUMBERS)
def test_an_absurd_number_on_the_plate_is_refused_at_its_place(folder: Folder, key: str, number: str):
    text = re.sub(rf"  {key}: .*\n", "", FILE).replace("motor:\n", f"motor:\n  {key}: {number}\n")
    assert f":3:{len(key) + 5}: motor.{key}: " in check(folder, text.encode())


@pytest.mark.parametrize("number", ABSURD)
@pytest.mark.parametrize("key", ["offset", "full_scale"])
def test_an_absurd_number_of_a_channel_gives_no_traceback(folder: Folder, key: str, number: str):
    check(folder, FILE.replace("scale: 1}", f"scale: 1, {key}: {number}}}").encode())


@pytest.mark.parametrize("number", ABSURD)
@pytest.mark.parametrize(
    "key", ["length_s", "step_s", "heartbeat_s", "keepalive_s", "port", "rate_hz", "baud_rate"]
)
def test_an_absurd_number_elsewhere_is_refused(folder: Folder, key: str, number: str):
    if key.endswith("_s") and key in ("length_s", "step_s"):
        text = f"{FILE}window: {{{key}: {number}}}\n"
    elif key in ("rate_hz", "baud_rate"):
        text = FILE.replace("  rate_hz: 2000\n", f"  {key}: {number}\n")
    else:
        text = f"{FILE}  {key}: {number}\n"
    assert key in check(folder, text.encode())


@a_few
@given(
    power_kw=st.floats(0.001, 1e5),
    voltage_v=st.floats(1, 1e5),
    share=st.floats(0.02, 1.2),
    slip=st.floats(-0.01, 0.3),
    hz=st.floats(5, 400),
    poles=st.sampled_from([2, 4, 6, 8, 12, 24]),
    length_s=st.floats(0.5, 60),
    power_factor=st.none() | st.floats(0.31, 1.0),
)
@example(5.5, 400, 0.7, 0.0005, 50, 4, 12, None)
@example(0.001, 1, 0.02, 0.25, 5, 24, 0.5, 0.31)
@example(0.999, 1e5, 1.0, 0.0006, 400, 2, 60, 1.0)
def test_any_plate_is_summed_up_or_refused(
    folder: Folder,
    power_kw: float,
    voltage_v: float,
    share: float,
    slip: float,
    hz: float,
    poles: int,
    length_s: float,
    power_factor: float | None,
):
    text = (
        f"motor: {{rated_power_kw: {power_kw}, rated_voltage_v: {voltage_v}, line_frequency_hz: {hz},\n"
        f"  rated_current_a: {1000 * power_kw / (3**0.5 * voltage_v * share)}, poles: {poles},\n"
        f"  rated_speed_rpm: {120 * hz / poles * (1 - slip)}, power_factor: {power_factor or 'null'}}}\n"
        f"acquisition: {{port: /dev/ttyACM0}}\nmqtt: {{host: h}}\nwindow: {{length_s: {length_s}}}\n"
        "channels: [{name: ia, kind: current, phase: a, scale: 1}]\n"
    )
    check(folder, text.encode())


def test_every_number_of_the_plate_is_tried_above():
    fields = Nameplate.model_fields.items()
    assert {name for name, field in fields if re.search("float|int", str(field.annotation))} == set(NUMBERS)
