"""The report as one HTML page of its own: no script, no outside link, made to be printed."""

from collections.abc import Iterable, Iterator
from html import escape

from calibration.commissioning.handover import Handover
from calibration.sensors.survey import Correction, Survey
from calibration.sensors.words import measured

_STYLE = """\
body { font: 11pt/1.4 sans-serif; color: #111; background: #fff; max-width: 46em; margin: 2em auto }
h1 { font-size: 1.5em }
h2 { font-size: 1.1em; margin: 1.6em 0 .4em; border-bottom: 1px solid #888 }
table { border-collapse: collapse; width: 100% }
th, td { text-align: left; vertical-align: top; padding: .2em .6em .2em 0; border-bottom: 1px solid #ccc }
td:last-child, li { overflow-wrap: anywhere }
.fail { color: #a40000; font-weight: bold }
.sign td { height: 3em; border-bottom: 1px solid #111 }
@media screen and (max-width: 48em) { body { margin: 1em } }
@media print {
  body { margin: 0; max-width: none; font-size: 10pt }
  tr, li { break-inside: avoid }
  h2 { break-after: avoid }
}
"""
_OF_PLATE = {
    "rated_power_kw": ("rated power", "kW"),
    "rated_voltage_v": ("rated voltage", "V line to line"),
    "rated_current_a": ("rated current", "A"),
    "line_frequency_hz": ("line frequency", "Hz"),
    "rated_speed_rpm": ("rated speed", "rpm"),
    "speed_rpm": ("constant speed", "rpm"),
    "rotor_bars": ("rotor bars", ""),
    "power_factor": ("power factor", ""),
}
"""Names and units of what a plate says, where its key does not read as one."""


def page(handover: Handover) -> str:
    """Return the whole page."""
    title = f"Commissioning of {handover.nameplate.id}"
    return "\n".join(
        (
            '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f"<title>{escape(title)}</title>\n<style>\n{_STYLE}</style>\n</head>\n<body>",
            f"<h1>{escape(title)}</h1>",
            *_about(handover),
            *_checks(handover),
            *_sensors(handover),
            *_section("What these sensors can and cannot tell", _items(handover.capabilities)),
            *_section("Limits of detection", _items(handover.detection)),
            *_section("Baseline", _items(handover.baseline)),
            *_signatures(),
            "</body>\n</html>\n",
        )
    )


def _about(handover: Handover) -> Iterator[str]:
    plate = handover.nameplate.model_dump(exclude_none=True)
    result = "nothing is wrong" if handover.is_clean else "something is wrong or unchecked, see below"
    yield _table(
        (),
        [
            ("Date", f"{handover.made:%Y-%m-%d %H:%M %Z}"),
            ("Agent", handover.agent),
            ("Site", handover.site or "-"),
            ("Recording", handover.recorded or "none"),
            ("Result", result),
        ],
    )
    yield from _section("Motor and plate", [_table((), [_of_plate(*entry) for entry in plate.items()])])


def _of_plate(key: str, value: object) -> tuple[str, str]:
    name, unit = _OF_PLATE.get(key, (key, ""))
    number = f"{value:g}" if isinstance(value, float) else str(value)
    return name, f"{number} {unit}".strip()


def _checks(handover: Handover) -> Iterator[str]:
    if handover.unchecked:
        yield from _section("Live checks", [f"<p class=fail>{escape(handover.unchecked)}</p>"])
        return
    rows = [
        (check.result, check.name, f"{check.what}{f'; {check.advice}' if check.advice else ''}")
        for check in handover.checks
    ]
    yield from _section("Live checks", [_table(("result", "of", "found"), rows)])


def _sensors(handover: Handover) -> Iterator[str]:
    found = handover.survey
    if found is None:
        yield from _section("Sensors", [f"<p class=fail>{escape(handover.unsurveyed)}</p>"])
        return
    shown = [] if found.currents is None else measured(found.currents, found.order)
    yield from _section("Sensors", [*(_paragraph(line) for line in shown), *_channels(found)])
    wrong = [finding.text for finding in found.findings]
    nothing = [_paragraph("Nothing is wrong, as far as it can be known.")]
    yield from _section("Findings", _items(wrong, "fail") if wrong else nothing)
    if found.unknown:
        yield from _section("What cannot be known from what was given", _items(found.unknown))


def _channels(found: Survey) -> Iterator[str]:
    yield _paragraph("As the channels should be configured; the gain is against the scale that was recorded:")
    head = ("channel", "phase", "scale", "gain", "offset, counts", "full scale")
    yield _table(head, [_channel(correction) for correction in found.corrections])


def _channel(correction: Correction) -> tuple[str, ...]:
    before, full = correction.before, correction.full_scale
    return (
        before.name,
        correction.phase or "-",
        f"{correction.scale:.6g} {before.unit} per count",
        f"{correction.gain:.4f}" if correction.fitted else "not fitted",
        f"{correction.offset:.2f}",
        "unknown" if full is None else f"{full:.4g} {before.unit}",
    )


def _signatures() -> Iterator[str]:
    rows = [(who, "", "") for who in ("Installed and checked by", "Taken over by")]
    table = _table(("", "name and signature", "place and date"), rows)
    yield from _section("Signatures", ["<div class=sign>", table, "</div>"])


def _section(title: str, parts: Iterable[str]) -> Iterator[str]:
    yield f"<h2>{escape(title)}</h2>"
    yield from parts


def _items(sentences: Iterable[str], kind: str = "plain") -> list[str]:
    return ["<ul>", *(f"<li class={kind}>{escape(sentence)}</li>" for sentence in sentences), "</ul>"]


def _paragraph(text: str) -> str:
    return f"<p>{escape(text)}</p>"


def _table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    titles = "".join(f"<th>{escape(name)}</th>" for name in head)
    lines = [f"<tr>{titles}</tr>"] if titles else []
    for row in rows:
        cells = "".join(f"<td{' class=fail' if cell == 'fail' else ''}>{escape(cell)}</td>" for cell in row)
        lines.append(f"<tr>{cells}</tr>")
    return "\n".join(("<table>", *lines, "</table>"))
