"""The ladder in the house, on both databases: who is told, once, until somebody answers."""

import threading
from datetime import UTC, datetime

import sqlalchemy as sa

from bot.alerts import answering
from bot.alerts.climbing import climb_due
from bot.casework import work
from bot.casework.work import Form
from bot.store import addresses, alerts, published
from tests.alerts.conftest import DEPUTY, DUTY, EDT, MAIL, MANAGER, SUNDAY_NIGHT, URGENT, Watch
from tests.turn.test_poison import lose_key


def form(watch: Watch) -> Form:
    case = watch.home.cases()[0]
    return Form(ref=case.ref, version=case.version, by=watch.by, form_id="")


def test_an_urgent_case_climbs_until_nobody_is_left(watch: Watch) -> None:
    """At once the duty worker by text and email, on a Sunday night too; then deputy, manager and emergency team after
    the council's minutes; then red on the desk, and the last told again every half hour."""
    watch.home.clock.at = SUNDAY_NIGHT
    watch.home.text(URGENT)
    watch.tick()
    assert (watch.texted, watch.emailed) == ([DUTY], ["duty.worker"])
    work.look(watch.home.house, watch.ref, watch.by)
    for minutes, told in ((4, 1), (1, 2), (4, 2), (1, 3), (9, 3), (1, 4), (9, 4)):
        watch.tick(minutes=minutes)
        assert watch.texted == [DUTY, DEPUTY, MANAGER, EDT][:told]
        assert watch.emailed == list(MAIL)[:told]
        assert watch.red() == []
    watch.tick(minutes=1)
    assert watch.red() == [watch.ref]
    watch.tick(minutes=20)
    assert (watch.texted[4:], watch.emailed[4:]) == ([EDT], ["edt"])
    assert len({(a.case_id, a.step, a.channel) for a in watch.alerts()}) == len(watch.alerts()) == 10


def test_the_duty_worker_is_told_though_the_key_of_the_number_is_lost(watch: Watch) -> None:
    """The number was sealed under a key that is gone, and stands in the council's file: the next danger is told to it
    all the same, by text and email."""
    watch.home.text(URGENT)
    watch.tick()
    with watch.home.house.db.read() as tx:
        staff = addresses.find_address(tx, "staff", DUTY)
    assert staff is not None
    lose_key(watch.home, "address", "value", staff.id)
    watch.home.text(URGENT, sender="+447700900322")
    watch.tick()
    assert watch.texted[:2] == [DUTY, DUTY]
    assert watch.emailed[:2] == ["duty.worker"] * 2


def test_an_urgent_case_that_nobody_looks_at_in_time_climbs_faster(watch: Watch) -> None:
    """The family was promised a look within a quarter of an hour: past it, the next is told without waiting."""
    watch.home.text(URGENT)
    for minutes in (0, 5, 5):
        watch.tick(minutes=minutes)
    assert watch.texted == [DUTY, DEPUTY, MANAGER]
    watch.tick(minutes=5)
    assert watch.texted == [DUTY, DEPUTY, MANAGER]
    watch.tick(seconds=1)
    assert watch.texted == [DUTY, DEPUTY, MANAGER, EDT]


def test_an_alert_holds_a_link_and_nothing_of_the_case(watch: Watch) -> None:
    """No word, name, number or need of the family; the text is one segment."""
    watch.home.text("my name is Zuleika and he has a knife hes outside")
    watch.tick()
    (text,) = [o.body for o in watch.home.pigeon.carried if o.to == DUTY]
    (email,) = [o.body for o in watch.mail.carried]
    link = f"http://127.0.0.1:8000/desk/cases/{watch.ref}"
    for body in (text, email):
        assert link in body
        assert not any(word in body.casefold() for word in ("zuleika", "knife", "outside", "abuse", "7700900321"))
    assert len(text) <= 160


def test_opening_is_not_acknowledging_and_acknowledging_ends_it(watch: Watch) -> None:
    """A look changes nothing; an acknowledgement tells nobody more, takes the red away, and a second is harmless."""
    watch.home.text(URGENT)
    watch.tick()
    work.look(watch.home.house, watch.ref, watch.by)
    watch.tick(minutes=5)
    assert watch.texted == [DUTY, DEPUTY]
    watch.tick(minutes=5)
    watch.tick(minutes=10)
    watch.tick(minutes=10)
    assert watch.red() == [watch.ref]
    assert answering.acknowledge(watch.home.house, watch.ref, watch.by)
    assert not answering.acknowledge(watch.home.house, watch.ref, watch.by)
    assert watch.red() == []
    watch.tick(hours=3)
    assert watch.texted == [DUTY, DEPUTY, MANAGER, EDT]
    ended = watch.climbs()[-1]
    assert (ended.ended_how, ended.ended_by) == ("acknowledged", watch.by.staff.id)


