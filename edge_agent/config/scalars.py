"""What a scalar of a YAML file is: nothing, a switch, a number or text, as people mean it.

YAML 1.1 and 1.2 disagree on some spellings: 034 is 28 or 34, 12:30 is 750 or text, 1e3 is text or 1000.
A decimal number is read as one however it is written. Where both readings make sense the spelling stays
text, which a setting that wants a number refuses.
"""

import math
import re

MAX_NUMBER_LENGTH = 40
"""Maximum number of characters of a number; judgement: the longest float that Python writes has 25."""

_SWITCHES = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}
_NOTHING = ("", "~", "null", "Null", "NULL")
_DECIMAL = re.compile(r"[-+]?(?:0|[1-9][0-9]*|[0-9]+\.[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?")
_WHOLE = re.compile(r"[-+]?(?:0|[1-9][0-9]*)")
_NOT_FINITE = re.compile(r"([-+]?)\.(inf|Inf|INF|nan|NaN|NAN)")
_LEADING_ZERO = re.compile(r"([-+]?)0+([0-9][0-9_]*)")
_OTHER_BASE = re.compile(r"[-+]?0(?:x[0-9a-fA-F_]+|o[0-7_]+|b[01_]+)")
_GROUPED = re.compile(r"[-+]?[0-9]+(?:_[0-9]+)+(?:\.[0-9_]*)?")
_BASE_60 = re.compile(r"[-+]?[0-9]+(?::[0-5]?[0-9])+(?:\.[0-9]*)?")
_COMMA = re.compile(r"[-+]?[0-9]+,[0-9]+")
_WITH_UNIT = re.compile(r"([-+]?[0-9]+(?:\.[0-9]+)?) *[A-Za-z%°/]+[0-9²]?")

Scalar = str | int | float | bool | None


def read_unquoted(text: str) -> Scalar:
    """Return what unquoted text means; text that is not clearly something else stays text."""
    if text in _NOTHING:
        return None
    if text.lower() in _SWITCHES and text in (text.lower(), text.upper(), text.capitalize()):
        return _SWITCHES[text.lower()]
    if len(text) > MAX_NUMBER_LENGTH:
        return text
    if _WHOLE.fullmatch(text):
        return int(text)
    if _DECIMAL.fullmatch(text):
        return _whole_where_it_is(float(text))
    if found := _NOT_FINITE.fullmatch(text):
        return float(found[1] + found[2])
    return text


def advise_number(text: str) -> str:
    """Return what to write instead of text, if a number is expected."""
    if len(text) > MAX_NUMBER_LENGTH:
        return "write it without quotes and unit; a fraction, where one is allowed, with a decimal point"
    if found := _LEADING_ZERO.fullmatch(text):
        return f"a leading zero makes it octal for some programs; write {found[1]}{found[2].replace('_', '')}"
    if _OTHER_BASE.fullmatch(text):
        return f"write it as a decimal number: {int(text.replace('_', ''), 0)}"
    if _GROUPED.fullmatch(text):
        return f"write it without _: {text.replace('_', '')}"
    if _BASE_60.fullmatch(text):
        return "with a colon it is a number to the base of 60 for some programs; write a decimal number"
    if _COMMA.fullmatch(text):
        return f"write a decimal point: {text.replace(',', '.')}"
    if found := _WITH_UNIT.fullmatch(text):
        return f"write it without the unit: {found[1]}"
    if isinstance(number := read_unquoted(text), int | float) and not isinstance(number, bool):
        return f"write it without quotes: {text}"
    return "write it without quotes and unit; a fraction, where one is allowed, with a decimal point"


def _whole_where_it_is(number: float) -> int | float:
    """Return 2e3 as 2000, which then also counts as a whole number."""
    return int(number) if math.isfinite(number) and number.is_integer() and abs(number) < 2**53 else number
