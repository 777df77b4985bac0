"""What else sidebands could be: each answer follows from what the window shows."""

from dataclasses import replace

from answers import NAMEPLATE, SOUND, TWO_BARS, a_window, an_answer

from edge_agent.pipeline import Answer
from edge_agent.report.doubts import doubts


def said(answer: Answer) -> dict[str, str]:
    return {doubt.what.split(":")[0]: doubt.answer for doubt in doubts(answer, NAMEPLATE)}


def with_evidence(answer: Answer, **changes: object) -> Answer:
    evidence = replace(answer.verdict.evidence, **changes)  # type: ignore[arg-type]
    return replace(answer, verdict=replace(answer.verdict, evidence=evidence))


BROKEN = an_answer(a_window(), TWO_BARS)


def test_each_other_explanation_has_an_answer() -> None:
    answers = said(BROKEN)
    assert len(answers) == 6
    assert all(answer.endswith(".") for answer in answers.values())
    assert "An oscillating load would show" in answers["A load that oscillates"]
    assert "is not counted" in answers["A load that oscillates"]


def test_a_casting_is_ruled_out_only_if_the_whole_range_lies_above_it() -> None:
    above = with_evidence(BROKEN, equivalent_bars_interval=(0.5, 1.5))
    assert "This rotor shows 0.50 at least" in said(above)["The unevenness of a sound casting"]
    across = with_evidence(BROKEN, equivalent_bars_interval=(0.1, 1.5))
    assert "it does not rule that out" in said(across)["The unevenness of a sound casting"]


def test_a_rotor_with_ducts_is_told_by_the_baseline_of_the_motor() -> None:
    what = "A rotor with as many axial ducts as poles, or with a magnetic anisotropy"
    assert "look in the trend" in said(BROKEN)[what]
    learned = with_evidence(BROKEN, baseline_bars=0.07)
    assert "baseline at this load is 0.07 equivalent bars" in said(learned)[what]


def test_the_floor_tells_of_the_supply() -> None:
    levels = with_evidence(BROKEN, lower_sideband_dbc=-40.0, upper_sideband_dbc=-45.0, noise_floor_dbc=-80.0)
    assert "stands 40 dB above that floor" in said(levels)["The supply"]


def test_a_sound_rotor_may_have_less_damage_than_the_limit() -> None:
    sound = an_answer(a_window(lower=0.0002, upper=-0.0001), SOUND)
    assert "equivalent bars or more would have shown" in said(sound)["A smaller damage"]


def test_a_refused_window_rules_nothing_out() -> None:
    refused = an_answer(a_window(amplitude_a=0.0, lower=0.0, upper=0.0))
    assert said(refused) == {"A fault of any kind": "This window allows no answer, so it rules nothing out."}
