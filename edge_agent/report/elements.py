"""Pieces of HTML. Whatever comes from a file is foreign text: all that is written here is escaped."""

from collections.abc import Iterable
from html import escape

Rows = Iterable[tuple[str, str | None]]
"""Names and values; one without a value is left out."""


def section(title: str, content: str) -> str:
    """Return a part of the page; the content is HTML already."""
    return f"<section><h2>{escape(title)}</h2>{content}</section>"


def text(words: str | None, kind: str = "") -> str:
    """Return a paragraph; nothing without words."""
    attribute = f' class="{kind}"' if kind else ""
    return f"<p{attribute}>{escape(words)}</p>" if words else ""


def table(rows: Rows) -> str:
    """Return rows of names and values."""
    told = "".join(
        f"<tr><th>{escape(name)}</th><td>{escape(value)}</td></tr>"
        for name, value in rows
        if value is not None
    )
    return f"<table>{told}</table>" if told else ""


def pairs(entries: Iterable[tuple[str, str]]) -> str:
    """Return questions and answers."""
    told = "".join(f"<dt>{escape(what)}</dt><dd>{escape(answer)}</dd>" for what, answer in entries)
    return f"<dl>{told}</dl>"


def events(entries: Iterable[tuple[str, str]]) -> str:
    """Return times and what happened then; nothing without entries."""
    told = "".join(f"<li><time>{escape(time)}</time> {escape(words)}</li>" for time, words in entries)
    return f'<ul class="events">{told}</ul>' if told else ""


def number(value: float | None, decimals: int, behind: str = "") -> str | None:
    """Return a number with its unit behind it; None if it is None."""
    return None if value is None else f"{value:.{decimals}f}{behind}"


def percent(value: float | None, decimals: int, behind: str = "") -> str | None:
    """Return a share in percent; None if it is None."""
    return None if value is None else f"{value:.{decimals}%}{behind}"
