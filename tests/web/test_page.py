"""The page over real HTTP: files, events, captures, charts, commands, and all who should not come in."""

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from answers import a_window, an_answer
from reported import an_alarm
from said import BROKEN, MOTOR_OFF, ORIGIN
from serving import WAIT_S, ask, get, serving
from test_captured import NAME, write_capture

from edge_agent.publish.documents import Event, Reply, State
from edge_agent.report.page import POLICY as REPORT_POLICY
from edge_agent.web import protocol
from edge_agent.web.sink import Web

JSON = "application/json"
TOKEN = "correct-horse"
PATHS = ("/", "/static/page.js", "/live", "/trend/week", f"/captures/{NAME}", "/command/acknowledge")


@pytest.fixture
def token_file(tmp_path: Path) -> Path:
    file = tmp_path / "token"
    file.write_text(f"{TOKEN}\n")
    return file


@contextmanager
def listening(port: int, path: str = "/live") -> Iterator[Callable[[str], dict]]:
    """Give a function that waits for an event of a kind and returns what it says."""
    with (
        socket.create_connection(("127.0.0.1", port), timeout=WAIT_S) as channel,
        channel.makefile(encoding="utf-8") as lines,
    ):
        channel.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())

        def wait_for(kind: str) -> dict:
            for line in lines:
                if line == f"event: {kind}\n":
                    return json.loads(lines.readline().removeprefix("data: "))
            raise AssertionError("the stream ended")

        yield wait_for


def until(true: Callable[[], bool]) -> None:
    """Wait until something is true."""
    until_s = time.monotonic() + WAIT_S
    while not true():
        assert time.monotonic() < until_s
        time.sleep(0.02)


def answering(web: Web, error: str | None = None) -> threading.Thread:
    """Answer one request, as the agent does; the thread ends with it."""

    def answer() -> None:
        until_s = time.monotonic() + WAIT_S
        while time.monotonic() < until_s:
            for request in web.requests():
                web.take(Reply(request.name, error, {"asked": request.data}, request.transaction))
                return
            time.sleep(0.01)

    thread = threading.Thread(target=answer, daemon=True)
    thread.start()
    return thread


def test_the_page_and_its_files_are_served_with_a_strict_policy(tmp_path: Path) -> None:
    with serving(tmp_path) as (_, port):
        for path, kind in (
            ("/", "text/html"),
            ("/static/page.js", "text/javascript"),
            ("/static/page.css", "text/css"),
        ):
            answer = get(port, path)
            assert answer.status == 200
            assert answer.headers["content-type"].startswith(kind)
            policy = answer.headers["content-security-policy"]
            assert policy.startswith("default-src 'none'; script-src 'self'")
            assert "unsafe" not in policy
            assert answer.headers["x-content-type-options"] == "nosniff"


def test_a_viewer_hears_what_is_known_and_a_change_of_the_state(tmp_path: Path) -> None:
    with serving(tmp_path) as (web, port), listening(port) as wait_for:
        assert wait_for("access") == {"may_write": False}
        assert wait_for("info")["nameplate"]["poles"] == 4
        assert wait_for("state")["state"] == "broken_bars"
        web.take(State(ORIGIN, MOTOR_OFF, 2000.0))
        assert wait_for("state")["reason"] == "motor_off"


def test_windows_reach_those_who_look(tmp_path: Path) -> None:
    with serving(tmp_path) as (web, port), listening(port) as wait_for:
        wait_for("pulse")
        web.show(an_answer(a_window()), "motor-1")
        assert len(wait_for("window")["channels"]) == 4


def test_a_viewer_that_vanishes_is_forgotten(tmp_path: Path) -> None:
    with serving(tmp_path) as (web, port):
        with listening(port) as wait_for:
            wait_for("pulse")
            assert web.views[0].live.is_watched
        until(lambda: not web.views[0].live.is_watched)


