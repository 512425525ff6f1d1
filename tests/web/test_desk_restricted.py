"""Restricted cases: to whoever is not named they are not there, on any page, in any list, count, file or command."""

import json
import re
from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from flask import Flask
from werkzeug.routing import Rule

from bot import clockwork
from bot.cli import main
from bot.refs import ref_of
from bot.store import people, restricting, staff
from bot.store.schema import METADATA
from bot.web.desk.audit_words import ACTIONS
from tests.houses import ON_SQLITE, Home
from tests.people.filling import Filled
from tests.web.marking import message_id
from tests.web.raising import case_of, events, raised
from tests.web.worker import Worker, at_desk

SECRET = "zanzibar"  # stands in every text of theirs, and nowhere else
NUMBER = "+447700900777"
PERSON, CASE, CONTACT = (ref_of(900_000 + n) for n in range(3))


def number_of(home: Home, name: str) -> str:
    with home.house.db.read() as tx:
        return str(next(key for key, known in staff.staff_names(tx).items() if known == name))


def restrict(worker: Worker, ref: str, *names: str, why: str = "refuge") -> int:
    page = f"/desk/cases/{ref}/restriction"
    form = {**worker.fields(page, f"/desk/cases/{ref}/restrict"), "why": why, "names": list(names)}
    return worker.client.post(f"/desk/cases/{ref}/restrict", data=form).status_code


@pytest.fixture
def filled(home: Home) -> Filled:
    """Somebody with a row in every table that can hold something of a person, their case open."""
    home.later(minutes=1)
    with home.house.db.write() as tx:
        made = Filled(
            tx, SECRET, NUMBER, home.clock.at, cases__state="open", cases__level="concern", restriction__why="refuge",
            person__ref=PERSON, cases__ref=CASE, contact_log__ref=CONTACT, staff__name="Fil Ling", staff__role="x",
            staff__email="fil@council.example", cases__because='["zanzibar"]', review__said_because='["zanzibar"]',
            review__texts='["zanzibar"]', inbox__because='["zanzibar"]', referral__answers='{"worried": "zanzibar"}',
            outbox__extras="{}", cases__reason="danger", cases__claimed_by=None, feedback__said="a", feedback__did="b",
            upload__name="families.csv", upload__ref=ref_of(900_003), address__language="en",
        )  # fmt: skip
        # what the filling put of restrictions is of its own member of staff: restricted and lifted before
        for name in ("restriction", "restriction_named"):
            tx.execute(sa.update(METADATA.tables[name]).values(ended_at=home.clock.at))
    return made


def addresses(app: Flask, filled: Filled) -> Iterator[str]:
    """Every address of the whole service that answers a GET, with each of their references in it where it takes one."""
    person, case = filled.ref, str(filled.ids["cases"]["ref"])
    talk, log = ref_of(filled.ids["address"]["id"]), str(filled.ids["contact_log"]["ref"])
    numbers = {str(filled.ids[name]["id"]) for name in ("inbox", "review", "touch", "enrolment", "feedback")}
    for rule in app.url_map.iter_rules():
        if "GET" not in (rule.methods or set()) or rule.endpoint.endswith("static"):
            continue
        for ref in (person, case, talk, log, *sorted(numbers)):
            if (built := built_of(rule, ref)) is not None:
                yield built
            if not rule.arguments:
                break
    for ref in (person, case, talk, log):
        for page in ("/desk/audit", "/desk/ledger", "/desk/log", "/desk/log/new", "/desk/count"):
            yield f"{page}?person={ref}&ref={ref}&case={ref}"
    yield from ("/desk?show=mine", "/desk?show=unclaimed", "/desk?show=closed", "/desk?whole=held", "/desk?whole=calls")
    yield from ("/desk?whole=reviews", "/desk/reviews?show=handled", "/desk/conversations?raised=some")
    yield from ("/desk/feedback?show=answered", "/desk/feedback?show=aside")


