"""Each state of the alarm is told once, and the last one always; whoever sees nothing for long is blind."""

from collections.abc import Collection
from dataclasses import replace

import pytest
from webhooks import (
    BROKEN,
    CLEARED,
    CLEARED_AGAIN,
    DANGER,
    HEALTHY,
    NO_SAMPLES,
    RAISED,
    RAISED_AGAIN,
    STARTING,
    a_diagnosis,
    a_latch,
    a_state,
    an_alarm,
    an_event,
)

from edge_agent.publish.documents import Document
from edge_agent.publish.payloads import payload_of
from edge_agent.publish.webhook.occasions import (
    BLIND_S,
    Memory,
    Notice,
    Occasions,
    memory_as_json,
    memory_from_json,
)
from edge_agent.verdict import Severity

ALL = ("alarm", "danger", "clear", "blind")
NONE_YET = an_alarm(None)


class Told:
    """Occasions whose clocks stand still until they are moved."""

    def __init__(self, on: Collection[str] = ALL, cooldown_s: float = 900.0) -> None:
        self.on, self.cooldown_s = on, cooldown_s
        self.now_s, self.host_s = 50.0, 1_800_000_000.0
        self.notices: list[Notice] = []
        self.memory: object = None
        self.restart()

    def restart(self, away_s: float = 0.0) -> None:
        """A new process, which knows what the one before it wrote with its last message."""
        self.now_s, self.host_s = 5.0, self.host_s + away_s
        self.occasions = Occasions(
            self.on,
            self.cooldown_s,
            memory_from_json(self.memory),
            lambda: self.now_s,
            lambda: self.host_s,
        )

    def take(self, *documents: Document) -> list[str]:
        """Take documents; return the occasions that were told with them."""
        before = len(self.notices)
        for document in documents:
            self.occasions.take(document)
            self.look()
        return [notice.occasion for notice in self.notices[before:]]

    def look(self) -> None:
        while (notice := self.occasions.due()) is not None:
            self.notices.append(notice)
            self.memory = memory_as_json(self.occasions.memory())

    def wait(self, seconds: float) -> list[str]:
        """Let time pass; return the occasions that were told because of it."""
        before = len(self.notices)
        self.now_s += seconds
        self.host_s += seconds
        self.look()
        return [notice.occasion for notice in self.notices[before:]]


def test_an_alarm_is_told_once_as_the_event_that_raised_it() -> None:
    told, event = Told(), an_event(17)
    assert told.take(NONE_YET, event, RAISED, RAISED, RAISED) == ["alarm"]
    assert told.notices == [Notice("alarm", "17", {"occasion": "alarm", **payload_of(event)})]


def test_the_whole_life_of_an_alarm_is_told_in_order() -> None:
    told, worse = Told(), an_event(21, replace(BROKEN, severity=Severity.DANGER))
    cleared = an_alarm(a_latch(21, severity=Severity.DANGER, cleared_unix_s=2000.0))
    assert told.take(an_event(17), RAISED, worse, DANGER, cleared) == ["alarm", "danger", "clear"]
    assert [notice.key for notice in told.notices] == ["17", "21", "21-clear"]
    assert told.notices[1].body == {"occasion": "danger", **payload_of(worse)}
    assert told.notices[2].body == {"occasion": "clear", **payload_of(cleared)}


def test_without_the_event_the_alarm_itself_is_told_under_its_number() -> None:
    told = Told()
    assert told.take(an_event(16), RAISED) == ["alarm"]
    assert told.notices == [Notice("alarm", "17", {"occasion": "alarm", **payload_of(RAISED)})]


def test_an_alarm_of_no_known_event_has_keys_of_its_own_for_each_occasion() -> None:
    told, latch = Told(), a_latch(None)
    told.take(
        an_alarm(latch),
        an_alarm(replace(latch, severity=Severity.DANGER)),
        an_alarm(replace(latch, cleared_unix_s=1.0)),
    )
    assert [notice.key for notice in told.notices] == ["1000000-alarm", "1000000-danger", "1000000-clear"]


@pytest.mark.parametrize(
    ("on", "occasions"),
    [
        (ALL, ["danger"]),
        (("alarm", "danger"), ["danger"]),
        (("alarm",), ["alarm"]),
        (("clear", "blind"), []),
    ],
)
def test_a_danger_from_the_start_is_told_once_in_the_strongest_word_that_is_wanted(
    on: tuple[str, ...], occasions: list[str]
) -> None:
    assert Told(on).take(NONE_YET, DANGER) == occasions


def test_only_wanted_occasions_are_told() -> None:
    assert Told(("clear",)).take(NONE_YET, RAISED, DANGER, CLEARED) == ["clear"]
    assert Told(("danger",)).take(NONE_YET, RAISED, DANGER, CLEARED) == ["danger"]
    assert Told(("alarm",)).take(NONE_YET, RAISED, DANGER, CLEARED) == ["alarm"]


def test_an_alarm_that_was_cleared_before_the_webhook_was_there_is_not_told() -> None:
    told = Told()
    assert told.take(CLEARED, CLEARED) == []
    assert told.take(RAISED_AGAIN) == ["alarm"]


def test_confirmations_and_acknowledgements_are_no_occasions() -> None:
    told = Told()
    told.take(RAISED)
    assert told.take(an_alarm(a_latch(confirmed_unix_s=5000.0))) == []
    assert told.wait(10_000.0) == []


def test_within_the_cooldown_a_new_alarm_waits_and_is_told_if_it_still_stands() -> None:
    told = Told(cooldown_s=900.0)
    assert told.take(RAISED, CLEARED) == ["alarm", "clear"]
    assert told.wait(100.0) == []
    assert told.take(RAISED_AGAIN) == []
    assert told.wait(799.0) == []
    assert told.wait(2.0) == ["alarm"]
    assert told.notices[-1].key == "40"
    assert told.wait(10_000.0) == []


