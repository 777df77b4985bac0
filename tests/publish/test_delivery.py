"""What one connection carries, in which order, and when it is given up."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from edge_agent.publish.mqtt.connection import MAX_IN_FLIGHT, Receipt
from edge_agent.publish.mqtt.delivery import Delivery
from edge_agent.publish.mqtt.mailbox import Mailbox, Passing
from edge_agent.publish.settings import OutboxSettings
from edge_agent.publish.store.outbox import Outbox


class Wire:
    """A connection whose broker answers when told to."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, bytes]] = []
        self.answers: list[Receipt] = []
        self.broken = False

    def send(
        self, topic: str, payload: bytes, *, qos: int, retain: bool, correlation: bytes | None = None
    ) -> int | None:
        if self.broken:
            return None
        self.sent.append((topic, payload))
        return len(self.sent)

    def receipts(self) -> list[Receipt]:
        answers, self.answers = self.answers, []
        return answers

    def confirm_all(self) -> None:
        self.answers = [Receipt(number + 1, None) for number in range(len(self.sent))]


class Bench:
    """A delivery with all that it needs, at rest: connected, and `online` confirmed."""

    def __init__(self, folder: Path) -> None:
        self.now_s = 0.0
        self.wire = Wire()
        self.mailbox = Mailbox()
        self.outbox = Outbox(OutboxSettings(folder / "outbox.sqlite3"))
        self.mailbox.connected()
        self.next_connection()
        self.turn_and_confirm()

    def next_connection(self) -> None:
        self.delivery = Delivery(self.wire, self.mailbox, self.outbox, "status", lambda: self.now_s)

    def turn_and_confirm(self) -> None:
        self.delivery.turn()
        self.wire.confirm_all()
        self.delivery.turn()
        self.wire.sent.clear()

    def put(self, count: int) -> list[int]:
        return [self.outbox.put_event("event", lambda number: str(number).encode()) for _ in range(count)]

    def topics(self) -> list[str]:
        return [topic for topic, _ in self.wire.sent]


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    made = Bench(tmp_path)
    yield made
    made.outbox.close()


def test_states_go_before_passing_messages_and_events(bench: Bench) -> None:
    bench.put(1)
    bench.mailbox.put_passing(Passing("diagnosis", b"", False))
    bench.mailbox.put_state("state", b"old")
    bench.mailbox.put_state("state", b"new")
    bench.delivery.turn()
    assert bench.topics() == ["state", "diagnosis", "event"]
    assert bench.wire.sent[0] == ("state", b"new")


@pytest.mark.parametrize("refusal", [None, "Not authorized"])
def test_a_cleared_topic_is_forgotten_only_when_the_broker_has_taken_it(
    bench: Bench, refusal: str | None
) -> None:
    bench.mailbox.put_state("gone", b"")
    bench.delivery.turn()
    assert bench.mailbox.holds("gone")
    bench.wire.answers = [Receipt(1, refusal)]
    bench.delivery.turn()
    assert bench.mailbox.holds("gone") == (refusal is not None)


def test_no_more_is_in_flight_than_allowed_and_the_rest_follows_in_order(bench: Bench) -> None:
    numbers = bench.put(50)
    bench.delivery.turn()
    bench.delivery.turn()
    assert len(bench.wire.sent) == MAX_IN_FLIGHT
    while not bench.delivery.done:
        bench.wire.confirm_all()
        bench.delivery.turn()
    assert [int(payload) for _, payload in bench.wire.sent] == numbers
    assert bench.outbox.counts.waiting == 0
    assert bench.delivery.confirmed_events == 50


def test_an_event_stays_in_the_outbox_until_its_receipt(bench: Bench) -> None:
    bench.put(1)
    bench.delivery.turn()
    assert bench.outbox.counts.waiting == 1
    bench.wire.confirm_all()
    bench.delivery.turn()
    assert bench.outbox.counts.waiting == 0


def test_a_refused_event_waits_a_minute_and_keeps_its_place(bench: Bench) -> None:
    first, second = bench.put(2)
    bench.delivery.turn()
    bench.wire.answers = [Receipt(1, "Not authorized"), Receipt(2, "Not authorized")]
    bench.delivery.turn()
    assert bench.delivery.refusals == ["events: Not authorized", "events: Not authorized"]
    assert len(bench.wire.sent) == 2
    bench.now_s = 61.0
    bench.delivery.turn()
    assert [int(payload) for _, payload in bench.wire.sent] == [first, second, first, second]


def test_refused_events_go_after_those_that_were_not(bench: Bench) -> None:
    refused = bench.put(3)
    bench.delivery.turn()
    bench.wire.answers = [Receipt(number + 1, "Quota exceeded") for number in range(3)]
    bench.delivery.turn()
    bench.now_s = 61.0
    fresh = bench.put(2)
    bench.wire.sent.clear()
    bench.delivery.turn()
    assert [int(payload) for _, payload in bench.wire.sent] == fresh + refused


