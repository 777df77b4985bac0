"""`edge-calibrate commission`: one report for an installation."""

import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest
from installations import Wiring, an_installation

from calibration import cli
from calibration.commands import commission
from calibration.commissioning.doctor import DoctorError
from calibration.commissioning.handover import Check
from edge_agent.acquire.recordings import write_recording

SEED = 8_300_000
CHECKS = (Check("ok", "port", "it opens"), Check("warn", "clock", "<not> set", "set it"))


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An agent's file, and recordings of its motor with sensors that are wired right and wrong."""
    folder = tmp_path_factory.mktemp("site")
    for name, wiring in (("right", Wiring()), ("wrong", Wiring(reversed_one=1))):
        made = an_installation(SEED, wiring, duration_s=14.0)
        recording = made.loads[0].recording
        write_recording(folder / f"{name}.npz", replace(recording, name=name))
        (folder / f"{name}.txt").write_text(" ".join(f"{n}={a}" for n, a in made.loads[0].read_a.items()))
    plate = made.nameplate.model_dump_json(exclude={"id"})
    (folder / "agent.yaml").write_text(
        f"agent: {{id: pump-7, site: hall 3 & 4}}\nmotor: {plate}\nacquisition: {{port: {folder / 'port'}}}\n"
        f"mqtt: {{host: localhost, port: 1}}\nstate_dir: {folder / 'state'}\n"
    )
    return folder


@pytest.fixture(autouse=True)
def checked(monkeypatch: pytest.MonkeyPatch) -> None:
    """What doctor says has tests of its own, and depends on the machine."""
    monkeypatch.setattr(commission, "doctor_command", lambda config: ["doctor"])
    monkeypatch.setattr(commission, "live_checks", lambda command: CHECKS)


def run(site: Path, report: Path, which: str) -> int:
    read = (site / f"{which}.txt").read_text().split()
    recording = ("--recording", str(site / f"{which}.npz"))
    return cli.main(
        ["commission", "-c", str(site / "agent.yaml"), "-o", str(report), *recording, "--reference", *read]
    )


class Outline(HTMLParser):
    """Collects the texts of a page, and whatever it would load or run."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.texts: list[str] = []
        self.loads: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.loads += [f"{tag} {name}" for name, _ in attrs if name in ("src", "href", "action")]
        self.loads += [tag] if tag in ("script", "link", "iframe", "img") else []
        if tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if data.strip():
            self.texts.append(data.strip())


def outline(report: Path) -> Outline:
    page = Outline()
    page.feed(report.read_text())
    assert page.open == []
    assert page.loads == []
    return page


def test_a_right_installation_is_handed_over(
    site: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    report = tmp_path / "report.html"
    assert run(site, report, "right") == 0
    assert capsys.readouterr().out == f"{report}: nothing is wrong\n"
    texts = outline(report).texts
    for title in (
        "Motor and plate",
        "Live checks",
        "Sensors",
        "Findings",
        "What these sensors can and cannot tell",
        "Limits of detection",
        "Baseline",
        "Signatures",
    ):
        assert title in texts
    assert "hall 3 & 4" in texts
    assert "<not> set; set it" in texts
    assert any(re.fullmatch(r"State: learning \(.*", text) for text in texts)
    assert any(text.startswith("Of 2 windows of the recording: ") for text in texts)
    assert any("equivalent bars." in text for text in texts)
    assert not re.search(r"https?://", report.read_text())


def test_a_wrong_one_is_named_in_the_report_and_by_the_exit_status(
    site: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    report = tmp_path / "report.html"
    assert run(site, report, "wrong") == 1
    said = capsys.readouterr().out
    assert "ib: it is the wrong way round against ia and ic" in said
    assert any(text.startswith("ib: it is the wrong way round") for text in outline(report).texts)


def test_what_could_not_be_checked_is_told(
    site: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def no_end(command: list[str]) -> tuple[Check, ...]:
        raise DoctorError("doctor did not end")

    monkeypatch.setattr(commission, "live_checks", no_end)
    report = tmp_path / "report.html"
    given = ["-c", str(site / "agent.yaml"), "-o", str(report), "--recording", str(tmp_path / "none.npz")]
    assert cli.main(["commission", *given]) == 1
    said = capsys.readouterr().out
    assert "doctor did not end" in said
    assert "The sensors were not checked" in said
    texts = outline(report).texts
    assert "doctor did not end" in texts
    assert "Not known without samples." in texts


def test_a_report_is_not_overwritten(site: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    report = tmp_path / "report.html"
    report.write_text("signed")
    assert run(site, report, "right") == 2
    assert "is there already" in capsys.readouterr().err
    assert report.read_text() == "signed"