def test_the_event_of_an_alarm_that_waited_is_told_though_others_came_after_it() -> None:
    told = Told()
    told.take(RAISED, CLEARED)
    event = an_event(40)
    told.take(event, RAISED_AGAIN, an_event(41, NO_SAMPLES), RAISED_AGAIN)
    assert told.wait(900.0) == ["alarm"]
    assert told.notices[-1].body == {"occasion": "alarm", **payload_of(event)}


def test_of_an_alarm_that_came_and_went_within_the_cooldown_the_end_is_told_when_that_is_over() -> None:
    told = Told()
    told.take(RAISED)
    assert told.wait(800.0) == []
    assert told.take(CLEARED) == ["clear"]
    assert told.take(RAISED_AGAIN, CLEARED_AGAIN) == []
    assert told.wait(899.0) == []
    assert told.wait(1.0) == ["clear"]
    assert told.notices[-1].key == "40-clear"


def test_a_danger_is_told_though_the_alarm_before_it_still_waits() -> None:
    told = Told()
    told.take(RAISED, CLEARED)
    worse = an_alarm(a_latch(44, since_unix_s=3000.0, severity=Severity.DANGER))
    assert told.take(RAISED_AGAIN, worse) == ["danger"]
    assert told.wait(10_000.0) == []


def test_without_a_cooldown_everything_is_told_at_once() -> None:
    told = Told(cooldown_s=0.0)
    assert told.take(RAISED, CLEARED, RAISED_AGAIN, CLEARED_AGAIN) == ["alarm", "clear"] * 2


def test_a_restart_repeats_no_alarm() -> None:
    told = Told()
    told.take(RAISED)
    told.restart(away_s=86_400.0)
    assert told.take(RAISED, RAISED) == []
    assert told.wait(10_000.0) == []


def test_an_alarm_that_ended_while_nobody_could_tell_is_told_after_the_restart() -> None:
    told = Told()
    told.take(RAISED)
    told.restart()
    assert told.take(CLEARED) == ["clear"]
    told.restart(away_s=86_400.0)
    assert told.take(CLEARED, RAISED_AGAIN) == ["alarm"]


def test_the_cooldown_goes_on_over_a_restart() -> None:
    told = Told()
    told.take(RAISED, CLEARED)
    told.restart(away_s=300.0)
    assert told.take(CLEARED, RAISED_AGAIN) == []
    assert told.wait(599.0) == []
    assert told.wait(1.0) == ["alarm"]


def test_a_clock_that_was_set_back_does_not_make_the_cooldown_longer_than_it_is() -> None:
    told = Told()
    told.take(RAISED, CLEARED)
    told.restart(away_s=-1_000_000.0)
    assert told.take(RAISED_AGAIN) == []
    assert told.wait(900.0) == ["alarm"]


def test_whoever_gets_no_verdict_for_15_minutes_is_blind_and_it_is_told_once() -> None:
    told, state = Told(), a_state(NO_SAMPLES)
    told.take(a_state(STARTING), a_diagnosis())
    assert told.wait(BLIND_S - 1) == []
    assert told.take(state) == []
    assert told.wait(1.0) == ["blind"]
    assert told.notices == [Notice("blind", None, {"occasion": "blind", **payload_of(state)})]
    assert told.wait(1_000_000.0) == []


@pytest.mark.parametrize(("verdict", "occasions"), [(HEALTHY, []), (STARTING, []), (NO_SAMPLES, ["blind"])])
def test_windows_count_as_verdicts_unless_their_samples_are_missing(verdict, occasions: list[str]) -> None:
    told = Told()
    told.take(a_state())
    told.wait(BLIND_S - 1)
    told.take(a_diagnosis(verdict))
    assert told.wait(1.0) == occasions


def test_a_second_blindness_within_the_cooldown_is_told_when_that_is_over() -> None:
    told = Told(cooldown_s=3600.0)
    told.take(a_state())
    assert told.wait(BLIND_S) == ["blind"]
    told.take(a_diagnosis())
    assert told.wait(BLIND_S) == []
    assert told.wait(3600.0 - BLIND_S) == ["blind"]


def test_a_restart_gives_the_source_15_minutes_again() -> None:
    told = Told()
    told.take(a_state())
    told.wait(BLIND_S)
    told.restart(away_s=BLIND_S)
    told.take(a_state())
    assert told.wait(BLIND_S - 1) == []
    assert told.wait(1.0) == ["blind"]


@pytest.mark.parametrize("content", [None, 3, {"alarm": "x"}, {"told_unix_s": {"alarm": "soon"}}])
def test_what_is_no_memory_is_an_empty_one(content: object) -> None:
    assert memory_from_json(content) == Memory()


def test_an_occasion_that_is_wanted_later_is_told_with_the_next_word_of_the_alarm() -> None:
    told = Told(on=("clear",))
    assert told.take(an_event(17), RAISED) == []
    told.occasions.reload(("alarm", "clear"), 900.0)
    assert told.take(RAISED, RAISED) == ["alarm"]
    told.occasions.reload(("alarm", "danger"), 900.0)
    assert told.take(RAISED, RAISED) == []
    told.occasions.reload(("clear",), 900.0)
    assert told.take(CLEARED) == ["clear"]


def test_another_cooldown_counts_from_what_was_told() -> None:
    told = Told()
    assert told.take(RAISED, CLEARED, RAISED_AGAIN) == ["alarm", "clear"]
    told.occasions.reload(ALL, 60.0)
    assert told.wait(59.0) == []
    assert told.wait(2.0) == ["alarm"]
