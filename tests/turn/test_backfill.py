"""What no webhook brought is in the provider's list: read page by page, half read, growing, by another clock."""

import threading
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from bot.house import House
from bot.publishing import content
from bot.store import addresses, lost, published
from bot.store import inbox as rows
from bot.turn.backfill import AGAIN, EVERY, MARGIN, NAME, backfill, backfill_due, in_order
from flows.understanding.types import Screening
from messages.channel import Channel, Inbound
from messages.leave import UNSAFE
from messages.twilio_sms import TwilioSms
from messages.webchat import WebChat
from tests.houses import AT, Home, bare_home
from tests.standin import ACCOUNT_SID, AUTH_TOKEN, NUMBER, StandInProcess, standin

pytestmark = pytest.mark.net

KNIFE = "he has a knife hes outside"
A_PAGE = 200  # what one page of the list holds
FAMILIES = [f"+4477009005{n:02}" for n in range(60)]


@pytest.fixture
def clock(tmp_path: Path) -> Path:
    """The provider's clock: seconds added to the machine's."""
    path = tmp_path / "clock"
    put(path, AT)
    return path


def put(clock: Path, moment: datetime) -> None:
    fresh = clock.with_suffix(".new")
    fresh.write_text(repr((moment - datetime.now(UTC)).total_seconds()))
    fresh.replace(clock)


@pytest.fixture
def provider(tmp_path: Path, clock: Path) -> Iterator[StandInProcess]:
    with standin(tmp_path / "provider.db", clock_file=clock) as running:
        yield running


@pytest.fixture
def home(furnished_url: str, provider: StandInProcess) -> Iterator[Home]:
    """A house that texts by the real client, and looked at the list a minute ago."""
    texts = TwilioSms(ACCOUNT_SID, AUTH_TOKEN, NUMBER, provider.base, "http://127.0.0.1:8000")
    channels: dict[str, Channel] = {"sms": texts, "web": WebChat()}
    made = bare_home(furnished_url, channels=channels)
    with made.house.db.write() as tx:
        published.beat(tx, NAME, AT - timedelta(minutes=1))
    yield made
    made.house.db.close()


def missed(provider: StandInProcess, sender: str, body: str, **more: object) -> str:
    return str(provider.text(sender, body, lost=True, **more)["sid"])


def kept(house: House) -> list[tuple[str, str]]:
    """Who wrote what, in the order in which it was taken in."""
    with house.db.read() as tx:
        return [
            (str(sid), str(body))
            for sid, body in tx.execute(
                sa.select(rows.inbox.c.provider_sid, rows.inbox.c.body).order_by(rows.inbox.c.id)
            )
        ]


def looked_at(house: House) -> datetime:
    with house.db.read() as tx:
        return published.heartbeats(tx)[NAME]


def test_an_hour_of_missed_webhooks(home: Home, provider: StandInProcess, clock: Path) -> None:
    """Claim: more than a page of the list is taken in whole, once; STOPs first, then danger, then by when it came; and
    each row says when the family wrote, not when it was fetched."""
    sids = [missed(provider, FAMILIES[n % 50], f"message {n}") for n in range(A_PAGE + 30)]
    danger, stop = missed(provider, FAMILIES[55], KNIFE), missed(provider, FAMILIES[56], "stop please")
    home.later(hours=1)
    assert backfill_due(home.house, home.clock.at) == len(sids) + 2
    found = kept(home.house)
    assert [sid for sid, _ in found[:2]] == [stop, danger]
    assert sorted(sid for sid, _ in found[2:]) == sorted(sids)
    assert backfill(home.house, home.clock.at) == 0
    assert len(kept(home.house)) == len(found)
    assert home.address(FAMILIES[56]).consent == "stopped"
    assert [case.level for case in home.cases()].count("urgent") == 1
    with home.house.db.read() as tx:
        written = tx.execute(sa.select(sa.func.max(rows.inbox.c.received_at))).scalar_one()
    assert abs(written - AT) < timedelta(minutes=5)


def test_killed_before_its_first_look(home: Home, provider: StandInProcess, clock: Path) -> None:
    """Claim: a service that served and was killed before any look was read to its end takes in what came since there
    was anything to serve; what an earlier service was texted on the same number is not ours to answer."""
    put(clock, AT - timedelta(days=2))
    missed(provider, FAMILIES[1], "before we were there")
    put(clock, AT)
    sid = missed(provider, FAMILIES[0], KNIFE)
    with home.house.db.write() as tx:
        published.still(tx, NAME)
    home.later(hours=2)
    content.publish(home.house, content.read(home.house.settings), by="later content")
    assert backfill_due(home.house, home.clock.at) == 1
    assert kept(home.house) == [(sid, KNIFE)]
    assert [case.level for case in home.cases()] == ["urgent"]
    assert looked_at(home.house) == home.clock.at


