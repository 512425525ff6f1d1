"""Every page of the desk that can be opened by an address, each of something that is there: a walk of the URL map.

An address of the map that is not named here fails the walk, so that no page is left out by being new.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

import sqlalchemy as sa
from flask import Flask

from bot.casework import merging
from bot.casework.accounts import SignedIn
from bot.casework.permissions import ROLES, may
from bot.refs import new_ref, ref_of
from bot.store import addresses, inbox, people, scores, staff
from bot.store.staff import Staff
from tests.houses import AT, Home
from tests.web.raising import KNIFE
from tests.web.standing import a_case, a_silence
from tests.web.test_desk_enrol import looked_through, send, sheet
from tests.web.test_desk_log import ADVICE, contacts, keep
from tests.web.visitor import Visitor
from tests.web.worker import Worker, at_desk

FAMILY: Final = "+447700900321"
NO_PAGE: Final[Mapping[str, str]] = {
    "desk.count": "asked by pages, answers in JSON",
    "desk.to_provider": "leads to the council's own sign-in",
    "desk.from_provider": "the council's sign-in leads here",
    "desk.ask_passkey": "asked by pages, answers in JSON",
    "desk.ask_passkey_again": "asked by pages, answers in JSON",
    "desk.ask_new_passkey": "asked by pages, answers in JSON",
    "desk.ask_code": "asks for a code after a password: its own tests walk it",
}
FILES: Final = (".csv", "/documents/")  # in an address: what is saved, not shown
# Another state of a page, by its endpoint: queries of addresses.
STATES: Final[Mapping[str, tuple[str, ...]]] = {
    "desk.inbox": ("?show=mine", "?show=closed", "?kind=request&team=North&waits=family"),
    "desk.enrolments": ("?programme=none", "?state=ended"),
    "desk.ledger": ("?person=nonsense",), "desk.contact_log": ("?person=nonsense",),
    "desk.audit": ("?ref=nonsense",), "desk.directory": ("?show=all", "?q=zzzz"),
    "desk.conversations": ("?raised=none", "?kind=web"), "desk.reviews": ("?show=handled",),
    "desk.merge_of": ("", "?other=nonsense"),
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Furnished:
    """`fills` are the variables of addresses, by the address's beginning, and queries by the endpoint."""

    fills: Mapping[str, str]
    queries: Mapping[str, str]
    staff: Mapping[str, str]  # role to email


def furnish(app: Flask, home: Home) -> Furnished:
    """One of everything: a family in danger, referrals, a silence, a log, a sheet, an offer, a call, an absence."""
    workers = {role: at_desk(app, home, role) for role in ROLES}
    sam, mina = workers["practitioner"], workers["manager"]
    silent, _ = a_silence(home)
    home.text(KNIFE)
    home.send()
    ref = home.cases()[0].ref
    _referral(app)
    a_case(home, "Rae", kind="request", reason="my-data-see", sender="+447700900006")
    closed = a_case(home, "Cle", sender="+447700900007")
    sam.act(closed, "close", outcome="advice-given", words="Spoken to.")
    for week in (8, 12):
        keep(sam, **ADVICE, weeks=str(week))
    _worked_on(home, sam, ref)
    with home.house.db.write() as tx:
        whose = people.find_person(tx, silent)
        address = addresses.find_address(tx, "sms", FAMILY)
        assert whose is not None
        assert address is not None
        for days, score in ((60, 4), (30, 6), (1, 3)):
            scores.add_score(
                tx, address_id=address.id, person_id=whose.id, touch_id=None, value=score,
                at=home.clock.at - timedelta(days=days)
            )  # fmt: skip
        people.link(tx, whose.id, address.id, home.clock.at)
        message = tx.execute(sa.select(sa.func.max(inbox.inbox.c.id))).scalar_one()
    twice = _kept_twice(home, silent)
    sheet_page = send(mina, sheet(home, 2, "nonsense")).headers["Location"]
    looked_through(home, mina, sheet_page)
    service = home.house.live.of(home.house.db).finder.snapshot.services[0]
    return Furnished(
        fills={
            "/desk/cases/<ref>": ref, "/desk/people/<ref>": silent, "/desk/conversations/<ref>": ref_of(address.id),
            "/desk/log/<ref>": contacts(home)[0], "/desk/enrol/sheets/<ref>": sheet_page.rpartition("/")[2],
            "/desk/messages/<int:message_id>": str(message),
        },
        queries={
            "desk.entry": f"?id={service.id}", "desk.edit_entry": f"?id={service.id}",
            "desk.organisation": f"?id={service.organisation.id}", "desk.merge_of": f"?other={twice}",
        },
        staff={role: f"{worker.name.lower().replace(' ', '.')}@council.example" for role, worker in workers.items()},
    )  # fmt: skip


