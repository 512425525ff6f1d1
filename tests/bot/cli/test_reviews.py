"""`thrive reviews export`: marks as lines that the evaluation and training read, with who is meant masked."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.casework import accounts, review
from bot.casework.accounts import SignedIn
from bot.casework.review import Given
from bot.content import Notes, parse_content
from bot.refs import new_ref
from bot.settings import ROOT
from bot.store import inbox, people
from bot.store import staff as staff_rows
from bot.training.lines import read_files, vocabulary
from tests.bot.cli.conftest import Operator
from tests.houses import AT, Home, make_home
from tests.web.worker import PASSWORD

# What nothing but knowing the family shows to be danger, so that no lexicon sees it; and what every one does.
DANGER = "thanks, Marvin and Tilda got the library books, ring 07700 900 555 or come to SW18 2PU"
FILM = "he has a knife and Orlando will die tonight"


@pytest.fixture
def home(thrive: Operator) -> Iterator[Home]:
    made = make_home(thrive.settings["DATABASE_URL"])
    yield made
    made.house.db.close()


def mark(home: Home, words: str, given: Given) -> None:
    if not (found := _staff(home)):
        accounts.add_account(
            home.house, email="sam@council.example", name="Sam Okoro", role="practitioner", password=PASSWORD
        )
        found = _staff(home)
    home.text(words)
    with home.house.db.read() as tx:
        number = inbox.inbox_of(tx, [home.address().id])[-1].id
    review.mark_message(home.house, found[0], number, given)


def _staff(home: Home) -> list[SignedIn]:
    with home.house.db.read() as tx:
        found = staff_rows.find_staff(tx, "sam@council.example")
    return [] if found is None else [SignedIn(staff=found, token="")]


def test_marks_are_labelled_lines_that_the_evaluation_reads(thrive: Operator, home: Home, tmp_path: Path) -> None:
    """Claim: missed danger has its level, a false alarm `none`; the evaluation counts both; masked unless told."""
    mark(home, DANGER, Given(says="missed", level="urgent"))
    home.later(minutes=5)
    mark(home, FILM, Given(says="false-alarm", why="film-game-sport"))
    done = thrive("reviews", "export")
    assert done.code == 0
    first, second = done.lines
    assert (first["risk"], first["lang"], first["marked"]) == ("urgent", "en", "missed")
    assert (second["risk"], second["marked"], second["why"]) == ("none", "false-alarm", "film-game-sport")
    assert first["text"] == ("thanks, [name] and [name] got the library books, ring [number] or come to [postcode]")
    assert "hold families' words" in done.err or "These are families' words" in done.err
    assert "read every line" in done.err
    kept = tmp_path / "marked.jsonl"
    kept.write_text(done.out)
    told = thrive("understand", "--evaluate", str(kept), "--json")
    assert told.code == 0, told.err
    figures = {figure["name"]: (figure["hits"], figure["n"]) for figure in told.json["figures"]}
    assert figures["urgent found"] == (0, 1)
    assert figures["no alarm on harmless lines"] == (0, 1)
    with home.house.db.read() as tx:
        (row,) = [row for row in staff_rows.audit_rows(tx) if row.action == "reviews.export"]
    assert row.detail == "2 lines, masked"


def test_words_as_written_are_asked_for_by_name(thrive: Operator, home: Home) -> None:
    """Claim: only --with-words-as-written gives them, and says what they are."""
    mark(home, DANGER, Given(says="missed", level="concern"))
    plain = thrive("reviews", "export", "--with-words-as-written")
    assert plain.lines[0]["text"] == DANGER
    assert "as they wrote them" in plain.err
    assert thrive("reviews", "export", "--anonymous").lines == thrive("reviews", "export").lines
    assert thrive("reviews", "export", "--anonymous", "--with-words-as-written").code == 2


def test_names_on_the_record_are_masked_however_written(thrive: Operator, home: Home) -> None:
    """Claim: the family's own names go in small letters too, a child's of the household among them."""
    home.text("hello")
    with home.house.db.write() as tx:
        household = people.household(tx, "h", AT)
        ana = people.add_person(tx, ref=new_ref(), now=AT, first_name="Ana", household_id=household)
        people.add_person(tx, ref=new_ref(), now=AT, first_name="Leo", child=True, household_id=household)
        people.link(tx, ana, home.address().id, AT)
    home.later(minutes=5)
    mark(home, "its ana, leo was left on his own all night", Given(says="missed", level="urgent"))
    (line,) = thrive("reviews", "export").lines
    assert line["text"] == "its [name], [name] was left on his own all night"


def test_since_a_day_and_only_what_stands(thrive: Operator, home: Home) -> None:
    """Claim: --since counts local days; a mark that was changed is exported as it stands; a slip of a date is told."""
    mark(home, DANGER, Given(says="missed", level="concern"))
    home.clock.at = AT + timedelta(days=2)
    mark(home, DANGER + " again", Given(says="missed", level="concern"))
    with home.house.db.read() as tx:
        number = inbox.inbox_of(tx, [home.address().id])[-1].id
    review.mark_message(home.house, _staff(home)[0], number, Given(says="missed", level="urgent"))
    assert [line["risk"] for line in thrive("reviews", "export").lines] == ["concern", "urgent"]
    assert [line["risk"] for line in thrive("reviews", "export", "--since", "2026-11-25").lines] == ["urgent"]
    assert thrive("reviews", "export", "--since", "2026-11-26").out == ""
    wrong = thrive("reviews", "export", "--since", "soon")
    assert (wrong.code, wrong.out) == (1, "")
    assert "is not a date" in wrong.err


def test_two_texts_screened_together_are_one_line(thrive: Operator, home: Home) -> None:
    """Claim: what the service screened together is what it is measured on."""
    home.text("see you at the")
    mark(home, "library on tuesday", Given(says="missed", level="urgent"))
    (line,) = thrive("reviews", "export").lines
    assert json.dumps(line["text"]) == '"see you at the library on tuesday"'


def test_marks_are_examples_that_training_reads(thrive: Operator, home: Home, tmp_path: Path) -> None:
    """Claim: the file put into examples/reviewed is read with no fault, each mark with its level, masked."""
    mark(home, DANGER, Given(says="missed", level="urgent"))
    home.later(minutes=5)
    mark(home, FILM, Given(says="false-alarm", why="film-game-sport"))
    done = thrive("reviews", "export", "--examples")
    assert done.code == 0
    assert "read every line" in done.err
    folder = tmp_path / "examples" / "reviewed"
    folder.mkdir(parents=True)
    (folder / "november.txt").write_text(done.out)
    examples, faults = read_files(folder.parent, vocabulary(parse_content(ROOT / "content", Notes())))
    assert faults == []
    assert [(one.risk, one.lang, one.intent) for one in examples] == [("urgent", "en", "need"), ("none", "en", "need")]
    assert examples[0].text == "thanks, [name] and [name] got the library books, ring [number] or come to [postcode]"
    assert "Tilda" not in done.out
    with home.house.db.read() as tx:
        assert [row.detail for row in staff_rows.audit_rows(tx) if row.action == "reviews.export"] == [
            "2 lines, masked"
        ]


def test_examples_are_lines_of_json_where_asked(thrive: Operator, home: Home) -> None:
    """Claim: --json holds for --examples too: one object a line, with the same labels."""
    mark(home, FILM, Given(says="false-alarm", why="film-game-sport"))
    (line,) = thrive("reviews", "export", "--examples", "--json").lines
    assert set(line) == {"text", "risk", "needs", "lang", "speaker", "intent"}
    assert (line["risk"], line["lang"]) == ("none", "en")


def test_without_marks_the_file_of_examples_is_empty(thrive: Operator, home: Home) -> None:
    """Claim: nothing marked is no fault: what to do stands at the top of a file with no example."""
    done = thrive("reviews", "export", "--examples")
    assert done.code == 0
    assert all(line.startswith("#") for line in done.out.splitlines())
