"""Access lists: who may write and read which topics, as Mosquitto reads them.

They say what deploy/mosquitto/edge-agent.acl says, agent by agent: one without an entry may do nothing.
"""

from collections.abc import Collection, Iterable, Sequence

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


def access_of_site(agents: Iterable[tuple[str, str]], users: Collection[str]) -> str:
    """Return the list of a site's broker, of (agent, prefix) and of the users that are let in."""
    known = list(agents)
    prefixes = sorted({prefix for _, prefix in known})
    commands = [f"topic {right} {p}/{below}" for p in prefixes for right, below in _COMMANDING]
    rights = _rights_of_users([f"topic read {p}/#" for p in prefixes], commands)
    rights[HOME_ASSISTANT] = [*commands, "topic readwrite homeassistant/#"]
    parts = ["# Who may do what. `edge-agent fleet` writes this file.\n"]
    parts += [access_of_agent(agent, prefix) for agent, prefix in known]
    parts += [_user(name, lines) for name, lines in rights.items() if name in users]
    return "\n".join(parts)


_COMMANDING = (("read", "#"), ("write", "+/command/#"))


def access_of_centre(sites: Sequence[tuple[str, str]], users: Collection[str]) -> str:
    """Return the list of the centre, of (site, prefix) and of the users and bridges that are let in.

    A site's broker writes below the name of its site.
    """
    prefixes = sorted({prefix for _, prefix in sites})
    commands = [f"topic {right} +/{p}/{below}" for p in prefixes for right, below in _COMMANDING]
    rights = {
        bridge_of(site): [f"topic write {site}/{p}/#", f"topic read {site}/{p}/+/command/#"]
        for site, p in sites
    }
    rights |= _rights_of_users([f"topic read +/{p}/#" for p in prefixes], commands)
    parts = ["# Who may do what at the centre. `edge-agent fleet` writes this file.\n"]
    parts += [_user(name, lines) for name, lines in rights.items() if name in users]
    return "\n".join(parts)


def _rights_of_users(reading: list[str], commanding: list[str]) -> dict[str, list[str]]:
    """Return the lines of each user that all brokers have."""
    return {MONITOR: reading, COLLECTOR: reading, OPERATOR: commanding}


def access_for_emqx(sites: Sequence[tuple[str, str]], users: Collection[str]) -> str:
    """Return the list of the centre, as `access_of_centre`, as EMQX reads it (acl.conf, Erlang terms)."""
    rules = []
    for site, prefix in sites:
        base, name = f"{site}/{prefix}", bridge_of(site)
        rules += [(name, "publish", f"{base}/#"), (name, "subscribe", f"{base}/+/command/#")]
    for prefix in sorted({prefix for _, prefix in sites}):
        rules += [(name, "subscribe", f"+/{prefix}/#") for name in (MONITOR, COLLECTOR, OPERATOR)]
        rules.append((OPERATOR, "publish", f"+/{prefix}/+/command/#"))
    lines = [
        f'{{allow, {{username, "{name}"}}, {may}, ["{topic}"]}}.'
        for name, may, topic in rules
        if name in users
    ]
    head = "%% Who may do what at the centre. `edge-agent fleet` writes this file."
    return "\n".join([head, *lines, "{deny, all}."]) + "\n"


def _user(name: str, lines: Sequence[str]) -> str:
    return "\n".join([f"user {name}", *lines]) + "\n"
