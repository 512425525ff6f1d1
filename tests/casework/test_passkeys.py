"""Passkeys by a soft authenticator: what is believed, what is not, and what each refusal leaves behind."""

import json
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from structlog.testing import capture_logs
from webauthn.helpers import bytes_to_base64url

from bot.casework import accounts, passkey_proof, passkeys, proving, staffing
from bot.casework.accounts import Refused, SignedIn, TooManyTries
from bot.casework.passkey_proof import Site
from bot.casework.passkeys import Asked
from bot.store import staff as rows
from tests.authenticator import Authenticator
from tests.houses import ON_SQLITE, Home
from tests.web.hostile import VALUES
from tests.web.worker import PASSWORD, hire

ORIGIN = "https://text.example.gov.uk"
SITE = Site(rp_id="text.example.gov.uk", origin=ORIGIN)


def at_work(home: Home, role: str = "practitioner", name: str | None = None) -> SignedIn:
    return accounts.sign_in(home.house, email=hire(home, role, name), password=PASSWORD, place="here")


def with_passkey(home: Home, who: SignedIn, *, key: Authenticator | None = None) -> tuple[SignedIn, Authenticator]:
    key = key or Authenticator(ORIGIN)
    options, asked = passkeys.ask_to_add(home.house, SITE, who, service="Thrive")
    return passkeys.add(home.house, SITE, who, asked, key.make(options), name="The laptop"), key


def come_in(home: Home, key: Authenticator, place: str = "here", **changes: Any) -> SignedIn:
    options, asked = passkeys.ask_to_sign_in(home.house, SITE)
    return passkeys.sign_in(home.house, SITE, asked, key.show(options, **changes), place=place)


def actions(home: Home) -> list[str]:
    return [action for action, _, _ in home.audited()]


def test_a_passkey_signs_in_without_a_name_or_a_password(home: Home) -> None:
    """Claim: one that was added begins a whole session of whose it is, where a second factor is required too; the
    options name nobody and ask that the person be verified; its handle is 256 bits that say nothing."""
    home.house = replace(home.house, settings=replace(home.house.settings, second_factor=True))
    sam, key = with_passkey(home, at_work(home))
    options, _ = passkeys.ask_to_sign_in(home.house, SITE)
    assert (options["allowCredentials"], options["userVerification"]) == ([], "required")
    assert "council.example" not in json.dumps(options)
    assert len(passkey_proof._bytes(key.handle)) == 32
    found = come_in(home, key)
    assert (found.staff.id, found.half) == (sam.staff.id, False)
    assert accounts.who_is(home.house, found.token) is not None
    assert home.audited()[-1][0::2] == ("sign-in", "passkey")
    assert "passkey.add" in actions(home)


LIES: dict[str, Callable[[Home, Authenticator], object]] = {
    "another challenge": lambda home, key: come_in(home, key, challenge=bytes_to_base64url(b"x" * 32)),
    "another origin": lambda home, key: come_in(home, key, origin="https://text.example.gov.uk.evil.example"),
    "http": lambda home, key: come_in(home, key, origin="http://text.example.gov.uk"),
    "another relying party": lambda home, key: come_in(home, key, rp_id="evil.example"),
    "the wrong ceremony": lambda home, key: come_in(home, key, type="webauthn.create"),
    "in a frame": lambda home, key: come_in(home, key, crossOrigin=True),
    "in a frame of another": lambda home, key: come_in(home, key, topOrigin="https://evil.example"),
    "nobody verified": lambda home, key: come_in(home, replace(key, verifies=False)),
    "another key": lambda home, key: come_in(home, replace(key, key=Authenticator(ORIGIN).key)),
    "one that nobody added": lambda home, key: come_in(home, replace(key, credential=b"y" * 32)),
    "another's handle": lambda home, key: come_in(home, replace(key, handle=bytes_to_base64url(b"z" * 32))),
}


@ON_SQLITE
@pytest.mark.parametrize("lie", LIES)
def test_what_proves_nobody_opens_nothing_and_tells_nothing(home: Home, lie: str) -> None:
    """Claim: each is refused in the same words, counted and audited, and the next honest one is taken: a lie neither
    moves the count nor marks the passkey."""
    sam, key = with_passkey(home, at_work(home))
    with pytest.raises(Refused, match=r"^That passkey was not taken\. Try again, or use your password\.$"):
        LIES[lie](home, key)
    assert actions(home)[-1] == "sign-in.refused"
    key.count += 1
    assert come_in(home, key).staff.id == sam.staff.id
    assert passkeys.held(home.house, sam.staff.id)[0].went_back_at is None


