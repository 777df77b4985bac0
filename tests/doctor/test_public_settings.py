"""A configuration as others may see it, right or wrong."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from doctored import write_site

from edge_agent.config import load_settings
from edge_agent.doctor.public_settings import PublicSettings


def shown(file: Path, text: str, **environment: str) -> tuple[dict, list[str]]:
    file.write_text(text)
    public = PublicSettings(file, environment)
    return yaml.safe_load(public.text), public.secrets


def test_a_configuration_without_secrets_is_shown_whole(tmp_path: Path) -> None:
    file = write_site(tmp_path, captures="{keep: 3}", homeassistant="{enabled: true}")
    public = PublicSettings(file, {})
    assert yaml.safe_load(public.text) == yaml.safe_load(file.read_text())
    assert public.secrets == []
    copy = tmp_path / "copy.yaml"
    copy.write_text(public.text)
    assert load_settings(copy) == load_settings(file)


def test_variables_are_shown_by_their_names(tmp_path: Path) -> None:
    text = 'acquisition: {port: "${PORT:-/dev/x}"}\nmqtt: {host: "${BROKER}"}\n'
    content, secrets = shown(tmp_path / "a.yaml", text, PORT="/dev/ttyACM0", BROKER="plant.example")
    assert content == {"acquisition": {"port": "${PORT}"}, "mqtt": {"host": "${BROKER}"}}
    assert secrets == []


def test_a_value_below_a_key_that_is_none_is_removed(tmp_path: Path) -> None:
    content, secrets = shown(
        tmp_path / "a.yaml", "mqtt: {host: h, passwort: hunter22, other: [xyzzy, 12345]}\n"
    )
    assert content["mqtt"] == {"host": "h", "passwort": "(removed)", "other": ["(removed)", "(removed)"]}
    assert {"hunter22", "xyzzy", "12345"} <= set(secrets)


def test_a_login_within_a_host_is_removed(tmp_path: Path) -> None:
    content, secrets = shown(tmp_path / "a.yaml", "mqtt: {host: 'mqtt://jane:cr0codile@broker'}\n")
    assert content["mqtt"]["host"] == "(removed)"
    assert {"jane", "cr0codile"} <= set(secrets)


def test_a_password_in_place_of_its_file_is_removed(tmp_path: Path) -> None:
    content, secrets = shown(tmp_path / "a.yaml", "mqtt: {host: h, username: u, password_file: hunter22}\n")
    assert content["mqtt"]["password_file"] == "(removed)"
    assert "hunter22" in secrets


def test_the_content_of_a_named_file_is_secret_and_its_path_is_not(tmp_path: Path) -> None:
    (tmp_path / "pw").write_text("hunter22\n")
    content, secrets = shown(tmp_path / "a.yaml", "mqtt: {host: h, username: u, password_file: pw}\n")
    assert content["mqtt"]["password_file"] == "pw"
    assert "hunter22" in secrets


@pytest.mark.parametrize("url", ["https://a.example/T0123456/B9", "https://a.example/T0123456?k=v"])
def test_of_a_url_the_host_is_shown(tmp_path: Path, url: str) -> None:
    content, secrets = shown(tmp_path / "a.yaml", f'notify: [{{url: "{url}"}}]\n')
    assert content["notify"] == [{"url": "https://a.example/(removed)"}]
    assert {url, "T0123456"} <= set(secrets)


def test_variables_with_secret_names_are_secret_though_the_file_does_not_use_them(tmp_path: Path) -> None:
    _, secrets = shown(
        tmp_path / "a.yaml", "mqtt: {host: h}\n", SITE_TOKEN="abcdefg", DEBUG_TOKEN="1", HOME="/h"
    )
    assert secrets == ["abcdefg"]


def test_a_file_that_is_away_is_said(tmp_path: Path) -> None:
    assert "cannot be read" in PublicSettings(tmp_path / "none.yaml", {}).text


@pytest.mark.parametrize("make", [os.mkfifo, os.mkdir, lambda path: path.symlink_to("/dev/zero")])
@pytest.mark.parametrize(
    "text", ["mqtt: {host: h, username: u, password_file: pw}", "mqtt: {password_file: pw"]
)
def test_what_is_no_file_is_neither_waited_for_nor_read(
    tmp_path: Path, make: Callable[[Path], None], text: str
) -> None:
    make(tmp_path / "pw")
    (tmp_path / "a.yaml").write_text(text)
    assert "pw" not in PublicSettings(tmp_path / "a.yaml", {}).text.split()
