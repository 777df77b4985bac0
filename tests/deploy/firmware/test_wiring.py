"""The wiring page: its scales are right, its example passes the check, and its files are there."""

import re
from pathlib import Path

import pytest

from edge_agent import cli
from edge_agent.config import load_settings

FIRMWARE = Path(__file__).parents[3] / "deploy" / "firmware"
PAGE = (FIRMWARE / "README.md").read_text()
SCALES = re.findall(r"^\| ([^|]+) \| ([\d.]+) V/(?:A|g) \|([^|]+)\|([^|]*)\|([^|]*)\|$", PAGE, re.M)
VOLTS_PER_COUNT = (3.3 / 4096, 5 / 1024, 0.001)


@pytest.mark.parametrize(("sensor", "volts", "scales"), [(row[0], row[1], row[2:]) for row in SCALES])
def test_the_scale_of_each_sensor_follows_from_its_volts(
    sensor: str, volts: str, scales: tuple[str, ...]
) -> None:
    for scale, volts_per_count in zip(scales, VOLTS_PER_COUNT, strict=True):
        if scale.strip():
            assert float(scale.split()[0]) == pytest.approx(volts_per_count / float(volts), rel=2e-5), sensor
    ratio = re.search(r"(\d+) A : 1 V", sensor)
    burden = re.search(r"100 A : 50 mA, burden (\d+)", sensor)
    if ratio or burden:
        expected = 1 / float(ratio[1]) if ratio else float(burden[1]) / 2000  # type: ignore[index]
        assert float(volts) == pytest.approx(expected, rel=2e-5)


def test_four_sensors_are_in_the_table() -> None:
    assert len(SCALES) == 4


def example(tmp_path: Path) -> Path:
    """Return the worked example as a file."""
    (text,) = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
    file = tmp_path / "agent.yaml"
    file.write_text(text)
    return file


def test_the_worked_example_passes_the_check(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = example(tmp_path)
    assert cli.main(["check", str(file)]) == 0
    said = capsys.readouterr().out
    assert said.startswith(f"{file}: correct")
    channels = load_settings(file).device_channels()
    assert [channel.scale for channel in channels] == [pytest.approx(3.3 / 4096 * 2000 / 68, rel=2e-5)] * 3
    assert channels[0].full_scale == pytest.approx(2048 * 0.0236960, rel=1e-3)


def test_the_check_finds_transformers_that_are_too_small(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = example(tmp_path)
    file.write_text(file.read_text().replace("full_scale: 48.5", "full_scale: 8.25"))
    assert cli.main(["check", str(file)]) == 0
    assert "8.25 A is less than the peak of the rated current" in capsys.readouterr().out


def test_the_scales_of_the_page_are_those_of_firmware_and_sketches() -> None:
    for source, scales in {
        "pico/main.c": ("0.00402832", "0.00244141"),
        "pico/agent.yaml": ("0.0241699",),
        "arduino_uno/arduino_uno.ino": ("0.0244141",),
        "arduino_uno/agent.yaml": ("0.0244141",),
        "esp32/esp32.ino": ("0.005",),
        "esp32/agent.yaml": ("0.005",),
    }.items():
        text = (FIRMWARE / source).read_text()
        for scale in scales:
            assert re.search(rf'scale\W*"?: ?\W*{scale}\b', text) or f'\\"scale\\":{scale},' in text, source
            assert f" {scale} " in PAGE


def test_every_file_is_below_one_of_the_paths_of_the_page() -> None:
    named = set(re.findall(r"^\| `([\w./]+)` \| ", PAGE, re.MULTILINE))
    there = {f"{path.name}{'/' if path.is_dir() else ''}" for path in FIRMWARE.iterdir()} - {"README.md"}
    assert named == there
