"""Keys and certificates, and the list of the revoked ones; needs the extra `fleet`.

The package `cryptography` makes them: it writes the list of revoked certificates without the database of
files that `openssl ca` asks for, starts no process per agent, and says what is wrong with a file. It runs
where the fleet is administered, never beside a motor.
"""

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Self

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from edge_agent.fleet.files import write_file

_AUTHORITY_DAYS = 3650
"""Ten years, as in deploy/mosquitto/make-certificates.sh. Judgement."""
_MEMBER_DAYS = 1825
"""Five years, as in deploy/mosquitto/make-certificates.sh; `fleet rotate` renews. Judgement."""
_EARLIER = timedelta(hours=1)
"""Certificates hold from so long ago, for clocks that lag behind. Judgement."""


class AuthorityError(ValueError):
    """The authority's files cannot be used."""


@dataclass(frozen=True, slots=True)
class Issued:
    """A key with its certificate."""

    key: bytes
    """Private key, PEM, unencrypted."""
    certificate: bytes
    """PEM."""
    serial: int
    """By which it is revoked."""
    until: datetime
    """When it expires, UTC."""


@dataclass(frozen=True, slots=True)
class Revoked:
    """A certificate that is not to be believed any more."""

    serial: int
    """Of the certificate."""
    at: datetime
    """Since when, UTC."""


class Authority:
    """Signs the certificates of one fleet."""

    def __init__(self, key: ec.EllipticCurvePrivateKey, certificate: x509.Certificate) -> None:
        """Take key and certificate of the authority itself."""
        self._key = key
        self.certificate = certificate
        """Its own, which brokers and agents trust."""

    @classmethod
    def of(cls, folder: Path) -> Self:
        """Read the authority of a folder, or make one there. Raises AuthorityError and OSError."""
        key_file, certificate_file = folder / "ca.key", folder / "ca.crt"
        if not key_file.exists() and not certificate_file.exists():
            made = cls(*_new_authority())
            write_file(key_file, _key_pem(made._key))
            write_file(certificate_file, made.pem, public=True)
            return made
        try:
            key = serialization.load_pem_private_key(key_file.read_bytes(), password=None)
            certificate = x509.load_pem_x509_certificate(certificate_file.read_bytes())
        except (ValueError, TypeError) as error:
            raise AuthorityError(
                f"{folder}: ca.key and ca.crt cannot be read: {error}; put both back from a copy"
            ) from error
        if not isinstance(key, ec.EllipticCurvePrivateKey) or key.public_key() != certificate.public_key():
            raise AuthorityError(f"{folder}: ca.key is not the key of ca.crt; put both back from a copy")
        return cls(key, certificate)

    @property
    def pem(self) -> bytes:
        """Its own certificate."""
        return self.certificate.public_bytes(serialization.Encoding.PEM)

    def issue(self, name: str, hosts: Sequence[str] = ()) -> Issued:
        """Make a key and a certificate for a client, or for a server that is reached by these host names."""
        key = ec.generate_private_key(ec.SECP256R1())
        usage = ExtendedKeyUsageOID.SERVER_AUTH if hosts else ExtendedKeyUsageOID.CLIENT_AUTH
        now = datetime.now(UTC)
        until = min(now + timedelta(days=_MEMBER_DAYS), self.certificate.not_valid_after_utc)
        builder = (
            x509.CertificateBuilder()
            .subject_name(_named(name))
            .issuer_name(self.certificate.subject)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - _EARLIER)
            .not_valid_after(until)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(x509.ExtendedKeyUsage([usage]), critical=False)
            .add_extension(self._own_key_id(), critical=False)
        )
        if hosts:
            names = x509.SubjectAlternativeName([_host(host) for host in hosts])
            builder = builder.add_extension(names, critical=False)
        certificate = builder.sign(self._key, hashes.SHA256())
        pem = certificate.public_bytes(serialization.Encoding.PEM)
        return Issued(_key_pem(key), pem, certificate.serial_number, certificate.not_valid_after_utc)

    def revocations(self, revoked: Sequence[Revoked]) -> bytes:
        """Return the list of revoked certificates, PEM.

        It holds as long as the authority: a list that has expired would lock every agent out.
        """
        builder = (
            x509.CertificateRevocationListBuilder()
            .issuer_name(self.certificate.subject)
            .last_update(datetime.now(UTC))
            .next_update(self.certificate.not_valid_after_utc)
            .add_extension(self._own_key_id(), critical=False)
        )
        for one in revoked:
            entry = x509.RevokedCertificateBuilder().serial_number(one.serial).revocation_date(one.at)
            builder = builder.add_revoked_certificate(entry.build())
        return builder.sign(self._key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)

    def _own_key_id(self) -> x509.AuthorityKeyIdentifier:
        return x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key())


def _new_authority() -> tuple[ec.EllipticCurvePrivateKey, x509.Certificate]:
    key = ec.generate_private_key(ec.SECP256R1())
    now = datetime.now(UTC)
    own = x509.KeyUsage(
        digital_signature=False,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=True,
        crl_sign=True,
        encipher_only=False,
        decipher_only=False,
    )
    name = _named("edge-agent authority")
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _EARLIER)
        .not_valid_after(now + timedelta(days=_AUTHORITY_DAYS))
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(own, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )
    return key, builder.sign(key, hashes.SHA256())


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _host(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)


def _key_pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
