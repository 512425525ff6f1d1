"""`thrive rehearse` as an operator meets it: no settings, no database, every refusal said."""

import json
from datetime import date
from pathlib import Path

import pytest

from bot.cli import rehearse_options
from bot.rules import YEARS
from tests.bot.cli.conftest import HEADING, Operator

FIELDS = ["person", "programme", "touch", "child", "due_at", "decided_at", "outcome", "reason"]
YEAR = ("--from", "2026-09-01", "--days", "365")


@pytest.fixture
def thrive(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Operator:
    """Somebody with no settings, in an empty folder."""
    monkeypatch.chdir(tmp_path)
    return Operator(monkeypatch, capsys)


def lines(out: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in out.splitlines()]


def families(path: Path, *rows: str) -> str:
    path.write_text("\n".join([HEADING, *rows]) + "\n")
    return str(path)


def row(reference: str, *, mobile: str = "07700900601", programme: str = "after-early-help", told: str = "-1d") -> str:
    return f"{reference},Ama,,{mobile},,en,,,mother,,,{programme},-1d,{told},Sam Worker,yes,"


def test_the_ledger_then_the_load_then_how_families_answered(thrive: Operator, tmp_path: Path) -> None:
    """The sample families: touches with the ledger's fields in its order, every week of the year, then the model."""
    done = thrive("rehearse", *YEAR, "--json")
    assert done.code == 0
    told = lines(done.out)
    touches = [line for line in told if "outcome" in line]
    weeks = [line for line in told if "week_from" in line]
    assert told == [*touches, *weeks, told[-1]]
    assert all(list(line) == FIELDS for line in touches)
    assert [touches[0]["decided_at"], len(weeks)] == ["2026-08-31T23:00:00+00:00", 53]
    texts = [line for line in touches if line["outcome"] not in {"missed", "suppressed"}]
    texts = [line for line in texts if not str(line["reason"]).startswith("In one text")]
    assert sum(int(str(week["check_ins"])) for week in weeks) == len(texts)
    assert "50% of check-ins are answered" in str(told[-1]["answers"])
    assert list(tmp_path.iterdir()) == []  # nothing was written


def test_a_bad_row_is_refused_and_the_rest_goes_on(thrive: Operator, tmp_path: Path) -> None:
    """With the file, its line and every reason; the exit is 1 only where nobody is left."""
    bad = row("P1", mobile="12", programme="after-erly-help")
    path = families(tmp_path / "families.csv", bad, row("P2"))
    done = thrive("rehearse", *YEAR, "--families", path, "--json")
    assert done.code == 0
    assert "families.csv, line 2 (P1): mobile: not a UK mobile number; programme: there is none" in done.err
    assert {line["person"] for line in lines(done.out) if "person" in line} == {"P2"}
    assert lines(done.out)[-1]["refused"] == [{"line": 2, "id": "P1", "error": done.err.partition(": ")[2].strip()}]
    assert thrive("rehearse", *YEAR, "--families", families(tmp_path / "bad.csv", bad)).code == 1


def test_what_is_told_meanwhile_is_one_plan_or_refused(thrive: Operator, tmp_path: Path) -> None:
    """A day that was told otherwise is no second plan; what was long before the plan that goes on is refused with its
    line, as `thrive enrol` would on that day."""
    ahead = row("P1", programme="house-move").replace(",-1d,-1d,", ",+200d,-1d,")
    moved, before = ahead.replace(",+200d,-1d,", ",+190d,+5d,"), ahead.replace(",+200d,-1d,", ",-30d,+8d,")
    done = thrive(
        "rehearse", *YEAR, "--families", families(tmp_path / "families.csv", ahead, moved, before), "--json"
    )  # fmt: skip
    assert done.code == 0
    assert "families.csv, line 4 (P1): event_on: the plan that counts from 10 March 2027 goes on" in done.err
    summary = lines(done.out)[-1]
    assert [summary["people"], summary["enrolments"]] == [1, 1]
    touches = [line["touch"] for line in lines(done.out) if "outcome" in line]
    assert touches
    assert len(touches) == len(set(touches))


def test_who_must_be_telephoned_first_is_said(thrive: Operator, tmp_path: Path) -> None:
    """A number nobody has confirmed for a year is in the ledger with the reason, and named at the end."""
    path = families(tmp_path / "families.csv", row("P1", told="-400d"))
    done = thrive("rehearse", *YEAR, "--families", path)
    assert "telephone-first" in done.out
    assert "Nothing is texted until somebody has telephoned: their number is a year old. P1" in done.out


def test_a_family_told_later_joins_on_that_day(thrive: Operator, tmp_path: Path) -> None:
    """`told_on` within the rehearsal is the day of enrolment."""
    path = families(tmp_path / "families.csv", row("P1", told="+40d"))
    touches = [line for line in lines(thrive("rehearse", *YEAR, "--families", path, "--json").out) if "outcome" in line]
    assert (touches[0]["touch"], touches[0]["decided_at"]) == ("four-weeks", "2026-10-12T09:00:00+00:00")


def test_one_programme_is_shown_and_the_others_are_lived(thrive: Operator, tmp_path: Path) -> None:
    """A separation's touch waits for the fortnight after another programme's check-in, which is not shown."""
    path = families(tmp_path / "families.csv", row("P1"), row("P1", programme="separation"))
    both = lines(thrive("rehearse", *YEAR, "--families", path, "--json").out)
    one = lines(thrive("rehearse", "separation", *YEAR, "--families", path, "--json").out)
    assert [line for line in both if line.get("programme") == "separation"] == [line for line in one if "touch" in line]
    assert sum(int(str(w.get("check_ins", 0))) for w in one) == 3


def test_none_answer_or_all(thrive: Operator, tmp_path: Path) -> None:
    """The model is an option, and what it was is told."""
    path = families(tmp_path / "families.csv", row("P1"))
    for share, outcome in (("none", "no-reply"), ("all", "answered")):
        told = lines(thrive("rehearse", *YEAR, "--families", path, "--json", "--answers", share).out)
        ended = {line["outcome"] for line in told if "outcome" in line}
        assert outcome in ended <= {outcome, "sent"}
    assert "Every check-in is answered" in str(told[-1]["answers"])


def test_a_misspelt_programme_gets_a_suggestion(thrive: Operator) -> None:
    """The nearest is named, and all that there are."""
    done = thrive("rehearse", "after-erly-help", *YEAR)
    assert (done.code, done.out) == (1, "")
    assert "there is no programme after-erly-help. Did you mean after-early-help?" in done.err
    assert "key-transitions" in done.err


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--from", "2026-09-01", "--days", "0"), "0 is not a number from 1 to 3660"),
        (("--from", "2026-09-01", "--days", "3661"), "3661 is not a number from 1 to 3660"),
        (("--from", "2026-09-01", "--days", "ten"), "ten is not a number from 1 to 3660"),
        (("--from", "1 September", "--days", "7"), "1 September is not a date such as 2026-09-01"),
        (("--from", "1999-09-01", "--days", "7"), "1999-09-01 is not from 2020-01-01 to 2060-12-31"),
        (("--from", "2060-09-01", "--days", "365"), "--days 365 ends after 2060-12-31"),
        (("--from", "2026-09-01", "--days", "7", "--answers", "2"), "2 is not none, all, or a share from 0 to 1"),
        (("--days", "7"), "--from"),
    ],
)
def test_what_cannot_be_asked_is_a_usage_error(thrive: Operator, arguments: tuple[str, ...], told: str) -> None:
    """Said with what may be asked, and exit 2."""
    done = thrive("rehearse", *arguments)
    assert done.code == 2
    assert told in done.err


def test_a_file_that_is_not_there_or_no_sheet_is_said(thrive: Operator, tmp_path: Path) -> None:
    """Exit 1, with the name and what is wrong."""
    assert "there is no file nobody.csv" in thrive("rehearse", *YEAR, "--families", "nobody.csv").err
    (tmp_path / "poem.csv").write_text("roses are red\n")
    done = thrive("rehearse", *YEAR, "--families", "poem.csv")
    assert (done.code, done.out) == (1, "")
    assert "poem.csv: the first line is not the heading" in done.err


def test_the_first_and_last_day_are_those_whose_holidays_are_known() -> None:
    """The options are read without the rules; their bounds are the rules' own."""
    assert (date(YEARS[0], 1, 1), date(YEARS[-1], 12, 31)) == (rehearse_options.FIRST, rehearse_options.LAST)


def test_a_picture_is_drawn(thrive: Operator, tmp_path: Path) -> None:
    """`--picture` writes an SVG beside what is printed."""
    assert thrive("rehearse", *YEAR, "--picture", "year.svg").code == 0
    assert (tmp_path / "year.svg").read_text().startswith("<svg ")
