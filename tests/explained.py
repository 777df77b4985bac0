"""What is said of an answer, as tests look at it."""

from answers import NAMEPLATE

from edge_agent.explain import explain
from edge_agent.motor import Nameplate
from edge_agent.pipeline import Answer


def said(answer: Answer, nameplate: Nameplate = NAMEPLATE) -> dict[str, str]:
    """Return what is said, by label, without line breaks."""
    sections: dict[str, str] = {}
    for line in explain(answer, nameplate).splitlines():
        label, text = line[:11].strip(), line[11:].strip()
        label = label or list(sections)[-1]
        sections[label] = f"{sections.get(label, '')} {text}".strip()
    return sections