def built_of(rule: Rule, given: str) -> str | None:
    """The address of a rule with this in every place; None where it does not fit there."""
    try:
        built = rule.build(dict.fromkeys(rule.arguments, given))
    except ValueError:
        return None
    return None if built is None else built[1]


def shown(page: str, filled: Filled, asked: str) -> list[str]:
    """What a page tells of them. A page may repeat what was asked of it: that tells nothing."""
    told = [SECRET, SECRET.capitalize(), "07700 900777", NUMBER]
    refs = [filled.ref, str(filled.ids["cases"]["ref"]), ref_of(filled.ids["address"]["id"])]
    refs += [str(filled.ids["contact_log"]["ref"])]
    return [word for word in told + [ref for ref in refs if ref not in asked] if word in page]


@ON_SQLITE
def test_no_page_tells_of_a_restricted_case_to_whoever_is_not_named(
    app: Flask, home: Home, filled: Filled, mina: Worker
) -> None:  # fmt: skip
    """Claim: of each address that answers a GET, with each of their references, every role that is not named is told
    nothing of them; and the walk would find it: whoever is named reads it on a dozen pages."""
    ref = str(filled.ids["cases"]["ref"])
    assert restrict(mina, ref) == 303
    walked = sorted(set(addresses(app, filled)))
    lists = [address for address in walked if address.startswith("/desk") and not re.search(r"\d|[0-9A-Z]{8}", address)]
    told: dict[str, list[str]] = {}
    for role in ("practitioner", "manager", "editor", "business-support", "auditor", "administrator"):
        other = at_desk(app, home, role, f"Other {role}")
        for address in walked if role in {"practitioner", "manager"} else lists:  # the others read no case
            answer = other.get(address)
            assert answer.status_code != 500, address
            if found := shown(answer.text, filled, address):
                told[f"{role} {address}"] = found
    assert told == {}
    reads = {a for a in walked if SECRET.encode() in mina.get(a).data}  # a Word document is no text
    assert {f"/desk/cases/{ref}", f"/desk/people/{filled.ref}", "/desk", "/desk/log"} <= reads
    assert len(reads) > 12


@ON_SQLITE
def test_no_form_reaches_a_restricted_case_of_others(app: Flask, home: Home, filled: Filled, mina: Worker) -> None:
    """Claim: whatever is posted with one of their references by a manager who is not named changes nothing of theirs
    and tells nothing; so with their number, name and postcode in the search."""
    ref = str(filled.ids["cases"]["ref"])
    assert restrict(mina, ref) == 303
    other = at_desk(app, home, "manager", "Other manager")
    token = other.fields("/desk/search", "/desk/search")
    theirs = {"version": str(case_of(home, ref).version), "words": SECRET, "outcome": "advice-given", "how": "spoken"}
    given = {**token, **theirs, "sure": filled.ref, "why": "x", "password": "x", "says": "missed:urgent", "on": "x"}
    before = _everything(home)
    talk, log = ref_of(filled.ids["address"]["id"]), str(filled.ids["contact_log"]["ref"])
    numbers = [str(filled.ids[name]["id"]) for name in ("inbox", "review", "touch", "enrolment", "feedback")]
    told: dict[str, list[str]] = {}
    for rule in app.url_map.iter_rules():
        if "POST" not in (rule.methods or set()) or not rule.rule.startswith("/desk") or not rule.arguments:
            continue
        if "staff" in rule.rule or "open-in-need" in rule.rule:  # of accounts; and the door that is told below
            continue
        for one in (filled.ref, ref, talk, log, *numbers):
            if (built := built_of(rule, one)) is None:
                continue
            answer = other.client.post(built, data=given)
            if found := shown(answer.text.replace(f">{SECRET}</textarea>", ""), filled, built):
                told[built] = found
    for typed in (NUMBER, SECRET, f"{SECRET} {SECRET}", filled.ref, ref, talk, "E8 1DY"):
        answer = other.post("/desk/search", "/desk/search", words=typed)
        assert not set(re.findall(r"/desk/(?:people|cases|conversations)/([0-9A-Z]{8})", answer.text)), typed
    assert told == {}
    assert _everything(home) == before


