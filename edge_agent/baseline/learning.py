"""The learning period: running hours and looks, until they make a reference or look broken."""

import logging

from edge_agent.baseline.collection import Collection
from edge_agent.baseline.look import Look
from edge_agent.baseline.reference import Reference
from edge_agent.limits import BASELINE
from edge_agent.verdict import State, Verdict

_LOG = logging.getLogger(__name__)
_S_PER_HOUR = 3600.0
"""Seconds of an hour."""


class Learning:
    """Collects until hours and looks are enough, or until the rotor looks broken."""

    def __init__(
        self, hours_wanted: float, hours: float, collection: Collection, sound: bool, refused: str | None
    ) -> None:
        """Go on after `hours` with what was collected; `sound`: a person has examined the rotor."""
        self.hours = hours
        """Running hours so far."""
        self.collection = collection
        """Looks so far."""
        self.sound = sound
        """True if a person has examined the rotor."""
        self.refused = refused
        """Why nothing is learned; None if it is not refused."""
        self.hours_wanted = hours_wanted
        """Running hours that it takes."""

    @property
    def progress(self) -> float:
        """How much is done, 0 to 1; both the hours and the looks of one load bin must be enough."""
        return min(self.hours / self.hours_wanted, self.collection.most / BASELINE.min_looks, 1.0)

    def take(self, state: Verdict, look: Look | None, running_s: float) -> Reference | None:
        """Take a window: the state after it, its look and its new seconds of running.

        Return the reference with which learning ends; None as long as there is none.
        """
        if self.refused is not None:
            return None
        self.hours += running_s / _S_PER_HOUR
        if state.state is State.BROKEN_BARS and not self.sound:
            self._refuse("a broken bar was found while it was learned")
        elif look is not None:
            self.collection.add(look)
            problem = self.collection.looks_broken(self.sound)
            if problem is not None:
                self._refuse(problem)
            elif self.progress >= 1.0:
                return self.collection.reference()
        return None

    def _refuse(self, why: str) -> None:
        self.refused = f"{why}; it is learned again after the command learn"
        self.collection = Collection()
        _LOG.warning("no baseline is learned: %s", self.refused)
