"""Messages wait on disk until the server has taken them; one that it never takes holds up no other."""

import json
import logging
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from broker import wait_until
from webhooks import HookServer, RawServer, Reply

from edge_agent.publish.settings import OutboxSettings, WebhookSettings
from edge_agent.publish.store.outbox import Outbox
from edge_agent.publish.webhook import post as posting
from edge_agent.publish.webhook import sender as sending
from edge_agent.publish.webhook.sender import Sender

SECRET = "s3cr3t"


class Bench:
    """A sender with its outbox."""

    def __init__(self, folder: Path, url: str, token_file: Path | None = None) -> None:
        self.outbox = Outbox(OutboxSettings(folder / "notify-1.sqlite3"))
        settings = WebhookSettings(f"{url}?key={SECRET}", token_file=token_file)
        self.sender = Sender("webhook 1", settings, self.outbox, lambda: None)

    def put(self, *keys: str) -> None:
        for key in keys:
            content = {"body": {"occasion": key, "note": "2 Stäbe"}, "told": None}
            self.outbox.put_event(key, lambda _: json.dumps(content).encode())  # noqa: B023 - called at once
        self.sender.wake()

    def start(self) -> "Bench":
        self.sender.thread.start()
        return self

    def wait_until_empty(self) -> None:
        wait_until(lambda: self.outbox.counts.waiting == 0)

    def close(self) -> None:
        self.sender.ask_to_stop()
        assert self.sender.thread.stop(60.0)
        self.outbox.close()


@pytest.fixture(autouse=True)
def _hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """Attempts follow each other soon."""
    monkeypatch.setattr(sending, "_RETRY_MIN_S", 0.02)
    monkeypatch.setattr(sending, "_RETRY_MAX_S", 0.05)


@pytest.fixture
def server() -> Iterator[HookServer]:
    made = HookServer().start()
    yield made
    made.stop()


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Callable[..., Bench]]:
    made: list[Bench] = []

    def make(url: str, **options: object) -> Bench:
        made.append(Bench(tmp_path, url, **options))  # type: ignore[arg-type]
        return made[-1]

    yield make
    for own in made:
        own.close()


def test_messages_arrive_in_order_with_their_keys(server: HookServer, bench: Callable[..., Bench]) -> None:
    own = bench(server.url).start()
    own.put("17", "21", "21-clear")
    own.wait_until_empty()
    assert server.keys == ["17", "21", "21-clear"]
    first = server.posted[0]
    assert first.json == {"occasion": "17", "note": "2 Stäbe"}
    assert first.path == f"/hook?key={SECRET}"
    assert first.headers["Content-Type"] == "application/json"
    assert "Authorization" not in first.headers
    assert own.sender.counts.delivered == 3


def test_a_server_that_is_away_for_a_while_loses_nothing(bench: Callable[..., Bench]) -> None:
    server = HookServer()
    own = bench(server.url).start()
    own.put("17", "18")
    wait_until(lambda: own.sender.counts.failed_attempts >= 3)
    own.put("19")
    server.start()
    try:
        own.wait_until_empty()
        assert server.keys == ["17", "18", "19"]
        server.stop()
        own.put("20")
        failed = own.sender.counts.failed_attempts
        wait_until(lambda: own.sender.counts.failed_attempts > failed)
        server.start()
        own.wait_until_empty()
        assert server.keys == ["17", "18", "19", "20"]
    finally:
        server.stop()


@pytest.mark.parametrize("reply", [500, 502, 503, 408, 425, 429, 304, (302, {"Location": "/x"}), 103])
def test_what_may_pass_is_tried_again_with_the_same_key_and_body(
    server: HookServer, bench: Callable[..., Bench], reply: Reply
) -> None:
    server.replies = [reply, reply]
    own = bench(server.url).start()
    own.put("17", "18")
    own.wait_until_empty()
    assert server.keys == ["17", "17", "17", "18"]
    assert len({posted.body for posted in server.posted[:3]}) == 1
    assert own.sender.counts.left_out == 0


@pytest.mark.parametrize("status", [400, 401, 404, 410, 413, 422])
def test_a_message_that_is_never_taken_is_counted_and_holds_up_no_other(
    server: HookServer, bench: Callable[..., Bench], caplog: pytest.LogCaptureFixture, status: int
) -> None:
    server.replies = [status]
    own = bench(server.url).start()
    own.put("17", "18")
    own.wait_until_empty()
    assert server.keys == ["17", "18"]
    assert (own.sender.counts.left_out, own.sender.counts.delivered) == (1, 1)
    assert any(f"17 is not taken (status {status})" in message for message in caplog.messages)


