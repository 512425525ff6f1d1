"""A real mail server on loopback for tests: takes letters, refuses, puts off, hangs, or drops the line."""

import asyncio
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session


@dataclass
class Post:
    """What the server does, and every letter it took with whom it was for. `answers`: by command, what it says."""

    answers: dict[str, str] = field(default_factory=dict)  # RCPT, DATA: a reply such as "550 no such mailbox"
    hangs: bool = False  # at the end of a letter
    drops: bool = False  # in the middle of a letter
    users: dict[bytes, bytes] = field(default_factory=dict)
    begun: list[str] = field(default_factory=list)  # whom a letter was handed in for, whatever came of it
    taken: list[tuple[str, EmailMessage]] = field(default_factory=list)
    over_tls: list[bool] = field(default_factory=list)
    signed_in: list[bool | None] = field(default_factory=list)

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's names
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if "RCPT" in self.answers:
            return self.answers["RCPT"]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        self.begun += envelope.rcpt_tos
        if self.hangs:
            await asyncio.sleep(60)
        if self.drops:
            assert server.transport is not None
            server.transport.abort()
            return "250 never heard"
        if "DATA" in self.answers:
            return self.answers["DATA"]
        content = envelope.content
        assert isinstance(content, bytes)
        letter = message_from_bytes(content, policy=policy.default)
        assert isinstance(letter, EmailMessage)
        self.taken += [(to, letter) for to in envelope.rcpt_tos]
        self.over_tls.append(session.ssl is not None)
        self.signed_in.append(session.authenticated)
        return "250 OK"

    def sign_in(self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, given: Any) -> AuthResult:
        known = isinstance(given, LoginPassword) and self.users.get(given.login) == given.password
        return AuthResult(success=known, handled=False)

    def to(self, address: str) -> list[EmailMessage]:
        return [letter for to, letter in self.taken if to == address]


@dataclass
class PostOffice:
    """A running server. `url` is what SMTP_URL is set to."""

    post: Post
    port: int

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"


@contextmanager
def post_office(post: Post | None = None, *, starttls: ssl.SSLContext | None = None, tls: ssl.SSLContext | None = None,
                port: int = 0) -> Iterator[PostOffice]:  # fmt: skip
    """Serve on a free port of loopback until the block ends."""
    post = post or Post()
    more: dict[str, Any] = {"tls_context": starttls, "require_starttls": starttls is not None}
    if post.users:
        more |= {"authenticator": post.sign_in, "auth_required": True, "auth_require_tls": starttls is not None}
    if tls is not None:
        more["ssl_context"] = tls
    running = _Controller(post, hostname="127.0.0.1", port=port, **more)
    running.start()
    try:
        yield PostOffice(post=post, port=running.server.sockets[0].getsockname()[1])
    finally:
        running.stop()


class _Controller(Controller):
    """aiosmtpd's own, on any free port: it would connect to port 0 to see that it serves."""

    def _trigger_server(self) -> None:
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


def certificate(folder: Path) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """A server's context for 127.0.0.1, and one that trusts it."""
    from datetime import UTC, datetime, timedelta

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(x509.random_serial_number()).not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=True)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    chain = folder / "mail.pem"
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    chain.write_bytes(secret + made.public_bytes(serialization.Encoding.PEM))
    serving = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    serving.load_cert_chain(chain)
    trusting = ssl.create_default_context(cadata=made.public_bytes(serialization.Encoding.PEM).decode())
    return serving, trusting
