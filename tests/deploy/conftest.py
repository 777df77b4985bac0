"""The site of the guide, and who listens there."""

import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from broker import Mosquitto, Subscriber
from mosquitto_site import EXAMPLE, PASSWORDS, Site, site_config


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    if shutil.which("openssl") is None or shutil.which("mosquitto_passwd") is None:
        pytest.skip("NOT TESTED: needs openssl and mosquitto_passwd")
    folder = tmp_path_factory.mktemp("site")
    subprocess.run([EXAMPLE / "make-certificates.sh", "localhost", folder], check=True, capture_output=True)
    passwords = folder / "edge-agent.passwords"
    passwords.touch(0o600)
    for user, password in PASSWORDS.items():
        subprocess.run(["mosquitto_passwd", "-b", passwords, user, password], check=True, capture_output=True)
    shutil.copy(EXAMPLE / "edge-agent.acl", folder)
    (folder / "edge-agent.acl").chmod(0o600)
    broker = Mosquitto(folder, site_config(folder))
    broker.start()
    yield Site(broker, folder)
    broker.stop()


@pytest.fixture
def monitor(site: Site, subscribe: Callable[..., Subscriber], tmp_path: Path) -> Subscriber:
    login = ["-u", "monitor", "-P", PASSWORDS["monitor"], "--cafile", str(site.folder / "ca.crt")]
    return subscribe(site.broker.port, name=f"monitor-{tmp_path.name}", more=login)


@pytest.fixture
def home_assistant(site: Site, subscribe: Callable[..., Subscriber], tmp_path: Path) -> Subscriber:
    login = ["-u", "homeassistant", "-P", PASSWORDS["homeassistant"], "--cafile", str(site.folder / "ca.crt")]
    return subscribe(site.broker.port, name=f"home-assistant-{tmp_path.name}", more=login)