def test_a_thousand_refused_events_leave_room_for_a_new_one(bench: Bench) -> None:
    bench.put(1000)
    while bench.outbox.counts.waiting > len(bench.delivery._suspects.set_aside()):
        bench.delivery.turn()
        bench.wire.answers = [Receipt(number + 1, "Not authorized") for number in range(len(bench.wire.sent))]
        bench.delivery.turn()
    assert bench.delivery.done
    (new,) = bench.put(1)
    bench.wire.sent.clear()
    bench.delivery.turn()
    assert [int(payload) for _, payload in bench.wire.sent] == [new]


def test_a_message_on_a_topic_that_cannot_be_sent_to_is_set_aside(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    send = bench.wire.send

    def picky(
        topic: str, payload: bytes, *, qos: int, retain: bool, correlation: bytes | None = None
    ) -> int | None:
        if "#" in topic:
            raise ValueError("Invalid topic.")
        return send(topic, payload, qos=qos, retain=retain)

    monkeypatch.setattr(bench.wire, "send", picky)
    bench.mailbox.put_state("a/#", b"x")
    bench.put(1)
    bench.delivery.turn()
    assert bench.topics() == ["event"]
    assert bench.delivery.refusals == ["messages on a/#: Invalid topic."]


def test_unconfirmed_is_what_nothing_proves_to_have_been_taken(bench: Bench) -> None:
    bench.mailbox.put_passing(Passing("diagnosis", b"", False))
    bench.delivery.turn()
    bench.now_s = 0.5
    first, second = bench.put(2)
    bench.delivery.turn()
    assert set(bench.delivery.unconfirmed()) == {"diagnosis", first, second}
    bench.wire.answers = [Receipt(1, None)]
    bench.now_s = 1.0
    assert set(bench.delivery.unconfirmed()) == {"diagnosis", first, second}  # written, not taken
    bench.wire.answers = [Receipt(2, None)]
    assert set(bench.delivery.unconfirmed()) == {second}  # what came before it was taken, too
    bench.wire.answers = [Receipt(3, None)]
    assert bench.delivery.unconfirmed() == []


def test_a_message_that_nobody_confirms_is_past_suspicion_after_seconds(bench: Bench) -> None:
    bench.mailbox.put_passing(Passing("diagnosis", b"", False))
    bench.delivery.turn()
    bench.wire.answers = [Receipt(1, None)]
    assert bench.delivery.unconfirmed() == ["diagnosis"]
    bench.now_s = 6.0
    assert bench.delivery.unconfirmed() == []


def test_a_suspect_goes_alone_and_keeps_its_place(bench: Bench) -> None:
    first, second, third = bench.put(3)
    bench.delivery._suspects.connection_ended([first, second], told=False)
    bench.delivery.turn()
    assert bench.topics() == []  # not at once, and none overtakes it
    bench.now_s = 3.0
    for expected in ([first], [second], [third]):
        bench.wire.sent.clear()
        bench.delivery.turn()
        assert [int(payload) for _, payload in bench.wire.sent] == expected
        bench.wire.answers = [Receipt(1, None)]


def test_nothing_is_tried_after_a_message_that_the_connection_did_not_take(bench: Bench) -> None:
    """That message may have been written and have ended the connection: no later one may take the blame."""
    bench.put(1)
    bench.mailbox.put_state("state", b"")
    bench.mailbox.put_passing(Passing("diagnosis", b"", False))
    bench.wire.broken = True
    bench.delivery.turn()
    bench.delivery.turn()
    assert bench.delivery.unconfirmed() == ["state"]


def test_a_missing_receipt_makes_the_connection_overdue(bench: Bench) -> None:
    bench.put(1)
    bench.delivery.turn()
    assert not bench.delivery.overdue
    bench.now_s = 31.0
    assert bench.delivery.overdue


def test_nothing_is_lost_when_the_wire_breaks_between_two_sends(bench: Bench) -> None:
    bench.put(1)
    bench.wire.broken = True
    bench.delivery.turn()
    assert bench.outbox.counts.waiting == 1
    bench.wire.broken = False
    bench.next_connection()
    bench.delivery.turn()
    assert "event" in bench.topics()


def test_passing_messages_are_dropped_and_counted_while_offline(bench: Bench) -> None:
    bench.mailbox.disconnected()
    bench.mailbox.put_passing(Passing("diagnosis", b"", False))
    bench.delivery.turn()
    assert bench.topics() == []
    assert bench.mailbox.dropped == 1


def test_passing_messages_never_pile_up(bench: Bench) -> None:
    for _ in range(100):
        bench.mailbox.put_passing(Passing("diagnosis", b"", False))
    assert bench.mailbox.dropped == 80
