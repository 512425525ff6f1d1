"""Each rule of `thrive lint`: its fault is planted in a copy of the shipped content, and told where it stands."""

import io
import json
import shutil
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from bot.cli import lint

SHIPPED = Path(__file__).resolve().parents[2] / "content"
TODAY = date(2026, 11, 22)

TRAP = """flow: trap
title: A trap
keywords: [trap]
nodes:
  first:
    ask: Is it red or blue?
    options: [Red, Blue]
    go: second
  second:
    ask: Are you sure?
    options: [{label: "Yes", value: "yes"}, {label: "No", value: "no"}]
    go: first
"""
MUTE = """flow: mute
title: Says nothing more
keywords: [mute]
nodes:
  first:
    ask: How was it?
    options: [{label: Good, go: end}, {label: Bad, go: sorry}]
  sorry:
    say: Sorry to hear that.
"""
OTHER = """flow: other
title: Another
keywords: [{keyword}]
nodes:
  hello:
    say: Hello.
"""
HARD_WORDS = "Notwithstanding considerable organisational complexity, practitioners facilitate appropriate assistance"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return Path(shutil.copytree(SHIPPED, tmp_path / "content", ignore=shutil.ignore_patterns("examples")))


def change(path: Path, old: str, new: str) -> None:
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")


def issues(root: Path, **options: Any) -> list[dict[str, Any]]:
    out = io.StringIO()
    lint.run(root, out, as_json=True, today=TODAY, **options)
    found: list[dict[str, Any]] = json.loads(out.getvalue())
    return found


def line_of(root: Path, issue: dict[str, Any]) -> str:
    return (root / issue["file"]).read_text("utf-8").splitlines()[issue["line"] - 1].strip()


# File, what stands there, what is planted, then: rule, severity, node, key, how its line begins, and what is told.
PLANTED = [
    pytest.param(
        "flows/human.yaml", "say: Thank you. We'll be in touch.", f"say: {HARD_WORDS}.",
        "hard", "warning", "thanks", "say", "say: Notwith", "facilitate (help)", id="hard text",
    ),
    pytest.param(
        "flows/human.yaml", "say: Thank you. We'll be in touch.", "say: Thank you. Please be advised that we will.",
        "hard-word", "warning", "thanks", "say", "say: Thank", "'please be advised' is hard", id="hard word",
    ),
    pytest.param(
        "replies/general.yaml", "I'm glad we could help.", "I am glad to be of assistance.",
        "hard-word", "warning", "closing", "text", "text:", "instead: help", id="hard word in a saved reply",
    ),
    pytest.param(
        "flows/human.yaml", "say: Thank you. We'll be in touch.", f"say: {'Thank you so much. ' * 20}",
        "too-long", "warning", "thanks", "say", "say: Thank", "takes 3 texts", id="three texts",
    ),
    pytest.param(
        "replies/general.yaml", "I'm glad we could help.", "I'm glad we could help. " * 20,
        "too-long", "warning", "closing", "text", "text:", "takes 4 texts", id="four texts of a saved reply",
    ),
    pytest.param(
        "flows/menu.yaml", "says: [refer, refer myself", "says: [less, refer myself",
        "keyword", "warning", "choose", "options", "options:", "the command LESS", id="an answer that is a command",
    ),
    pytest.param(
        "flows/menu.yaml", "says: [find, search", "says: [refer, search",
        "keyword", "warning", "choose", "options", "options:", "opens the flow refer", id="an answer that is a keyword",
    ),
    pytest.param(
        "flows/menu.yaml", "says: [find, search", "says: [person, search",
        "keyword", "warning", "choose", "options", "options:", "answers both", id="a word for two choices",
    ),
    pytest.param(
        "flows/menu.yaml", "says: [find, search", "says: ['2', search",
        "keyword", "warning", "choose", "options", "options:", "heard as choice 2", id="another choice's number",
    ),
    pytest.param(
        "flows/menu.yaml", "says: [find, search", "says: [basta, search",
        "keyword", "warning", "choose", "options", "options:", "a word for STOP", id="STOP in another language",
    ),
    pytest.param(
        "flows/refer.yaml", "keywords: [refer,", "keywords: [help, refer,",
        "keyword", "warning", "", "keywords", "keywords:", "the command HELP", id="a keyword that is a command",
    ),
    pytest.param(
        "flows/menu.yaml", "says: [find, search", "says: [cancel, search",
        "stop-word", "error", "choose", "options", "options:", "carrier's STOP word", id="an answer that is STOP",
    ),
    pytest.param(
        "flows/refer.yaml", "keywords: [refer,", "keywords: [quit, refer,",
        "stop-word", "error", "", "keywords", "keywords:", "carrier's STOP word", id="a keyword that is STOP",
    ),
    pytest.param(
        "wording/helplines.yaml", "hours: day and night\n  checked_on: 2026-11-20",
        "hours: day and night\n  checked_on: 2025-11-21",
        "unchecked", "warning", "samaritans", "checked_on", "samaritans:", "over a year ago", id="an old helpline",
    ),
    pytest.param(
        "flows/find.yaml", "no_more: all-shown", "no_more: nothing",
        "unreachable", "warning", "all-shown", "", "all-shown:", "nothing leads here", id="an unreachable node",
    ),
    pytest.param(
        "flows/menu.yaml", "  fresh-search:\n    set: {need_text: \"\", needs: \"\", age: \"\"}\n",
        "  fresh-search:\n    set: {need_text: \"\", needs: \"\", age: \"\"}\n    go: fresh-search\n",
        "endless", "error", "fresh-search", "", "fresh-search:", "goes round without waiting", id="a loop with no wait",
    ),
    pytest.param(
        "flows/menu.yaml", "    as: menu_choice", "    repiar: Sorry?\n    as: menu_choice",
        "unknown-key", "error", "choose", "repiar", "repiar:", "did you mean repair?", id="an unknown key",
    ),
    pytest.param(
        "flows/menu.yaml", "go: to-human", "go: to-humn",
        "unknown-node", "error", "choose", "go", "- {label: Talk", "did you mean to-human?", id="an unknown node",
    ),
    pytest.param(
        "flows/hello.yaml", "Not now, value", "Not this time, value",
        "untranslated", "warning", "how", "options", "options:", "'Not this time' is English", id="untranslated choice",
    ),
    pytest.param(
        "flows/after-check-in.yaml", "say: OK. Text us any time you need anything.", "say: OK. Any time.",
        "untranslated", "warning", "after-check-in.not-now-thanks", "", "#. after-check-in.not-now-thanks",
        "no translation of its English as it now stands", id="English that changed since",
    ),
    pytest.param(
        "flows/check-in.yaml", "say: OK. Text us any time you need anything.", "say: OK. Any time at all.",
        "untranslated", "warning", "fine", "say", "say: OK.", "is said in English to those who read", id="untranslated",
    ),
]  # fmt: skip


