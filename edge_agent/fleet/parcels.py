"""The files of one agent's device: its configuration, its credentials, and how to install them."""

import shlex
from pathlib import Path

from edge_agent.fleet.authority import Issued
from edge_agent.fleet.files import write_file
from edge_agent.setup.file_text import file_text
from edge_agent.setup.questions import Answers

CONFIGURATION = "edge-agent.yaml"
"""Of the agent; the other files lie beside it, here and in /etc/edge-agent."""
PLACEHOLDERS = ("ca.crt", "agent.crt", "agent.key", "mqtt-password")
"""The files that a configuration names."""
STATE_DIR = "/var/lib/edge-agent"
"""The StateDirectory of the unit, so that commands typed by hand find it."""


def with_credentials(answers: Answers, agent: str) -> Answers:
    """Return the answers with what the fleet itself decides, and its defaults.

    A fleet publishes no diagnosis of each window unless the table says so: ten thousand motors would send
    five thousand a second.
    """
    return {
        ("state_dir",): STATE_DIR,
        ("mqtt", "diagnosis"): "false",
        ("mqtt", "port"): "8883",
        **answers,
        ("mqtt", "tls", "ca_file"): "ca.crt",
        ("mqtt", "tls", "cert_file"): "agent.crt",
        ("mqtt", "tls", "key_file"): "agent.key",
        ("mqtt", "username"): agent,
        ("mqtt", "password_file"): "mqtt-password",
    }


def write_configuration(folder: Path, answers: Answers) -> None:
    """Write the configuration, and the line that installs it. Raises OSError."""
    write_file(folder / CONFIGURATION, file_text(answers), public=True)
    told = f"--fleet {shlex.quote(folder.name)}"
    write_file(
        folder / "install.txt",
        "# Copy this folder, install.sh and the package to the device, and type there as root:\n"
        f"sh install.sh --package edge-agent_*.deb {told}\n"
        "# With a repository of your own:\n"
        f"sh install.sh --repository http://SERVER/PATH --key edge-agent.asc {told}\n",
        public=True,
    )


def write_credentials(folder: Path, issued: Issued, password: str, authority: bytes) -> None:
    """Write key, certificate and password of an agent, and the authority it trusts. Raises OSError."""
    write_file(folder / "ca.crt", authority, public=True)
    write_file(folder / "agent.crt", issued.certificate, public=True)
    write_file(folder / "agent.key", issued.key)
    write_file(folder / "mqtt-password", f"{password}\n")
