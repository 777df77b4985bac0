"""The learning period of the conditions: values of healthy windows, until the hours are enough."""

import cmath
from collections.abc import Mapping

from edge_agent.conditions.normal import Normal, Quantities, bins_of, normal_of

_KEPT_VALUES = 48
"""Values that are kept of a quantity in a load bin at most. Judgement: their median is sure to a fifth of the
spread, and thirty quantities in eight bins fit into a file of a megabyte."""


class Learning:
    """Collects what healthy windows show.

    From time to time every second value of a full bin is dropped, and then only every second one is kept: the
    whole period stays represented.
    """

    def __init__(self, hours: float = 0.0, kept: Mapping[str, Mapping[str, list[complex]]] | None = None):
        """Go on after `hours` with what was collected before a restart."""
        self.hours = hours
        """Running hours so far."""
        self.kept = {
            name: {load: list(own) for load, own in bins.items()} for name, bins in (kept or {}).items()
        }
        """Values by quantity and load bin."""
        self._strides: dict[tuple[str, str], int] = {}
        self._skipped: dict[tuple[str, str], int] = {}

    def take(self, quantities: Quantities, load: float | None) -> None:
        """Take what a healthy window shows; what is no finite number is left out."""
        for name, value in quantities.items():
            if cmath.isfinite(complex(value)):
                for load_bin in bins_of(load):
                    self._add(name, load_bin, complex(value))

    def normal(self) -> Normal:
        """Return what is normal by what was collected so far."""
        return normal_of(self.kept, self.hours)

    def _add(self, name: str, load_bin: str, value: complex) -> None:
        key = (name, load_bin)
        skipped = self._skipped.get(key, 0) + 1
        if skipped < self._strides.get(key, 1):
            self._skipped[key] = skipped
            return
        self._skipped[key] = 0
        own = self.kept.setdefault(name, {}).setdefault(load_bin, [])
        own.append(value)
        if len(own) >= _KEPT_VALUES:
            del own[1::2]
            self._strides[key] = 2 * self._strides.get(key, 1)