def test_a_changed_signature_or_answer_is_refused(home: Home) -> None:
    """Claim: a byte of the signature, the authenticator's data or the client's data that is not as it was signed."""
    _, key = with_passkey(home, at_work(home))
    for part in ("signature", "authenticatorData", "clientDataJSON"):
        options, asked = passkeys.ask_to_sign_in(home.house, SITE)
        said = json.loads(key.show(options))
        data = bytearray(passkey_proof._bytes(said["response"][part]))
        data[-1] ^= 1
        said["response"][part] = bytes_to_base64url(bytes(data))
        with pytest.raises(Refused):
            passkeys.sign_in(home.house, SITE, asked, json.dumps(said), place="here")


def test_an_answer_serves_once_and_for_what_was_asked(home: Home) -> None:
    """Claim: the same answer again, one of six minutes ago, one that was never asked for, one asked for signing in that
    is given as a proof and one of another session are refused, whatever a passkey without a count says."""
    sam, key = with_passkey(home, at_work(home), key=Authenticator(ORIGIN, counts=False))
    options, asked = passkeys.ask_to_sign_in(home.house, SITE)
    said = key.show(options)
    here = passkeys.sign_in(home.house, SITE, asked, said, place="here")
    late_options, late = passkeys.ask_to_sign_in(home.house, SITE)
    other_options, other = passkeys.ask_again(home.house, SITE, sam)
    tries: list[tuple[Asked | None, str]] = [
        (asked, said), (None, key.show(late_options)), (other, key.show(other_options)),
    ]  # fmt: skip
    for kept, given in tries:
        with pytest.raises(Refused):
            passkeys.sign_in(home.house, SITE, kept, given, place="here")
    for kept, given in ((late, key.show(late_options)), (other, key.show(other_options))):
        with pytest.raises(Refused):  # asked of nobody; asked of the session before
            passkeys.prove_again(home.house, SITE, here, kept, given, place="here")
    home.later(minutes=6)
    with pytest.raises(Refused):
        passkeys.sign_in(home.house, SITE, late, key.show(late_options), place="here")


def test_of_two_at_once_one_gets_in(home: Home) -> None:
    """Claim: the same answer sent twice at the same moment begins one session, on either database."""
    _, key = with_passkey(home, at_work(home), key=Authenticator(ORIGIN, counts=False))
    options, asked = passkeys.ask_to_sign_in(home.house, SITE)
    said, won, lost, barrier = key.show(options), [], [], threading.Barrier(2)

    def try_it() -> None:
        barrier.wait()
        try:
            won.append(passkeys.sign_in(home.house, SITE, asked, said, place="here"))
        except Refused as fault:
            lost.append(fault)

    threads = [threading.Thread(target=try_it) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(won), len(lost)) == (1, 1)


@pytest.mark.parametrize("back", [0, 1, 3])
def test_a_count_that_goes_back_is_refused_and_told(home: Home, back: int) -> None:
    """Claim: a count that stands still or goes back, as a copy's does, opens nothing: it is in the audit, in the log as
    an error and beside the passkey; the one that is ahead still opens."""
    sam, key = with_passkey(home, at_work(home))
    for _ in range(4):
        come_in(home, key)
    copy = replace(key, count=key.count - 1 - back)
    with capture_logs() as lines, pytest.raises(Refused):
        come_in(home, copy)
    assert [line["log_level"] for line in lines if "went back" in line["event"]] == ["error"]
    assert actions(home)[-2:] == ["passkey.went-back", "sign-in.refused"]
    assert passkeys.held(home.house, sam.staff.id)[0].went_back_at == home.clock.at
    assert come_in(home, key).staff.id == sam.staff.id


