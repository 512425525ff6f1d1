"""Email against a real mail server on loopback: what each answer of it means, and what never leaves in the open."""

import re
import ssl
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from messages.channel import Accepted, ChannelError, ChannelUnknown, Outgoing
from messages.smtp_email import MailServer, SmtpEmail, is_email, read_smtp_url
from tests.mail import Post, PostOffice, certificate, post_office
from tests.running import free_port

pytestmark = pytest.mark.net

BODY = "Larkline desk: an urgent case needs you now\nRead the case.\n\nhttps://text.example.gov.uk/desk/cases/ABC"
SENDER = "desk@text.example.gov.uk"
DUTY = "duty@example.org"


@pytest.fixture
def office() -> Iterator[PostOffice]:
    with post_office() as running:
        yield running


def channel(port: int, *, trust: ssl.SSLContext | None = None, patience_seconds: float = 3.0, **more: str) -> SmtpEmail:
    server = MailServer(host="127.0.0.1", port=port, sender=SENDER, **{"tls": "none", **more})  # type: ignore[arg-type]
    return SmtpEmail(server, timeout_seconds=1.0, patience_seconds=patience_seconds, trust=trust)


def letter(to: str = DUTY) -> Outgoing:
    return Outgoing(outbox=7, to=to, body=BODY)


def test_a_letter_is_taken_once(office: PostOffice) -> None:
    """Claim: subject, link, sender and recipient arrive as written; the row's id is the Message-ID."""
    assert channel(office.port).send(letter()) == Accepted(sid=None)
    ((to, taken),) = office.post.taken
    assert to == DUTY
    assert (taken["From"], taken["To"]) == (SENDER, DUTY)
    assert taken["Subject"] == "Larkline desk: an urgent case needs you now"
    assert taken["Message-ID"] == "<alert-7@text.example.gov.uk>"
    assert taken["Auto-Submitted"] == "auto-generated"
    assert taken.get_content().split() == ["Read", "the", "case.", "https://text.example.gov.uk/desk/cases/ABC"]


@pytest.mark.parametrize("command", ["RCPT", "DATA"])
@pytest.mark.parametrize(("answer", "permanent"), [("550 no such mailbox", True), ("451 try later", False)])
def test_a_refusal_is_certain(office: PostOffice, command: str, answer: str, permanent: bool) -> None:
    """Claim: 5yz stands for good and 4yz may change; in neither was the letter taken, and no address is repeated."""
    office.post.answers[command] = answer
    with pytest.raises(ChannelError) as caught:
        channel(office.port).send(letter())
    assert (caught.value.permanent, caught.value.code) == (permanent, answer[:3])
    assert DUTY not in str(caught.value)
    assert office.post.taken == []


@pytest.mark.parametrize("fault", ["hangs", "drops"])
def test_a_letter_under_way_is_unknown(office: PostOffice, fault: str) -> None:
    """Claim: where the line breaks or falls silent after the letter, nobody knows; it does not wait for ever."""
    setattr(office.post, fault, True)
    began = time.monotonic()
    with pytest.raises(ChannelUnknown):
        channel(office.port).send(letter())
    assert time.monotonic() - began < 5


def test_nobody_there_may_be_tried_again() -> None:
    """Claim: a server that is away took nothing."""
    with pytest.raises(ChannelError) as caught:
        channel(free_port()).send(letter())
    assert not caught.value.permanent


def test_a_server_that_never_greets_is_left(silent: int) -> None:
    """Claim: a connection without a greeting ends after the timeout, with nothing taken."""
    began = time.monotonic()
    with pytest.raises(ChannelError) as caught:
        channel(silent).send(letter())
    assert not caught.value.permanent
    assert time.monotonic() - began < 4


@pytest.fixture
def silent() -> Iterator[int]:
    """A port where somebody listens and says nothing."""
    import socket

    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening.getsockname()[1]


def test_starttls_with_a_password(tmp_path: Path) -> None:
    """Claim: over STARTTLS, with the certificate checked, the user signs in and the letter goes sealed."""
    serving, trusting = certificate(tmp_path)
    post = Post(users={b"desk": b"p@ss/word"})
    with post_office(post, starttls=serving) as office:
        channel(office.port, trust=trusting, tls="starttls", user="desk", password="p@ss/word").send(letter())
        assert (post.over_tls, post.signed_in) == ([True], [True])
        with pytest.raises(ChannelError) as caught:
            channel(office.port, trust=trusting, tls="starttls", user="desk", password="wrong").send(letter())
    assert caught.value.permanent
    assert "wrong" not in f"{caught.value!r} {caught.value.__cause__!r}"


def test_a_knock_signs_in_and_hands_in_nothing(tmp_path: Path) -> None:
    """Claim: what an operator asks before any alert: the right password is let in, the wrong one told, nothing sent."""
    serving, trusting = certificate(tmp_path)
    post = Post(users={b"desk": b"right"})
    with post_office(post, starttls=serving) as office:
        channel(office.port, trust=trusting, tls="starttls", user="desk", password="right").knock()
        with pytest.raises(ChannelError, match="did not let us in"):
            channel(office.port, trust=trusting, tls="starttls", user="desk", password="wrong").knock()
    assert (post.begun, post.taken) == ([], [])


