"""The page: its parts in the order in which people ask."""

from html import escape

from edge_agent.report import background, findings
from edge_agent.report.elements import section
from edge_agent.report.facts import Facts
from edge_agent.report.style import STYLE

_PARTS = {
    "What to do": findings.what_to_do,
    "How sure": findings.how_sure,
    "Since when": findings.since_when,
    "Spectrum of the current": findings.spectrum,
    "How it has developed": findings.trend,
    "What else it could be": findings.what_else,
    "Ordinary figures of this window": background.ordinary_figures,
    "Who has seen it": background.who_has_seen_it,
    "Motor and channels": background.motor_and_channels,
    "How this report was made": background.how_it_was_made,
}
POLICY = "default-src 'none'; style-src 'unsafe-inline'"
"""The page may load nothing and run nothing, whatever gets into it."""


def page(facts: Facts) -> str:
    """Return the whole page."""
    body = "".join(section(title, part(facts)) for title, part in _PARTS.items())
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(f'{facts.motor}: {facts.summary}')}</title><style>{STYLE}</style></head>\n"
        f"<body>{_head(facts)}<main>{body}</main></body></html>\n"
    )


def _head(facts: Facts) -> str:
    severity = facts.severity
    agent = f", agent {facts.decided.told.agent}" if facts.decided.told.agent else ""
    return (
        f'<header class="{severity or "none"}">'
        f'<p class="kicker">{escape(f"Motor {facts.motor}{agent}, {facts.when}")}</p>'
        f'<h1>{escape(facts.summary)}</h1><p class="severity">{severity or "no answer"}</p></header>'
    )
