"""Who is who: shared phones, numbers that change hands, and what a sheet may not undo."""

from bot.casework import timeline
from bot.clock import local_date
from bot.store import addresses, casework, people, staff
from bot.store.casework import Case
from bot.store.restricting import NOTHING
from tests.houses import Home
from tests.turn.families import check_in, enrol, four_weeks_ago, row, touches_of

A, B = "+447700900421", "+447700900422"
REFERRAL = (
    "REFER", "kind", "he hardly talks", "someone to show me", "6", "Ali March 2022", "Fatima", "SW18 2PU", "2",
    "any time", "English",
)  # fmt: skip


def words_of(home: Home, case: Case) -> str:
    with home.house.db.read() as tx:
        return "\n".join(e.words for e in timeline.of_case(home.house, tx, case, NOTHING).entries)


def person_of(home: Home, reference: str) -> people.Person:
    with home.house.db.read() as tx:
        person = people.find_person_by_source(tx, reference)
    assert person is not None
    return person


def test_a_released_numbers_next_text_reaches_neither_the_old_case_nor_the_old_timeline(home: Home) -> None:
    """Wrong person: what the next holder writes opens a case of its own, that shows nothing of the one before."""
    enrol(home, row("P1", A, four_weeks_ago(home)))
    home.text("human", sender=A)
    home.text("my secret worry is the rent", sender=A)
    home.later(minutes=40)
    home.text("wrong number", sender=A)
    home.later(minutes=40)
    home.text("he has a knife hes outside", sender=A)
    urgent, old = home.cases()
    assert (urgent.level, urgent.person_id) == ("urgent", None)
    assert old.person_id == person_of(home, "P1").id
    assert old.address_id is None
    assert "knife" not in words_of(home, old)
    assert "knife" not in old.words
    assert "rent" in words_of(home, old)
    assert "rent" not in words_of(home, urgent)
    assert "knife" in words_of(home, urgent)


def test_a_released_number_starts_again_as_nobodys(home: Home) -> None:
    """No consent, mark, wish, score or open check-in of the old holder meets the new one, who is greeted."""
    enrol(home, row("P1", A, four_weeks_ago(home)))
    check_in(home)
    home.text("9", sender=A)
    home.later(days=1)
    assert "wrong" not in home.talk("hello", sender=A)
    home.text("LESS", sender=A)
    home.text("pause till september", sender=A)
    home.text("wrong person", sender=A)
    address = home.address(A)
    assert (address.consent, address.safe, address.first_said_at) == ("unasked", "unknown", None)
    assert (address.paused_until, address.every_days) == (None, None)
    home.later(minutes=40)
    assert "This is " in home.talk("hello", sender=A)  # who reads this, said as to anybody new
    assert [t.outcome for t in touches_of(home, "P1")] == ["answered"]


def test_a_stop_outlives_a_change_of_hands(home: Home) -> None:
    """STOP is of the phone: "wrong number" after it does not open it again."""
    enrol(home, row("P1", A, four_weeks_ago(home)))
    home.text("STOP", sender=A)
    home.text("wrong number", sender=A)
    assert home.address(A).consent == "stopped"


def test_the_same_sheet_does_not_bring_back_a_released_number(home: Home) -> None:
    """Told before "wrong number" was said, the row is refused with the reason; told on a later day, it is taken."""
    told = four_weeks_ago(home)
    enrol(home, row("P1", A, told))
    home.text("wrong number", sender=A)
    again = enrol(home, row("P1", A, told))
    assert [r.reasons[0].split(":")[0] for r in again.refused] == ["mobile"]
    assert home.address(A).safe == "unknown"
    home.later(days=2)
    today = local_date(home.clock.now())
    assert enrol(home, row("P1", A, told, told_on=today)).changed == 1
    with home.house.db.read() as tx:
        assert [p.ref for p in people.people_at(tx, home.address(A).id)] == [person_of(home, "P1").ref]


def test_the_same_sheet_does_not_undo_not_safe_or_no(home: Home) -> None:
    """What a family said after they were told stands: not safe stays not safe, and no stays no."""
    told = four_weeks_ago(home)
    enrol(home, row("P1", A, told), row("P2", B, told))
    with home.house.db.write() as tx:
        addresses.change_address(tx, home.address(A).id, safe="unsafe")
    home.text("hello", sender=A)
    for answer in (*REFERRAL, "no", "no", "no", "no"):
        home.text(answer, sender=B)
    assert home.address(B).consent == "unasked"
    again = enrol(home, row("P1", A, told), row("P2", B, told))
    assert (again.unchanged, again.refused) == (2, [])
    assert home.address(A).safe == "unsafe"
    assert home.address(B).consent == "unasked"
    check_in(home)
    assert not [o for sender in (A, B) for o in home.out(sender=sender) if o.purpose == "check-in"]


def test_stop_stands_over_a_sheet(home: Home) -> None:
    """Enrolled again after STOP: stopped. START by web chat is not START by text."""
    told = four_weeks_ago(home)
    home.text("STOP", sender=A)
    enrol(home, row("P1", A, told))
    home.text("START", sender="t" * 43, kind="web")
    assert home.address(A).consent == "stopped"
    home.text("START", sender=A)
    assert home.address(A).consent == "given"