def test_claiming_or_closing_ends_it_too(watch: Watch) -> None:
    """To claim is to take the case on; a closed one, a false alarm among them, needs nobody."""
    for number, end in (("+447700900321", "claimed"), ("+447700900322", "closed")):
        watch.home.text(URGENT, sender=number)
        watch.tick()
        watch.home.later(seconds=30)
        if end == "claimed":
            work.claim(watch.home.house, form(watch))
        else:
            mine = next(c for c in watch.home.cases() if c.state == "open")
            last = Form(ref=mine.ref, version=mine.version, by=watch.by)
            work.close(watch.home.house, last, outcome="false-alarm", words="A film.")
    before = len(watch.texted)
    watch.tick(hours=1)
    assert len(watch.texted) == before == 2
    assert watch.red() == []
    with watch.home.house.db.read() as tx:
        ended = tx.execute(sa.select(alerts.climb.c.ended_how).order_by(alerts.climb.c.id)).scalars().all()
    assert ended == ["claimed", "closed"]


def test_a_case_claimed_before_the_first_tick_tells_nobody_until_it_grows(watch: Watch) -> None:
    """The worker who has it open and takes it needs no text; when it grows in their hands, somebody is told."""
    watch.home.text("i am scared of my partner he controls everything i do")
    work.claim(watch.home.house, form(watch))
    watch.tick()
    assert watch.alerts() == []
    watch.home.later(minutes=5)
    watch.home.text(URGENT)
    watch.tick()
    assert watch.texted == [DUTY]


def test_what_is_queued_stays_once_somebody_has_answered(watch: Watch) -> None:
    """Decided before and sent after an acknowledgement: it is not sent."""
    watch.home.text(URGENT)
    watch.climb()
    answering.acknowledge(watch.home.house, watch.ref, watch.by)
    watch.leave()
    assert (watch.texted, watch.emailed) == ([], [])
    assert {a.reason for a in watch.alerts()} == {"Not sent: somebody had answered for the case"}


def test_a_rung_with_no_contact_is_seen_and_passed(watch: Watch) -> None:
    """Neither number nor email: a step of its own says so, and the next is told at once."""
    with watch.home.house.db.write() as tx:
        alerts.put_contact(tx, role="duty-worker", phone=None, email=None, now=watch.home.clock.at, by=None)
    watch.home.text(URGENT)
    watch.tick()
    told = [(a.told, a.channel) for a in watch.alerts()]
    assert told == [("Duty worker", "none"), ("Deputy", "sms"), ("Deputy", "email")]


def test_what_a_manager_set_stands_in_for_the_file(watch: Watch) -> None:
    """The number of this week's duty worker is texted, and nobody else's."""
    with watch.home.house.db.write() as tx:
        alerts.put_contact(tx, role="duty-worker", phone="+447700900957", email=None, now=watch.home.clock.at, by=None)
    watch.home.text(URGENT)
    watch.tick()
    assert (watch.texted, watch.emailed) == (["+447700900957"], [])


def test_a_worker_who_once_texted_stop_is_still_told(watch: Watch) -> None:
    """A staff number is no family's address: their own consent as a family stands before no alert, and stays."""
    watch.home.text("hello", sender=DUTY)
    watch.home.text("STOP", sender=DUTY)
    watch.home.text(URGENT)
    watch.tick()
    assert [True for o in watch.home.pigeon.carried if o.to == DUTY and "desk/cases" in o.body] == [True]
    assert watch.home.address(DUTY).consent == "stopped"


def test_growth_alerts_anew_and_the_same_again_does_not(watch: Watch) -> None:
    """Acknowledged as concern, grown to urgent: from the first rung again. Urgent repeated: nothing more."""
    watch.home.text("i am scared of my partner he controls everything i do")
    watch.tick()
    assert watch.home.cases()[0].level == "concern"
    answering.acknowledge(watch.home.house, watch.ref, watch.by)
    work.look(watch.home.house, watch.ref, watch.by)
    watch.home.later(minutes=10)
    watch.home.text(URGENT)
    watch.tick()
    assert watch.home.cases()[0].level == "urgent"
    assert watch.texted == [DUTY, DUTY]
    answering.acknowledge(watch.home.house, watch.ref, watch.by)
    work.look(watch.home.house, watch.ref, watch.by)
    watch.home.later(minutes=10)
    watch.home.text(URGENT)
    watch.tick()
    assert watch.texted == [DUTY, DUTY]
    assert [(c.why, c.level) for c in watch.climbs()] == [("raised", "concern"), ("grew", "urgent")]


