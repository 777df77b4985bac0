"""The self-test of a running agent: when it runs, how it ended, and what health tells of it.

It runs after a week of running, and on command. First the model: the digest of its file and its golden
inputs. Then, if there is a healthy window of this motor, the search for the smallest number of bars that is
found.

The test runs in the agent's own thread, one window's work between two polls of the source. So no window waits
longer than for one more window, and nothing needs a lock.
"""

import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Annotated

from pydantic import BaseModel, Field

from edge_agent.conditions.monitor import Conditions
from edge_agent.config import Settings
from edge_agent.diagnose.model import Model, ModelError
from edge_agent.pipeline import Answer, Pipeline
from edge_agent.publish.documents import Health
from edge_agent.publish.json_values import rounded
from edge_agent.self_test.search import LimitSearch, Proof
from edge_agent.state_folder import StateFolder
from edge_agent.verdict import State
from edge_agent.windows.sliding import Window

_LOG = logging.getLogger(__name__)
FILE_VERSION = 1
"""Version of the file's content."""
AGAIN_AFTER_S = 7 * 86_400.0
"""Time after which the test is due again, s: a week. Judgement: rotors break over months."""
_NO_WINDOW = (
    "no healthy window with a measured slip since the start; repeat the self-test when the motor runs under "
    "load and its state is healthy"
)


class Tested(BaseModel):
    """The last search that came to its end; the content of the file."""

    tested_unix_s: Annotated[float, Field(allow_inf_nan=False)]
    """When it ended."""
    model_sha256: str
    """Of the model that was tested."""
    proven_limit_bars: Annotated[float, Field(gt=0, allow_inf_nan=False)] | None
    """The smallest number of equivalent bars that was found; null if none was."""
    problem: str | None
    """What is wrong, in words; null if all is well."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a self-test ended."""

    data: dict[str, object]
    """What was found; the data of the reply to the command."""
    problem: str | None
    """Why it failed; None if it did not."""


