"""Metrics and health of a running agent over real HTTP; nothing listens unless it is asked for."""

import subprocess
import sys
from pathlib import Path

import psutil
from broker import free_port
from plant import write_config
from promtool import promtool
from serving import get, wait_for


def with_http(config: Path, **http: object) -> Path:
    """Add the section `http` to a configuration."""
    section = ", ".join(f"{key}: {value}" for key, value in http.items())
    config.write_text(f"{config.read_text()}http: {{{section}}}\n")
    return config


def listening_ports(process_id: int) -> list[int]:
    connections = psutil.Process(process_id).net_connections("inet")
    return [own.laddr.port for own in connections if own.status == psutil.CONN_LISTEN]


def test_without_the_section_nothing_listens(tmp_path: Path, start_agent) -> None:
    agent = start_agent(write_config(tmp_path, port=str(tmp_path / "no-port")))
    agent.wait_for(lambda line: "no-port" in line)
    assert listening_ports(agent.process.pid) == []
    assert agent.stop() == 0


def test_what_the_agent_sees_is_served_and_readiness_ends_with_the_samples(
    tmp_path: Path, mosquitto, start_daq, start_agent
) -> None:
    daq = start_daq("--load", "0.75", "--broken-bars", "2", "--speed", "6")
    config = write_config(
        tmp_path, port=str(daq.link), broker_port=mosquitto.port, window="{length_s: 6, step_s: 2}"
    )
    port = free_port()
    agent = start_agent(with_http(config, listen=f"127.0.0.1:{port}"))

    wait_for(port, "/readyz", lambda answer: answer.status == 200)
    told = (
        'reason="",result="broken_bars"}',
        "edge_agent_source_up 1.0",
        "edge_agent_mqtt_connected 1.0",
        'edge_agent_motor_equivalent_bars{motor="motor"} ',
    )
    metrics = wait_for(port, "/metrics", lambda answer: all(words in answer.text for words in told))
    assert promtool("check", "metrics", given=metrics.text) == ""
    assert listening_ports(agent.process.pid) == [port]

    daq.stop()
    silent = wait_for(port, "/readyz", lambda answer: answer.status == 503)
    assert silent.text.startswith("no samples for ")
    assert get(port, "/healthz").status == 200
    blind = get(port, "/metrics").text
    assert "edge_agent_source_up 0.0" in blind.splitlines()
    assert "edge_agent_motor_equivalent_bars" not in blind

    assert agent.stop() == 0


def test_with_a_token_it_takes_the_token(tmp_path: Path, start_agent) -> None:
    (tmp_path / "token").write_text("correct-horse\n")
    port = free_port()
    config = with_http(
        write_config(tmp_path, port=str(tmp_path / "no-port")),
        listen=f"0.0.0.0:{port}",
        token_file=tmp_path / "token",
    )
    agent = start_agent(config)
    wait_for(port, "/healthz", lambda answer: answer.status == 401)
    assert get(port, "/healthz", "Bearer wrong").status == 401
    assert get(port, "/healthz", "Bearer correct-horse").status == 200
    assert agent.stop() == 0
    assert not any("correct-horse" in line for line in agent.lines)


def test_without_its_packages_the_agent_says_what_to_install(tmp_path: Path) -> None:
    config = with_http(write_config(tmp_path), listen="127.0.0.1:8642")
    program = (
        "import sys\n"
        "sys.modules['starlette'] = None\n"
        "from edge_agent.cli import main\n"
        f"sys.exit(main(['run', '-c', {str(config)!r}]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 2
    assert "needs starlette" in done.stderr
    assert "pip install '.[web]'" in done.stderr