def _everything(home: Home) -> dict[str, list[tuple[object, ...]]]:
    """Every row of what is theirs, as the database has it."""
    kept = (
        "cases",
        "case_event",
        "person",
        "address",
        "hold",
        "legal_hold",
        "enrolment",
        "touch",
        "review",
        "feedback",
    )
    with home.house.db.read() as tx:
        return {name: [tuple(row) for row in tx.execute(sa.select(METADATA.tables[name]))] for name in kept}


@ON_SQLITE
def test_counts_and_polls_leave_it_out(home: Home, sam: Worker, mina: Worker) -> None:
    """Claim: the inbox of whoever is not named counts one case less, and a poll tells of none; the named read it."""
    home.living()
    ref = raised(home)
    assert "(1)" in sam.get("/desk").text
    assert restrict(mina, ref) == 303
    page = sam.get("/desk").text
    assert "(1)" not in page
    assert sam.get(f"/desk/count?after=0&case={ref}&version=1").json == {
        "fresh": 0, "urgent": 0, "changed": False, "wrote": False, "late": "", "looking": [],
    }  # fmt: skip
    assert (mina.get("/desk/count?after=0").json or {})["fresh"] == 1
    assert "Restricted." in mina.get(f"/desk/cases/{ref}").text


def test_what_others_had_of_it_returns_to_the_named_with_a_new_promise(home: Home, sam: Worker, mina: Worker) -> None:
    """Claim: a case that somebody else had claimed is nobody's when it is restricted, is to be looked at anew, and a
    form that they had open changes nothing."""
    ref = raised(home)
    form = sam.fields(f"/desk/cases/{ref}", f"/desk/cases/{ref}/note")
    sam.act(ref, "claim")
    assert restrict(mina, ref) == 303
    case = case_of(home, ref)
    assert (case.state, case.claimed_by, case.looked_at) == ("open", None, None)
    assert events(home, ref)[-2:] == ["returned-named", "restricted"]
    assert sam.client.post(f"/desk/cases/{ref}/note", data={**form, "words": "late"}).status_code == 404
    assert "note" not in events(home, ref)


@ON_SQLITE
def test_what_they_write_later_and_their_household_is_closed_too(app: Flask, home: Home, mina: Worker) -> None:
    """Claim: the restriction of a closed case closes the next case of the same family, from whichever of their phones,
    and the page of everybody who lives with them; another family's stays open."""
    her, his, other = "+447700900321", "+447700900322", "+447700900323"
    ref = raised(home)
    with home.house.db.write() as tx:
        at_home = people.household(tx, "H1", home.clock.at)
        for number, name in ((her, "Ada"), (his, "Ben")):
            home_of = people.add_person(tx, ref=ref_of(len(name) + ord(name[0])), now=home.clock.at, first_name=name)
            people.change_person(tx, home_of, household_id=at_home)
            home_address = home.address(her).id if number == her else None
            if home_address is not None:
                people.link(tx, home_of, home_address, home.clock.at)
    home.text("hello", sender=his)
    with home.house.db.write() as tx:
        ben = people.find_person(tx, ref_of(3 + ord("B")))
        assert ben is not None
        people.link(tx, ben.id, home.address(his).id, home.clock.at)
    assert restrict(mina, ref) == 303
    sam = at_desk(app, home)
    for number in (his, other):
        home.text("he has a knife hes outside", sender=number)
    of = {case.address_id: case.ref for case in home.cases()}
    assert sam.get(f"/desk/cases/{of[home.address(other).id]}").status_code == 200
    assert sam.get(f"/desk/people/{ben.ref}").status_code == 404
    assert sam.get(f"/desk/conversations/{ref_of(home.address(his).id)}").status_code == 404
    later = of[home.address(his).id]
    assert (later in sam.get("/desk").text, later in mina.get("/desk").text) == (False, True)


