"""Without the token nothing is answered; an error of the program costs one answer and one line."""

import logging
from pathlib import Path

import pytest
from serving import ask, get, serving

TOKEN = "correct-horse"


WRONG = (None, "", "Bearer", "Bearer wrong", f"Basic {TOKEN}", TOKEN, f"Bearer {TOKEN}x", "Bearer tök")
RIGHT = (f"Bearer {TOKEN}", f"bearer {TOKEN}", f"Bearer  {TOKEN} ")


@pytest.fixture
def token_file(tmp_path: Path) -> Path:
    file = tmp_path / "token"
    file.write_text(f"{TOKEN}\n")
    return file


def test_a_missing_or_wrong_token_is_status_401_on_every_path(tmp_path: Path, token_file: Path) -> None:
    with serving(tmp_path, token_file) as (_, port):
        for path in ("/metrics", "/healthz", "/readyz", "/nothing-there"):
            for header in WRONG:
                refused = get(port, path, header)
                assert refused.status == 401, (path, header)
                assert refused.headers["www-authenticate"] == "Bearer"
                assert TOKEN not in refused.text


def test_the_token_opens_the_door_and_is_never_logged(
    tmp_path: Path, token_file: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    with serving(tmp_path, token_file) as (_, port):
        for header in RIGHT:
            assert get(port, "/metrics", header).status == 200, header
            assert get(port, "/nothing-there", header).status == 404, header
        get(port, "/metrics", f"Basic {TOKEN}")
    assert TOKEN not in caplog.text


def test_without_a_token_any_header_is_welcome(tmp_path: Path) -> None:
    with serving(tmp_path) as (_, port):
        assert get(port, "/healthz", "Bearer whatever").status == 200


def test_each_connection_carries_one_request(tmp_path: Path) -> None:
    with serving(tmp_path) as (_, port):
        assert get(port, "/healthz").headers["connection"] == "close"


def test_an_error_of_the_program_is_status_500_and_one_line_however_often_it_comes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fails(accept: str) -> None:
        raise ZeroDivisionError("of a test")

    with serving(tmp_path) as (web, port):
        monkeypatch.setattr(web._metrics, "page", fails)
        answers = [get(port, "/metrics") for _ in range(3)]
        assert [answer.status for answer in answers] == [500] * 3
        assert "of a test" not in answers[0].text
        assert get(port, "/healthz").status == 200
    said = [record for record in caplog.records if record.levelno >= logging.WARNING]
    assert [record.message for record in said] == ["HTTP: /metrics cannot be answered; report this line"]


@pytest.mark.parametrize(
    ("content", "status"),
    [
        (b'{"token": "wrong"}', 401),
        (b'{"token": ""}', 401),
        (b'{"token": ["correct-horse"]}', 401),
        (b'{"token": "\\ud800"}', 400),
        (b"{}", 400),
        (b"[]", 400),
        (b"{", 400),
        (b"[" * 3000, 400),
        (b"\xff", 400),
        (b'{"token": "' + b"x" * 5000 + b'"}', 413),
    ],
)
def test_a_login_that_is_none_gets_no_cookie(
    tmp_path: Path, token_file: Path, content: bytes, status: int
) -> None:
    with serving(tmp_path, token_file) as (_, port):
        answer = ask(port, "/login", content, content_type="application/json")
        assert answer.status == status
        assert "set-cookie" not in answer.headers


def test_a_login_of_another_site_is_refused(tmp_path: Path, token_file: Path) -> None:
    with serving(tmp_path, token_file) as (_, port):
        content = b'{"token": "correct-horse"}'
        assert ask(port, "/login", content, content_type="text/plain").status == 403
        foreign = ask(port, "/login", content, content_type="application/json", sec_fetch_site="cross-site")
        assert foreign.status == 403


def test_without_a_token_there_is_no_door(tmp_path: Path) -> None:
    with serving(tmp_path) as (_, port):
        assert ask(port, "/login", b"{}", content_type="application/json").status == 404
