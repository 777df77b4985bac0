"""Windows of made-up motors, in which some tokens give a condition away."""

import numpy as np

from calibration.learning.conditions.examples import Examples
from calibration.learning.conditions.heads import HEADS
from calibration.learning.conditions.tokens import GROUPS
from calibration.simulator.graded import CONDITIONS

PLANTED = ("asymmetry", "unbalance")
"""Heads whose conditions show: in the token of the line, and in the first token of the orders."""


def some_examples(motors: int, each: int = 4, seed: int = 0, first_motor: int = 0) -> Examples:
    random = np.random.default_rng(seed)
    count, heads = motors * each, list(HEADS)
    truth = random.random((count, len(heads))) < 0.3
    shapes = {name: (count, group.tokens, group.features) for name, group in GROUPS.items()}
    tokens = {name: random.normal(0.0, 0.3, shape).astype(np.float16) for name, shape in shapes.items()}
    for head, group in zip(PLANTED, ("line", "orders"), strict=True):
        tokens[group][:, 0] += 2 * truth[:, heads.index(head), np.newaxis].astype(np.float16)
    return Examples(
        motor=np.repeat(first_motor + np.arange(motors), each),
        length_s=np.full(count, 2.0, np.float32),
        truth=truth,
        named=np.where(truth, random.random(truth.shape) < 0.5, random.random(truth.shape) < 0.1),
        sizes=np.zeros((count, len(CONDITIONS)), np.float32),
        disturbed=np.arange(count) % 2 == 0,
        tokens=tokens,
        there={name: np.ones(count, bool) for name in GROUPS},
    )