def test_a_viewer_that_takes_nothing_any_more_is_forgotten(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As a computer that was switched off: it closes nothing."""
    monkeypatch.setattr(protocol, "_GONE_S", 0.5)
    with serving(tmp_path) as (web, port), listening(port) as wait_for:
        wait_for("pulse")
        much = "x" * 1_000_000

        def forgotten() -> bool:
            web.views[0].live.tell("window", lambda: {"much": much})
            return not web.views[0].live.is_watched

        until(forgotten)


def test_the_server_ends_at_once_though_somebody_looks(tmp_path: Path) -> None:
    with serving(tmp_path) as (web, port), listening(port) as wait_for:
        wait_for("pulse")
        web.__exit__(None, None, None)
        with pytest.raises(AssertionError, match="the stream ended"):
            wait_for("nothing")


def test_too_many_viewers_are_told_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("edge_agent.web.viewers.MAX_VIEWERS", 1)
    with serving(tmp_path) as (_, port), listening(port) as wait_for:
        wait_for("pulse")
        refused = get(port, "/live")
        assert (refused.status, "too many" in refused.text) == (503, True)


def test_a_capture_can_be_had_and_drawn(tmp_path: Path) -> None:
    (tmp_path / "captures").mkdir()
    content = write_capture(tmp_path / "captures").read_bytes()
    with serving(tmp_path) as (web, port):
        web.take(Event(ORIGIN, MOTOR_OFF, BROKEN, 1.0, 7, NAME))
        with listening(port) as wait_for:
            assert wait_for("events")["events"][0]["has_capture"]
        answer = ask(port, f"/captures/{NAME}")
        assert answer.status == 200
        assert int(answer.headers["content-length"]) == len(content)
        assert answer.headers["content-disposition"] == f'attachment; filename="{NAME}"'
        view = get(port, f"/captures/{NAME}/view")
        assert len(json.loads(view.text)["channels"]) == 4
        (tmp_path / "captures" / "broken.npz").write_bytes(content[:500])
        damaged = get(port, "/captures/broken.npz/view")
        assert (damaged.status, "damaged" in damaged.text) == (422, True)


def test_the_report_on_an_alarm_is_a_page_of_its_own(tmp_path: Path) -> None:
    capture = an_alarm(tmp_path)
    with serving(tmp_path) as (_, port):
        answer = ask(port, f"/captures/{capture.name}/report")
        assert answer.status == 200
        assert answer.headers["content-security-policy"] == REPORT_POLICY
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "broken bars" in answer.text
        assert "pump-7" in answer.text
        (tmp_path / "captures" / "broken.npz").write_bytes(b"PK")
        assert ask(port, "/captures/broken.npz/report").status == 422
        assert ask(port, "/captures/none.npz/report").status == 404


@pytest.mark.parametrize(
    "path",
    [
        "/captures/../token",
        "/captures/..%2ftoken",
        "/captures/%2e%2e%2ftoken",
        "/captures/..%5ctoken",
        "/captures/%2fetc%2fpasswd",
        "/captures//etc/passwd",
        "/captures/token/view",
        "/static/../sink.py",
        "/static/..%2fsink.py",
        "/static/%2e%2e/sink.py",
        "/static/",
        "/captures/",
        "/trend/../token",
        "/trend/no-span",
    ],
)
def test_no_path_leads_out_of_the_folders(tmp_path: Path, token_file: Path, path: str) -> None:
    with serving(tmp_path) as (_, port):
        answer = get(port, path)
        assert answer.status == 404, path
        assert TOKEN not in answer.text
        assert "import" not in answer.text


def test_the_trend_is_served(tmp_path: Path) -> None:
    with serving(tmp_path) as (_, port):
        for span in ("week", "quarter", "years"):
            assert json.loads(get(port, f"/trend/{span}").text)["span"] == span


def test_without_a_token_nothing_can_be_written(tmp_path: Path) -> None:
    with serving(tmp_path) as (web, port):
        for name in ("acknowledge", "feedback", "self_test"):
            assert ask(port, f"/command/{name}", b'{"id": 7}', content_type=JSON).status == 403
        assert web.requests() == []


def test_with_the_token_commands_reach_the_agent_and_its_answer_comes_back(
    tmp_path: Path, token_file: Path
) -> None:
    with serving(tmp_path, token_file) as (web, port):
        headers = {"content_type": JSON, "authorization": f"Bearer {TOKEN}"}
        thread = answering(web)
        done = ask(port, "/command/acknowledge", b'{"id": 7, "by": "Ada"}', **headers)
        thread.join(WAIT_S)
        assert (done.status, json.loads(done.text)) == (200, {"asked": {"id": 7, "by": "Ada"}})
        thread = answering(web, error="the id 8 is not that of the newest alarm")
        refused = ask(port, "/command/feedback", b'{"id": 8, "right": true}', **headers)
        thread.join(WAIT_S)
        assert (refused.status, "newest alarm" in refused.text) == (409, True)


def test_commands_that_are_none_do_not_reach_the_agent(tmp_path: Path, token_file: Path) -> None:
    with serving(tmp_path, token_file) as (web, port):
        headers = {"content_type": JSON, "authorization": f"Bearer {TOKEN}"}
        for name in ("self_test", "log_level", "reload", "..%2f", "x"):
            assert ask(port, f"/command/{name}", b"{}", **headers).status == 404, name
        for content in (b"[]", b"{", b"7", b"[" * 4000, b'{"a": "' + b"x" * 5000 + b'"}', b"\xff"):
            assert ask(port, "/command/acknowledge", content, **headers).status == 400, content[:9]
        assert get(port, "/command/acknowledge", f"Bearer {TOKEN}").status == 405
        assert web.requests() == []


def test_a_post_of_another_site_changes_nothing_though_the_browser_is_logged_in(
    tmp_path: Path, token_file: Path
) -> None:
    with serving(tmp_path, token_file) as (web, port):
        login = ask(port, "/login", json.dumps({"token": TOKEN}).encode(), content_type=JSON)
        cookie = login.headers["set-cookie"].partition(";")[0]
        foreign = (
            {"content_type": "text/plain"},
            {"content_type": "application/x-www-form-urlencoded"},
            {"content_type": JSON, "sec_fetch_site": "cross-site"},
            {"content_type": JSON, "sec_fetch_site": "same-site"},
            {},
        )
        for headers in foreign:
            answer = ask(port, "/command/acknowledge", b'{"id": 7, "by": "x"}', cookie=cookie, **headers)
            assert answer.status == 403, headers
            assert "access-control-allow-origin" not in answer.headers
        assert web.requests() == []


def test_a_foreign_name_of_this_computer_gets_no_page(tmp_path: Path) -> None:
    with serving(tmp_path) as (_, port):
        for path in ("/", "/live", "/trend/week", "/static/page.js"):
            assert ask(port, path, host="evil.example").status == 403, path
        assert ask(port, "/", host=f"localhost:{port}").status == 200
        assert ask(port, "/healthz", host="pump-7").status == 200


def test_without_the_token_there_is_no_page_but_the_door(tmp_path: Path, token_file: Path) -> None:
    with serving(tmp_path, token_file) as (_, port):
        for path in PATHS:
            refused = get(port, path)
            assert refused.status == 401, path
            assert "motor-1" not in refused.text
        door = ask(port, "/", accept="text/html,*/*")
        assert door.status == 401
        assert 'id="login"' in door.text
        for path in ("/static/page.css", "/static/login.js"):
            assert get(port, path).status == 200


def test_a_browser_that_has_logged_in_sees_the_page_under_any_name(tmp_path: Path, token_file: Path) -> None:
    with serving(tmp_path, token_file) as (_, port):
        login = ask(port, "/login", json.dumps({"token": TOKEN}).encode(), content_type=JSON)
        assert (login.status, login.text) == (204, "")
        cookie = login.headers["set-cookie"].partition(";")[0]
        assert TOKEN not in cookie
        assert 'id="signals"' in ask(port, "/", cookie=cookie, host="plant.example").text
        assert ask(port, "/", cookie=f"{cookie}0").status == 401
