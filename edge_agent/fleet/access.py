"""Access lists: who may write and read which topics, as Mosquitto reads them.

They say what deploy/mosquitto/edge-agent.acl says, agent by agent: one without an entry may do nothing.
"""

from collections.abc import Iterable, Sequence

OF_AGENT = ("status", "health", "reply/#")
"""Topics below an agent's own that it writes."""
OF_MOTOR = ("state", "event", "alarm", "info", "baseline", "learned", "measurements", "trend", "diagnosis")
"""Topics below each of its motors that it writes."""
MONITOR, OPERATOR, HOME_ASSISTANT, COLLECTOR = "monitor", "operator", "homeassistant", "collector"
"""Users with rights of their own: who watches, who commands, Home Assistant, and who fills the database."""
USERS = (MONITOR, OPERATOR, HOME_ASSISTANT, COLLECTOR)
"""All of them."""
_BRIDGE = "bridge-"


def bridge_of(site: str) -> str:
    """Return the name by which the broker of a site logs in at the centre."""
    return f"{_BRIDGE}{site}"


def is_reserved(agent: str) -> bool:
    """True if an agent of this name would have the rights of somebody else."""
    return agent in USERS or agent.startswith(_BRIDGE)


def access_of_agent(agent: str, prefix: str) -> str:
    """Return the entry of one agent: it writes its own topics and reads its own commands."""
    base = f"{prefix}/{agent}"
    written = [*(f"{base}/{below}" for below in OF_AGENT), *(f"{base}/+/{below}" for below in OF_MOTOR)]
    lines = [f"user {agent}", *(f"topic write {topic}" for topic in written)]
    lines += [f"topic readwrite {base}/doctor", f"topic read {base}/command/#"]
    lines += [f"topic write homeassistant/device/{agent}/+/config", "topic read homeassistant/status"]
    return "\n".join(lines) + "\n"


def access_of_site(agents: Iterable[tuple[str, str]]) -> str:
    """Return the list of a site's broker, of (agent, prefix)."""
    known = list(agents)
    prefixes = sorted({prefix for _, prefix in known})
    parts = ["# Who may do what. `edge-agent fleet` writes this file.\n"]
    parts += [access_of_agent(agent, prefix) for agent, prefix in known]
    parts += [_user(name, [f"topic read {p}/#" for p in prefixes]) for name in (MONITOR, COLLECTOR)]
    commands = [f"topic {right} {p}/{below}" for p in prefixes for right, below in _COMMANDING]
    parts.append(_user(OPERATOR, commands))
    parts.append(_user(HOME_ASSISTANT, [*commands, "topic readwrite homeassistant/#"]))
    return "\n".join(parts)


_COMMANDING = (("read", "#"), ("write", "+/command/#"))


def access_of_centre(sites: Sequence[tuple[str, str]]) -> str:
    """Return the list of the centre, of (site, prefix): a site's broker writes below the name of its site."""
    parts = ["# Who may do what at the centre. `edge-agent fleet` writes this file.\n"]
    for site, prefix in sites:
        base = f"{site}/{prefix}"
        parts.append(_user(bridge_of(site), [f"topic write {base}/#", f"topic read {base}/+/command/#"]))
    prefixes = sorted({prefix for _, prefix in sites})
    parts += [_user(name, [f"topic read +/{p}/#" for p in prefixes]) for name in (MONITOR, COLLECTOR)]
    commands = [f"topic {right} +/{p}/{below}" for p in prefixes for right, below in _COMMANDING]
    parts.append(_user(OPERATOR, commands))
    return "\n".join(parts)


def access_for_emqx(sites: Sequence[tuple[str, str]]) -> str:
    """Return the list of the centre, of (site, prefix), as EMQX reads it (acl.conf, Erlang terms)."""
    rules = []
    for site, prefix in sites:
        base, name = f"{site}/{prefix}", bridge_of(site)
        rules += [(name, "publish", f"{base}/#"), (name, "subscribe", f"{base}/+/command/#")]
    for prefix in sorted({prefix for _, prefix in sites}):
        rules += [(name, "subscribe", f"+/{prefix}/#") for name in (MONITOR, COLLECTOR, OPERATOR)]
        rules.append((OPERATOR, "publish", f"+/{prefix}/+/command/#"))
    lines = [f'{{allow, {{username, "{name}"}}, {may}, ["{topic}"]}}.' for name, may, topic in rules]
    head = "%% Who may do what at the centre. `edge-agent fleet` writes this file."
    return "\n".join([head, *lines, "{deny, all}."]) + "\n"


def _user(name: str, lines: Sequence[str]) -> str:
    return "\n".join([f"user {name}", *lines]) + "\n"
