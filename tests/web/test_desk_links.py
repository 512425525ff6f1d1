"""Cases that belong together are linked, both ways, and nothing of one moves to the other."""

from flask import Flask

from bot.store import linking
from bot.store.restricting import NOTHING
from tests.houses import ON_SQLITE, Home
from tests.web.raising import case_of, events, raised
from tests.web.test_desk_restricted import restrict
from tests.web.worker import Worker

OTHER = "+447700900555"


def both(home: Home) -> tuple[str, str]:
    ref = raised(home)
    home.text("i cant cope with the kids any more", sender=OTHER)
    return ref, next(case.ref for case in home.cases() if case.ref != ref)


@ON_SQLITE
def test_two_cases_are_linked_and_parted(home: Home, sam: Worker) -> None:
    """Claim: linked by its reference with a reason, each stands on the other's page and in both histories; twice, with
    itself, with nothing or with no reason is refused in words; taken away, it is on neither."""
    ref, other = both(home)
    assert sam.act(ref, "link", other=f" {other.lower()} ", words="The same street, the same night").status_code == 303
    assert other in sam.get(f"/desk/cases/{ref}").text
    assert "The same street" in sam.get(f"/desk/cases/{other}").text
    assert (events(home, ref)[-1], events(home, other)[-2:]) == ("linked", ["linked", "looked"])
    for given, told in (
        ({"other": other, "words": "again"}, "linked already"),
        ({"other": ref, "words": "x"}, "this very case"),
        ({"other": "AAAAAAAA", "words": "x"}, "Check it for a slip"),
        ({"other": other, "words": " "}, "why they belong together"),
    ):
        answer = sam.act(ref, "link", **given)
        assert (answer.status_code, told in answer.text) == (400, True), given
    assert sam.act(other, "unlink", other=ref).status_code == 303
    for one, its in ((ref, other), (other, ref)):
        assert f"/desk/cases/{its}" not in sam.get(f"/desk/cases/{one}").text
    assert sam.act(ref, "link", other=other, words="After all").status_code == 303
    assert ("case.linked", f"case:{ref}", other) in home.audited()


@ON_SQLITE
def test_a_link_tells_nothing_of_a_restricted_case(app: Flask, home: Home, sam: Worker, mina: Worker) -> None:
    """Claim: restricted, a linked case is on the other's page for those named alone, the history of the other does not
    tell that there was a link, nor its end, and no new link reaches it."""
    ref, other = both(home)
    sam.act(ref, "link", other=other, words="The same street")
    mina.act(ref, "unlink", other=other)
    mina.act(ref, "link", other=other, words="The same street")
    assert restrict(mina, other) == 303
    told = ("Linked with a case", "A link with another case", "linked this case with another", other)
    page, whole = sam.get(f"/desk/cases/{ref}").text, mina.get(f"/desk/cases/{ref}").text
    assert [word for word in told if word in page] == []
    assert [word for word in (*told[:2], other) if word not in whole] == []
    assert "No case has this reference" in sam.act(ref, "link", other=other, words="x").text


def test_a_pair_stands_once_whichever_way_it_is_said(home: Home, sam: Worker) -> None:
    """Claim: the database holds one link a pair, on both databases, and it ends from either side."""
    ref, other = both(home)
    ids = [case_of(home, one).id for one in (ref, other)]
    sam.act(ref, "claim")
    with home.house.db.write() as tx:
        by = case_of(home, ref).claimed_by or 0
        assert linking.put(tx, *ids, why="a", by=by, at=home.clock.at)
        assert not linking.put(tx, *reversed(ids), why="b", by=by, at=home.clock.at)
        assert [one.ref for one in linking.linked_with(tx, ids[1], closed=NOTHING)] == [ref]
        assert linking.end(tx, *reversed(ids), by=by, at=home.clock.at)
        assert not linking.end(tx, *ids, by=by, at=home.clock.at)
