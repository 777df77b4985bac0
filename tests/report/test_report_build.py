"""The report on an alarm: one page with all that is asked, that loads nothing and stands by itself."""

import json
import re
import shutil
import time
from collections.abc import Callable
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest
from reported import HOSTILE, a_trend, acknowledged, an_alarm

from edge_agent import cli
from edge_agent.acquire.recordings import RecordingError, read_recording, write_recording
from edge_agent.config import load_settings
from edge_agent.report.build import report_html

PARTS = (
    "What to do",
    "How sure",
    "Since when",
    "Spectrum of the current",
    "How it has developed",
    "What else it could be",
    "Ordinary figures of this window",
    "Who has seen it",
    "Motor and channels",
    "How this report was made",
)


class Page(HTMLParser):
    """What stands on a page: its tags with their attributes, its headings and its words."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words = ""
        self._open: list[str] = []
        self.feed(html)
        self.headings = re.findall(r"<h2>(.*?)</h2>", html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self._open = [tag]

    def handle_data(self, data: str) -> None:
        if self._open != ["style"]:
            self.words += f" {data}"


@pytest.fixture(scope="module")
def alarm(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of an agent that has found broken bars; nothing but tests of one module changes a copy."""
    folder = tmp_path_factory.mktemp("agent")
    an_alarm(folder)
    return folder


