from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from edge_agent.diagnose.reasons import Reasons, reason_of
from edge_agent.limits import STATE
from edge_agent.verdict import Evidence, Fault, Finding, Reason, Refusal, State

SHOWN = {"l": Reason.LOAD_TOO_LOW, "u": Reason.UNSTEADY, "s": Reason.SPEED_UNKNOWN}


def refused(reason, value=0.0):
    refusal = Refusal(reason, "x", value, 1.0)
    return Finding(fault=Fault.BROKEN_BARS, state=State.INDETERMINATE, refusal=refusal, evidence=Evidence())


def told(letters, step_s=2.0):
    """The reasons that stand after windows with these reasons, one letter each."""
    reasons, standing, found = Reasons(), None, []
    for number, letter in enumerate(letters):
        standing = reason_of(reasons.take(refused(SHOWN[letter]), number * step_s, standing))
        found.append(standing)
    return "".join(next(k for k, reason in SHOWN.items() if reason is own) for own in found)


def test_the_first_reason_is_told_at_once():
    assert told("l") == "l"


def test_a_load_step_among_windows_that_have_another_reason_changes_nothing():
    assert told("s" * 60 + "u" * 7 + "s" * 60) == "s" * 127


def test_reasons_of_loads_that_take_turns_do_not_take_turns():
    assert set(told(("s" * 30 + "l" * 20) * 20)) == {"s"}
    assert told("ul" * 200).count("ul") <= 1


def test_a_reason_that_lasts_is_told_after_a_minute_and_a_half():
    after = told("s" * 100 + "u" * 60)
    assert 30 <= after.index("u") - 100 <= 45
    assert "s" not in after[after.index("u") :]


def test_windows_that_come_seldom_are_counted_three_at_least():
    assert told("ssssuuu", step_s=400.0) == "ssssssu"


def test_the_newest_window_of_the_reason_is_returned():
    reasons = Reasons()
    for number in range(5):
        newest = refused(Reason.SPEED_UNKNOWN, float(number))
        reasons.take(newest, 2.0 * number, Reason.SPEED_UNKNOWN)
    assert reasons.take(refused(Reason.UNSTEADY), 10.0, Reason.SPEED_UNKNOWN) is newest


def counted(letters, step_s):
    """The reasons that stand, by counting all windows that are kept."""
    standing, kept, found = None, [], []
    for number, letter in enumerate(letters):
        kept.append((number * step_s, SHOWN[letter]))
        while len(kept) > STATE.patience_windows and kept[0][0] <= number * step_s - STATE.reason_s:
            kept.pop(0)
        counts = Counter(reason for _, reason in kept)
        reason, most = counts.most_common(1)[0]
        if counts[standing] == 0 or most >= max(STATE.patience_windows, STATE.reason_lead * counts[standing]):
            standing = reason
        found.append(standing)
    return "".join(next(k for k, reason in SHOWN.items() if reason is own) for own in found)


@given(st.text("lus", min_size=1, max_size=200), st.sampled_from([0.5, 2.0, 30.0, 500.0]))
def test_the_reason_is_that_of_counting_all_windows(letters, step_s):
    assert told(letters, step_s) == counted(letters, step_s)


@given(st.text("lus", min_size=1, max_size=200), st.sampled_from([0.5, 2.0, 30.0, 500.0]))
def test_a_reason_that_is_told_was_seen_and_a_lone_one_is_told(letters, step_s):
    after = told(letters, step_s)
    assert all(own in letters[: number + 1] for number, own in enumerate(after))
    assert told(letters + "l" * 200, step_s)[-1] == "l"


def test_forgotten_windows_count_no_more():
    reasons = Reasons()
    for number in range(50):
        reasons.take(refused(Reason.SPEED_UNKNOWN), 2.0 * number, Reason.SPEED_UNKNOWN)
    reasons.forget()
    new = refused(Reason.UNSTEADY)
    assert reasons.take(new, 102.0, Reason.LOST_SAMPLES) is new
