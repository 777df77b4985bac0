"""Looks and hours of the learning period, and whether they look broken."""

from collections import Counter
from collections.abc import Mapping, Sequence
from statistics import median

from edge_agent.baseline.look import Look
from edge_agent.baseline.reference import Reference, make_reference
from edge_agent.limits import BARS, BASELINE
from edge_agent.load_bins import NAMES

_KEPT_LOOKS = 400
"""Looks that are kept of a load bin at most. Judgement: their median is then sure to 6 % of the scatter, and
all bins fit into a file of half a megabyte."""
_MAX_BROKEN_SHARE = 0.5
"""Share of the looks in a load bin that may lie above a casting: the median is what is learned."""


class Collection:
    """Looks of a motor that is being learned.

    From time to time every second look of a full bin is dropped, and then only every second one is kept: the
    whole period stays represented.
    """

    def __init__(
        self, looks: Mapping[str, Sequence[Look]] | None = None, counts: Mapping[str, int] | None = None
    ):
        """Go on with what was collected before a restart; None for nothing."""
        self._looks = {name: list(own) for name, own in (looks or {}).items() if name in NAMES and own}
        self._counts = Counter(
            {name: max(len(own), (counts or {}).get(name, 0)) for name, own in self._looks.items()}
        )

    @property
    def looks(self) -> dict[str, list[Look]]:
        """Those that are kept, by load bin."""
        return self._looks

    @property
    def counts(self) -> dict[str, int]:
        """Looks that came, by load bin, from light to heavy."""
        return {name: self._counts[name] for name in NAMES if self._counts[name]}

    @property
    def most(self) -> int:
        """Looks in the bin that has most of them."""
        return max(self._counts.values(), default=0)

    def add(self, look: Look) -> None:
        """Take a look."""
        own = self._looks.setdefault(look.load_bin, [])
        if self._counts[look.load_bin] % self._stride(look.load_bin) == 0:
            own.append(look)
        self._counts[look.load_bin] += 1
        if len(own) >= _KEPT_LOOKS:
            del own[1::2]

    def _stride(self, load_bin: str) -> int:
        """Return how many looks come for each that is kept, a power of two."""
        stride = 1
        while self._counts[load_bin] >= _KEPT_LOOKS * stride:
            stride *= 2
        return stride

    def looks_broken(self, sound: bool) -> str | None:
        """Return why the looks may be those of a broken rotor; None if they are not.

        `sound` says that a person has examined the rotor: then its casting may be as rough as
        `BASELINE.own_casting`.
        """
        allowed = BASELINE.own_casting if sound else BARS.sound
        for name, own in self._looks.items():
            bars = median(look.bars for look in own)
            if len(own) >= BASELINE.min_looks and (
                bars > BASELINE.own_casting or not (sound or _is_sound(own))
            ):
                return f"at load {name} the rotor shows {bars:.2f} bars; up to {allowed:g} are learned"
        return None

    def reference(self) -> Reference | None:
        """Return what these looks say is normal; None if there are too few in every bin."""
        return make_reference(self._looks, self._counts)


def _is_sound(looks: Sequence[Look]) -> bool:
    """True if most looks are those of a sound casting, and their median is no alarm."""
    above = sum(look.above_casting for look in looks)
    return above <= _MAX_BROKEN_SHARE * len(looks) and median(look.bars for look in looks) < BARS.alarm