@pytest.mark.parametrize("named", [{"password": "pässword"}, {"user": "däsk"}, {"host": "mail..example.org"}])
def test_letters_that_cannot_be_sent_are_told_by_the_setting(tmp_path: Path, named: dict[str, str]) -> None:
    """Claim: what the mail library cannot write to a server was certainly not taken: the fault names the setting, and
    holds no password."""
    serving, trusting = certificate(tmp_path)
    post = Post(users={b"desk": b"s3cret"})
    with post_office(post, starttls=serving) as office:
        given = {"host": "127.0.0.1", "user": "desk", "password": "s3cret", **named}
        server = MailServer(port=office.port, sender=SENDER, tls="starttls", **given)
        mail = SmtpEmail(server, timeout_seconds=1.0, patience_seconds=3.0, trust=trusting)
        for does in (mail.knock, lambda: mail.send(letter())):
            with pytest.raises(ChannelError, match="SMTP_URL") as caught:
                does()
            assert caught.value.permanent
            assert "ä" not in str(caught.value)
    assert post.taken == []


def test_implicit_tls(tmp_path: Path) -> None:
    """Claim: smtps speaks TLS from the first byte."""
    serving, trusting = certificate(tmp_path)
    with post_office(tls=serving) as office:
        channel(office.port, trust=trusting, tls="implicit").send(letter())
        assert len(office.post.taken) == 1


def test_an_unknown_certificate_is_refused(tmp_path: Path) -> None:
    """Claim: a server that nobody vouches for gets no letter, and trying again cannot help."""
    serving, _ = certificate(tmp_path)
    with post_office(starttls=serving) as office, pytest.raises(ChannelError, match="certificate") as caught:
        channel(office.port, tls="starttls").send(letter())
    assert caught.value.permanent


def test_a_server_without_starttls_gets_nothing(office: PostOffice) -> None:
    """Claim: where TLS is asked for and not offered, neither letter nor password leaves."""
    with pytest.raises(ChannelError, match="STARTTLS") as caught:
        channel(office.port, tls="starttls", user="desk", password="secret").send(letter())
    assert caught.value.permanent
    assert office.post.taken == []


def test_several_threads_share_one_channel(office: PostOffice) -> None:
    """Claim: letters sent side by side arrive whole, each once."""
    shared = channel(office.port)
    threads = [threading.Thread(target=shared.send, args=(letter(f"w{n}@example.org"),)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(to for to, _ in office.post.taken) == [f"w{n}@example.org" for n in range(6)]


@pytest.mark.parametrize(
    ("url", "server"),
    [
        ("smtp://mail.example.org", ("mail.example.org", 587, "starttls", SENDER, "", "")),
        ("smtps://mail.example.org", ("mail.example.org", 465, "implicit", SENDER, "", "")),
        ("smtp://127.0.0.1:2525", ("127.0.0.1", 2525, "none", SENDER, "", "")),
        ("smtp://localhost:25?from=a@b.org", ("localhost", 25, "none", "a@b.org", "", "")),
        ("smtps://u%40c:p%2Fw@mail.example.org:1465/", ("mail.example.org", 1465, "implicit", SENDER, "u@c", "p/w")),
    ],
)
def test_the_setting_is_read(url: str, server: tuple[str, int, str, str, str, str]) -> None:
    """Claim: TLS is asked for everywhere but on this very machine; names and passwords may be percent-encoded."""
    read = read_smtp_url(url, sender=SENDER)
    assert (read.host, read.port, read.tls, read.sender, read.user, read.password) == server
    assert "p/w" not in repr(read)


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("http://mail.example.org", "write smtps://"),
        ("smtp://", "write smtps://"),
        ("smtp://mail.example.org:mail", "cannot be read"),
        ("smtp://secret@mail.example.org", "needs a password"),
        ("smtp://desk:secret%C3%A4@mail.example.org", "(ASCII)"),
        ("smtp://desk:secretä@mail.example.org", "(ASCII)"),
        ("smtp://mail.example.org?from=nobody", "no email address"),
        ("smtp://mail.example.org?form=a@b.org", "form is not known"),
    ],
)
def test_a_setting_that_cannot_be_used_is_refused(url: str, told: str) -> None:
    """Claim: the fault is named, and the address, which may hold a password, is not repeated."""
    with pytest.raises(ValueError, match=re.escape(told)) as caught:
        read_smtp_url(url, sender=SENDER)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "fits"),
    [("a@b.org", True), ("a.b+c@d-e.org", True), ("a@b\nBcc: c@d.org", False), ("a b@c.org", False), ("@b.org", False),
     ("a@", False), ("<a@b.org>", False), ("a@b.org,c@d.org", False), ("a@@b.org", False), ("ä@b.org", False)],
)  # fmt: skip
def test_an_address_cannot_carry_a_header(text: str, fits: bool) -> None:
    """Claim: nothing that could end a header or name two people passes for an address."""
    assert is_email(text) is fits