@pytest.mark.parametrize(
    ("file", "old", "new", "rule", "severity", "node", "key", "line", "told"), PLANTED
)  # fmt: skip
def test_a_planted_fault_is_told_where_it_stands(
    root: Path, file: str, old: str, new: str, rule: str, severity: str, node: str, key: str, line: str, told: str
) -> None:
    """Claim: file, line, node and key lead to the fault, and the exit is 1 only where the content is refused."""
    change(root / file, old, new)
    out = io.StringIO()
    code = lint.run(root, out, as_json=True, today=TODAY)
    issue = next(one for one in json.loads(out.getvalue()) if one["rule"] == rule and told in one["message"])
    assert issue["file"] == file or issue["file"].endswith(".po")
    assert (issue["severity"], issue["node"], issue["key"]) == (severity, node, key)
    assert line_of(root, issue).startswith(line), line_of(root, issue)
    assert code == (1 if severity == "error" else 0)


@pytest.mark.parametrize(
    ("flow", "written", "rule", "node", "told"),
    [
        ("trap", TRAP, "dead-end", "first", "the conversation never ends, it only asks first, second again"),
        ("mute", MUTE, "dead-end", "first", "nothing is said after 'Good'"),
        ("other", OTHER.replace("{keyword}", "is this secret"), "keyword", "", "is a keyword of private too"),
    ],
)
def test_a_flow_with_a_fault_in_its_shape_is_told(
    root: Path, flow: str, written: str, rule: str, node: str, told: str
) -> None:
    """Claim: questions nobody can leave, answers that are met with silence, keywords that two flows want."""
    before = issues(root)
    (root / "flows" / f"{flow}.yaml").write_text(written)
    after = [issue for issue in issues(root) if issue not in before]
    found = [issue for issue in after if issue["rule"] == rule and issue["file"] == f"flows/{flow}.yaml"]
    assert told in found[0]["message"]
    assert (found[0]["node"], found[0]["line"] > 1) == (node, True)
    assert {issue["rule"] for issue in after} == {rule, "untranslated"}


def test_what_a_pattern_writes_is_told_once_and_there(root: Path) -> None:
    """Claim: a fault that eleven flows share is one issue, in the file and at the line that is to be mended."""
    before = issues(root)
    change(root / "flows/good-to-know.yaml", "repair: Sorry, we didn't get that.", "repair: We endeavour to help.")
    after = [issue for issue in issues(root) if issue not in before and issue["rule"] == "hard-word"]
    assert [(i["file"], i["node"], i["key"]) for i in after] == [("flows/good-to-know.yaml", "fact", "repair")]
    assert line_of(root, after[0]).startswith("repair: We endeavour")


