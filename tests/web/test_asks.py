"""What the page asks reaches the agent, and the answer reaches whoever asked."""

import asyncio
from collections.abc import Coroutine

import pytest

from edge_agent.publish.documents import Reply
from edge_agent.web import asks as asks_module
from edge_agent.web.asks import Asks, TooManyError

WAIT_S = 60.0
"""Far longer than anything takes: it bounds a hang."""


def run(test: Coroutine[None, None, None]) -> None:
    asyncio.run(asyncio.wait_for(test, WAIT_S))


async def asked(asks: Asks, name: str) -> asyncio.Task[Reply]:
    task = asyncio.create_task(asks.ask(name, {"id": 7}))
    await asyncio.sleep(0)
    return task


def test_each_answer_goes_to_its_own_question() -> None:
    async def test() -> None:
        asks = Asks()
        first, second = await asked(asks, "acknowledge"), await asked(asks, "feedback")
        requests = asks.requests()
        assert [(own.name, own.data) for own in requests] == [
            ("acknowledge", {"id": 7}),
            ("feedback", {"id": 7}),
        ]
        assert asks.requests() == []
        for request in reversed(requests):
            asks.answered(Reply(request.name, None, {"done": request.name}, request.transaction))
        assert (await first).data == {"done": "acknowledge"}
        assert (await second).data == {"done": "feedback"}

    run(test())


def test_answers_to_others_are_left_alone() -> None:
    asks = Asks()
    for transaction in (None, 7, "page-unknown", ["a"]):
        asks.answered(Reply("acknowledge", None, {}, transaction))


def test_an_agent_that_does_not_answer_is_not_awaited_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asks_module, "_ANSWER_S", 0.01)

    async def test() -> None:
        asks = Asks()
        with pytest.raises(TimeoutError):
            await asks.ask("acknowledge", {})
        (late,) = asks.requests()
        asks.answered(Reply(late.name, None, {}, late.transaction))

    run(test())


def test_only_so_many_questions_wait() -> None:
    async def test() -> None:
        asks = Asks()
        waiting = [await asked(asks, "acknowledge") for _ in range(8)]
        with pytest.raises(TooManyError):
            await asks.ask("acknowledge", {})
        for request in asks.requests():
            asks.answered(Reply(request.name, None, {}, request.transaction))
        await asyncio.gather(*waiting)

    run(test())