def test_wrong_answers_are_counted_as_passwords_are(home: Home) -> None:
    """Claim: eight for a passkey shut it for a quarter of an hour, forty from a place shut the place, for passwords
    too; then the right one is taken."""
    sam, key = with_passkey(home, at_work(home))
    for _ in range(8):
        with pytest.raises(Refused):
            come_in(home, key, origin="https://evil.example")
    with pytest.raises(TooManyTries):
        come_in(home, key)
    for _ in range(32):
        with pytest.raises(Refused):
            come_in(home, Authenticator(ORIGIN, handle=key.handle))
    with pytest.raises(TooManyTries):
        accounts.sign_in(home.house, email=sam.staff.email, password=PASSWORD, place="here")
    home.later(minutes=16)
    assert come_in(home, key).staff.id == sam.staff.id


@ON_SQLITE
def test_who_does_not_work_here_any_more_is_not_let_in(home: Home) -> None:
    """Claim: a closed account and one whose passkeys were taken away get the words that anybody gets; the session that
    asked, ended, proves nothing."""
    sam, key = with_passkey(home, at_work(home))
    other, other_key = with_passkey(home, at_work(home, name="Kim Lee"))
    staffing.do(home.house, "close", sam.staff.id, by=None)
    assert staffing.do(home.house, "passkeys", other.staff.id, by=None)
    for one in (key, other_key):
        with pytest.raises(Refused, match="That passkey was not taken"):
            come_in(home, one)
    assert accounts.who_is(home.house, other.token) is None
    assert "passkey.taken-away" in actions(home)
    assert not staffing.do(home.house, "passkeys", other.staff.id, by=None)
    staffing.do(home.house, "open", sam.staff.id, by=None)
    assert come_in(home, key).staff.id == sam.staff.id
    accounts.end_all(home.house, sam.staff.id, by=None)
    assert accounts.sessions_of(home.house, sam.staff.id) == []


def test_a_colleagues_passkey_proves_nobody_here(home: Home) -> None:
    """Claim: to prove again who one is, only one's own counts; it gives the session a new token."""
    sam, key = with_passkey(home, at_work(home))
    kim, kims = with_passkey(home, at_work(home, name="Kim Lee"))
    options, asked = passkeys.ask_again(home.house, SITE, sam)
    assert [one["id"] for one in options["allowCredentials"]] == [bytes_to_base64url(key.credential)]
    with pytest.raises(Refused):
        passkeys.prove_again(home.house, SITE, sam, asked, kims.show(options), place="here")
    assert actions(home)[-1] == "password.refused"
    proved = passkeys.prove_again(home.house, SITE, sam, asked, key.show(options), place="here")
    assert accounts.who_is(home.house, sam.token) is None
    assert accounts.confirmed(proved, home.clock.at)
    assert home.audited()[-1][0::2] == ("password.again", "passkey")
    assert not passkeys.remove(home.house, proved, passkeys.held(home.house, kim.staff.id)[0].id)


def test_a_password_alone_proves_nothing_beside_a_passkey(home: Home) -> None:
    """Claim: with a passkey and no code, the right password begins half a session, in which no code can be set up; it
    confirms nothing; a password that is set anew leaves the passkeys as they are, and so does changing it."""
    from bot.casework import second_factor

    sam, key = with_passkey(home, at_work(home))
    half = accounts.sign_in(home.house, email=sam.staff.email, password=PASSWORD, place="there")
    assert half.half
    assert accounts.who_is(home.house, half.token) is None
    assert not second_factor.to_begin(home.house, half)
    with pytest.raises(Refused, match="Use your passkey"):
        second_factor.give(home.house, half, code="123456", place="there")
    with pytest.raises(Refused, match="show your passkey"):
        proving.confirm(home.house, sam, password=PASSWORD, code="", place="here")
    new = "copper lantern walrus seven"
    changed = proving.change_password(home.house, sam, password=PASSWORD, code="", new=new, place="here")
    home.later(minutes=6)
    stale = replace(changed, began_at=home.clock.at - timedelta(minutes=6))
    with pytest.raises(Refused, match="show your passkey"):
        proving.change_password(home.house, stale, password=new, code="", new=PASSWORD, place="here")
    proving.set_password(home.house, sam.staff.id, "silver kettle orchard nine", by=None)
    assert [one.name for one in passkeys.held(home.house, sam.staff.id)] == ["The laptop"]
    assert come_in(home, key).staff.id == sam.staff.id


