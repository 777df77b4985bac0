"""Tables of the benchmark of the evidence, in Markdown: counts, shares with intervals, targets."""

from collections import Counter
from collections.abc import Iterable

from cases import Case
from fault_sets import FAULTS

from calibration.learning.training.probability import wilson_interval

SLIP_WITHIN = 0.02
"""Largest relative error of a slip that is right."""

Row = tuple[str, list[Case], str]
"""Label, recordings and target."""


def slip_table(what: str, rows: Iterable[Row]) -> None:
    """Print how often a slip was claimed, and how often it then was right."""
    print_header(what, "recordings", "slip claimed", f"of them within {SLIP_WITHIN:.0%}", "target")
    for label, cases, target in rows:
        errors = [abs(case.slip_error) for case in cases if case.slip_error is not None]
        right = sum(error <= SLIP_WITHIN for error in errors)
        print_row(label, len(cases), share(len(errors), len(cases)), share(right, len(errors)), target)


def answer_table(what: str, rows: Iterable[Row]) -> None:
    """Print what was said of the rotor."""
    print_header(what, "recordings", "said broken", "said healthy", "refused", "target")
    for label, cases, target in rows:
        said = Counter(case.answer for case in cases)
        refused = _spell(case.answer for case in cases if case.refusal)
        print_row(label, len(cases), share(said["broken"], len(cases)), said["healthy"], refused, target)


def interval_table(what: str, rows: Iterable[Row]) -> None:
    """Print how often the interval of the equivalent bars holds their true number."""
    print_header(what, "recordings", "interval holds the truth", "truth below", "truth above", "target")
    for label, cases, target in rows:
        below, held, above = (sum(case.side == side for case in cases) for side in (-1, 0, 1))
        print_row(label, len(cases), share(held, len(cases)), below, above, target)


def fault_table(cases: list[Case]) -> None:
    """Print how often each fault of the measurement was named, and the wrong answers."""
    print_header(
        "fault", "recordings", "right reason", "healthy said broken", "broken said healthy", "said", "target"
    )
    for kind, (expected, _) in FAULTS.items():
        of = [case for case in cases if case.trial.kind == kind]
        right = share(sum(case.answer == expected for case in of), len(of)) if expected else "-"
        alarms = sum(case.answer == "broken" for case in of if not case.broken_bars)
        silent = sum(case.answer == "healthy" for case in of if case.broken_bars)
        target = f">= 95 % {expected}, 0, 0" if expected else "an answer, 0, 0"
        print_row(kind, len(of), right, alarms, silent, _spell(case.answer for case in of), target)


def print_header(*names: str) -> None:
    """Print the head of a table."""
    print()
    print_row(*names)
    print("|---" * len(names) + "|")


def print_row(*cells: object) -> None:
    """Print one row."""
    print(f"| {' | '.join(str(cell) for cell in cells)} |")


def share(count: int, of: int) -> str:
    """Spell a share with its interval."""
    if of == 0:
        return "-"
    low, high = wilson_interval(count, of)
    return f"{count} of {of}, {100 * count / of:.1f} % ({100 * low:.1f}-{100 * high:.1f})"


def _spell(answers: Iterable[str]) -> str:
    return ", ".join(f"{answer} {count}" for answer, count in Counter(answers).most_common()) or "-"