def test_flows_that_call_each_other_without_waiting_are_refused(root: Path) -> None:
    """Claim: a round over two files is found as one within a file is."""
    for one, other in (("ping", "pong"), ("pong", "ping")):
        (root / "flows" / f"{one}.yaml").write_text(f"flow: {one}\ntitle: {one}\nnodes:\n  go-on:\n    call: {other}\n")
    found = [issue for issue in issues(root) if issue["rule"] == "endless"]
    assert {(i["file"], i["node"], i["key"]) for i in found} == {
        ("flows/ping.yaml", "go-on", "call"), ("flows/pong.yaml", "go-on", "call"),
    }  # fmt: skip
    assert "ping -> pong -> ping" in found[0]["message"]


def test_what_is_known_is_not_shown_and_says_why(root: Path) -> None:
    """Claim: an entry hides what it names and nothing else; asked for, it is shown with its reason."""
    before = issues(root)
    shown = [issue for issue in issues(root, known=True) if issue not in before]
    assert {issue["rule"] for issue in shown} >= {"untranslated", "too-long", "hard-word"}
    assert all("(known: " in issue["message"] for issue in shown)
    change(root / "flows/menu.yaml", "says: [find, search", "says: [refer, search")
    assert {issue["rule"] for issue in issues(root) if issue not in before} == {"keyword"}
    out = io.StringIO()
    lint.run(root, out, today=TODAY)
    assert "known issues are not shown" in out.getvalue()


def test_a_known_issue_that_is_mended_is_told(root: Path) -> None:
    """Claim: an entry that fits nothing is told with its line; a fault can never be made known."""
    known = root / "known-issues.yaml"
    known.write_text(known.read_text() + "- {file: flows/menu.yaml, rule: dead-end, because: it was}\n")
    (told,) = [issue for issue in issues(root) if issue["file"] == "known-issues.yaml"]
    assert told["rule"] == "known"
    assert line_of(root, told).startswith("- {file: flows/menu.yaml")
    known.write_text(known.read_text().replace("dead-end", "stop-word"))
    change(root / "flows/menu.yaml", "says: [find, search", "says: [cancel, search")
    assert any(issue["severity"] == "error" for issue in issues(root))


def test_what_is_known_hides_nothing_that_is_added_beside_it(root: Path) -> None:
    """Claim: a text and a choice that nobody has looked at are told, in files of which others are known."""
    before = issues(root)
    find = "      - {label: Find help near me"
    change(root / "flows/menu.yaml", find, f"      - {{label: Sing to me, value: sing, go: to-human}}\n{find}")
    change(root / "wording/messages.yaml", "carry-on:", "sung: La la la.\ncarry-on:")
    after = [issue for issue in issues(root) if issue not in before and issue["rule"] == "untranslated"]
    assert [(i["file"], i["node"], i["key"]) for i in after] == [
        ("flows/menu.yaml", "choose", "options"), ("wording/messages.yaml", "", "sung"),
    ]  # fmt: skip
    assert "'Sing to me'" in after[0]["message"]


def test_of_what_an_entry_lists_each_must_still_be_so(root: Path) -> None:
    """Claim: one of several choices that is mended, or gone, is named to be taken out; the others stay known."""
    before = issues(root)
    change(root / "known-issues.yaml", 'choice: ["2 weeks", ', 'choice: ["2 weeks", "9 weeks", ')
    (told,) = [issue for issue in issues(root) if issue not in before]
    assert (told["file"], told["rule"]) == ("known-issues.yaml", "known")
    assert "flows/pause.yaml, until, options, 9 weeks any more" in told["message"]


@pytest.mark.parametrize("written", ["- {file: x, rule: y}\n", "nonsense\n", "[\n"])
def test_a_broken_list_of_known_issues_is_an_error(root: Path, written: str) -> None:
    """Claim: an entry without its reason, or a file that cannot be read, hides nothing silently."""
    (root / "known-issues.yaml").write_text(written)
    assert any(issue["file"] == "known-issues.yaml" and issue["severity"] == "error" for issue in issues(root))


def test_a_councils_own_plain_words_are_used(root: Path) -> None:
    """Claim: a word added to plain-words.yaml is found in the next run, with what it says instead."""
    with (root / "plain-words.yaml").open("a") as file:
        file.write("be in touch: call you\n")
    told = [issue["message"] for issue in issues(root) if issue["rule"] == "hard-word"]
    assert told
    assert all("instead: call you" in message for message in told)


def test_content_without_a_list_of_its_own_uses_the_shipped_one(root: Path) -> None:
    """Claim: a folder copied before there was a list is still read for hard words."""
    (root / "plain-words.yaml").unlink()
    change(root / "flows/human.yaml", "say: Thank you. We'll be in touch.", "say: We will endeavour to call you.")
    assert any("'endeavour' is hard; instead: try" in issue["message"] for issue in issues(root))
