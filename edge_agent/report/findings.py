"""The parts on what was found: what to do, how sure, since when, how it shows, what else it could be."""

from edge_agent.explain import explained
from edge_agent.outlook import say_outlook
from edge_agent.report.capture import sentences_of
from edge_agent.report.doubts import doubts
from edge_agent.report.elements import Rows, events, number, pairs, percent, table, text
from edge_agent.report.facts import Facts, said_time
from edge_agent.report.spectrum import spectrum_chart
from edge_agent.report.trend import trend_chart
from edge_agent.summary import summarise
from edge_agent.verdict import BarCount


def what_to_do(facts: Facts) -> str:
    """Return the advice, and by when it is due if the trend tells it."""
    outlook = facts.kept.outlook
    forecast = None if outlook is None or outlook.forecast is None else f"By when: {say_outlook(outlook)}."
    second = "Before the rotor is taken apart, hold this report against a measurement at another load."
    is_faulty = facts.decided.answer.verdict.faulty
    return text(facts.advice, "do") + text(forecast) + text(second if is_faulty else None)


def how_sure(facts: Facts) -> str:
    """Return the numbers behind the verdict."""
    verdict = facts.decided.answer.verdict
    evidence, probabilities = verdict.evidence, verdict.probabilities
    texts = explained(facts.decided.answer, facts.decided.nameplate)
    between = evidence.equivalent_bars_interval
    rows: Rows = [
        ("Broken bars", _count(verdict.broken_bars)),
        ("Equivalent bars", number(evidence.equivalent_bars, 2)),
        (
            "Range in nine of ten windows",
            None if between is None else f"{between[0]:.2f} to {between[1]:.2f}",
        ),
        ("Would have shown", number(evidence.detection_limit_bars, 3, " equivalent bars or more")),
        ("Lower sideband", number(evidence.lower_sideband_dbc, 1, " dB against the line")),
        ("Upper sideband", number(evidence.upper_sideband_dbc, 1, " dB against the line")),
        ("Noise floor beside them", number(evidence.noise_floor_dbc, 1, " dB against the line")),
        ("Broken bar, says the network", None if probabilities is None else percent(1 - probabilities[0], 1)),
        ("Network and sidebands", _agreement(evidence.modalities_agree)),
    ]
    refused = None if verdict.refusal is None else f"{summarise(verdict)}."
    return text(refused) + table(rows) + text(texts.get("severity")) + text(texts.get("minutes"))


def since_when(facts: Facts) -> str:
    """Return when it began, and the events of the capture."""
    alarm = facts.alarm
    rows: Rows = [
        ("Alarm raised", None if alarm is None else said_time(alarm.since_unix_s)),
        ("Confirmed last", None if alarm is None else said_time(alarm.confirmed_unix_s)),
        (
            "Cleared",
            None if alarm is None or alarm.cleared_unix_s is None else said_time(alarm.cleared_unix_s),
        ),
        ("Window that decided", _window(facts)),
    ]
    told = events((said_time(time), summary) for time, summary in sentences_of(facts.decided.told.events))
    return table(rows) + (told or text("The recording tells of no event."))


def spectrum(facts: Facts) -> str:
    """Return the spectrum around the line, and what it shows in words."""
    answer, plate = facts.decided.answer, facts.decided.nameplate
    drawn = spectrum_chart(answer, plate)
    if drawn is None:
        return text("The window has no current.")
    texts = explained(answer, plate)
    legend = "Broken bars make lines at (1 ± 2s)f, dashed; weaker ones at (1 ± 4s)f and (1 ± 6s)f, dotted."
    return drawn + text(legend, "legend") + text(texts.get("load")) + text(texts.get("sidebands"))


def trend(facts: Facts) -> str:
    """Return the development of the equivalent bars."""
    alarm, outlook = facts.alarm, facts.kept.outlook
    drawn = trend_chart(facts.kept.days, None if alarm is None else alarm.since_unix_s)
    if drawn is None:
        return text(
            "There is no trend of several days to show. It lies in the agent's state folder, which a "
            "configuration (-c) names."
        )
    legend = "Points are the medians of the days; the lines hold four of five looks."
    return drawn + text(legend, "legend") + text(None if outlook is None else f"{say_outlook(outlook)}.")


def what_else(facts: Facts) -> str:
    """Return the other explanations, and what the window says to each."""
    found = doubts(facts.decided.answer, facts.decided.nameplate)
    return pairs((doubt.what, doubt.answer) for doubt in found)


def _count(bars: BarCount | None) -> str | None:
    if bars is None:
        return None
    low, high = bars.interval
    return f"{bars.estimate} most probable, {low} to {high} possible" if low < high else f"{bars.estimate}"


def _agreement(agree: bool | None) -> str | None:
    return None if agree is None else "agree" if agree else "contradict each other"


def _window(facts: Facts) -> str | None:
    """Return when the window was, as published, and which samples it holds."""
    span = facts.decided.answer.verdict.window
    if span is None:
        return None
    published = (facts.decided.told.event or {}).get("verdict")
    window = published.get("window") if isinstance(published, dict) else None
    end = window.get("end") if isinstance(window, dict) else None
    ended = f"until {said_time(end)}, " if isinstance(end, str) else ""
    length_s = facts.decided.answer.window.length_s
    return f"{ended}{length_s:g} s, {span.samples} scans from number {span.first_sample}"
