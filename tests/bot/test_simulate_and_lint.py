"""`thrive simulate` and `thrive lint`, as an author uses them."""

import io
import json
import shutil
from datetime import date
from pathlib import Path

import pytest

from bot.cli import lint, simulate
from bot.content import Notes, read_document

SHIPPED = Path(__file__).resolve().parents[2] / "content"


def talk(flow: str, *lines: str, record: Path | None = None) -> tuple[int, str]:
    out = io.StringIO()
    return simulate.run(SHIPPED, flow, "en", lines, out, record=record), out.getvalue()


def test_words_and_effects_stand_side_by_side() -> None:
    """Claim: the author sees what the family reads and what the desk gets."""
    status, told = talk("check-in", "# a low one", "2, he has a knife")
    assert status == 0
    assert "> /check-in\n  Hi from Larkline. How are things today" in told
    assert "Call 999" in told
    assert "[raise urgent danger because" in told
    assert "[score 2 for check-in 1]" in told


def test_time_passes_and_timers_fire() -> None:
    """Claim: /wait moves the clock, and what was promised for the next working day happens."""
    _, told = talk("refer", "they are happy", "/wait 4 days")
    assert "[refer unfinished: going_well=they are happy]" in told


def test_a_recorded_conversation_is_a_journey(tmp_path: Path) -> None:
    """Claim: the file holds each turn with what it did."""
    path = tmp_path / "j.yaml"
    talk("menu", "1", record=path)
    journey = read_document(path, "j.yaml", Notes())
    assert journey["flow"] == "menu"
    assert [turn["hear"] for turn in journey["turns"]] == ["MENU", "1"]
    assert "say find.need as answer" in journey["turns"][1]["does"]


@pytest.mark.parametrize(("flow", "line"), [("nothing", "hello"), ("menu", "/dance")])
def test_what_cannot_be_simulated_is_refused(flow: str, line: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Claim: an unknown flow or line ends with 1 and says what there is."""
    assert talk(flow, line)[0] == 1
    assert capsys.readouterr().err


@pytest.mark.slow
def test_the_shipped_content_has_no_issues() -> None:
    """Claim: what ships passes its own lint, every example heard; a new example may show a phrase that is harmless."""
    out = io.StringIO()
    assert lint.run(SHIPPED, out, as_json=True, today=date(2026, 11, 22)) == 0
    assert [issue for issue in json.loads(out.getvalue()) if issue["rule"] != "harmless"] == []


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """The shipped content without its examples: to hear them all takes half a minute."""
    return Path(shutil.copytree(SHIPPED, tmp_path / "content", ignore=shutil.ignore_patterns("examples")))


def issues(root: Path) -> list[dict[str, object]]:
    out = io.StringIO()
    lint.run(root, out, as_json=True)
    found: list[dict[str, object]] = json.loads(out.getvalue())
    return found


@pytest.mark.parametrize(
    ("file", "old", "new", "rule", "node"),
    [
        ("flows/find.yaml", "no_more: all-shown", "no_more: nothing", "unreachable", "all-shown"),
        (
            "flows/human.yaml",
            "say: Thank you. We'll be in touch.",
            f"say: {'Thank you so much. ' * 20}",
            "too-long",
            "thanks",
        ),
        ("flows/menu.yaml", "says: [refer, refer myself", "says: [less, refer myself", "keyword", "choose"),
    ],
)
def test_what_works_and_looks_wrong_is_a_warning(
    root: Path, file: str, old: str, new: str, rule: str, node: str
) -> None:
    """Claim: each warning has its file, line, node and rule, and refuses nothing."""
    path = root / file
    path.write_text(path.read_text("utf-8").replace(old, new), "utf-8")
    (issue,) = [issue for issue in issues(root) if issue["rule"] == rule]
    assert (issue["file"], issue["node"], issue["severity"]) == (file, node, "warning")
    assert isinstance(issue["line"], int)
    assert issue["line"] > 1
    assert lint.run(root, io.StringIO()) == 0


def test_what_would_be_refused_is_an_error(root: Path) -> None:
    """Claim: a fault of the content is an error with its line, and the exit says so."""
    path = root / "flows/menu.yaml"
    path.write_text(path.read_text("utf-8").replace("go: to-human", "go: to-humn"), "utf-8")
    out = io.StringIO()
    assert lint.run(root, out) == 1
    assert "flows/menu.yaml:" in out.getvalue()
    assert "did you mean to-human?" in out.getvalue()
