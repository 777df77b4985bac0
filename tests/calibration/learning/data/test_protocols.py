from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calibration.learning.data.examples import Examples, RecordingEntry
from calibration.learning.data.protocols import PROTOCOLS, Fold, Protocol, find_fold, folds

LEAK_FREE = [protocol for protocol in PROTOCOLS if protocol != "random_window"]


def an_entry(
    label: int, load: float = 0.5, motor: str = "m", split: str = "train", windows: int = 3
) -> RecordingEntry:
    return RecordingEntry(
        seed=0,
        motor=motor,
        split=split,  # type: ignore[arg-type]
        conditions=("plain",),
        label=label,
        trainable=True,
        equivalent_bars=float(label),
        load=load,
        examples=windows,
        refused=0,
    )


def examples_of(entries: list[RecordingEntry]) -> Examples:
    recording = np.repeat(np.arange(len(entries)), [entry.examples for entry in entries])
    return Examples(
        images={},
        side=np.zeros((recording.size, 0), np.float32),
        label=np.array([entry.label for entry in entries])[recording],
        trainable=np.ones(recording.size, bool),
        recording=recording,
        length_s=np.full(recording.size, 8.0, np.float32),
    )


def a_bench(repetitions: int = 10) -> list[RecordingEntry]:
    """Five rotors, eight loads, as on the bench of the laboratory."""
    return [
        an_entry(label, load=0.1197 * step)
        for label in range(5)
        for step in range(1, 9)
        for _ in range(repetitions)
    ]


@st.composite
def recordings(draw: st.DrawFn) -> list[RecordingEntry]:
    """Recordings of many motors in three splits, of several loads, in any order and with windows or none."""
    entry = st.builds(
        an_entry,
        label=st.integers(0, 4),
        load=st.floats(0.03, 1.15),
        windows=st.integers(0, 4),
    )
    drawn = draw(st.lists(entry, min_size=4, max_size=40))
    must = [an_entry(0, load=load, windows=2) for load in (0.1, 0.5, 0.9, 0.5)]
    mixed = draw(st.permutations([*must, *drawn]))
    # The first six are of six motors and have windows, so that no split is empty.
    motors = [*range(6), *(draw(st.integers(0, 5)) for _ in mixed[6:])]
    least = [1] * 6 + [0] * len(mixed[6:])
    splits = ["train", "validation", "test"]
    return [
        replace(
            one,
            motor=f"m{motor}",
            site=f"s{motor}",
            split=splits[motor % 3],
            examples=max(one.examples, windows),
        )
        for one, motor, windows in zip(mixed, motors, least, strict=True)
    ]


@pytest.mark.parametrize("protocol", PROTOCOLS)
@settings(max_examples=30, deadline=None)
@given(entries=recordings(), seed=st.integers(0, 2**32))
def test_every_window_is_in_exactly_one_part(protocol: Protocol, entries, seed):
    examples = examples_of(entries)
    for fold in folds(protocol, entries, examples, seed):
        together = np.concatenate([fold.train, fold.validation, fold.test])
        np.testing.assert_array_equal(np.sort(together), np.arange(len(examples)))


@pytest.mark.parametrize("protocol", LEAK_FREE)
@settings(max_examples=30, deadline=None)
@given(entries=recordings(), seed=st.integers(0, 2**32))
def test_no_recording_is_in_two_parts(protocol: Protocol, entries, seed):
    examples = examples_of(entries)
    for fold in folds(protocol, entries, examples, seed):
        assert_apart(fold, examples.recording)


@settings(max_examples=30, deadline=None)
@given(entries=recordings(), seed=st.integers(0, 2**32))
def test_a_load_that_is_left_out_is_seen_nowhere_else_and_each_is_left_out_once(entries, seed):
    examples = examples_of(entries)
    load = np.array([entry.load_group for entry in entries])[examples.recording]
    made = folds("leave_one_load_out", entries, examples, seed)
    for fold in made:
        assert_apart(fold, load)
    tested = np.concatenate([fold.test for fold in made])
    np.testing.assert_array_equal(np.sort(tested), np.arange(len(examples)))