@ON_SQLITE
def test_the_ladder_climbs_and_who_is_not_named_opens_it_with_a_reason_that_is_told(
    app: Flask, home: Home, sam: Worker, mina: Worker
) -> None:  # fmt: skip
    """Claim: an urgent restricted case alarms like any other; its link tells who is not named whom to ring, lets them
    in with a reason alone, and that is in the audit, on the case and in the inbox of those named until one has seen it
    and lets them stay, or closes it to them."""
    ref = raised(home)
    assert restrict(mina, ref) == 303
    home.later(minutes=1)
    clockwork.tick(home.house)
    with home.house.db.read() as tx:
        told = tx.execute(sa.select(sa.func.count()).select_from(METADATA.tables["alert"])).scalar_one()
    assert told > 0
    page = sam.get(f"/desk/cases/{ref}")
    assert page.status_code == 403
    assert "Mina Shah" in page.text
    assert "knife" not in page.text
    assert sam.client.post(f"/desk/cases/{ref}/acknowledge", data=_token(page.text)).status_code == 404
    assert home.audited()[-1] == (
        "case.glass-view",
        f"case:{ref}",
        "",
    )  # that there is one is told: who was told is kept
    act = f"/desk/cases/{ref}/open-in-need"
    assert sam.post(f"/desk/cases/{ref}", act, words="  ").status_code == 400
    assert sam.post(f"/desk/cases/{ref}", act, words="Mina does not answer").status_code == 303
    assert "knife" in sam.get(f"/desk/cases/{ref}").text
    assert ("case.glass", f"case:{ref}", ref) in home.audited()
    assert "Sam Okoro was not named" in mina.get("/desk").text
    assert "Mina does not answer" in mina.get(f"/desk/cases/{ref}").text
    assert mina.act(ref, "let-stand").status_code == 303
    assert "was not named" not in mina.get("/desk").text
    where = f"/desk/cases/{ref}/restriction"
    gone = mina.post(where, f"/desk/cases/{ref}/unname", who=number_of(home, "Sam Okoro"))
    assert gone.status_code == 303
    assert sam.get(f"/desk/cases/{ref}").status_code == 403  # it alarms still


def _token(page: str) -> dict[str, str]:
    found = re.search(r'name="csrf_token" value="([^"]+)"', page) or re.search(r'name="([^"]+)" value="([^"]+)"', page)
    assert found is not None
    return {"csrf_token": found[1]} if len(found.groups()) == 1 else {found[1]: found[2]}


@ON_SQLITE
def test_without_an_alarm_only_a_manager_may_open_in_need(app: Flask, home: Home, sam: Worker, mina: Worker) -> None:
    """Claim: a quiet restricted case is no case to a practitioner who guesses its reference; a manager who has it may
    open it with a reason; an editor never."""
    ref = raised(home)
    sam.act(ref, "claim")
    sam.act(ref, "close", outcome="false-alarm", words="A line from a film.")
    assert restrict(mina, ref, why="allegation") == 303
    assert sam.get(f"/desk/cases/{ref}").status_code == 404
    other = at_desk(app, home, "manager", "Other manager")
    assert other.get(f"/desk/cases/{ref}").status_code == 403
    assert other.post(f"/desk/cases/{ref}", f"/desk/cases/{ref}/open-in-need", words="Mina has left").status_code == 303
    assert other.get(f"/desk/cases/{ref}").status_code == 200


