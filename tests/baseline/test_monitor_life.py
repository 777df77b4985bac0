"""No sequence of looks, kills, faults and commands makes a baseline raise or learn a broken rotor."""

from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from drawn_looks import DrawnMotor
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from monitored import Site

from edge_agent.baseline.status import BaselineState
from edge_agent.limits import BASELINE


@settings(max_examples=30)
@given(st.lists(st.tuples(st.floats(0, 6), st.floats(0, 1.3), st.booleans()), max_size=60), st.booleans())
def test_no_sequence_of_looks_raises(looks: list[tuple[float, float, bool]], sound: bool) -> None:
    with TemporaryDirectory() as folder:
        site = Site(Path(folder))
        site.baseline.learn(sound)
        for bars, load, above in looks:
            look = replace(site.motor.look(), bars=bars, load=load, above_casting=above)
            site.baseline.take(site.answers.showing(look))
            assert site.baseline.status.reason


class Life(RuleBasedStateMachine):
    """Any sequence of running, stops, restarts, kills, faults and commands."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = TemporaryDirectory()
        self.site = Site(Path(self.folder.name))
        self.learned: dict[str, float] | None = None
        self.sound = False

    def teardown(self) -> None:
        self.folder.cleanup()

    @initialize(seed=st.integers(0, 1000), bars=st.floats(0.0, 0.6))
    def a_motor(self, seed: int, bars: float) -> None:
        self.site.motor = DrawnMotor(np.random.default_rng(seed), bars=bars, load_spread=0.05)

    @rule(looks=st.integers(1, 100))
    def run(self, looks: int) -> None:
        self.site.run(looks)

    @rule()
    def stop(self) -> None:
        self.site.baseline.take(self.site.answers.motor_off())

    @rule(in_order=st.booleans())
    def restart(self, in_order: bool) -> None:
        if in_order:
            self.site.baseline.save()
        self.site.restart()

    @rule(growth_bars=st.floats(0.0, 3.0))
    def grow(self, growth_bars: float) -> None:
        self.site.motor.growth_bars = growth_bars

    @rule(sound=st.booleans())
    def learn(self, sound: bool) -> None:
        self.site.baseline.learn(sound)
        self.learned, self.sound = None, sound

    @precondition(lambda self: self.site.path.exists())
    @rule(share=st.floats(0, 0.99))
    def lose_the_end_of_the_file(self, share: float) -> None:
        content = self.site.path.read_bytes()
        self.site.path.write_bytes(content[: int(share * len(content))])
        self.site.restart()
        self.learned, self.sound = None, False

    @invariant()
    def learned_stays_learned_and_is_never_that_of_a_broken_rotor(self) -> None:
        status = self.site.baseline.status
        if self.learned is not None:
            assert status.reference_bars == self.learned
        if status.state in (BaselineState.LEARNED, BaselineState.STALE):
            self.learned = status.reference_bars
            most = BASELINE.own_casting if self.sound else 0.32
            assert len(status.reference_bars) > 0
            assert max(status.reference_bars.values()) <= most


Life.TestCase.settings = settings(max_examples=25, stateful_step_count=12)


TestLife = Life.TestCase
