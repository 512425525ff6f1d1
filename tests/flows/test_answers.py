"""Answers are read by number, word, synonym and near miss, and what is no answer is not taken for one."""

from datetime import date

import pytest

from flows.answers import Answer, Reply, read_answer
from flows.flow import AskNode, Option
from tests.flows.practice import PracticeReaders

TODAY = date(2026, 11, 20)
SERVICES = (
    Option(value="nursery", label="Nursery places"),
    Option(value="health-visitor", label="A health visitor", says=("hv",), go="visit"),
    Option(value="library", label="The library", says=("books",)),
)
YES_NO = (Option(value="yes", label="Yes"), Option(value="no", label="No"))


def read(kind: str, text: str, options: tuple[Option, ...] = (), *, optional: bool = False) -> Answer | None:
    ask = AskNode(id="q", kind=kind, as_name="q", go="end", options=options, optional=optional)  # type: ignore[arg-type]
    return read_answer(ask, Reply(text=text, options=options, readers=PracticeReaders(), today=TODAY))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1", "nursery"),
        ("2.", "health-visitor"),
        ("no 3", "library"),
        ("#2", "health-visitor"),
        ("2nd one", "health-visitor"),
        ("the second one please", "health-visitor"),
        ("last one", "library"),
        ("option 1 pls", "nursery"),
        ("HV", "health-visitor"),
        ("books please", "library"),
        ("the nursery one", "nursery"),
        ("nursary places", "nursery"),
        ("i want the library", "library"),
        ("3 thanks", "library"),
    ],
)
def test_a_choice_is_picked_in_many_ways(text: str, value: str) -> None:
    """Claim: number, ordinal, label, synonym, slip of the finger and telling word each pick their option."""
    answer = read("choice", text, SERVICES)
    assert answer is not None
    assert answer.value == value


@pytest.mark.parametrize("text", ["4", "0", "2 kids need shoes", "the one", "what do you mean", "3 of us", "", "ok"])
def test_what_picks_nothing_is_no_answer(text: str) -> None:
    """Claim: a number out of range, a number of something else and unclear words pick nothing."""
    assert read("choice", text, SERVICES) is None


@pytest.mark.parametrize(
    ("text", "value"),
    [("yeh", "yes"), ("yess pls", "yes"), ("Yep!", "yes"), ("👍", "yes"), ("nah", "no"), ("no thanks", "no"),
     ("nope", "no"), ("go on", "yes"), ("id rather not", "no"), ("1", "yes"), ("yes but not at home", "yes"),
     ("no, i dont want that", "no"), ("ok", "yes")],
)  # fmt: skip
def test_yes_and_no_as_people_say_them(text: str, value: str) -> None:
    """Claim: the ways of yes and no are known, with or without words after them."""
    answer = read("choice", text, YES_NO)
    assert answer is not None
    assert answer.value == value


@pytest.mark.parametrize("text", ["no heating here", "no one helps me", "yesterday he left", "maybe"])
def test_a_sentence_that_begins_like_no_is_not_a_no(text: str) -> None:
    """Claim: "no heating" refuses nothing."""
    assert read("choice", text, YES_NO) is None


def test_an_answer_keeps_what_else_was_said() -> None:
    """Claim: words beside the answer are left over to be heard."""
    assert read("number", "2, he hit me again") == Answer(value=2, rest="he hit me again")
    assert read("number", "6 but we have no heating") == Answer(value=6, rest="but we have no heating")
    answer = read("choice", "yes but my ex cant know", YES_NO)
    assert answer is not None
    assert answer.rest == "but my ex cant know"


@pytest.mark.parametrize(
    ("text", "score"),
    [("7", 7), ("10", 10), ("0", 0), ("about a 6", 6), ("id say 4", 4), ("8/10", 8), ("8 out of 10", 8), ("seven", 7),
     ("7.5", 7), ("6 or 7", 6), ("5-6", 5), ("between 4 and 5", 4), ("3 today", 3), ("Its a 9 :)", 9),
     ("zero", 0), ("ten out of ten!", 10), ("5, we have 3 kids", 5), ("its about a seven i think but the baby", 7),
     ("six or so", 6), ("Maybe four please", 4)],
)  # fmt: skip
def test_a_score_as_people_give_it(text: str, score: int) -> None:
    """Claim: digits, words and ranges are read; a range gives its lower end."""
    answer = read("number", text)
    assert answer is not None
    assert answer.value == score


@pytest.mark.parametrize(
    "text", ["11", "100", "2 kids are ill", "my 4 year old", "at 10am", "good", "-3", "£5", "3 of us", ""]
)
def test_a_number_of_something_else_is_no_score(text: str) -> None:
    """Claim: ages, times, money and head counts are no scores."""
    assert read("number", text) is None


