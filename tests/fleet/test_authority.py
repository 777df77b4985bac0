"""The authority of a fleet: what it issues is believed, what it revokes is not."""

import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest

from edge_agent.fleet.authority import Authority, AuthorityError, Revoked


def verify(folder: Path, *more: str) -> subprocess.CompletedProcess[str]:
    """Have OpenSSL judge `own.crt`."""
    command = ["openssl", "verify", "-CAfile", str(folder / "ca.crt"), *more, str(folder / "own.crt")]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)


def test_openssl_believes_what_it_issues_for_the_purpose_that_it_was_issued_for(tmp_path: Path) -> None:
    authority = Authority.of(tmp_path)
    (tmp_path / "own.crt").write_bytes(authority.issue("pump-7").certificate)
    assert verify(tmp_path, "-purpose", "sslclient").returncode == 0
    assert verify(tmp_path, "-purpose", "sslserver").returncode != 0
    (tmp_path / "own.crt").write_bytes(authority.issue("broker.example", ("broker.example",)).certificate)
    assert verify(tmp_path, "-purpose", "sslserver", "-verify_hostname", "broker.example").returncode == 0
    assert verify(tmp_path, "-purpose", "sslserver", "-verify_hostname", "other.example").returncode != 0


def test_openssl_does_not_believe_what_is_revoked(tmp_path: Path) -> None:
    authority = Authority.of(tmp_path)
    issued = authority.issue("pump-7")
    (tmp_path / "own.crt").write_bytes(issued.certificate)
    listed = ["-crl_check", "-CRLfile", str(tmp_path / "revoked.crl")]
    (tmp_path / "revoked.crl").write_bytes(authority.revocations([]))
    assert verify(tmp_path, *listed).returncode == 0
    (tmp_path / "revoked.crl").write_bytes(authority.revocations([Revoked(issued.serial, datetime.now(UTC))]))
    assert "certificate revoked" in verify(tmp_path, *listed).stderr


def test_it_is_made_once_and_read_again(tmp_path: Path) -> None:
    assert Authority.of(tmp_path).pem == Authority.of(tmp_path).pem
    assert (tmp_path / "ca.key").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("name", ["ca.key", "ca.crt"])
def test_files_that_do_not_belong_together_are_refused(tmp_path: Path, name: str) -> None:
    Authority.of(tmp_path / "one")
    Authority.of(tmp_path / "other")
    (tmp_path / "one" / name).write_bytes((tmp_path / "other" / name).read_bytes())
    with pytest.raises(AuthorityError, match=r"ca\.key is not the key of ca\.crt"):
        Authority.of(tmp_path / "one")
    (tmp_path / "one" / name).write_text("nothing")
    with pytest.raises(AuthorityError, match="cannot be read"):
        Authority.of(tmp_path / "one")
