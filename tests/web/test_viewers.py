"""Viewers hear what happens, each at its own pace; without viewers nothing is drawn or kept."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Coroutine

import pytest

from edge_agent.publish.json_values import Payload
from edge_agent.web import viewers as viewers_module
from edge_agent.web.viewers import MAX_VIEWERS, Live

WAIT_S = 60.0
"""Far longer than anything takes: it bounds a hang."""


def run(test: Callable[[Live], Coroutine[None, None, None]]) -> None:
    asyncio.run(asyncio.wait_for(test(Live()), WAIT_S))


async def begin(live: Live, known: Payload | None = None) -> AsyncIterator[bytes]:
    """Return a stream that has begun."""
    stream = live.stream([] if known is None else [("known", lambda: known)])
    assert (await anext(stream)).startswith(b"retry: ")
    return stream


def test_without_viewers_nothing_is_drawn() -> None:
    live = Live()
    live.tell("window", lambda: pytest.fail("it was drawn"))
    assert not live.is_watched
    live.end()


def test_a_new_viewer_hears_first_what_is_known_and_then_what_happens() -> None:
    async def test(live: Live) -> None:
        stream = await begin(live, {"a": 1})
        assert await anext(stream) == b'event: known\ndata: {"a":1}\n\n'
        live.tell("state", lambda: {"b": 2})
        assert await anext(stream) == b'event: state\ndata: {"b":2}\n\n'

    run(test)


def test_what_is_told_is_drawn_once_for_all_viewers() -> None:
    async def test(live: Live) -> None:
        streams = [await begin(live) for _ in range(5)]
        drawn = []
        live.tell("window", lambda: drawn.append(1) or {"n": len(drawn)})
        heard = [await anext(stream) for stream in streams]
        assert heard == [b'event: window\ndata: {"n":1}\n\n'] * 5

    run(test)


def test_a_viewer_that_reads_slowly_gets_the_newest_of_each_kind_only() -> None:
    async def test(live: Live) -> None:
        slow = await begin(live)
        for n in range(1000):
            live.tell("window", lambda n=n: {"n": n})
            live.tell("pulse", lambda n=n: {"p": n})
            await asyncio.sleep(0)
        await asyncio.sleep(0.01)
        assert await anext(slow) == b'event: window\ndata: {"n":999}\n\nevent: pulse\ndata: {"p":999}\n\n'

    run(test)


def test_what_is_told_faster_than_it_is_drawn_does_not_pile_up() -> None:
    async def test(live: Live) -> None:
        stream = await begin(live)
        drawn = []
        for n in range(1000):  # the loop does not turn meanwhile
            live.tell("window", lambda n=n: drawn.append(n) or {"n": n})
        await anext(stream)
        assert drawn == [999]

    run(test)


def test_after_the_last_viewer_has_left_nothing_is_drawn() -> None:
    async def test(live: Live) -> None:
        stream = await begin(live)
        assert live.is_watched
        await stream.aclose()  # type: ignore[attr-defined]
        assert not live.is_watched
        live.tell("window", lambda: pytest.fail("it was drawn"))
        await asyncio.sleep(0.01)

    run(test)


def test_only_so_many_may_look() -> None:
    async def test(live: Live) -> None:
        streams = [await begin(live) for _ in range(MAX_VIEWERS)]
        assert live.is_full
        await streams[0].aclose()  # type: ignore[attr-defined]
        assert not live.is_full

    run(test)


def test_of_a_hundred_who_come_at_once_only_so_many_may_look() -> None:
    async def test(live: Live) -> None:
        streams = [live.stream([]) for _ in range(100)]
        begun = [await anext(stream, b"") for stream in streams]
        assert sum(first != b"" for first in begun) == MAX_VIEWERS
        live.end()
        for stream in streams:
            await stream.aclose()  # type: ignore[attr-defined]
        assert not live.is_watched

    run(test)


def test_a_quiet_connection_is_kept_alive(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(viewers_module, "_REST_S", 0.01)

    async def test(live: Live) -> None:
        assert (await anext(await begin(live))).startswith(b":")

    run(test)


def test_what_cannot_be_drawn_costs_one_message_and_one_line(caplog: pytest.LogCaptureFixture) -> None:
    def broken() -> Payload:
        raise ZeroDivisionError

    async def test(live: Live) -> None:
        stream = await begin(live)
        for _ in range(3):
            live.tell("window", broken)
            await asyncio.sleep(0.01)
        live.tell("number", lambda: {"n": float("nan")})
        live.tell("state", lambda: {"fine": True})
        assert await anext(stream) == b'event: state\ndata: {"fine":true}\n\n'

    run(test)
    said = [record.message for record in caplog.records if record.levelno >= logging.WARNING]
    assert len(said) == 2
    assert all("report this line" in line for line in said)


def test_the_end_ends_all_streams() -> None:
    async def test(live: Live) -> None:
        streams = [await begin(live) for _ in range(3)]
        live.end()
        for stream in streams:
            assert [part async for part in stream][1:] == []
        assert not live.is_watched

    run(test)
