"""What the dashboard asks of the database: each query of its panels and variables, as Grafana sends it."""

import json
import re
import time

from deploy.fleet.on_loopback import FOLDER, Database

DASHBOARD = json.loads((FOLDER / "grafana" / "dashboards" / "fleet.json").read_text())
QUERIES: dict[str, str] = {
    f"{panel['id']} {panel['title']} {target['refId']}": target["rawSql"]
    for panel in DASHBOARD["panels"]
    for target in panel.get("targets", [])
} | {variable["name"]: variable["query"] for variable in DASHBOARD["templating"]["list"][1:]}
"""By panel or variable; with Grafana's macros and variables in them."""


def filled(query: str, sites: str = "''", motor_key: int = 1) -> str:
    """Return a query for sites (a list in SQL), a motor and all times. Raises ValueError."""
    query = re.sub(r"\$__timeFilter\(([^)]+)\)", r"\1 BETWEEN '2020-01-01' AND '2040-01-01'", query)
    query = query.replace("${site:sqlstring}", sites).replace("$motor", str(motor_key))
    if "$" in query:
        raise ValueError(f"expected no more variables of Grafana: {query}")
    return query


def ask_all(database: Database, motor_key: int) -> dict[str, tuple[int, float]]:
    """Ask every query, of this motor where it is of one; return the rows of each, and how long it took, s."""
    answers = {}
    for title, query in QUERIES.items():
        began_s = time.monotonic()
        rows = database.ask(filled(query, motor_key=motor_key))
        answers[title] = len(rows), time.monotonic() - began_s
    return answers
