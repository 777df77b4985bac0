"""Messages from the disk to the server, in order, until it has taken each.

The oldest message is sent until the server takes it (2xx) or says that it never will (4xx), and only then the
next one. Whatever else happens is tried again, after waits that grow with the outage.
"""

import json
import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from edge_agent.publish.mqtt.backoff import Backoff
from edge_agent.publish.mqtt.complaints import Complaints, OutboxReport
from edge_agent.publish.payloads import encode
from edge_agent.publish.settings import WebhookSettings, read_password
from edge_agent.publish.store.outbox import Outbox
from edge_agent.publish.store.rows import Event
from edge_agent.publish.webhook.post import Answer, NoAnswerError, origin_of, post
from edge_agent.supervision import WatchedThread

_LOG = logging.getLogger(__name__)
_TURN_S = 1.0
"""The thread looks at its stop and its watchdog this often, s. Judgement."""
_STALL_LIMIT_S = 300.0
"""A thread that does not turn for this long, s, hangs. Judgement: a name server that does not answer, and a
server with several addresses that each time out, take a minute or two."""
_RETRY_MIN_S = 1.0
"""Shortest wait between two attempts, s: that of the connection to the broker."""
_RETRY_MAX_S = 120.0
"""Longest wait between two attempts, s: that of the connection to the broker."""
_MAX_RETRY_AFTER_S = 3600.0
"""Longest wait that a server may ask for, s: a wrong date must not hold an alarm up for ever (judgement)."""
_WORTH_A_RETRY = frozenset({408, 425, 429})
"""Those 4xx that speak of the moment and not of the message (RFC 9110, RFC 8470, RFC 6585)."""


@dataclass(slots=True)
class SenderCounts:
    """How it goes, since the start."""

    delivered: int = 0
    """Messages that the server has taken."""
    failed_attempts: int = 0
    """Attempts after which the message is tried again."""
    left_out: int = 0
    """Messages that the server will never take."""


class Sender:
    """Empties the outbox of one webhook, in a thread of its own."""

    def __init__(
        self, name: str, settings: WebhookSettings, outbox: Outbox, look: Callable[[], None]
    ) -> None:
        """Prepare; `look` is called at every turn, in the thread."""
        self.counts = SenderCounts()
        """How it goes."""
        self._settings = settings
        self._where = f"{name} ({origin_of(settings.url)})"
        self._outbox = outbox
        self._look = look
        self._wake = threading.Event()
        self._backoff: Backoff | None = None
        self._not_before_s = time.monotonic()
        self._complaints = Complaints()
        self._report = OutboxReport(outbox, taker=f"the server of {self._where}")
        self.thread = WatchedThread(name, _STALL_LIMIT_S, self._run)
        """Its thread."""

    def wake(self) -> None:
        """Have it look at the outbox now."""
        self._wake.set()

    def ask_to_stop(self) -> None:
        """Have it end after the attempt that is under way."""
        self.thread.stopping.set()
        self._wake.set()

    def _run(self) -> None:
        while not self.thread.stopping.is_set():
            self.thread.beat()
            self._wake.clear()
            self._look()
            self._report.say_news()
            if time.monotonic() < self._not_before_s or not self._send_oldest():
                self._wake.wait(self._pause_s())

    def _pause_s(self) -> float:
        """Return the time until there is something to do, s: the next attempt, or looking around."""
        wait_s = self._not_before_s - time.monotonic()
        return min(wait_s, _TURN_S) if wait_s > 0 else _TURN_S

    def _send_oldest(self) -> bool:
        """Try to deliver the oldest message; return whether the next one may follow at once."""
        waiting = self._outbox.pending((), 1)
        if not waiting:
            return False
        (message,) = waiting
        body = _body(message)
        if body is None:
            return self._give_up(message, "its row in the outbox holds no body")
        try:
            return self._learn(message, post(self._settings.url, self._headers(message), body))
        except NoAnswerError as error:
            return self._failed(str(error))

    def _headers(self, message: Event) -> dict[str, str]:
        """Return the headers; raises NoAnswerError if the token cannot be read."""
        headers = {
            "Content-Type": "application/json",
            "Idempotency-Key": message.topic,
            "User-Agent": "edge-agent",
            "Connection": "close",
        }
        return headers | self._authorisation()

    def _authorisation(self) -> dict[str, str]:
        file = self._settings.token_file
        if file is None:
            return {}
        try:
            token = read_password(file)
        except OSError as error:
            raise NoAnswerError(f"token_file {file} cannot be read: {error.strerror}") from None
        except ValueError as error:
            raise NoAnswerError(f"token_file: {error}") from None
        if not token.isascii():
            raise NoAnswerError(f"token_file {file} holds a letter beyond ASCII; no token does")
        return {"Authorization": f"Bearer {token}"}

    def _learn(self, message: Event, answer: Answer) -> bool:
        """See what becomes of a message by the answer to it; return whether the next one may follow."""
        if 200 <= answer.status < 300:
            return self._delivered(message)
        if 400 <= answer.status < 500 and answer.status not in _WORTH_A_RETRY:
            return self._give_up(message, f"status {answer.status}")
        if answer.redirect_to is not None:
            return self._failed(
                f"it redirects (status {answer.status}) to {answer.redirect_to}; no redirect is followed, "
                "so write the address that takes the messages into notify.url"
            )
        return self._failed(f"status {answer.status}", answer.retry_after_s)

    def _delivered(self, message: Event) -> bool:
        self._outbox.delete([message.id])
        self.counts.delivered += 1
        _LOG.info("%s: %s is delivered", self._where, message.topic)
        self._backoff = None
        self._complaints.forget()
        return True

    def _give_up(self, message: Event, why: str) -> bool:
        self._outbox.delete([message.id])
        self.counts.left_out += 1
        _LOG.warning(
            "%s: %s is not taken (%s) and is given up; check url and token_file, and what the server expects",
            self._where,
            message.topic,
            why,
        )
        self._backoff = None
        return True

    def _failed(self, why: str, retry_after_s: float = 0.0) -> bool:
        self.counts.failed_attempts += 1
        self._complaints.say(f"{self._where}: {why}; messages wait on the disk and are tried again")
        self._backoff = self._backoff or Backoff(_RETRY_MIN_S, _RETRY_MAX_S)
        wait_s = max(self._backoff.wait_s(), min(retry_after_s, _MAX_RETRY_AFTER_S))
        self._not_before_s = time.monotonic() + wait_s
        return False


def _body(message: Event) -> bytes | None:
    """Return what is sent, from a row of the outbox; None if it holds nothing of the kind."""
    try:
        return encode(json.loads(message.payload)["body"])
    except (ValueError, KeyError, TypeError):
        return None
