"""Secrets that others could read or replace are warned of."""

import pytest
from small_files import Folder

WITH = "username: u\n  password_file: secret"


@pytest.fixture
def secret(folder: Folder):
    file = folder.file.parent / "secret"
    file.write_text("s3cret\n")
    file.chmod(0o640)
    return file


def test_a_file_of_its_owner_and_a_password_that_stays_here_are_no_matter(folder: Folder, secret):
    assert folder.doubts(("host: localhost", f"host: localhost\n  {WITH}")) == {}
    assert folder.doubts(("host: localhost", f"host: 127.0.0.2\n  {WITH}")) == {}
    assert folder.doubts(("host: localhost", f"host: broker.example\n  tls: true\n  {WITH}")) == {}


@pytest.mark.parametrize(
    ("mode", "words"), [(0o644, "may read"), (0o642, "may write"), (0o666, "may read and write")]
)
def test_a_password_that_every_user_may_read_or_write_is_warned_of(folder: Folder, secret, mode, words):
    secret.chmod(mode)
    doubts = folder.doubts(("host: localhost", f"host: localhost\n  {WITH}"))
    assert words in doubts["mqtt", "password_file"]
    assert "s3cret" not in str(doubts)


def test_tokens_and_keys_are_secrets_too(folder: Folder, secret):
    secret.chmod(0o604)
    doubts = folder.doubts(
        (
            "host: localhost",
            "host: localhost\n  tls: {cert_file: secret, key_file: secret}\nhttp: {token_file: secret}\n"
            "notify:\n  - {url: https://alarms.example/hook, token_file: secret}",
        )
    )
    assert doubts.keys() == {
        ("mqtt", "tls", "key_file"),
        ("http", "token_file"),
        ("notify", 0, "token_file"),
    }


def test_a_password_that_goes_over_the_network_as_it_is_is_warned_of(folder: Folder, secret):
    doubts = folder.doubts(("host: localhost", f"host: broker.example\n  {WITH}"))
    assert "unencrypted" in doubts["mqtt", "password_file"]