@settings(max_examples=30, deadline=None)
@given(entries=recordings(), seed=st.integers(0, 2**32))
def test_a_motor_that_is_left_out_is_seen_nowhere_else(entries, seed):
    examples = examples_of(entries)
    motors = np.array([entry.motor for entry in entries])[examples.recording]
    (fold,) = folds("leave_one_motor_out", entries, examples, seed)
    assert_apart(fold, motors)


@settings(max_examples=30, deadline=None)
@given(entries=recordings(), seed=st.integers(0, 2**32))
def test_a_site_that_is_left_out_is_seen_nowhere_else_and_each_is_left_out_once(entries, seed):
    examples = examples_of(entries)
    sites = np.array([entry.site for entry in entries])[examples.recording]
    made = folds("leave_one_site_out", entries, examples, seed)
    for fold in made:
        assert_apart(fold, sites)
    tested = np.concatenate([fold.test for fold in made])
    np.testing.assert_array_equal(np.sort(tested), np.arange(len(examples)))


def test_sites_that_are_too_few_or_unknown_are_told():
    entries = [replace(an_entry(0), site=site) for site in ("hall-1", "hall-2", "")]
    with pytest.raises(ValueError, match="3 examples of unknown ones; it takes three sites or more"):
        folds("leave_one_site_out", entries, examples_of(entries), seed=1)


def test_the_papers_protocol_has_the_papers_numbers_and_leaks():
    entries = [an_entry(0, windows=144) for _ in range(400)]
    entries[-1] = replace(entries[-1], examples=144 - 100)
    examples = examples_of(entries)
    (fold,) = folds("random_window", entries, examples, seed=1)
    assert fold.train.size + fold.validation.size == 47_500
    assert fold.test.size == 10_000
    assert set(examples.recording[fold.train]) == set(examples.recording[fold.test]) == set(range(400))


def test_every_class_and_load_of_a_bench_is_dealt_out_in_proportion():
    entries = a_bench()
    examples = examples_of(entries)
    (fold,) = folds("by_recording", entries, examples, seed=1)
    for part, expected in ((fold.train, 7), (fold.validation, 1), (fold.test, 2)):
        dealt = Counter((entries[i].label, entries[i].load_group) for i in set(examples.recording[part]))
        assert set(dealt.values()) == {expected}
        assert len(dealt) == 40


def test_a_bench_has_eight_loads_to_leave_out():
    entries = a_bench(repetitions=1)
    made = folds("leave_one_load_out", entries, examples_of(entries), seed=1)
    assert [fold.name for fold in made] == [f"load_{step}_of_8" for step in range(1, 9)]


@pytest.mark.parametrize("protocol", ["random_window", "by_recording"])
def test_the_seed_decides(protocol: Protocol):
    entries = a_bench()
    examples = examples_of(entries)
    (first,), (again,), (other,) = (folds(protocol, entries, examples, seed) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first.test, again.test)
    assert not np.array_equal(first.test, other.test)


@pytest.mark.parametrize(
    ("protocol", "entries"),
    [
        ("leave_one_motor_out", a_bench(1)),  # one motor only
        ("leave_one_load_out", [an_entry(k % 5) for k in range(20)]),  # one load only
        ("by_recording", [an_entry(0), an_entry(1)]),
    ],
)
def test_too_little_for_a_protocol_is_said(protocol: Protocol, entries):
    with pytest.raises(ValueError, match="each part needs some"):
        folds(protocol, entries, examples_of(entries), seed=1)


def assert_apart(fold: Fold, of_window) -> None:
    train, validation, test = (set(of_window[part]) for part in (fold.train, fold.validation, fold.test))
    assert len(train | validation | test) == len(train) + len(validation) + len(test)


def test_a_fold_is_found_by_name_or_number_and_a_wrong_one_is_told_from_which_there_are():
    some = [Fold(name, *3 * [np.zeros(1, np.int64)]) for name in ("load_1_of_8", "load_2_of_8")]
    assert find_fold(some, "leave_one_load_out", "1") is some[1]
    assert find_fold(some, "leave_one_load_out", "load_1_of_8") is some[0]
    with pytest.raises(ValueError, match="has no fold '2', but 0 to 1: load_1_of_8, load_2_of_8"):
        find_fold(some, "leave_one_load_out", "2")
