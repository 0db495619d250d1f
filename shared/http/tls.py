"""Whom we believe over TLS, and what we show of ourselves."""

import ssl
from pathlib import Path


class TlsFileError(ValueError):
    """证书文件不可用 · The certificate file cannot be used."""


def client_context(
    *, ca_file: Path | None = None, cert_file: Path | None = None, key_file: Path | None = None
) -> ssl.SSLContext:
    """For calls out: authorities (PEM) besides which nobody is believed, and our certificate with its private key.

    Without authorities of their own the system's are believed. Raises TlsFileError.
    """
    try:
        context = ssl.create_default_context(cafile=ca_file)
        if cert_file is not None:
            context.load_cert_chain(cert_file, key_file)
    except OSError as problem:  # of which an unusable certificate is one
        names = ", ".join(str(path) for path in (ca_file, cert_file, key_file) if path is not None)
        raise TlsFileError(
            f"证书文件不可用 · The certificate files cannot be used: {names} ({type(problem).__name__})"
        ) from None
    return context