def test_concern_waits_for_the_team(watch: Watch) -> None:
    """On a Sunday night nobody is texted of it until nine on Monday."""
    watch.home.clock.at = SUNDAY_NIGHT
    watch.home.text("i am scared of my partner he controls everything i do")
    watch.tick()
    assert watch.texted == []
    watch.home.clock.at = datetime(2026, 11, 23, 8, 59, tzinfo=UTC)
    watch.tick()
    assert watch.texted == []
    watch.tick(minutes=1)
    assert watch.texted == [DUTY]


def test_a_broken_promise_climbs_for_a_routine_case(watch: Watch) -> None:
    """Nobody looked by the time that the family was told: the duty worker hears of it, once the team is there."""
    watch.home.text("CALL ME please, can somebody ring me")
    (case,) = watch.home.cases()
    assert case.level == "routine"
    watch.tick()
    assert watch.texted == []
    watch.home.clock.at = case.look_by
    watch.tick(seconds=2)
    assert watch.texted == []
    watch.tick(hours=16)
    assert watch.texted == [DUTY]
    assert [c.why for c in watch.climbs()] == ["late"]
    watch.tick(minutes=1)
    assert watch.texted == [DUTY]


def test_a_promise_broken_after_an_acknowledgement_climbs_again(watch: Watch) -> None:
    """Acknowledged and never looked at: to have pressed a button is not to have looked."""
    watch.home.text(URGENT)
    watch.tick()
    answering.acknowledge(watch.home.house, watch.ref, watch.by)
    watch.tick(minutes=14)
    assert watch.texted == [DUTY]
    watch.tick(minutes=2)
    assert watch.texted == [DUTY, DUTY]


def test_two_clocks_tell_each_rung_once(watch: Watch) -> None:
    """Several clocks at the same instant, again and again: one row a case, step and channel; none is passed over."""
    for n in range(4):
        watch.home.text(URGENT, sender=f"+44770090033{n}")
    for minutes in (0, 5, 5, 10):
        watch.home.later(minutes=minutes)
        now, faults = watch.home.clock.at, []

        def clock(now: datetime = now, faults: list[BaseException] = faults) -> None:
            try:
                climb_due(watch.home.house, now)
            except BaseException as fault:  # noqa: BLE001 - told below
                faults.append(fault)

        clocks = [threading.Thread(target=clock) for _ in range(4)]
        for each in clocks:
            each.start()
        for each in clocks:
            each.join()
        assert faults == []
        watch.leave()
    told = [(a.case_id, a.step, a.channel, a.told) for a in watch.alerts()]
    assert len(told) == len(set(told)) == 4 * 4 * 2
    for case_id in {case_id for case_id, *_ in told}:
        assert [who for c, _, channel, who in told if c == case_id and channel == "sms"] == [
            "Duty worker", "Deputy", "Team manager", "Emergency duty team",
        ]  # fmt: skip
    assert len(watch.texted) == len(watch.emailed) == 16


def test_a_restored_backup_tells_nobody_until_resumed(watch: Watch) -> None:
    """It may have told everybody already: an operator decides."""
    watch.home.text(URGENT)
    with watch.home.house.db.write() as tx:
        published.set_flag(tx, "paused", "restored", watch.home.clock.at)
    watch.tick()
    assert watch.alerts() == []
    with watch.home.house.db.write() as tx:
        published.clear_flag(tx, "paused")
    watch.tick()
    assert watch.texted == [DUTY]


def test_the_case_tells_who_was_told(watch: Watch) -> None:
    """Begun, told by each channel with what became of it, and who acknowledged."""
    watch.home.text(URGENT)
    watch.tick()
    answering.acknowledge(watch.home.house, watch.ref, watch.by)
    with watch.home.house.db.read() as tx:
        lines = answering.lines_of(tx, [c.id for c in watch.home.cases()])
    assert [(line.kind, line.what, line.who, line.channel) for line in lines] == [
        ("began", "raised", "", ""),
        ("ended", "acknowledged", "", ""),
        ("told", "accepted", "Duty worker", "sms"),
        ("told", "accepted", "Duty worker", "email"),
    ]
    assert lines[1].by == watch.by.staff.id


def test_staff_numbers_are_sealed(watch: Watch) -> None:
    """In the database nobody reads a number or email of staff: not as a contact, not as an address."""
    with watch.home.house.db.write() as tx:
        now = watch.home.clock.at
        alerts.put_contact(tx, role="deputy", phone=DEPUTY, email="dee@larkmere.example", now=now, by=None)
        kept = tx.execute(sa.text("select phone, email from contact")).one()
        assert addresses.find_address(tx, "staff", DEPUTY) is None
    assert all(b"dee" not in bytes(value) and b"7700" not in bytes(value) for value in kept)
