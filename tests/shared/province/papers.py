"""An authority of these tests' own and the certificates it gives, as files."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

_VALID = timedelta(days=2)


@dataclass(frozen=True, kw_only=True)
class Paper:
    """A certificate and its private key."""

    certificate: Path
    key: Path


class Authority:
    """Gives certificates for this machine; `certificate` is its own."""

    def __init__(self, folder: Path, name: str) -> None:
        self.certificate = folder / f"{name}-ca.pem"
        self._folder = folder
        self._name = _name(name)
        self._key = ec.generate_private_key(ec.SECP256R1())
        basics = x509.BasicConstraints(ca=True, path_length=0)
        made = _begun(self._name, self._key).issuer_name(self._name).add_extension(basics, critical=True)
        usage = _usage(signs_certificates=True)
        signed = made.add_extension(usage, critical=True).sign(self._key, hashes.SHA256())
        self.certificate.write_bytes(signed.public_bytes(Encoding.PEM))
        self._known_as = x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key())

    def give(self, name: str) -> Paper:
        """A certificate for 127.0.0.1, to serve with or to be known by."""
        key = ec.generate_private_key(ec.SECP256R1())
        here = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))])
        purposes = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH])
        made = _begun(_name(name), key).issuer_name(self._name)
        made = made.add_extension(here, critical=False).add_extension(purposes, critical=False)
        made = made.add_extension(self._known_as, critical=False)
        certificate = made.sign(self._key, hashes.SHA256())
        paper = Paper(certificate=self._folder / f"{name}.pem", key=self._folder / f"{name}-key.pem")
        paper.certificate.write_bytes(certificate.public_bytes(Encoding.PEM))
        paper.key.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        return paper


def _name(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _begun(subject: x509.Name, key: ec.EllipticCurvePrivateKey) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _VALID)
        .not_valid_after(now + _VALID)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )
