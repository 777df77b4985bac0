"""Broken bars or axial ducts: what looks at many loads tell together, over hours and restarts.

A rotor with as many axial ducts as poles shows a pair of sidebands from its first day, like a broken bar. No
single window can tell them apart; the loads of some hours can (`duct_law`). Once they rule out bars alone,
and make a sound cage likelier than a broken bar beside the iron (`duct_odds`), windows that show no more than
the iron makes are refused as `rotor_ducts`. Windows that show more pass as before, and so do all windows as
long as nothing is proven.
"""

import logging
import math
import time
from collections.abc import Callable
from dataclasses import astuple, dataclass, replace
from enum import StrEnum
from statistics import median, stdev

from edge_agent.diagnose.duct_law import Laws, Point, read_laws
from edge_agent.diagnose.duct_odds import odds_of_a_bar
from edge_agent.limits import BARS, DUCTS, SIDEBANDS
from edge_agent.motor import Nameplate
from edge_agent.refusals import of_bars
from edge_agent.signals.sidebands.equivalent_bars import bend
from edge_agent.state_file import StateFile
from edge_agent.verdict import Refusal, State, Verdict

_LOG = logging.getLogger(__name__)
FILE_VERSION = 1
"""Version of the file's content."""
_SLIP_STEP = math.log(1.15)
"""Width of a group of looks at about the same slip, logarithmic. Judgement: bars of iron change by 15 % at
most within it."""
_LOOKS_KEPT = 8
"""Latest looks of each group that are kept. Judgement: a rotor that changes has replaced them in minutes."""
_READ_EVERY_S = 30.0
"""The laws are fitted this often at most, s: a fit takes as long as a window's analysis."""
_WRITTEN_EVERY_S = 600.0
"""The file is written this often at most, s, unless the answer changes: memory cards wear (judgement)."""
_CHANGE = (0.25, 0.1)
"""Relative and absolute change of the bars at one slip beyond which a look does not fit. Judgement: heat and
the error of a window stay well below."""
_MEASURED = frozenset(
    (rule.reason, rule.quantity)
    for rule in (of_bars.BETWEEN, of_bars.NETWORK_CONTRADICTS, of_bars.UNLIKE_TRAINING)
)
"""Refusals of windows whose bars were measured all the same: they lie between, or the network objects."""


class Sweep(StrEnum):
    """What the loads together tell."""

    NOT_YET = "not_yet"
    BARS = "bars"
    DUCTS = "ducts"
    BARS_BESIDE_DUCTS = "bars_beside_ducts"


@dataclass(frozen=True, slots=True)
class Look:
    """The bars of one window."""

    slip: float
    """At which slip."""
    bars: float
    """Equivalent bars."""
    noise: float
    """Their standard deviation by the noise of this window."""
    load: float
    """Per unit."""

    @property
    def group(self) -> int:
        """Number of its group: looks at about the same slip."""
        return math.floor(math.log(self.slip) / _SLIP_STEP)


class LoadSweep:
    """Collects looks over the loads of one motor; says when ducts make the sidebands."""

    def __init__(
        self, nameplate: Nameplate, file: StateFile | None, clock: Callable[[], float] = time.time
    ) -> None:
        """Go on with the looks of `file`, if they are of this plate; without a file begin anew."""
        self._plate = nameplate.model_dump(mode="json")
        self._file = file
        self._clock = clock
        self._groups: dict[int, list[Look]] = {}
        self._odd: list[Look] = []
        self._end_s = self._read_s = -math.inf
        self._written_s = clock()
        self.tells = Sweep.NOT_YET
        """What all looks so far tell."""
        self.laws: Laws | None = None
        """The fit behind it; None as long as the loads do not differ enough."""
        self.proof: Refusal | None = None
        """What the newest window's bars are, if with it ducts are proven; None otherwise."""
        self._load()

    def explain(self, verdict: Verdict, start_s: float, end_s: float) -> Verdict:
        """Take a window's verdict; return it, or a refusal if the rotor's ducts make what it shows.

        `start_s` and `end_s` lie on the time axis of the samples, which never turns back.
        """
        self.proof = None
        before = self.tells
        if start_s >= self._end_s and _is_a_look(verdict):
            self._end_s = end_s
            self._take(_look_of(verdict))
            if end_s - self._read_s >= _READ_EVERY_S:
                self._read_s = end_s
                self._settle()
        if self.laws is None:
            return verdict
        if self.tells is Sweep.BARS_BESIDE_DUCTS and verdict.state is State.HEALTHY:
            return _refused(verdict, of_bars.HIDDEN_BY_DUCTS.refuse(self.laws.bars))
        slip, bars = verdict.evidence.slip, verdict.evidence.equivalent_bars or 0.0
        if self.tells is Sweep.DUCTS and slip:
            own = DUCTS.over_law * self.laws.best.at(slip, bend(verdict.evidence.load or 0.0))
            by_ducts = of_bars.MADE_BY_DUCTS.refuse(bars, own)
            self.proof = by_ducts if before is not Sweep.DUCTS else None
            if verdict.faulty and bars <= own:
                return _refused(verdict, by_ducts)
        return verdict

    def begin_run(self) -> None:
        """Note that the time axis of the samples begins anew."""
        self._end_s = self._read_s = -math.inf

    def _take(self, look: Look) -> None:
        """Add a look to its group; begin anew if the rotor is another one than before."""
        group = self._groups.setdefault(look.group, [])
        if len(group) >= DUCTS.min_looks and _differs(look, group):
            self._odd.append(look)
            if len(self._odd) >= DUCTS.changed_looks:
                self._begin_anew()
            return
        self._odd.clear()
        group.append(look)
        del group[:-_LOOKS_KEPT]

    def _begin_anew(self) -> None:
        _LOG.warning("the rotor's sidebands have changed: the load sweep begins anew")
        odd, self._odd, self._groups = self._odd, [], {}
        for look in odd:
            self._groups.setdefault(look.group, []).append(look)
        self.tells, self.laws = Sweep.NOT_YET, None
        self._write()

    def _settle(self) -> None:
        """Read what the looks tell by now, and say and write it if that is new."""
        points = [_point(looks) for looks in self._groups.values() if len(looks) >= DUCTS.min_looks]
        before = self.tells
        self.laws = read_laws(points) if _differ_enough(points) else None
        self.tells = Sweep.NOT_YET if self.laws is None else tell(self.laws, points, before)
        if self.tells is not before:
            _LOG.info("load sweep: %s", self.in_words())
        if self.tells is not before or self._clock() - self._written_s >= _WRITTEN_EVERY_S:
            self._write()

    def in_words(self) -> str:
        """Return what the loads tell in one line, with the figures behind it."""
        if self.laws is None:
            return "the loads seen so far do not differ enough"
        low, high = self.laws.slope_interval
        least, most = self.laws.bars_interval
        return (
            f"{self.tells}; equivalent bars go with the slip to the power of {self.laws.slope:.2f} "
            f"({low:.2f} to {high:.2f}); {self.laws.bars:.2f} of them ({least:.2f} to {most:.2f}) are bars"
        )

    def _write(self) -> None:
        self._written_s = self._clock()
        if self._file is not None:
            looks = [list(astuple(look)) for group in self._groups.values() for look in group]
            self._file.write({"plate": self._plate, "tells": str(self.tells), "looks": looks})

    def _load(self) -> None:
        kept = None if self._file is None else self._file.read_as(_kept)
        if kept is None:
            return
        plate, tells, looks = kept
        if plate != self._plate:
            _LOG.info("the plate has changed: the load sweep begins anew")
            return
        for look in looks:
            self._groups.setdefault(look.group, []).append(look)
        self.tells = tells
        self._settle()


