"""Email by SMTP (RFC 5321, with RFC 3207's STARTTLS): the one door to the mail library.

Staff are written to, and the directory's organisations; no family is.

A message is one line for the subject and the rest for the letter. It is certainly not taken until the server has
answered the end of the letter; a connection that breaks while the letter is under way leaves that unknown.
"""

import smtplib
import ssl
import time
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from email import policy
from email.message import EmailMessage
from email.utils import formatdate
from ipaddress import ip_address
from typing import Final, Literal, NoReturn
from urllib.parse import parse_qs, unquote, urlsplit

from messages.channel import Accepted, ChannelError, ChannelUnknown, Outgoing, Sighting

Tls = Literal["implicit", "starttls", "none"]

_PORTS: Final = {"smtps": 465, "smtp": 587}
_LEAST_SECONDS: Final = 0.05
_GOODBYE_SECONDS: Final = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class MailServer:
    """Where letters are handed in. `sender` is whom they come from."""

    host: str
    port: int
    tls: Tls
    sender: str
    user: str = ""
    password: str = field(default="", repr=False)


def read_smtp_url(url: str, *, sender: str) -> MailServer:
    """`smtps://user:password@host:465` or `smtp://host:587`, with `?from=ADDRESS` where it is not `sender`.

    Plain smtp:// must offer STARTTLS, but for a server on this very machine. ValueError tells what is wrong, and never
    repeats the address: it may hold a password.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        message = "its host or port cannot be read"
        raise ValueError(message) from None
    if parts.scheme not in _PORTS or not parts.hostname:
        message = "write smtps://user:password@host or smtp://host:587"
        raise ValueError(message)
    asked = parse_qs(parts.query)
    if unknown := sorted(asked.keys() - {"from"}):
        message = f"{', '.join(unknown)} is not known; only ?from=ADDRESS is"
        raise ValueError(message)
    named = asked.get("from", [sender])[-1]
    if not is_email(named):
        message = "?from= is no email address"
        raise ValueError(message)
    if bool(parts.username) != bool(parts.password):
        message = "a user needs a password, and a password a user"
        raise ValueError(message)
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    if not (user + password).isascii():  # what the mail library can sign in with
        message = (
            "its user and password must be of plain letters, digits and signs (ASCII): set another at the mail server"
        )
        raise ValueError(message)
    tls: Tls = "none" if is_loopback(parts.hostname) else "starttls"
    return MailServer(
        host=parts.hostname, port=port or _PORTS[parts.scheme], tls="implicit" if parts.scheme == "smtps" else tls,
        sender=named, user=user, password=password,
    )  # fmt: skip


def is_loopback(host: str) -> bool:
    """The host is this very machine, by name or number."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host.casefold() == "localhost"


def is_email(text: str) -> bool:
    """Plainly an address that a server takes: ASCII, one @, no space or sign that could end a header."""
    name, at, domain = text.rpartition("@")
    signs = set('<>()[],;:\\"@') & set(name + domain)
    plain = text.isascii() and text.isprintable() and " " not in text and not signs
    return bool(plain and at and name and domain and len(text) <= 254 and not domain.startswith((".", "-")))


