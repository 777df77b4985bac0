"""The files of the page are whole, small, and ask nothing of another computer."""

import re

import pytest

from edge_agent.web.assets import FOLDER, asset, is_open

FILES = sorted(path.name for path in FOLDER.iterdir())
OWN = [name for name in FILES if "uplot" not in name]


def test_there_is_nothing_but_the_files_of_the_folder() -> None:
    for name in (
        "../page.py",
        "..%2fpage.py",
        "/etc/passwd",
        "",
        ".",
        "page.py",
        "uplot.LICENSE.txt",
        "__pycache__",
    ):
        assert asset(name).status_code == 404, name


def test_the_licence_of_the_charts_lies_beside_them() -> None:
    assert "MIT License" in (FOLDER / "uplot.LICENSE.txt").read_text()
    assert "1.6" in (FOLDER / "uplot.min.js").read_text()[:100]


@pytest.mark.parametrize("name", OWN)
def test_links_are_relative_and_lead_nowhere_else(name: str) -> None:
    text = (FOLDER / name).read_text()
    assert set(re.findall(r"https?://[^\s\"'`]+", text)) <= {"http://www.w3.org/2000/svg"}
    assert re.findall(r"(?:src|href)=[\"']/", text) == []
    assert re.findall(r"(?:fetch|EventSource)\([\"'`]/", text) == []


@pytest.mark.parametrize("name", [name for name in OWN if name.endswith(".html")])
def test_pages_have_no_script_or_style_of_their_own(name: str) -> None:
    """The content security policy would not allow it."""
    text = (FOLDER / name).read_text()
    assert re.findall(r"<style|style=|\son\w+=|<script(?![^>]*\ssrc=)", text) == []
    for link in re.findall(r"(?:src|href)=\"([^\"#]+)\"", text):
        assert (FOLDER / link.removeprefix("static/")).exists(), link


@pytest.mark.parametrize("name", [name for name in OWN if name.endswith(".js")])
def test_words_of_others_never_become_html(name: str) -> None:
    text = (FOLDER / name).read_text()
    assert re.findall(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b", text) == []
    for module in re.findall(r"from \"\./([^\"]+)\"", text):
        assert module in FILES


def test_the_page_is_small() -> None:
    assert sum((FOLDER / name).stat().st_size for name in FILES) < 120_000


def test_without_the_token_only_what_the_login_needs_is_open() -> None:
    assert {name for name in FILES if is_open(f"/static/{name}")} == {"page.css", "login.js", "icon.svg"}
    login = (FOLDER / "login.html").read_text() + (FOLDER / "login.js").read_text()
    assert set(re.findall(r"static/[\w.]+", login)) == {
        "static/page.css",
        "static/login.js",
        "static/icon.svg",
    }