def _kept(content: dict[str, object]) -> tuple[object, Sweep, list[Look]]:
    """Return plate, answer and looks of the file's content; raises ValueError if it cannot be one."""
    rows = content.get("looks")
    if not isinstance(rows, list):
        raise ValueError("looks must be a list")
    return content.get("plate"), Sweep(str(content.get("tells"))), [_look(row) for row in rows]


def _look(row: object) -> Look:
    """Return a look of the file; raises ValueError if it cannot be one."""
    try:
        look = Look(*(float(value) for value in row))  # type: ignore[attr-defined]
    except TypeError as error:
        raise ValueError(f"{row} is not a look: {error}") from None
    if not all(map(math.isfinite, astuple(look))) or look.slip <= 0:
        raise ValueError(f"{row} is not a look: it takes a slip above 0 and finite numbers")
    return look


def tell(laws: Laws, points: list[Point], before: Sweep = Sweep.NOT_YET) -> Sweep:
    """Return what a fit means: ducts if bars alone are ruled out, and none is likelier than one beside them.

    What was proven `before` holds until a bar is much likelier: it must not come and go with each look.
    """
    if max(point.bars for point in points) < BARS.alarm or laws.misfit > DUCTS.max_misfit:
        return Sweep.NOT_YET
    least, _ = laws.bars_interval
    if laws.against_constant < DUCTS.min_against_bars:
        return Sweep.BARS if least > BARS.sound else Sweep.NOT_YET
    odds = odds_of_a_bar(points)
    if odds >= DUCTS.min_odds_of_bar:
        return Sweep.BARS_BESIDE_DUCTS
    return Sweep.DUCTS if odds < DUCTS.max_odds_of_ducts or before is Sweep.DUCTS else Sweep.NOT_YET


def _refused(verdict: Verdict, refusal: Refusal) -> Verdict:
    return replace(
        verdict, state=State.INDETERMINATE, severity=None, refusal=refusal, broken_bars=None, confidence=None
    )


def _is_a_look(verdict: Verdict) -> bool:
    """True if a window has measured the bars: by both sidebands, at a slip that nobody doubts."""
    evidence = verdict.evidence
    if evidence.equivalent_bars is None or not evidence.slip or evidence.equivalent_bars_by != "sidebands":
        return False
    refusal = verdict.refusal
    return refusal is None or (refusal.reason, refusal.quantity) in _MEASURED


def _look_of(verdict: Verdict) -> Look:
    evidence = verdict.evidence
    margin = 10 ** (SIDEBANDS.detection_margin_db / 20)
    noise = (evidence.detection_limit_bars or 0.0) / margin
    return Look(evidence.slip or 0.0, evidence.equivalent_bars or 0.0, noise, evidence.load or 0.0)


def _differs(look: Look, group: list[Look]) -> bool:
    usual = median(other.bars for other in group)
    relative, absolute = _CHANGE
    return abs(look.bars - usual) > relative * usual + absolute


def _point(looks: list[Look]) -> Point:
    """Return what looks at about one slip show together.

    A slip that moves within a window takes off more than the noise tells: so their own scatter counts, too.
    """
    names = ("slip", "bars", "noise", "load")
    slip, bars, noise, load = (median(getattr(look, name) for look in looks) for name in names)
    scatter = stdev(look.bars for look in looks) / math.sqrt(len(looks))
    return Point(slip, bars, math.hypot(noise, scatter), bend(load))


def _differ_enough(points: list[Point]) -> bool:
    if len(points) < DUCTS.min_slips:
        return False
    slips = [point.slip for point in points]
    return max(slips) >= DUCTS.min_spread * min(slips)
