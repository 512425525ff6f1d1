"""`thrive lint` on translations and helplines, as an author or a council's lead meets it."""

import io
import json
import re
import shutil
from datetime import date
from pathlib import Path

import pytest

from bot.cli import lint
from bot.content import ContentFaults, compile_content, read_content
from messages.fitting import fitted
from messages.sms import segments

SHIPPED = Path(__file__).resolve().parents[2] / "content"
CHECKED = date(2026, 11, 20)  # what the oldest shipped helpline says


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return Path(shutil.copytree(SHIPPED, tmp_path / "content", ignore=shutil.ignore_patterns("examples")))


def issues(root: Path, today: date = CHECKED) -> list[dict[str, object]]:
    out = io.StringIO()
    assert lint.run(root, out, as_json=True, today=today) == 0
    found: list[dict[str, object]] = json.loads(out.getvalue())
    return found


def change(path: Path, old: str, new: str) -> None:
    text = path.read_text("utf-8")
    assert text.count(old) == 1, old
    path.write_text(text.replace(old, new), "utf-8")


def test_a_helpline_nobody_checked_for_a_year_is_told(root: Path) -> None:
    """Claim: quiet up to a year after the date in the file, then one warning for each line, with its place."""
    assert [issue for issue in issues(root, date(2027, 11, 20)) if issue["rule"] == "unchecked"] == []
    told = [issue for issue in issues(root, date(2027, 11, 21)) if issue["node"] == "samaritans"]
    assert [(i["file"], i["rule"], i["severity"]) for i in told] == [("wording/helplines.yaml", "unchecked", "warning")]
    line = (root / "wording/helplines.yaml").read_text("utf-8").splitlines()[int(str(told[0]["line"])) - 1]
    assert line == "samaritans:"
    assert {issue["rule"] for issue in issues(root, date(2028, 1, 1))} == {"unchecked", "dates-run-out"}


def test_a_translation_that_takes_three_texts_is_told(root: Path) -> None:
    """Claim: counted in the language's own alphabet, with the longest day and time that it can name."""
    change(root / "wording/ur.po", 'msgstr "ابھی مدد', 'msgstr "ابھی فوراً فوراً فوراً فوراً مدد')
    (told,) = issues(root)
    assert (told["file"], told["node"], told["rule"]) == ("wording/ur.po", "safety.watched", "too-long")
    assert (root / "wording/ur.po").read_text("utf-8").splitlines()[int(str(told["line"])) - 1] == "#. safety.watched"


def test_english_that_changed_has_lost_its_translations(root: Path) -> None:
    """Claim: a translation belongs to its English word for word; one left behind is told, in each language."""
    change(root / "wording/safety.yaml", "A person will see your\n  message by", "Somebody will see your\n  message by")
    told = issues(root)
    assert {(i["node"], i["rule"]) for i in told} == {("safety.watched", "untranslated")}
    assert len(told) == len(list(root.glob("wording/*.po")))


def test_a_translation_may_name_only_what_its_english_names(root: Path) -> None:
    """Claim: a value that nothing gives would leave a gap in an answer to danger: the content is refused."""
    path = root / "wording/fr.po"
    path.write_text(path.read_text("utf-8").replace("d'ici {look_by}", "d'ici {lookby}"), "utf-8")
    with pytest.raises(ContentFaults, match=r"does not have the value \{lookby\}"):
        read_content(root)


def test_a_special_reply_taken_out_is_said_as_the_general_one(root: Path) -> None:
    """Claim: content published before the special replies, or without one of them, is still whole."""
    path = root / "wording/safety.yaml"
    kept, _, rest = path.read_text("utf-8").partition("safety.concern.medical:")
    path.write_text(kept + rest[rest.index("safety.concern.child:") :], "utf-8")
    assert [i for i in issues(root) if i["severity"] == "error"] == []
    change(path, "safety.concern.child: >-", "safety.concern.no-child: >-")
    with pytest.raises(ContentFaults, match=r"'safety.concern.child' is needed and is missing"):
        read_content(root)


CODE = "Your code is {code}. It works once, for 15 minutes."


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("This is Larkline. Your code is {code}. It works once, for 15 minutes.", "names larkline"),
        ("Your code is {code}. It works once, for 15 minutes. Call {phone}.", "holds {code} and no other value"),
        ("Your code is on its way. It works once, for 15 minutes.", "holds {code} and no other value"),
        ("Your code for the debt page is {code}. It works once, for 15 minutes.", "names debt"),
        ("Your code is {code}. It works once, for 15 minutes, at the Willow Rooms.", "names 'Willow'"),
        ("Your code is {code}. It works once, for 15 minutes. See example.org/help.", "a number or an address"),
        ("Your code is {code}. It works once, for 15 minutes. Ring 0300 123 45.", "a number or an address"),
        (CODE + " If you did not ask for it, you need do nothing at all." * 2, "takes 2 texts to send; the most is 1"),
    ],
)
def test_a_code_says_nothing_but_a_code(root: Path, words: str, told: str) -> None:
    """Claim: a name, a need, a number, another value than the code or a second text is refused, with its place."""
    change(root / "wording/messages.yaml", CODE, words)
    out = io.StringIO()
    assert lint.run(root, out, as_json=True, today=CHECKED) == 1
    errors = [issue for issue in json.loads(out.getvalue()) if issue["severity"] == "error"]
    assert {(issue["rule"], issue["file"]) for issue in errors} == {("code-tells", "wording/messages.yaml")}
    assert told in " ".join(issue["message"] for issue in errors)
    line = (root / "wording/messages.yaml").read_text("utf-8").splitlines()[errors[0]["line"] - 1]
    assert line.startswith("to-phone.code:")


@pytest.mark.parametrize(
    ("language", "old", "new", "told"),
    [
        ("pl", "Działa raz, przez 15 minut.", "Działa raz na stronie Larkline.", "names larkline"),
        ("so", "Hal mar buu shaqeeyaa", "Deynta sidee u bixiyaa", "names deynta sidee u bixiyaa"),
        ("ur", "یہ ایک بار، 15 منٹ", "یہ ایک بار، 15 منٹ " * 8, "the most is 2"),
        ("fr", "Votre code est {code}.", "Votre code est dans la page.", "holds {code} and no other value"),
    ],
)
def test_nor_does_a_translation_of_it(root: Path, language: str, old: str, new: str, told: str) -> None:
    """Claim: the same of a draft in another language: its words leave beside the English."""
    change(root / f"wording/{language}.po", old, new)
    with pytest.raises(ContentFaults, match=re.escape(told)):
        compile_content(read_content(root))


@pytest.mark.parametrize("language", ["en", "pl", "pt", "es", "so", "ar", "ur", "fr", "it"])
def test_a_code_fits_one_text(language: str) -> None:
    """Claim: in each language that ships one segment holds it as it leaves, in Arabic and Urdu two."""
    wording = compile_content(read_content(SHIPPED)).wording
    (spoken, words), *_ = wording.render_beside("to-phone.code", {"code": "012 345"}, language)
    most = 2 if language in {"ar", "ur"} else 1
    assert spoken == language
    assert segments(fitted(words, most)) <= most
