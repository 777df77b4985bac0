"""States are held for each connection; passing messages are sent now or never."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_agent.publish.mqtt.mailbox import _MAX_PASSING, Mailbox, Passing


def a_message(number: int, topic: str = "topic") -> Passing:
    return Passing(topic, b"%d" % number, retain=False)


def an_online_mailbox() -> Mailbox:
    mailbox = Mailbox()
    mailbox.connected()
    return mailbox


def taken(mailbox: Mailbox) -> list[Passing]:
    messages = []
    while (message := mailbox.take_passing()) is not None:
        messages.append(message)
    return messages


def states(mailbox: Mailbox) -> dict[str, bytes]:
    said = []
    while (state := mailbox.take_state()) is not None:
        said.append(state)
    assert len(said) == len(dict(said))
    return dict(said)


def test_a_new_mailbox_has_nothing_to_say() -> None:
    mailbox = Mailbox()
    assert mailbox.take_state() is None
    assert mailbox.take_passing() is None
    assert (mailbox.unsaid, mailbox.dropped) == (frozenset(), 0)


@given(st.lists(st.tuples(st.sampled_from("abc"), st.binary(max_size=3))))
def test_only_the_newest_state_of_each_topic_is_said_and_only_once(puts: list[tuple[str, bytes]]) -> None:
    mailbox = Mailbox()
    for topic, payload in puts:
        mailbox.put_state(topic, payload)
    assert mailbox.unsaid == dict(puts).keys()
    assert states(mailbox) == dict(puts)
    assert mailbox.unsaid == frozenset()


def test_each_connection_says_all_states_again() -> None:
    mailbox = Mailbox()
    mailbox.put_state("a", b"1")
    mailbox.put_state("b", b"2")
    mailbox.connected()
    assert states(mailbox) == {"a": b"1", "b": b"2"}
    mailbox.disconnected()
    assert mailbox.take_state() is None
    mailbox.put_state("b", b"3")
    mailbox.connected()
    assert states(mailbox) == {"a": b"1", "b": b"3"}


def test_states_are_said_in_the_order_of_their_topics_first_states() -> None:
    mailbox = Mailbox()
    for topic, payload in (("b", b"1"), ("a", b"2"), ("b", b"3")):
        mailbox.put_state(topic, payload)
    mailbox.connected()
    assert list(states(mailbox)) == ["b", "a"]


def test_all_states_are_said_again_when_it_is_time_and_then_no_more() -> None:
    now_s = [0.0]
    mailbox = Mailbox(lambda: now_s[0])
    mailbox.put_state("b", b"1")
    mailbox.put_state("a", b"2")
    states(mailbox)
    mailbox.say_again(3.0)
    mailbox.say_again(5.0)  # the first one counts
    now_s[0] = 2.9
    assert states(mailbox) == {}
    now_s[0] = 3.0
    assert list(states(mailbox)) == ["b", "a"]
    now_s[0] = 9.0
    assert states(mailbox) == {}


def test_an_empty_state_is_forgotten_when_the_broker_has_it_and_any_other_is_not() -> None:
    mailbox = Mailbox()
    mailbox.put_state("gone", b"")
    mailbox.put_state("here", b"1")
    mailbox.confirmed("gone")  # of an earlier message: this one is not yet said
    assert mailbox.holds("gone")
    states(mailbox)
    for topic in ("gone", "here", "never"):
        mailbox.confirmed(topic)
    mailbox.connected()
    assert states(mailbox) == {"here": b"1"}
    assert (mailbox.holds("gone"), mailbox.holds("here")) == (False, True)


def test_a_state_that_was_put_while_offline_is_still_to_be_said() -> None:
    mailbox = an_online_mailbox()
    mailbox.disconnected()
    mailbox.put_state("a", b"1")
    assert mailbox.unsaid == {"a"}
    assert mailbox.dropped == 0


def test_a_state_whose_topic_is_not_ready_stays() -> None:
    mailbox = Mailbox()
    mailbox.put_state("a", b"1")
    mailbox.put_state("b", b"2")
    assert mailbox.take_state(lambda topic: topic == "b") == ("b", b"2")
    assert mailbox.take_state(lambda topic: topic == "b") is None
    assert mailbox.unsaid == {"a"}


def test_what_was_seen_of_the_unsaid_topics_does_not_change_later() -> None:
    mailbox = Mailbox()
    mailbox.put_state("a", b"1")
    seen = mailbox.unsaid
    mailbox.take_state()
    assert seen == {"a"}


def test_a_passing_message_is_dropped_before_the_first_connection() -> None:
    mailbox = Mailbox()
    mailbox.put_passing(a_message(1))
    mailbox.connected()
    assert mailbox.take_passing() is None
    assert mailbox.dropped == 1


def test_a_lost_connection_drops_all_that_waited() -> None:
    mailbox = an_online_mailbox()
    for number in range(3):
        mailbox.put_passing(a_message(number))
    mailbox.disconnected()
    mailbox.put_passing(a_message(3))
    mailbox.connected()
    assert taken(mailbox) == []
    assert mailbox.dropped == 4


def test_passing_messages_leave_in_the_order_in_which_they_came() -> None:
    mailbox = an_online_mailbox()
    messages = [a_message(number, topic) for number, topic in enumerate("abab")]
    for message in messages:
        mailbox.put_passing(message)
    assert taken(mailbox) == messages
    assert mailbox.dropped == 0


@pytest.mark.parametrize(("puts", "dropped"), [(_MAX_PASSING, 0), (_MAX_PASSING + 1, 1)])
def test_the_oldest_messages_stay_where_too_many_wait(puts: int, dropped: int) -> None:
    mailbox = an_online_mailbox()
    for number in range(puts):
        mailbox.put_passing(a_message(number))
    assert mailbox.dropped == dropped
    assert taken(mailbox) == [a_message(number) for number in range(_MAX_PASSING)]


def test_a_message_that_was_taken_makes_room_for_another() -> None:
    mailbox = an_online_mailbox()
    for number in range(_MAX_PASSING):
        mailbox.put_passing(a_message(number))
    mailbox.take_passing()
    mailbox.put_passing(a_message(99))
    assert mailbox.dropped == 0
    assert taken(mailbox)[-1] == a_message(99)


def test_a_passing_message_whose_topic_is_not_ready_is_overtaken_and_stays() -> None:
    mailbox = an_online_mailbox()
    first, second = a_message(1, "slow"), a_message(2, "fast")
    mailbox.put_passing(first)
    mailbox.put_passing(second)
    assert mailbox.take_passing(lambda topic: topic != "slow") == second
    assert mailbox.take_passing(lambda topic: topic != "slow") is None
    assert taken(mailbox) == [first]


def test_equal_messages_are_sent_as_often_as_they_were_put() -> None:
    mailbox = an_online_mailbox()
    mailbox.put_passing(a_message(1))
    mailbox.put_passing(a_message(1))
    assert len(taken(mailbox)) == 2


def test_dropping_a_topic_keeps_the_others_in_their_order_and_is_counted() -> None:
    mailbox = an_online_mailbox()
    for number, topic in enumerate("abacb"):
        mailbox.put_passing(a_message(number, topic))
    mailbox.drop_passing("a")
    mailbox.drop_passing("unknown")
    assert mailbox.dropped == 2
    assert [message.payload for message in taken(mailbox)] == [b"1", b"3", b"4"]


@given(st.lists(st.sampled_from(["put", "take", "connected", "disconnected", "drop"]), max_size=80))
def test_every_passing_message_is_either_taken_or_dropped_or_still_waits(steps: list[str]) -> None:
    mailbox, puts, takes = Mailbox(), 0, 0
    for step in steps:
        if step == "put":
            mailbox.put_passing(a_message(puts))
            puts += 1
        elif step == "take":
            takes += mailbox.take_passing() is not None
        elif step == "drop":
            mailbox.drop_passing("topic")
        else:
            getattr(mailbox, step)()
    waiting = len(taken(mailbox))
    assert takes + waiting + mailbox.dropped == puts