class SelfTest:
    """Proves from time to time that the agent would find a broken bar; never raises."""

    def __init__(
        self,
        settings: Settings,
        model: Model,
        folder: StateFolder,
        clock: Callable[[], float] = time.monotonic,
        unix_clock: Callable[[], float] = time.time,
    ) -> None:
        """Go on from the last test before a restart, if it was of this model."""
        self._settings = settings
        self._model = model
        self._clock = clock
        self._unix_clock = unix_clock
        self._file = folder.file("self_test.json", FILE_VERSION)
        self._tested = self._read()
        self._tested_s: float | None = None
        self._tried_s: float | None = None
        self._problem = None if self._tested is None else self._tested.problem
        self._window: Window | None = None
        self._golden_inputs: int | None = None
        self._search: LimitSearch | None = None
        self._runs = False

    def take(self, answer: Answer) -> None:
        """Keep the window of an answer if it is a healthy look; begin a test if one is due."""
        healthy = answer.verdict.state is State.HEALTHY and answer.state.state is State.HEALTHY
        if answer.looked and healthy and answer.analysis.pair is not None:
            self._window = answer.window
            if self._is_due():
                self.begin()

    def forget(self) -> None:
        """Forget the healthy window: what comes next may be another motor."""
        self._window = None

    def begin(self) -> None:
        """Begin a test, unless one runs."""
        if not self._runs:
            self._runs, self._golden_inputs, self._search = True, None, None
            self._tried_s = self._clock()

    @property
    def runs(self) -> bool:
        """True from its beginning until its last part is done."""
        return self._runs

    def step(self) -> Outcome | None:
        """Do the next part of a test that runs; return how it ended, when it ends."""
        if not self._runs:
            return None
        try:
            outcome = self._part()
        except Exception as error:  # noqa: BLE001 - a test that fails must not end what it tests
            outcome = self._failed(f"unforeseen error: {error!r}")
        self._runs = outcome is None
        return outcome

    def tell(self, health: Health) -> Health:
        """Return health with what is known of the self-test."""
        tested = self._tested
        return replace(
            health,
            proven_limit_bars=None if tested is None else tested.proven_limit_bars,
            self_test_age_s=self._age_s(),
            self_test_problem=self._problem,
        )

    def _is_due(self) -> bool:
        """True if the last test is a week ago; one before a restart goes by the calendar.

        Of a date that lies in the future nothing is known but that a clock was wrong.
        """
        if self._tried_s is not None:
            return self._clock() - self._tried_s >= AGAIN_AFTER_S
        age_s = self._age_s()
        return age_s is None or not 0 <= age_s < AGAIN_AFTER_S

    def _age_s(self) -> float | None:
        """Return the time since the last search that came to its end; None if there was none."""
        if self._tested_s is not None:
            return self._clock() - self._tested_s
        return None if self._tested is None else self._unix_clock() - self._tested.tested_unix_s

    def _part(self) -> Outcome | None:
        if self._golden_inputs is None:
            try:
                self._golden_inputs = self._model.prove_again(self._settings.model.file)
            except ModelError as error:
                return self._failed(str(error))
            return None
        if self._search is None:
            if self._window is None:
                return self._model_alone()
            window, plate = self._settings.window, self._settings.motor
            of_bars = Conditions(plate, diagnosers=())  # the proof is that of the bars alone
            pipeline = Pipeline(plate, self._model, window.length_s, window.step_s, conditions=of_bars)
            self._search = LimitSearch(plate, pipeline.judge, self._window)
        self._search.step()
        return None if self._search.proof is None else self._searched(self._search.proof)

    def _searched(self, proof: Proof) -> Outcome:
        """Note how a search ended, and keep it over a restart."""
        self._search = None
        self._tested_s = self._clock()
        self._tested = Tested(
            tested_unix_s=self._unix_clock(),
            model_sha256=self._model.sha256,
            proven_limit_bars=proof.limit_bars,
            problem=proof.problem,
        )
        self._file.write(self._tested.model_dump())
        if proof.problem is not None:
            return self._failed(proof.problem)
        self._problem = None
        _LOG.info("self-test: from %.2f equivalent bars on, a break is found", proof.limit_bars)
        return Outcome(self._data(proof.limit_bars, proof.load, None), None)

    def _model_alone(self) -> Outcome:
        """Return the outcome of a test of the model alone; what the last search found stays as it was."""
        self._problem = None if self._tested is None else self._tested.problem
        return Outcome(self._data(None, None, _NO_WINDOW), None)

    def _data(self, limit_bars: float | None, load: float | None, why: str | None) -> dict[str, object]:
        return {
            "golden_inputs": self._golden_inputs,
            "proven_limit_bars": rounded(limit_bars, 3),
            "load": rounded(load, 3),
            "why_no_limit": why,
        }

    def _failed(self, problem: str) -> Outcome:
        _LOG.warning("self-test failed: %s", problem)
        self._problem = problem
        return Outcome({}, problem)

    def _read(self) -> Tested | None:
        """Return the last test, of this model; None if there is none that can be used."""
        tested = self._file.read_as(Tested.model_validate)
        return tested if tested is not None and tested.model_sha256 == self._model.sha256 else None


def tell_all(health: Health, tests: Mapping[str, SelfTest]) -> Health:
    """Return health with what is known of the self-tests of all motors: the worst of each."""
    told = {motor: test.tell(health) for motor, test in tests.items()}
    if len(told) == 1:
        return next(iter(told.values()))
    limits = [own.proven_limit_bars for own in told.values() if own.proven_limit_bars is not None]
    ages_s = [own.self_test_age_s for own in told.values() if own.self_test_age_s is not None]
    problems = [f"{motor}: {own.self_test_problem}" for motor, own in told.items() if own.self_test_problem]
    return replace(
        health,
        proven_limit_bars=max(limits) if len(limits) == len(told) else None,
        self_test_age_s=max(ages_s) if len(ages_s) == len(told) else None,
        self_test_problem="; ".join(problems) or None,
    )
