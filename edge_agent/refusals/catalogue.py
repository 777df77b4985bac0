"""The catalogue: every refusal, looked up by reason and quantity, and put into words.

`explain`, `replay`, the README's table and the tests take their words from here. A new refusal is one `Rule`
in `of_samples`, `of_bars`, `of_conditions` or `of_vibration`, and the place that raises it.
"""

from edge_agent.refusals import of_bars, of_conditions, of_samples, of_vibration
from edge_agent.refusals.meanings import MEANINGS
from edge_agent.refusals.rule import Rule
from edge_agent.verdict import Refusal

RULES: tuple[Rule, ...] = tuple(
    known
    for module in (of_samples, of_bars, of_conditions, of_vibration)
    for known in vars(module).values()
    if isinstance(known, Rule)
)
"""All of them, in the order in which a window meets them."""
_BY_NAME = {(rule.reason, rule.quantity): rule for rule in RULES}


def rule_of(refusal: Refusal) -> Rule | None:
    """Return the rule that a refusal came from; None if no rule has its reason and quantity."""
    return _BY_NAME.get((refusal.reason, refusal.quantity))


def say_refusal(refusal: Refusal) -> str:
    """Return what was measured and what was expected, as a sentence without its full stop."""
    rule = rule_of(refusal)
    if refusal.value is None or refusal.limit is None:
        return rule.words if rule and "{" not in rule.words else f"{refusal.quantity} was not measured"
    words = rule.words if rule else f"{refusal.quantity} is {{value:.3g}}, the limit is {{limit:.3g}}"
    said = words.format(value=refusal.value, limit=refusal.limit)
    return said if refusal.channel is None else f"{refusal.channel}: {said}"


def advise_refusal(refusal: Refusal) -> str:
    """Return what to do about a refusal, in a sentence or two."""
    rule = rule_of(refusal)
    own = rule.advice if rule else ""
    return f"{MEANINGS[refusal.reason].advice} {own}".strip()
