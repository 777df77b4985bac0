"""Judgements of a few recordings, right and wrong."""

from dataclasses import replace

import numpy as np
from small_dataset import an_entry

from calibration.learning.judging.assessment import Judgement


def a_judgement(label: int, named: int, load: float = 0.75, **changes) -> Judgement:
    """A recording with so many bars, of which the model names that many with 80 % certainty."""
    probabilities = np.full(5, 0.05)
    probabilities[named] = 0.8
    entry = replace(an_entry(label, label, label), load=load, **changes)
    return Judgement(entry, probabilities, called_broken=named > 0)


JUDGEMENTS = [
    a_judgement(0, 0),
    a_judgement(0, 2, load=0.1, conditions=("load_oscillation",)),
    a_judgement(1, 1, load=0.3),
    a_judgement(3, 4, load=0.9),
    a_judgement(4, 0, load=0.1),
]