def test_retry_after_is_honoured(
    server: HookServer, bench: Callable[..., Bench], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "_MAX_RETRY_AFTER_S", 600.0)
    server.replies = [(429, {"Retry-After": "99999999"})]
    own = bench(server.url).start()
    own.put("17")
    wait_until(lambda: own.sender.counts.failed_attempts == 1)
    own.put("18")  # a new message is no reason to come earlier
    threading.Event().wait(0.3)
    assert server.keys == ["17"]
    assert own.sender._not_before_s - own.sender.thread._clock() <= 600.0
    monkeypatch.setattr(own.sender, "_not_before_s", 0.0)
    own.wait_until_empty()
    assert server.keys == ["17", "17", "18"]


def test_a_row_that_holds_no_message_is_left_out(server: HookServer, bench: Callable[..., Bench]) -> None:
    own = bench(server.url)
    for payload in (b"\xff", b"[]", b"{}", b"3"):
        own.outbox.put_event("odd", lambda _: payload)  # noqa: B023 - called at once
    own.put("17")
    own.start().wait_until_empty()
    assert server.keys == ["17"]
    assert own.sender.counts.left_out == 4


def test_after_a_restart_what_was_not_taken_is_sent_with_the_same_key(
    server: HookServer, tmp_path: Path
) -> None:
    server.stop()
    first = Bench(tmp_path, server.url).start()
    first.put("17", "18")
    wait_until(lambda: first.sender.counts.failed_attempts >= 1)
    first.close()
    server.start()
    second = Bench(tmp_path, server.url).start()
    second.wait_until_empty()
    second.close()
    assert server.keys == ["17", "18"]


def test_the_token_is_read_at_every_attempt(
    server: HookServer, bench: Callable[..., Bench], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    file = tmp_path / "token"
    own = bench(server.url, token_file=file).start()
    own.put("17")
    wait_until(lambda: own.sender.counts.failed_attempts >= 1)
    for wrong in (b"", b"\xff\xfe" + SECRET.encode(), f"{SECRET}€\n".encode(), f"{SECRET}\x07".encode()):
        file.write_bytes(wrong)
        failed = own.sender.counts.failed_attempts
        wait_until(lambda: own.sender.counts.failed_attempts >= failed + 2)  # noqa: B023 - called at once
    assert server.posted == []
    file.write_text(f"{SECRET}-1\n")
    own.wait_until_empty()
    file.write_text(f"{SECRET}-2\n")
    own.put("18")
    own.wait_until_empty()
    tokens = [posted.headers["Authorization"] for posted in server.posted]
    assert tokens == [f"Bearer {SECRET}-1", f"Bearer {SECRET}-2"]
    assert str(file) in caplog.text
    assert SECRET not in caplog.text


def test_a_server_that_never_answers_or_answers_nonsense_loses_nothing(
    bench: Callable[..., Bench], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(posting, "_ANSWER_TIMEOUT_S", 2.0)
    says = iter([b"220 mail\r\n", None, b""])
    ended = threading.Event()

    def serve(connection) -> None:
        text = next(says, b"HTTP/1.1 204 No Content\r\n\r\n")
        if text is None:
            ended.wait(60)
        else:
            connection.sendall(text)

    with RawServer(serve) as server:
        own = bench(server.url).start()
        own.put("17")
        own.wait_until_empty()
        ended.set()
    assert own.sender.counts.failed_attempts >= 3
    assert own.sender.counts.delivered == 1


def test_a_lasting_problem_is_one_line_and_no_line_shows_what_is_secret(
    server: HookServer, bench: Callable[..., Bench], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    file = tmp_path / "token"
    file.write_text(SECRET)
    redirect = (307, {"Location": f"https://login.example/{SECRET}"})
    server.replies = [500, redirect, 500, redirect, 500, 404]
    own = bench(server.url, token_file=file).start()
    own.put("17", "18")
    own.wait_until_empty()
    server.stop()
    own.put("19")
    wait_until(lambda: own.sender.counts.failed_attempts >= 8)
    warnings = [record.getMessage() for record in caplog.records if record.levelno == logging.WARNING]
    assert len(warnings) == 4  # 500, the redirect, 404, refused connections
    assert "redirects (status 307) to https://login.example" in warnings[1]
    assert all(f"webhook 1 (http://127.0.0.1:{server.port})" in warning for warning in warnings)
    assert SECRET not in caplog.text
    assert SECRET not in repr(own.sender._settings)


def test_a_full_outbox_drops_the_oldest_and_says_whose_fault_it_is(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    server = HookServer()
    own = Bench(tmp_path, server.url)
    own.outbox.close()
    own.outbox = Outbox(OutboxSettings(tmp_path / "small.sqlite3", max_rows=2))
    own.sender = Sender("webhook 1", WebhookSettings(server.url), own.outbox, lambda: None)
    own.put("17", "18", "19")
    own.start()
    wait_until(lambda: own.sender.counts.failed_attempts >= 1)
    server.start()
    own.wait_until_empty()
    own.close()
    server.stop()
    assert server.keys == ["18", "19"]
    assert (
        f"see why the server of webhook 1 (http://127.0.0.1:{server.port}) does not take them" in caplog.text
    )