@pytest.mark.parametrize(
    ("text", "month"),
    [("March 2021", "2021-03"), ("mar 21", "2021-03"), ("03/2021", "2021-03"), ("3/21", "2021-03"),
     ("2021-03", "2021-03"), ("12/03/2021", "2021-03"), ("born in sept 2019", "2019-09"), ("due feb 2027", "2027-02")],
)  # fmt: skip
def test_months_of_birth(text: str, month: str) -> None:
    """Claim: a month and year are read in the usual ways, a baby on the way included."""
    answer = read("month", text)
    assert answer is not None
    assert answer.value == month


@pytest.mark.parametrize("text", ["march", "1850", "13/2021", "may 1987", "hello"])
def test_no_month_of_birth_of_a_child(text: str) -> None:
    """Claim: half a date, an impossible one and an adult's are asked for again."""
    assert read("month", text) is None


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("ava march 2021", "Ava 2021-03"),
        ("Ava mar 2021 and leo 6/15", "Ava 2021-03, Leo 2015-06"),
        ("my son Adam born May 2018", "Adam 2018-05"),
        ("the twins and a baby", "the twins and a baby"),
        ("Ava", "Ava"),
        ("Anna-Mae O'Neil June 2020", "Anna-Mae O'Neil June 2020"),
        ("AVA Mar2021, leo - 5th June 2015", "Ava 2021-03, Leo 2015-06"),
        ("Ava, March 21st 2021", "Ava 2021-03"),
        ("ava march of 2021 and Baby due feb 2027", "Ava 2021-03, Baby 2027-02"),
        ("Leo Sept 2019, thanks", "Leo 2019-09"),
        ("no", "no"),
    ],
)
def test_children_are_read_or_kept_as_written(text: str, kept: str) -> None:
    """Claim: names and months become one form; whatever cannot be is kept for a person to read."""
    answer = read("children", text)
    assert answer is not None
    assert answer.value == kept


@pytest.mark.parametrize("text", ["yes", "ok thanks", "7", "3.", "👍"])
def test_a_yes_or_a_number_names_no_child(text: str) -> None:
    """Claim: what holds no name is asked for once more."""
    assert read("children", text) is None


@pytest.mark.parametrize(
    ("text", "name"),
    [("Sam", "Sam"), ("SAM", "Sam"), ("im sam", "Sam"), ("My name\u2019s Sam, thanks x", "Sam"),
     ("hello its Priya", "Priya"), ("Mary-Jane O'Brien", "Mary-Jane O'Brien"), ("أمينة", "أمينة"), ("Will", "Will"),
     ("sam and ben", "Sam and Ben"), ("María José", "María José"), ("J", "J"), ("St. John", "St. John"), ("JJ", "JJ")],
)  # fmt: skip
def test_first_names(text: str, name: str) -> None:
    """Claim: a name is found in the ways people give it, and kept as it is written."""
    assert read("name", text) == Answer(value=name)


@pytest.mark.parametrize(
    "text",
    ["yes", "Ok", "ok thanks", "no", "7", "07700 900206", "what", "he has gone now", "i am scared", "im not saying",
     "its me", "thanks", "😢", "my mum said i should text you because of the baby", "help"],
)  # fmt: skip
def test_no_first_name(text: str) -> None:
    """Claim: a yes, a number, a feeling or a sentence is nobody's name."""
    assert read("name", text) is None


@pytest.mark.parametrize(
    ("text", "on"),
    [("tomorrow", date(2026, 11, 21)), ("on monday", date(2026, 11, 23)), ("friday", date(2026, 11, 27)),
     ("3rd of december", date(2026, 12, 3)), ("3/12", date(2026, 12, 3)), ("5 jan", date(2027, 1, 5))],
)  # fmt: skip
def test_dates(text: str, on: date) -> None:
    """Claim: a date without a year is the next one."""
    answer = read("date", text)
    assert answer is not None
    assert answer.value == on


@pytest.mark.parametrize("text", ["31 feb", "someday", "32/1"])
def test_no_date(text: str) -> None:
    """Claim: a day that is in no calendar is asked for again."""
    assert read("date", text) is None


@pytest.mark.parametrize("text", ["skip", "SKIP it", "pass", "rather not say"])
def test_an_optional_question_may_be_skipped(text: str) -> None:
    """Claim: SKIP goes on without an answer where the question allows it, and is an answer nowhere else."""
    assert read("number", text, optional=True) == Answer(value=None)
    assert read("number", text) is None


def test_phone_and_postcode_are_read_by_their_readers() -> None:
    """Claim: the engine takes what the readers give."""
    assert read("phone", "its 07700 900123") == Answer(value="+447700900123")
    assert read("postcode", "im in sw18 2pu") == Answer(value="SW18 2PU")
    assert read("postcode", "near the park") is None