def test_a_passkey_is_one_persons_and_has_a_name(home: Home) -> None:
    """Claim: the same one is not added twice, by anybody; a name is asked for; ten are the most; all of one person's
    have one handle; the database holds no name in the clear, and adding ends the other sessions."""
    import sqlalchemy as sa

    elsewhere = at_work(home)
    sam, key = with_passkey(home, accounts.sign_in(
        home.house, email=elsewhere.staff.email, password=PASSWORD, place="here"
    ))  # fmt: skip
    assert accounts.who_is(home.house, elsewhere.token) is None
    kim = at_work(home, name="Kim Lee")
    with pytest.raises(Refused, match="there already"):
        with_passkey(home, kim, key=key)
    options, asked = passkeys.ask_to_add(home.house, SITE, sam, service="Thrive")
    assert [one["id"] for one in options["excludeCredentials"]] == [bytes_to_base64url(key.credential)]
    for name in ("", "  ", "x" * 61, "a\x00b"):
        with pytest.raises(passkeys.BadName):
            passkeys.add(home.house, SITE, sam, asked, Authenticator(ORIGIN).make(options), name=name)
    with pytest.raises(Refused, match="could not be believed"):
        passkeys.add(home.house, SITE, sam, asked, Authenticator(ORIGIN, verifies=False).make(options), name="x")
    with pytest.raises(Refused, match="could not be believed"):
        passkeys.add(home.house, SITE, sam, asked, Authenticator("https://evil.example").make(options), name="x")
    for _ in range(passkeys.MOST - 1):
        sam, _ = with_passkey(home, sam)
    with pytest.raises(Refused, match="as many as one may have"):
        with_passkey(home, sam)
    assert len({one.user_handle for one in passkeys.held(home.house, sam.staff.id)}) == 1
    with home.house.db.read() as tx:
        kept = tx.execute(sa.text("SELECT name FROM staff_passkey")).scalars().all()
        assert rows.find_staff(tx, kim.staff.email) is not None
    assert not any(b"laptop" in bytes(one) for one in kept)


@ON_SQLITE
def test_no_answer_of_a_stranger_is_a_fault_of_ours(home: Home) -> None:
    """Claim: whatever a form holds in the passkey's place, whole or in any part of a true answer, is refused."""
    sam, key = with_passkey(home, at_work(home))
    options, asked = passkeys.ask_to_sign_in(home.house, SITE)
    true = json.loads(key.show(options))
    parts = list(true["response"])
    texts = [raw if isinstance(raw, str) else raw.decode(errors="replace") for raw in VALUES.values()]
    given = [*texts, "[" * 9_000, json.dumps([true]), "null"]
    for place, value in enumerate([*texts, [1], 7, None, {"a": []}]):
        given += [json.dumps({**true, name: value}) for name in ("rawId", "response")]
        given += [json.dumps({**true, "response": {**true["response"], parts[place % len(parts)]: value}})]
    for one in given:
        home.later(minutes=20)
        fresh = replace(asked, at=home.clock.at.timestamp())
        added = replace(fresh, what="add", session=accounts.digest(sam.token), handle=key.handle)
        with pytest.raises(Refused):
            passkeys.sign_in(home.house, SITE, fresh, one, place="here")
        with pytest.raises(Refused):
            passkeys.add(home.house, SITE, sam, added, one, name="x")


@pytest.mark.parametrize(
    ("address", "found"),
    [
        ("https://text.example.gov.uk", ("text.example.gov.uk", "https://text.example.gov.uk")),
        ("https://Text.Example.gov.uk:443", ("text.example.gov.uk", "https://text.example.gov.uk")),
        ("https://text.example.gov.uk:8443", ("text.example.gov.uk", "https://text.example.gov.uk:8443")),
        ("https://bücher.example", ("xn--bcher-kva.example", "https://xn--bcher-kva.example")),
        ("http://localhost:8000", ("localhost", "http://localhost:8000")),
        ("http://127.0.0.1:8000", None),
        ("http://[::1]:8000", None),
        ("https://10.0.0.7", None),
    ],
)
def test_whom_a_passkey_is_for_comes_from_the_public_address(address: str, found: tuple[str, str] | None) -> None:
    """Claim: the host's name and the origin as browsers write it; a bare address has none."""
    site = passkey_proof.site_of(address)
    assert (None if site is None else (site.rp_id, site.origin)) == found
