"""The sink: one webhook for each entry of `notify`. What it shall tell is on disk before `take` returns.

A row of its outbox holds the key of the message as topic, and as payload the body with what was told up to
it. Both get to the medium at one moment: a power cut neither loses a message nor makes a second one.
"""

import contextlib
import json
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import fields
from pathlib import Path
from types import TracebackType
from typing import Self

from edge_agent.publish.documents import Document, motor_of
from edge_agent.publish.payloads import encode
from edge_agent.publish.settings import OutboxSettings, SinkSettings, WebhookSettings
from edge_agent.publish.sink import Pulse, Sink, SinkCounts
from edge_agent.publish.store.outbox import Outbox
from edge_agent.publish.webhook.occasions import Notice, Occasions, memory_as_json, memory_from_json
from edge_agent.publish.webhook.sender import Sender
from edge_agent.supervision import Watched

_MAX_ROWS = 1000
"""Messages that wait for one server. Judgement: with the usual cooldown, those of over two days in which all
occasions come again and again."""
_MAX_BYTES = 4 * 1024 * 1024
"""Bytes of messages that wait for one server: 4 kB each."""
_STOP_S = 0.5
"""How long attempts may take to end when the agent stops, s; the next start makes them again. Judgement."""


def open_sink(settings: SinkSettings) -> Sink | None:
    """Return the webhooks; None if there are none."""
    if not settings.webhooks:
        return None
    with contextlib.suppress(OSError):  # the outbox tells what is wrong, and goes on without a disk
        settings.state_folder.mkdir(parents=True, exist_ok=True)
    return Webhooks(
        [
            Webhook(name, webhook, settings.state_folder / file, motor)
            for number, webhook in enumerate(settings.webhooks, 1)
            for name, file, motor in _outboxes(number, settings.motors)
        ]
    )


def _outboxes(number: int, motors: Sequence[str]) -> Iterator[tuple[str, str, str | None]]:
    """Yield name, outbox and motor of what tells one server: of each of several motors it is told apart."""
    if len(motors) == 1:
        yield f"webhook {number}", f"notify-{number}.sqlite3", None
        return
    for motor in motors:
        yield f"webhook {number} of {motor}", f"notify-{number}-{motor}.sqlite3", motor


class Webhook:
    """Tells one server, through an outbox of its own."""

    def __init__(self, name: str, settings: WebhookSettings, file: Path, motor: str | None = None) -> None:
        """Go on where the outbox in `file` ends; `motor` is the only one that is told of, None for any."""
        self._motor = motor
        self._outbox = Outbox(OutboxSettings(file, _MAX_ROWS, _MAX_BYTES))
        self._lock = threading.Lock()
        newest = self._outbox.newest
        memory = memory_from_json(None if newest is None else _told_in(newest.payload))
        self._occasions = Occasions(settings.on, settings.cooldown_s, memory)
        self._sender = Sender(name, settings, self._outbox, self._look)

    def start(self) -> None:
        """Begin to deliver; returns at once."""
        self._sender.thread.start()

    def ask_to_stop(self) -> None:
        """Have it end after the attempt that is under way."""
        self._sender.ask_to_stop()

    def stop(self, timeout_s: float) -> None:
        """Wait for its end, at most `timeout_s`. What was not delivered waits for the next start."""
        if self._sender.thread.stop(timeout_s):  # else it still uses the outbox
            self._outbox.close()

    def take(self, document: Document) -> None:
        """Keep what this document gives occasion to tell."""
        if self._motor is not None and motor_of(document) not in (None, self._motor):
            return
        with self._lock:
            self._occasions.take(document)
        self._look()

    def reload(self, settings: WebhookSettings) -> None:
        """Tell these occasions from now on, each as seldom as this; what waits on the disk stays."""
        with self._lock:
            self._occasions.reload(settings.on, settings.cooldown_s)

    @property
    def watched(self) -> Watched:
        """The thread of its sender."""
        return self._sender.thread.watched

    @property
    def counts(self) -> SinkCounts:
        """How it goes."""
        kept = self._outbox.counts
        return SinkCounts(
            events_waiting=kept.waiting,
            events_dropped=kept.dropped,
            events_unsaved=kept.unsaved,
            files_put_aside=kept.files_put_aside,
            left_out=self._sender.counts.left_out,
            disk_problem=kept.problem,
        )

    def look_after(self) -> None:
        """See whether its outbox is still in its place."""
        self._outbox.look_after()

    def _look(self) -> None:
        """Keep what is due, by now or by what was taken; called by the sender, too, since time passes."""
        with self._lock:
            while (notice := self._occasions.due()) is not None:
                self._keep(notice)

    def _keep(self, notice: Notice) -> None:
        number = self._outbox.draw_number()
        told = memory_as_json(self._occasions.memory())
        self._outbox.put_event(
            notice.key or f"{number}-{notice.occasion}",
            lambda _: encode({"body": notice.body, "told": told}),
            number,
        )
        self._sender.wake()


class Webhooks(Sink):
    """All webhooks as one sink."""

    def __init__(self, webhooks: Sequence[Webhook]) -> None:
        self._webhooks = webhooks

    def __enter__(self) -> Self:
        for webhook in self._webhooks:
            webhook.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for webhook in self._webhooks:
            webhook.ask_to_stop()
        until_s = time.monotonic() + _STOP_S
        for webhook in self._webhooks:
            webhook.stop(max(0.0, until_s - time.monotonic()))

    def take(self, document: Document) -> None:
        """Hand it to each webhook."""
        for webhook in self._webhooks:
            webhook.take(document)

    def reload(self, settings: SinkSettings) -> None:
        """Hand each webhook its own; the numbers of entries and of motors stay as they are."""
        for_each = [own for own in settings.webhooks for _ in settings.motors]
        for webhook, own in zip(self._webhooks, for_each, strict=True):
            webhook.reload(own)

    @property
    def watched(self) -> Watched:
        """All their threads as one: the one that showed a sign of life least recently, and any that died."""
        threads = [webhook.watched for webhook in self._webhooks]
        return Watched(
            "webhooks",
            max(thread.stall_limit_s for thread in threads),
            lambda: min(thread.heartbeat() for thread in threads),
            lambda: next((failure for thread in threads if (failure := thread.failure()) is not None), None),
        )

    @property
    def counts(self) -> SinkCounts:
        """The sums over all, and the first problem."""
        counts = [webhook.counts for webhook in self._webhooks]
        names = [field.name for field in fields(SinkCounts) if field.name != "disk_problem"]
        problem = next((own.disk_problem for own in counts if own.disk_problem), None)
        return SinkCounts(
            **{name: sum(getattr(own, name) for own in counts) for name in names}, disk_problem=problem
        )

    def feel(self, pulse: Pulse) -> None:
        """See, once a second, whether the outboxes are still in their places."""
        for webhook in self._webhooks:
            webhook.look_after()


def _told_in(payload: bytes) -> object:
    """Return what was told up to a message, from its row; None if it holds none."""
    try:
        return json.loads(payload)["told"]
    except (ValueError, KeyError, TypeError):
        return None