def _referral(app: Flask) -> None:
    family = Visitor(app)
    form = family.page("/professionals").form("/professionals")
    told = {"who": "Dr Ivy Grant", "organisation": "Larkmere Surgery", "family": "Amara Cole", "told": "They agreed",
            "number": "none", "words": "The boy hardly sleeps"}  # fmt: skip
    family.client.post("/professionals", data={**form, **told})


def _kept_twice(home: Home, ref: str) -> str:
    """Two more records of one person: one is merged into hers, the reference of the other."""
    by = SignedIn(staff=_sam(home), token="t")
    made = []
    with home.house.db.write() as tx:
        whose = people.find_person(tx, ref)
        assert whose is not None
        people.change_person(tx, whose.id, postcode="SW18 2PU", last_name="Cole")
        for number in ("+447700900445", "+447700900446"):
            address = addresses.open_address(tx, "sms", number, home.clock.at)
            made.append(new_ref())
            again = people.add_person(
                tx, ref=made[-1], now=home.clock.at, first_name=whose.first_name, last_name="Coles", postcode="SW18 2PU"
            )
            people.link(tx, again, address.id, home.clock.at)
    stamp = merging.beside(home.house, ref, made[0], by).stamp
    given = merging.Given(ref=ref, other=made[0], facts={}, why="She said so.", stamp=stamp, form_id="f" * 20, by=by)
    merging.merge(home.house, given)
    return made[1]


def _sam(home: Home) -> Staff:
    with home.house.db.read() as tx:
        return next(one for one in staff.every_staff(tx) if one.role == "practitioner")


def _worked_on(home: Home, sam: Worker, ref: str) -> None:
    """Claimed, answered, noted, with a call promised for today and a colleague asked to take it."""
    sam.act(ref, "claim")
    sam.act(ref, "reply", words="I am Sam. Is it safe to telephone?")
    sam.act(ref, "note", words="Rang twice, no answer.")
    sam.act(ref, "call-back", on=AT.date().isoformat(), at="16:30", words="About the school")
    home.send()


def walk(app: Flask, furnished: Furnished) -> Iterator[tuple[str, str]]:
    """The role and the address of each page, in each of its states. Raises AssertionError for one that is not known."""
    for rule in app.url_map.iter_rules():
        if not rule.rule.startswith("/desk") or "GET" not in (rule.methods or ()) or rule.endpoint in NO_PAGE:
            continue
        if any(part in rule.rule for part in FILES):
            continue
        address = rule.rule
        for begins, value in furnished.fills.items():
            if address == begins or address.startswith(f"{begins}/"):
                address = address.replace(begins.rpartition("/")[2], value, 1)
        assert "<" not in address, f"{rule.endpoint} ({rule.rule}): say in tests/web/every_page.py what fills it"
        permission = vars(app.view_functions[rule.endpoint])["permission"]
        roles = (role for role in ("manager", *ROLES) if permission == "anyone" or may(role, permission))
        role = "" if permission == "anyone" else next(roles)
        for query in (furnished.queries.get(rule.endpoint, ""), *STATES.get(rule.endpoint, ())):
            yield role, f"{address}{query}"
