"""Classes of recordings, and the split of motors."""

import pytest

from calibration.learning.data.labels import deal_motors, label_of, split_motors


@pytest.mark.parametrize(
    ("broken", "equivalent", "label", "trainable"),
    [
        (0, 0.02, 0, True),
        (0, 0.45, 0, True),  # a rough casting is still a sound rotor
        (0, 1.3, 1, True),  # a cracked end ring is not
        (1, 0.97, 1, True),
        (1, 0.45, 0, False),
        (2, 0.1, 0, True),  # two bars that cancel each other cannot be seen
        (2, 0.65, 1, True),
        (3, 2.6, 3, True),
        (4, 5.2, 4, True),
    ],
)
def test_classes_count_what_the_sidebands_can_show(broken, equivalent, label, trainable):
    assert label_of(broken, equivalent) == (label, trainable)


def test_a_motor_is_in_one_split_only_and_always_the_same():
    motors = [f"m{i}" for i in range(40)] * 3
    splits = split_motors(motors, seed=1)
    assert splits == split_motors(reversed(motors), seed=1)
    assert splits != split_motors(motors, seed=2)
    assert sorted(splits.values()) == ["train"] * 34 + ["validation"] * 6


def test_motors_of_files_are_dealt_out_to_all_splits_or_not_at_all():
    dealt = deal_motors([f"m{i}" for i in range(10)] * 2, seed=1)
    assert sorted(dealt.values()) == ["test"] * 2 + ["train"] * 7 + ["validation"]
    assert sorted(deal_motors("abc", seed=1).values()) == ["test", "train", "validation"]
    assert set(deal_motors("ab", seed=1).values()) == {"train"}