def test_a_list_that_fails_half_way_skips_nothing(home: Home, provider: StandInProcess) -> None:
    """Claim: a second page that fails leaves the next look where this one began; it comes soon, not at once, and takes
    in everything."""
    for n in range(A_PAGE + 5):
        missed(provider, FAMILIES[n % 50], f"message {n}")
    home.later(minutes=10)
    before = looked_at(home.house)
    provider.fault("delay", on="list", seconds=0)  # the first page is well
    provider.fault("500-before", on="list")
    assert backfill_due(home.house, home.clock.at) == 0
    assert (looked_at(home.house), kept(home.house)) == (before, [])
    home.clock.at += AGAIN / 2
    assert backfill_due(home.house, home.clock.at) == 0
    assert kept(home.house) == []
    home.clock.at += AGAIN
    assert backfill_due(home.house, home.clock.at) == A_PAGE + 5
    assert looked_at(home.house) == home.clock.at
    home.clock.at += EVERY / 2
    assert backfill_due(home.house, home.clock.at) == 0


@pytest.mark.parametrize("minutes", [-8, 8])
def test_the_clocks_differ(home: Home, provider: StandInProcess, clock: Path, minutes: int) -> None:
    """Claim: a provider whose clock is minutes before or behind ours loses no message, and none is of the future."""
    assert timedelta(minutes=abs(minutes)) < MARGIN
    assert backfill(home.house, home.clock.at) == 0
    put(clock, AT + timedelta(minutes=minutes))
    sid = missed(provider, FAMILIES[0], "hello")
    home.clock.at += EVERY
    assert backfill_due(home.house, home.clock.at) == 1
    assert [s for s, _ in kept(home.house)] == [sid]
    assert home.address(FAMILIES[0]).last_in_at <= home.clock.at  # type: ignore[operator]


def test_a_list_that_grows_while_it_is_read(home: Home, provider: StandInProcess) -> None:
    """Claim: what is written between two pages pushes messages onto the next: each is taken in once, and nothing is
    left out by the look after it."""
    sids = [missed(provider, FAMILIES[n % 50], f"message {n}") for n in range(A_PAGE + 20)]
    provider.fault("delay", on="list", seconds=0)
    provider.fault("delay", on="list", seconds=1.5)  # the second page is slow
    writing = threading.Timer(0.7, lambda: sids.extend(missed(provider, FAMILIES[59], f"late {n}") for n in range(5)))
    writing.start()
    backfill(home.house, home.clock.at)
    writing.join()
    backfill(home.house, home.clock.at)
    found = [sid for sid, _ in kept(home.house)]
    assert len(found) == len(set(found))
    assert set(found) == set(sids)


def test_after_a_restore_it_looks_as_far_back_as_the_backup_needs(home: Home, provider: StandInProcess) -> None:
    """Claim: not ten minutes but everything since the last that the backup kept, though it was looked at since; and
    that is asked once, until a look was read to its end."""
    sid = missed(provider, FAMILIES[0], "hello")
    home.text("an old one", sender=FAMILIES[1])
    with home.house.db.write() as tx:
        published.beat(tx, "backup", AT + timedelta(minutes=2))
        published.beat(tx, NAME, AT + timedelta(hours=30))  # by a clock that was wrong
        lost.begin_anew(tx, AT + timedelta(hours=31))
    home.later(hours=31)
    provider.fault("500-before", on="list")
    assert backfill_due(home.house, home.clock.at) == 0
    with home.house.db.read() as tx:
        assert lost.lost_time(tx).fetched is False  # type: ignore[union-attr]
    home.clock.at += AGAIN
    assert backfill_due(home.house, home.clock.at) == 1
    assert kept(home.house)[-1][0] == sid
    with home.house.db.read() as tx:
        assert lost.lost_time(tx).fetched is True  # type: ignore[union-attr]