@ON_SQLITE
def test_names_change_and_somebody_always_stays(app: Flask, home: Home, sam: Worker, mina: Worker) -> None:
    """Claim: a named manager names and un-names; nobody may be left with none; whoever is not named is not handed it;
    lifted with a reason, everybody reads it again. A second restriction of the same family is refused."""
    ref = raised(home)
    where = f"/desk/cases/{ref}/restriction"
    assert restrict(mina, ref, why="nonsense") == 400
    assert restrict(mina, ref) == 303
    mine, sams = number_of(home, "Mina Shah"), number_of(home, "Sam Okoro")
    assert mina.post(where, f"/desk/cases/{ref}/unname", who=mine).status_code == 400
    mina.act(ref, "claim")
    refused = mina.act(ref, "offer", to=sams, words="please")
    assert (refused.status_code, "they are not named for it" in refused.text) == (400, True)
    assert mina.post(where, f"/desk/cases/{ref}/name", who=sams).status_code == 303
    assert sam.get(f"/desk/cases/{ref}").status_code == 200
    assert sam.get(where).status_code == 403  # who may see it is a manager's to change
    assert mina.post(where, f"/desk/cases/{ref}/lift", words="").status_code == 400
    assert mina.post(where, f"/desk/cases/{ref}/lift", words="They have moved away.").status_code == 303
    other = at_desk(app, home, "practitioner", "Other worker")
    assert other.get(f"/desk/cases/{ref}").status_code == 200
    kept = [action for action, target, _ in home.audited() if target == f"case:{ref}" and action.startswith("case.")]
    assert {"case.restricted", "case.named", "case.restriction-lifted"} <= set(kept) <= set(ACTIONS)


@ON_SQLITE
def test_commands_refuse_what_is_restricted_or_leave_it_out(
    home: Home, filled: Filled, mina: Worker, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:  # fmt: skip
    """Claim: exporting or erasing such a person by command is refused without a reason, which the audit keeps; the
    file of marks leaves theirs out; no other command that reads prints their words."""
    settings = home.house.settings
    for name in ("database_url", "data_keys", "phone_index_key", "secret_key", "public_url"):
        monkeypatch.setenv(name.upper(), str(getattr(settings, name)))
    ref = str(filled.ids["cases"]["ref"])
    assert restrict(mina, ref) == 303
    for words in (["person", "export"], ["person", "erase", "--dry-run"]):
        assert main([*words, filled.ref]) == 1
        out = capsys.readouterr()
        assert "restricted" in out.err
        assert SECRET not in out.out + out.err
    for words in (["reviews", "export", "--json"], ["doctor", "--json"]):
        main(words)
        assert SECRET not in capsys.readouterr().out, words
    assert main(["person", "export", filled.ref, "--restricted", "asked for by them, in writing"]) == 0
    assert SECRET in json.dumps(json.loads(capsys.readouterr().out))
    assert ("case.glass", f"person:{filled.ref}", "asked for by them, in writing") in home.audited()


def test_two_who_restrict_at_once_make_one(home: Home, mina: Worker, app: Flask) -> None:
    """Claim: of two forms of one version the second is told that it changed, and one restriction stands."""
    ref = raised(home)
    other = at_desk(app, home, "manager", "Other manager")
    page, act = f"/desk/cases/{ref}/restriction", f"/desk/cases/{ref}/restrict"
    first, second = mina.fields(page, act), other.fields(page, act)
    both = number_of(home, "Other manager")
    assert mina.client.post(act, data={**first, "why": "refuge", "names": both}).status_code == 303
    assert other.client.post(act, data={**second, "why": "refuge"}).status_code in {400, 409}
    with home.house.db.read() as tx:
        assert len(restricting.standing(tx, [case_of(home, ref).id])) == 1


@ON_SQLITE
def test_a_mark_of_a_closed_message_is_refused(home: Home, sam: Worker, mina: Worker) -> None:
    """Claim: the page that marks one of their messages is not there, by whatever number it is asked for."""
    ref = raised(home)
    number = message_id(home, "he has a knife hes outside")
    assert sam.get(f"/desk/messages/{number}/mark").status_code == 200
    assert restrict(mina, ref) == 303
    assert sam.get(f"/desk/messages/{number}/mark").status_code == 404