@pytest.fixture
def folder(alarm: Path, tmp_path: Path) -> Path:
    """A copy of that folder, with an acknowledgement and a trend."""
    folder = tmp_path / "state"
    shutil.copytree(alarm, folder)
    acknowledged(folder, "M. Huber", f"ordered a rotor {HOSTILE}")
    a_trend(folder, int(time.time() // 3600))
    return folder


def capture_in(folder: Path) -> Path:
    return next((folder / "captures").glob("*_broken_bars.npz"))


def alone(folder: Path, tmp_path: Path, change: Callable[[dict], None] = lambda meta: None) -> Path:
    """The capture without its state folder, its `meta` changed."""
    recording = read_recording(capture_in(folder))
    meta = json.loads(json.dumps(recording.meta))
    change(meta)
    path = tmp_path / "alone.npz"
    write_recording(path, replace(recording, meta=meta))
    return path


def test_the_page_has_all_that_is_asked(folder: Path) -> None:
    page = Page(report_html(capture_in(folder)))
    assert tuple(page.headings) == PARTS
    for words in (
        "2 broken bars (2 to 3)",
        "alarm",
        "Have the rotor examined at the next stop.",
        "equivalent bars or more",
        "Alarm raised",
        "above floor",
        "a month",
        "A load that oscillates",
        "% of the rated torque",
        "by M. Huber",
        "two bars cracked",
        "4312",
        "0.75 kW",
        "as published",
        "sha256 ",
    ):
        assert words in page.words, words
    assert [tag for tag, _ in page.tags].count("svg") == 2
    assert "(1-2s)f" in page.words
    assert "noise floor" in page.words


def test_the_page_loads_nothing_and_runs_nothing(folder: Path) -> None:
    html = report_html(capture_in(folder))
    page = Page(html)
    tags = {tag for tag, _ in page.tags}
    assert not tags & {
        "script",
        "link",
        "img",
        "iframe",
        "object",
        "embed",
        "a",
        "base",
        "form",
        "use",
        "image",
    }
    names = {name for _, attributes in page.tags for name in attributes}
    assert not {name for name in names if name in ("src", "href", "action") or name.startswith("on")}
    assert "@import" not in html
    assert "url(" not in html
    assert ("meta", "default-src 'none'; style-src 'unsafe-inline'") in [
        (tag, attributes.get("content")) for tag, attributes in page.tags
    ]


def test_what_others_wrote_is_only_text(folder: Path) -> None:
    html = report_html(capture_in(folder))
    assert HOSTILE not in html
    assert f"ordered a rotor {HOSTILE}" in Page(html).words


def test_hostile_names_in_a_capture_are_only_text(alarm: Path, tmp_path: Path) -> None:
    def spoil(meta: dict) -> None:
        meta["agent"] = meta["version"] = meta["model"]["sha256"] = HOSTILE
        for event in meta["events"]:
            event["motor"] = event["summary"] = event["advice"] = event["time"] = HOSTILE
            event["after"]["severity"] = HOSTILE

    html = report_html(alone(alarm, tmp_path, spoil))
    assert HOSTILE not in html
    assert not {"script", "img"} & {tag for tag, _ in Page(html).tags}
    assert html.count("&lt;script&gt;") > 5


@pytest.mark.parametrize(
    "spoil",
    [
        lambda meta: meta.update(events=None, diagnosis=None, model=None, agent=3),
        lambda meta: meta.update(events=[3, {}, {"after": 3, "verdict": [], "id": []}], diagnosis=[]),
        lambda meta: meta.update(
            events=[{"verdict": {"window": {"first_sample": -1, "end": 7}}}], timeline=7
        ),
    ],
)
def test_odd_words_in_a_capture_do_no_harm(
    alarm: Path, tmp_path: Path, spoil: Callable[[dict], None]
) -> None:
    page = Page(report_html(alone(alarm, tmp_path, spoil)))
    assert tuple(page.headings) == PARTS
    assert "broken bar" in page.words


def test_the_page_stands_without_a_state_folder(alarm: Path, tmp_path: Path) -> None:
    page = Page(report_html(alone(alarm, tmp_path)))
    assert tuple(page.headings) == PARTS
    assert "There is no trend of several days to show." in page.words
    assert "No state folder tells of an alarm of this recording." in page.words


def test_a_configuration_names_the_state_folder(folder: Path, tmp_path: Path) -> None:
    config = tmp_path / "agent.yaml"
    text = (folder / "agent.yaml").read_text()
    config.write_text(re.sub(r"state_dir: .*", f"state_dir: {folder}", text))
    page = Page(report_html(alone(folder, tmp_path), load_settings(config)))
    assert "by M. Huber" in page.words


def test_a_recording_without_a_plate_asks_for_the_configuration(alarm: Path, tmp_path: Path) -> None:
    path = alone(alarm, tmp_path, lambda meta: meta.pop("configuration"))
    with pytest.raises(
        RecordingError, match=r"alone\.npz: it does not hold the nameplate of its motor; give"
    ):
        report_html(path)
    spoiled = alone(alarm, tmp_path, lambda meta: meta["configuration"]["motor"].update(id=HOSTILE))
    with pytest.raises(RecordingError, match=r"alone\.npz: its configuration cannot be used: id: "):
        report_html(spoiled)
    short = alone(alarm, tmp_path, lambda meta: meta["configuration"]["window"].update(length_s=60))
    with pytest.raises(RecordingError, match="it is shorter than one window of 60 s"):
        report_html(short)


def test_a_damaged_capture_is_one_line(
    alarm: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "cut.npz"
    path.write_bytes(capture_in(alarm).read_bytes()[:9000])
    assert cli.main(["report", str(path), "-o", str(tmp_path / "r.html")]) == 1
    said = capsys.readouterr()
    assert (said.out, len(said.err.splitlines())) == ("", 1)
    assert said.err.startswith(f"edge-agent report: {path}: ")
    assert not (tmp_path / "r.html").exists()


def test_the_command_writes_the_page(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert cli.main(["report", str(capture_in(folder))]) == 0
    written = Path(capsys.readouterr().out.strip())
    assert written.name == f"{capture_in(folder).stem}.html"
    assert tuple(Page(written.read_text()).headings) == PARTS


def test_files_that_are_damaged_are_told_and_left_as_they_are(folder: Path) -> None:
    (folder / "alarm.json").write_text("{")
    (folder / "running_time.json").write_text('{"running_hours": "many"}')
    (folder / "trend.sqlite3").write_bytes(b"SQLite format 3\0" + bytes(5000))
    before = sorted(path.name for path in folder.iterdir())
    page = Page(report_html(capture_in(folder)))
    for name in ("alarm.json", "running_time.json", "trend.sqlite3"):
        assert f"{name}: " in page.words, name
    assert sorted(path.name for path in folder.iterdir()) == before