def test_what_was_fetched_a_day_late_goes_before_a_person(home: Home, provider: StandInProcess) -> None:
    """Claim: the day that an answer lasts counts from the family's words, not from when they were fetched; nobody would
    hear an answer, so a person reads the words and telephones. Danger is answered at any age; a STOP stops."""
    missed(provider, FAMILIES[0], "food bank near SW11 1AA")
    missed(provider, FAMILIES[1], KNIFE)
    missed(provider, FAMILIES[2], "STOP")
    home.later(hours=25)
    assert backfill(home.house, home.clock.at) == 3
    home.send()
    assert {row.state for row in home.out(sender=FAMILIES[0])} == {"expired"}
    assert {row.purpose for row in home.out(sender=FAMILIES[1]) if row.state == "accepted"} == {"safety"}
    assert {m["to"] for m in provider.accepted()} == {FAMILIES[1]}
    assert home.address(FAMILIES[2]).consent == "stopped"
    found = {case.address_id: case for case in home.cases()}  # a STOP whose receipt came too late has one too
    ordinary, danger = (found[home.address(sender).id] for sender in FAMILIES[:2])
    assert (ordinary.reason, ordinary.words, ordinary.not_reached) == ("stuck", "food bank near SW11 1AA", True)
    assert (danger.level, danger.reason) == ("urgent", "danger")


def test_an_answer_that_may_not_leave_any_more_tells_the_team(home: Home, provider: StandInProcess) -> None:
    """Claim: fetched after half an hour, what a family wrote from a phone marked unsafe is not answered there: the case
    says to telephone."""
    with home.house.db.write() as tx:
        addresses.change_address(tx, addresses.open_address(tx, "sms", FAMILIES[0], AT).id, safe="unsafe")
    missed(provider, FAMILIES[0], "food bank near SW11 1AA")
    home.later(minutes=45)
    assert backfill(home.house, home.clock.at) == 1
    home.send()
    assert provider.accepted() == []
    assert {(row.state, row.reason) for row in home.out(sender=FAMILIES[0])} == {("refused", UNSAFE)}
    (case,) = home.cases()
    assert (case.address_id, case.not_reached) == (home.address(FAMILIES[0]).id, True)


def test_what_was_overtaken_goes_before_a_person(home: Home, provider: StandInProcess) -> None:
    """Claim: words fetched after something newer of the same family was answered are not stepped, since they answer an
    older question; a STOP among them is still a STOP."""
    missed(provider, FAMILIES[0], "2")
    stop = missed(provider, FAMILIES[1], "STOP")
    home.later(minutes=6)
    for sender in FAMILIES[:2]:
        home.text("hello", sender=sender)

    assert backfill(home.house, home.clock.at) == 2
    assert home.address(FAMILIES[1]).consent == "stopped"
    assert stop in [sid for sid, _ in kept(home.house)]
    assert [case.reason for case in home.cases()] == ["stuck"]


class _Ears:
    """Danger and STOP by one word each."""

    def is_keyword(self, keyword: str, text: str) -> bool:
        return False

    def screen(self, texts: Sequence[str]) -> Screening:
        said = " ".join(texts)
        risk = "urgent" if "knife" in said else "concern" if "afraid" in said else "none"
        return replace(Screening(risk="none"), risk=risk)


_SAID = st.sampled_from(["STOP", "START", "knife", "afraid", "menu", "2", "hello"])
_WRITTEN = st.lists(st.tuples(st.sampled_from("ABCDE"), _SAID, st.integers(0, 3600)), max_size=25)


@given(_WRITTEN)
def test_the_order_of_what_was_missed(written: list[tuple[str, str, int]]) -> None:
    """Claim: nothing is lost or doubled; each family's words keep their order; a family that wrote STOP comes before
    one that did not, and among the others the graver before the less grave."""
    listed = [
        Inbound(account="AC", sid=str(n), sender=who, to="", text=said, at=AT + timedelta(seconds=after))
        for n, (who, said, after) in enumerate(written)
    ]
    found = in_order(listed, _Ears())
    assert sorted(m.sid for m in found) == sorted(m.sid for m in listed)
    for who in "ABCDE":
        theirs = [m.at for m in found if m.sender == who]
        assert theirs == sorted(theirs)  # type: ignore[type-var]
    families = list(dict.fromkeys(m.sender for m in found))
    words = {who: {m.text for m in listed if m.sender == who} for who in families}
    haste = [
        0 if "STOP" in words[w] else 1 if "knife" in words[w] else 2 if "afraid" in words[w] else 3 for w in families
    ]
    assert haste == sorted(haste)