class SmtpEmail:
    """The email channel: a connection a letter. Threads may share one.

    `timeout_seconds` bounds each answer of the server, `patience_seconds` a whole try. `trust` is for a server whose
    certificate the machine does not know.
    """

    def __init__(
        self, server: MailServer, *, timeout_seconds: float = 10.0, patience_seconds: float = 20.0,
        trust: ssl.SSLContext | None = None,
    ) -> None:  # fmt: skip
        self._server = server
        self._timeout = timeout_seconds
        self._patience = patience_seconds
        self._trust = trust or ssl.create_default_context()

    def send(self, outgoing: Outgoing) -> Accepted:
        """Hand one letter in. Raises ChannelError where it was certainly not taken, ChannelUnknown where nobody
        knows."""
        ends = time.monotonic() + self._patience
        letter = self._letter(outgoing)
        talk = self._open(ends)
        try:
            self._name(talk, outgoing.to, ends)
            return self._hand_in(talk, letter, ends)
        finally:
            with suppress(OSError, smtplib.SMTPException):
                self._wait(talk, time.monotonic() + _GOODBYE_SECONDS)
                talk.quit()
            talk.close()

    def knock(self) -> None:
        """Sign in and leave: no letter is handed in. Raises ChannelError where the server is away or refuses us."""
        talk = self._open(time.monotonic() + self._patience)
        with suppress(OSError, smtplib.SMTPException):
            self._wait(talk, time.monotonic() + _GOODBYE_SECONDS)
            talk.quit()
        talk.close()

    def find(self, to: str, body: str, since: datetime) -> list[Sighting] | None:
        """None: a mail server does not tell what it took."""
        del to, body, since
        return None

    def _open(self, ends: float) -> smtplib.SMTP:
        server = self._server
        domain = server.sender.rpartition("@")[2]
        try:
            if server.tls == "implicit":
                talk: smtplib.SMTP = smtplib.SMTP_SSL(
                    server.host, server.port, local_hostname=domain, timeout=self._timeout, context=self._trust
                )
            else:
                talk = smtplib.SMTP(server.host, server.port, local_hostname=domain, timeout=self._timeout)
        except (OSError, smtplib.SMTPException, UnicodeError) as fault:  # a host that is no name of one
            _not_taken(fault, "The mail server could not be reached")
        try:
            self._wait(talk, ends)
            talk.ehlo_or_helo_if_needed()
            if server.tls == "starttls":
                self._wait(talk, ends)
                talk.starttls(context=self._trust)
                talk.ehlo()
            if server.user:
                self._wait(talk, ends)
                talk.login(server.user, server.password)
        except (OSError, smtplib.SMTPException, UnicodeError) as fault:  # words that cannot be signed in with
            talk.close()
            _not_taken(fault, "The mail server did not let us in")
        return talk

    def _name(self, talk: smtplib.SMTP, to: str, ends: float) -> None:
        """Sender and recipient: what either answer refuses was certainly not taken."""
        try:
            for say, address in ((talk.mail, self._server.sender), (talk.rcpt, to)):
                self._wait(talk, ends)
                code, _ = say(address)
                if code not in {250, 251}:
                    _refused(code)
        except (OSError, smtplib.SMTPException) as fault:
            _not_taken(fault, "The mail server broke off")

    def _hand_in(self, talk: smtplib.SMTP, letter: bytes, ends: float) -> Accepted:
        self._wait(talk, ends)
        try:
            code, _ = talk.data(letter)
        except smtplib.SMTPDataError as refusal:  # it would not have the letter at all
            _refused(refusal.smtp_code)
        except (OSError, smtplib.SMTPException) as fault:
            raise ChannelUnknown("The mail server broke off while it took the letter") from fault
        if code != 250:
            _refused(code)
        return Accepted(sid=None)

    def _wait(self, talk: smtplib.SMTP, ends: float) -> None:
        """No answer is waited for beyond the end of the try."""
        if talk.sock is not None:
            talk.sock.settimeout(max(_LEAST_SECONDS, min(self._timeout, ends - time.monotonic())))

    def _letter(self, outgoing: Outgoing) -> bytes:
        subject, _, rest = outgoing.body.partition("\n")
        letter = EmailMessage(policy=policy.SMTP)
        letter["From"] = self._server.sender
        letter["To"] = outgoing.to
        letter["Subject"] = subject.strip()
        letter["Date"] = formatdate(usegmt=True)
        # The row's own id: a mailbox that got a letter twice would show it once.
        letter["Message-ID"] = f"<alert-{outgoing.outbox}@{self._server.sender.rpartition('@')[2]}>"
        letter["Auto-Submitted"] = "auto-generated"  # RFC 3834: nobody's holiday notice answers
        letter.set_content(rest.strip() + "\n")
        return letter.as_bytes()


def _refused(code: int) -> NoReturn:
    """RFC 5321, 4.2.1: a reply of 5yz stands for good, any other may change."""
    permanent = 500 <= code <= 599
    raise ChannelError(permanent=permanent, code=str(code), reason=f"The mail server refused it ({code})")


def _not_taken(fault: Exception, reason: str) -> NoReturn:
    """Before the letter: trying again helps, unless what stands in the way is the settings' or the server's own."""
    code = getattr(fault, "smtp_code", None)
    if isinstance(fault, smtplib.SMTPNotSupportedError):
        raise ChannelError(permanent=True, code=None, reason="The mail server offers no STARTTLS or sign-in") from None
    if isinstance(fault, ssl.SSLCertVerificationError):
        told = "The mail server's certificate is not one that this machine trusts"
        raise ChannelError(permanent=True, code=None, reason=told) from None
    if isinstance(fault, UnicodeError):
        told = "SMTP_URL holds letters that no mail server can be reached or signed in to with"
        raise ChannelError(permanent=True, code=None, reason=told) from None
    permanent = isinstance(code, int) and 500 <= code <= 599
    raise ChannelError(permanent=permanent, code=None if code is None else str(code), reason=reason) from None
