"""Dates of a pause, read from what families write in nine languages."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.reading import is_less, is_pause
from flows.until import MOST_DAYS, asked_pace, read_every, read_until

TODAY = date(2026, 11, 22)  # a Sunday
SAID = {
    "pause till september": date(2027, 9, 1),
    "pause until 3 Sept": date(2027, 9, 3),
    "stop for 2 weeks": date(2026, 12, 6),
    "stop for a couple of weeks": date(2026, 12, 6),
    "pause a fortnight": date(2026, 12, 6),
    "pause for a month": date(2026, 12, 22),
    "pause til monday": date(2026, 11, 23),
    "pause till the 5th": date(2026, 12, 5),
    "until 3/9": date(2027, 9, 3),
    "until 2027-03-01": date(2027, 3, 1),
    "till the end of august": date(2027, 9, 1),
    "till next month": date(2026, 12, 1),
    "till after christmas": date(2027, 1, 2),
    "pausa hasta el 3 de enero": date(2027, 1, 3),
    "pausa hasta enero": date(2027, 1, 1),
    "przerwa na tydzień": date(2026, 11, 29),
    "wstrzymaj do stycznia": date(2027, 1, 1),
    "pausa até janeiro": date(2027, 1, 1),
    "jooji ilaa janaayo": date(2027, 1, 1),
    "hakad laba toddobaad": date(2026, 12, 6),
    "إيقاف مؤقت حتى يناير": date(2027, 1, 1),
    "إيقاف مؤقت لمدة أسبوعين": date(2026, 12, 6),
    "جنوری تک روک دیں": date(2027, 1, 1),
    "دو ہفتے کے لیے روکیں": date(2026, 12, 6),
    "pause jusqu'en janvier": date(2027, 1, 1),
    "pausa per due settimane": date(2026, 12, 6),
}


@pytest.mark.parametrize(("said", "until"), SAID.items())
def test_a_date_is_read(said: str, until: date) -> None:
    """Claim: what families say of a time becomes the first date on which texts may come again."""
    assert read_until(said, TODAY) == until


@pytest.mark.parametrize(
    "said", ["pause", "a while", "a few weeks", "till i say", "for 5 years", "31 february", "may be"]
)
def test_what_names_no_time_is_none(said: str) -> None:
    """Claim: nothing is guessed; the family is asked."""
    assert read_until(said, TODAY) is None


@given(st.text(max_size=40), st.dates(date(2024, 1, 1), date(2030, 12, 31)))
def test_any_words_are_a_coming_date_or_none(said: str, today: date) -> None:
    """Claim: no text raises, and no date is past or further than the most."""
    found = read_until(said, today)
    assert found is None or today < found <= today + timedelta(days=MOST_DAYS)


@given(st.integers(1, 52), st.sampled_from(["{} weeks", "for {} weeks please", "{} semaines", "{} tygodnie"]))
def test_weeks_are_counted(weeks: int, form: str) -> None:
    """Claim: so many weeks are so many weeks, on any day."""
    assert read_until(form.format(weeks), TODAY) == TODAY + timedelta(weeks=weeks)


@pytest.mark.parametrize("said", ["stop", "STOP please", "stop it", "stop texting me", "jooji", "parar", "توقف"])
def test_stop_is_never_a_pause(said: str) -> None:
    """Claim: STOP always wins: without a time it is no pause."""
    assert not is_pause(said, TODAY)


def test_how_often_is_read() -> None:
    """Claim: LESS with how often keeps to it; alone it names no time."""
    assert [read_every(said) for said in ("every 6 weeks", "once a month", "less")] == [42, 31, None]
    assert is_less("LESS every 3 months")
    assert not is_less("less")


@pytest.mark.parametrize(
    ("said", "days"),
    [
        ("could you text me once a month please", 31), ("just one a month", 31), ("text us every 6 weeks", 42),
        ("LESS every 3 months", 90), ("less texts please, once a month", 31), ("menos, una vez al mes", 31),
        ("too many texts 3 this week", None), ("still too many texts this month", None), ("less", None),
        ("i had 2 texts in one week", None), ("too many texts in a month", None), ("text me less", None),
    ],
)  # fmt: skip
def test_a_pace_is_what_they_ask_for(said: str, days: int | None) -> None:
    """Claim: how many came, and when, is no pace that they ask for."""
    assert asked_pace(said) == days


@pytest.mark.parametrize(
    "said",
    [
        "LESS 2 months", "less texts please, once a month", "less often, every 6 weeks", "fewer messages, one a month",
        "mniej, co 3 miesiące", "menos mensajes, cada 2 meses", "menos, uma vez por mês", "yaree, hal mar bishii",
        "أقل كل شهر", "کم ہر 3 مہینے", "moins, une fois par mois", "meno messaggi, ogni 2 mesi",
    ],
)  # fmt: skip
def test_less_with_how_often_is_a_command(said: str) -> None:
    """Claim: in each language, LESS with a pace and nothing else is heard as that."""
    assert is_less(said)


@pytest.mark.parametrize(
    "said",
    [
        "less money this month", "less than a week left", "less sleep in 2 weeks", "less food every week",
        "less once my baby is 3 months", "less contact with my son every month", "less hours at work this month",
        "menos dinero este mes", "moins d'argent ce mois", "mniej pieniędzy co miesiąc", "meno soldi ogni mese",
    ],
)  # fmt: skip
def test_less_of_something_else_is_no_command(said: str) -> None:
    """Claim: a family that has less of something is heard for what they need, not given fewer texts."""
    assert not is_less(said)
