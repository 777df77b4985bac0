"""Units as people write them, and how to convert them to the units of the agent."""

STANDARD_GRAVITY_M_PER_S2 = 9.80665
"""Acceleration in m/s2 of 1 g: ISO 80000-3."""

MM_PER_INCH = 25.4
"""Millimetres of an inch: international yard and pound agreement of 1959."""

_ALIASES: dict[tuple[str, float], tuple[str, ...]] = {
    ("A", 1.0): ("A", "Arms", "amp", "amps", "ampere", "amperes"),
    ("A", 1e-3): ("mA", "milliampere", "milliamperes"),
    ("A", 1e-6): ("uA",),
    ("A", 1e3): ("kA",),
    ("m/s2", 1.0): ("m/s2", "m/s^2", "m/s\u00b2", "m/s**2", "m s-2"),
    ("m/s2", STANDARD_GRAVITY_M_PER_S2): ("g", "gn", "g0"),
    ("m/s2", 1e-3 * STANDARD_GRAVITY_M_PER_S2): ("mg",),
    ("mm/s", 1.0): ("mm/s",),
    ("mm/s", 1e3): ("m/s",),
    ("mm/s", MM_PER_INCH): ("in/s", "ips"),
    ("V", 1.0): ("V", "Vrms", "volt", "volts"),
    ("V", 1e-3): ("mV", "millivolt", "millivolts"),
    ("V", 1e3): ("kV",),
    ("rpm", 1.0): ("rpm", "r/min", "1/min", "min-1", "U/min"),
}
"""Spellings of each unit, by the agent's unit and how many of it one is. SI but for inch, g and rpm, which is
`U/min` in German; which spellings are taken is judgement."""
_BY_ALIAS = {alias: known for known, aliases in _ALIASES.items() for alias in aliases}
"""The same by spelling."""
_BY_LOWER_WORD = {alias.lower(): known for alias, known in _BY_ALIAS.items() if len(alias) > 2}
"""The same in small letters, for spellings that are too long for capitals to tell them apart."""


def standard_unit(unit: str) -> tuple[str, float] | None:
    """Return the unit that the agent works in and what one of `unit` is in it; None for one that it lacks.

    `mA` is ("A", 0.001). Short symbols are told apart by their capitals: `mA` is known, `ma` is not.
    """
    text = unit.strip().replace("\u00b5", "u").replace("\u03bc", "u")
    return _BY_ALIAS.get(text) or _BY_LOWER_WORD.get(text.lower())