def test_not_safe_for_one_parent_is_not_safe_on_the_phone_they_share(home: Home) -> None:
    """Whatever the order of the rows, the graver one stands, and the sheet twice changes nothing."""
    told = four_weeks_ago(home)
    sheet = (row("P1", A, told, household="H", safe="no"), row("P2", A, told, household="H"))
    enrol(home, *sheet)
    assert home.address(A).safe == "unsafe"
    assert enrol(home, *sheet).unchanged == 2


def test_a_changed_email_is_a_change(home: Home) -> None:
    """Every column that is read is kept."""
    told = four_weeks_ago(home)
    enrol(home, row("P1", A, told))
    assert enrol(home, row("P1", A, told, email="ann@example.org")).changed == 1
    assert person_of(home, "P1").email == "ann@example.org"
    assert enrol(home, row("P1", A, told, email="ann@example.org")).unchanged == 1


def test_a_team_too_long_for_its_column_is_refused_with_the_reason(home: Home) -> None:
    """One bad row is told of and the rest go on, on either database."""
    told = four_weeks_ago(home)
    report = enrol(home, row("P1", A, told, team="x" * 65), row("P2", B, told))
    assert (report.added, len(report.refused)) == (1, 1)


def test_a_referral_from_a_phone_of_two_people_is_nobodys_until_a_worker_says(home: Home) -> None:
    """Two parents share it: the referral keeps its number and words, and is put on neither."""
    told = four_weeks_ago(home)
    enrol(home, row("P1", A, told, household="H"), row("P2", A, told, household="H"))
    for answer in (*REFERRAL, "yes", "no", "no", "no"):
        home.text(answer, sender=A)
    (case,) = home.cases()
    assert (case.kind, case.person_id, case.address_id) == ("referral", None, home.address(A).id)
    with home.house.db.read() as tx:
        found = casework.referral_of(tx, case.id)
    assert found is not None
    assert "he hardly talks" in found[1]


def test_one_person_at_two_addresses_has_one_history(home: Home) -> None:
    """A second number in a later sheet: scores follow the person, and a case of either number is theirs."""
    told = four_weeks_ago(home)
    enrol(home, row("P1", A, told))
    check_in(home)
    home.text("9", sender=A)
    enrol(home, row("P1", B, told))
    home.later(days=1)
    home.text("he has a knife hes outside", sender=B)
    home.later(minutes=1)
    home.text("he is hitting me", sender=A)
    (case,) = home.cases()
    assert case.person_id == person_of(home, "P1").id
    told_words = words_of(home, case)
    assert "knife" in told_words
    assert "hitting" in told_words
    with home.house.db.read() as tx:
        view = timeline.of_case(home.house, tx, case, NOTHING)
    assert [value for _, value in view.scores] == [9]


def test_the_words_that_release_a_number_are_its_old_holders(home: Home) -> None:
    """What was said in the very instant of the release is still of the one who said it."""
    enrol(home, row("P1", A, four_weeks_ago(home)))
    home.text("wrong number", sender=A)
    home.later(seconds=1)
    (case,) = home.cases()
    assert "wrong number" in words_of(home, case)


def test_what_operators_change_is_in_the_audit(home: Home) -> None:
    """Content published, services loaded, families enrolled: each with its row, in the same transaction."""
    enrol(home, row("P1", A, four_weeks_ago(home)))
    with home.house.db.read() as tx:
        acts = [a.action for a in staff.audit_rows(tx)]
    assert acts == ["people.enrol", "directory.import", "content.publish"]


def test_a_new_number_that_claims_to_be_somebody_learns_nothing(home: Home) -> None:
    """With her name, number and reference in their words, each answer is what a stranger gets for the same words; her
    case, her plan and her marks stay as they were, and nobody is joined to her."""
    enrol(home, row("P1", A, four_weeks_ago(home)))
    home.talk("human", sender=A)
    (case,) = home.cases()
    stood = (home.address(A), touches_of(home, "P1"))
    claims = (
        f"hi its NameP1, this is my new number, my old one was 07700 900421, my reference is P1 and {case.ref}",
        "STATUS", "WHEN", "what did i tell you last time", "it is me NameP1, Sam Worker knows me",
    )  # fmt: skip
    strangers = (
        "hi its Wren, this is my new number, my old one was 07700 900999, my reference is P7 and 23456789",
        "STATUS", "WHEN", "what did i tell you last time", "it is me Wren, Sam Worker knows me",
    )  # fmt: skip
    hers = [home.talk(words, sender=B) for words in claims]
    anybodys = [home.talk(words, sender="+447700900423") for words in strangers]
    assert hers == anybodys
    for told in hers:
        for secret in ("NameP1", case.ref, "900421", "Sam", "after-early-help"):
            assert secret not in told
    assert (home.address(A), touches_of(home, "P1")) == stood
    with home.house.db.read() as tx:
        assert people.people_at(tx, home.address(B).id) == []
