"""What a window may lack, taken from its tokens: its normal, its bearing, two of three phases, a modality."""

from collections.abc import Mapping

import torch
from torch import Tensor

from calibration.learning.conditions.tokens import GROUPS

Tokens = Mapping[str, Tensor]
"""By group (n, tokens, features)."""
_COMB = (*range(48, 96),)
"""Features of `envelope` that say where the parts of the bearing strike (`tokens._envelope`): rows 3 to 5 of
16 each."""
_SHARES = {"course": (*range(6, 10), *range(12, 16)), "line": (*range(5, 11),)}
"""Features that hold the negative sequence and its change (`tokens._course`, `tokens._line`)."""
_ONE_PHASE, _SIZES, _NORMAL_KNOWN = 2, (7, 10), 12
"""Features of `line`: 1 with one phase, size of the negative sequence and of its change, 1 with a normal."""
_NO_SIZE = -1.0
"""What the size of a negative sequence of zero is: log10 of 0.001, plus 2."""


def without_normal(tokens: Tokens, hidden: Tensor) -> dict[str, Tensor]:
    """Return tokens of which `hidden` (n,) windows have no normal to compare with."""
    return {
        name: _without(own, hidden, range(GROUPS[name].own, GROUPS[name].features))
        for name, own in tokens.items()
    }


def without_geometry(tokens: Tokens, hidden: Tensor) -> dict[str, Tensor]:
    """Return tokens of which `hidden` (n,) windows are of a bearing of unknown geometry."""
    return {**tokens, "envelope": _without(tokens["envelope"], hidden, _COMB)}


def as_one_phase(tokens: Tokens, hidden: Tensor) -> dict[str, Tensor]:
    """Return tokens of which `hidden` (n,) windows show one phase, and so no negative sequence."""
    changed = {name: _without(tokens[name], hidden, features) for name, features in _SHARES.items()}
    line = changed["line"]
    line[hidden, :, _ONE_PHASE] = 1.0
    line[hidden, :, _SIZES[0]] = _NO_SIZE
    line[hidden, :, _SIZES[1]] = _NO_SIZE * line[hidden, :, _NORMAL_KNOWN]
    return {**tokens, **changed}


def without_modality(there: Mapping[str, Tensor], modality: str, hidden: Tensor) -> dict[str, Tensor]:
    """Return which groups are there, by name (n,), when `hidden` (n,) windows lack a modality."""
    return {name: own & ~hidden if GROUPS[name].modality == modality else own for name, own in there.items()}


def _without(own: Tensor, hidden: Tensor, features: range | tuple[int, ...]) -> Tensor:
    """Return tokens (n, tokens, features) of which some features of `hidden` windows are zero."""
    cleared = torch.zeros(own.shape[-1], dtype=torch.bool)
    cleared[list(features)] = True
    return torch.where(hidden[:, None, None] & cleared, 0.0, own)
