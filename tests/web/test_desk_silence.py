"""Who did not reply, and the ledger: the weekly list, worrying first; why nothing was sent."""

from datetime import timedelta

from bot.refs import new_ref
from bot.store import keeping, people
from tests.houses import AT, ON_SQLITE, Home
from tests.web.standing import a_silence
from tests.web.worker import Worker


def test_a_silence_is_listed_until_one_of_the_team_takes_it_off(sam: Worker, home: Home) -> None:
    """Claim: who, when, why and the number; taking it off is audited once, however often it is pressed."""
    ref, touch_id = a_silence(home)
    a_silence(home, "Ben", listed=False, outcome="answered")
    assert "no reply" not in sam.get("/desk").text  # ordinary silence is no case
    page = sam.get("/desk/no-replies").text
    for told in ("Ana", ref, "After early help closes", "No answer, reminded once.", "07700 900444"):
        assert told in page
    assert "Ben" not in page
    action = f"/desk/no-replies/{touch_id}/off"
    form = sam.fields("/desk/no-replies", action)
    for _ in range(2):
        assert sam.client.post(action, data=form).headers["Location"] == "/desk/no-replies?done=off"
    assert "Nobody is on the list." in sam.get("/desk/no-replies").text
    assert [row for row in home.audited() if row[0] == "list.take-off"] == [
        ("list.take-off", f"touch:{touch_id}", "seen")
    ]
    assert ("list.view", "no-replies", ref) in home.audited()


def test_the_ledger_is_filtered_by_person_and_day(sam: Worker, home: Home) -> None:
    """Claim: each decided check-in with outcome and reason; the filters narrow it, and a slip in one is told."""
    ana, _ = a_silence(home, "Ana")
    ben, _ = a_silence(home, "Ben", outcome="suppressed", reason="They texted STOP.", decided_at=AT - timedelta(days=9))
    both = sam.get("/desk/ledger").text
    assert both.index("Ana") < both.index("Ben")
    assert "Not sent, by rule" in both
    assert "They texted STOP." in both
    spaced = f"{ben[:4].lower()} {ben[4:]}"
    only = sam.client.get("/desk/ledger", query_string={"person": spaced})
    assert "Ben" in only.text
    assert ana not in only.text
    since = sam.get("/desk/ledger?since=2026-11-20").text
    assert "Ana" in since
    assert "Ben" not in since
    for query, told in (
        ("person=abc", "eight letters and digits"),
        (f"person={new_ref()}", "Nobody here"),
        ("since=soon", "2026-11-23"),
    ):
        wrong = sam.get(f"/desk/ledger?{query}")
        assert wrong.status_code == 400
        assert told in wrong.text


@ON_SQLITE
def test_worrying_families_stand_first_and_a_call_is_kept(sam: Worker, home: Home) -> None:
    """Claim: of the silent the worrying come first; who telephoned is named for a week, and it is audited."""
    ordinary, _ = a_silence(home, "Ord")
    worrying, touch_id = a_silence(home, "Wor")
    with home.house.db.write() as tx:
        person = people.find_person(tx, worrying)
        assert person is not None
        people.change_person(tx, person.id, worrying=True)
    page = sam.get("/desk/no-replies").text
    assert page.index(worrying) < page.index(ordinary)
    action = f"/desk/no-replies/{touch_id}/off"
    form = sam.fields("/desk/no-replies", action) | {"how": "telephoned"}
    sam.client.post(action, data=form)
    page = sam.get("/desk/no-replies").text
    assert page.index(ordinary) < page.index("Seen in the last seven days") < page.index(worrying)
    assert "Telephoned, by" in page
    assert ("list.take-off", f"touch:{touch_id}", "telephoned") in home.audited()


@ON_SQLITE
def test_the_weekly_list_is_a_page_at_a_time(sam: Worker, home: Home) -> None:
    """Claim: with hundreds of silent families a page shows fifty, and leads to the next."""
    for n in range(53):
        a_silence(home, f"N{n}")
    first, second = sam.get("/desk/no-replies").text, sam.get("/desk/no-replies?page=2").text
    assert [text.count('class="desk-case"') for text in (first, second)] == [50, 3]
    assert "Next page" in first


@ON_SQLITE
def test_the_ledger_says_why_nothing_was_sent(sam: Worker, home: Home) -> None:
    """Claim: of a person it tells what is planned next and why it waits; it is narrowed by outcome, programme, week."""
    ref, _ = a_silence(home)
    with home.house.db.write() as tx:
        person = people.find_person(tx, ref)
        assert person is not None
        (enrolment,) = keeping.enrolments_of(tx, [person.id])
        keeping.change_enrolment(
            tx, enrolment.id, next_at=home.clock.at, waited_for="Paused at their wish until 1 September 2027."
        )
    page = sam.get(f"/desk/ledger?person={ref}&household=yes").text
    assert "Paused at their wish until 1 September 2027." in page
    assert "No answer, reminded once." in page
    for asked in ("outcome=no-reply", "programme=after-early-help", f"week={AT.date()}"):
        assert "1 check-in." in sam.get(f"/desk/ledger?{asked}").text
    for asked in ("outcome=answered", "programme=new-baby", "week=2026-01-05"):
        assert "No check-in has been decided yet that fits." in sam.get(f"/desk/ledger?{asked}").text
    assert sam.get("/desk/ledger?week=soon").status_code == 400
    assert ("ledger.view", f"ledger:{ref}", ref) in home.audited()
