"""An authority of the test's own and certificates it signs, as a ministry's would."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


@dataclass(frozen=True)
class Certificates:
    """Files in PEM form: the authority, a certificate for 127.0.0.1 and its key."""

    authority: Path
    certificate: Path
    key: Path

    @property
    def dask_options(self) -> tuple[str, ...]:
        """As `dask scheduler` and `dask worker` take them."""
        return ("--tls-ca-file", str(self.authority), "--tls-cert", str(self.certificate), "--tls-key", str(self.key))

    @property
    def client_environment(self) -> dict[str, str]:
        """As Dask's configuration takes them from the environment, for who asks the scheduler."""
        tls = "DASK_DISTRIBUTED__COMM__TLS__"
        files = {f"{tls}CA_FILE": self.authority, f"{tls}CLIENT__CERT": self.certificate, f"{tls}CLIENT__KEY": self.key}
        return {name: str(file) for name, file in files.items()} | {"DASK_DISTRIBUTED__COMM__REQUIRE_ENCRYPTION": "True"}

    @property
    def client_settings(self) -> dict[str, str]:
        """The same as settings of `dask.config`."""
        files = {"ca-file": self.authority, "client.cert": self.certificate, "client.key": self.key}
        return {f"distributed.comm.tls.{name}": str(file) for name, file in files.items()}


def make_certificates(folder: Path) -> Certificates:
    """A new authority and one certificate, for a server and a client alike."""
    folder.mkdir(parents=True, exist_ok=True)
    authority_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    authority = _build("authority", authority_key, "authority", authority_key, is_authority=True)
    certificate = _build("127.0.0.1", key, "authority", authority_key, is_authority=False)
    made = Certificates(folder / "authority.pem", folder / "certificate.pem", folder / "key.pem")
    made.authority.write_bytes(authority.public_bytes(serialization.Encoding.PEM))
    made.certificate.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    plain = serialization.NoEncryption()
    made.key.write_bytes(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain))
    return made


def _build(
    name: str, key: ec.EllipticCurvePrivateKey, issuer: str, issuer_key: ec.EllipticCurvePrivateKey, *, is_authority: bool
) -> x509.Certificate:
    now = datetime.now(UTC)
    usage = x509.KeyUsage(
        digital_signature=True, content_commitment=False, key_encipherment=False, data_encipherment=False, key_agreement=False,
        key_cert_sign=is_authority, crl_sign=is_authority, encipher_only=False, decipher_only=False,
    )  # fmt: skip
    builder = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
        .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, issuer)]))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=is_authority, path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), critical=False)
    )
    if not is_authority:
        builder = builder.add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address(name))]), critical=False)
    return builder.sign(issuer_key, hashes.SHA256())
