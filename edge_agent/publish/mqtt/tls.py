"""How a connection is encrypted, and what the broker must prove: TLS 1.2 or later, the host name checked."""

import ssl

from edge_agent.publish.settings import TlsSettings


def tls_context(settings: TlsSettings) -> ssl.SSLContext:
    """Return what encrypts. Raises OSError, of which ssl.SSLError is one, for certificates that are none."""
    context = ssl.create_default_context(ssl.Purpose.SERVER_AUTH, cafile=settings.ca_file)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if settings.cert_file is not None:
        context.load_cert_chain(settings.cert_file, settings.key_file)
    return context
