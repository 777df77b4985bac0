"""Passwords, and what Mosquitto keeps of them."""

import base64
import hashlib
import secrets

_RANDOM_BYTES = 24
"""Of a password. Judgement: 192 bits, which nobody guesses; 32 letters."""
_SALT_BYTES = 12
"""As mosquitto_passwd of Mosquitto 2.0 makes it (password_mosq.h)."""
_ROUNDS = 101
"""As mosquitto_passwd of Mosquitto 2.0 (password_mosq.h). More protect a weak password; these are random."""


def new_password() -> str:
    """Return a password that nobody guesses."""
    return secrets.token_urlsafe(_RANDOM_BYTES)


def kept_of(password: str) -> str:
    """Return what Mosquitto keeps of a password: PBKDF2 with SHA-512, as `mosquitto_passwd` writes it."""
    salt = secrets.token_bytes(_SALT_BYTES)
    derived = hashlib.pbkdf2_hmac("sha512", password.encode(), salt, _ROUNDS)
    return f"$7${_ROUNDS}${base64.b64encode(salt).decode()}${base64.b64encode(derived).decode()}"
