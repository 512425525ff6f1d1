"""Content is read with every fault told at once, by file, line, node and key; good content comes back the same."""

import shutil
from datetime import date, timedelta
from functools import cache
from pathlib import Path

import pytest

from bot.content import (
    Content,
    ContentFaults,
    Fault,
    Notes,
    compile_content,
    read_content,
    read_document,
    write_document,
)
from bot.content.compiling import compile_talk
from bot.rules import rules_of
from flows.flow import AskNode, BranchNode, SearchNode
from flows.texts import ENGINE_TEXTS

SHIPPED = Path(__file__).resolve().parents[2] / "content"


@cache
def shipped() -> Content:
    return read_content(SHIPPED)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A copy of the shipped content to break."""
    return Path(shutil.copytree(SHIPPED, tmp_path / "content"))


def change(path: Path, old: str, new: str) -> None:
    text = path.read_text("utf-8")
    assert old in text, old
    path.write_text(text.replace(old, new, 1), "utf-8")


def talk_faults(root: Path) -> list[Fault]:
    """The faults of flows, wording and council, without the dear part (phrases are compiled elsewhere)."""
    notes = Notes()
    names = ["council.yaml", *(f"flows/{p.name}" for p in sorted(root.glob("flows/*.yaml")))]
    names += [f"wording/{p.name}" for p in sorted(root.glob("wording/*.yaml"))]
    documents = {name: read_document(root / name, name, notes) for name in names}
    compile_talk({name: document for name, document in documents.items() if document is not None}, notes)
    return list(ContentFaults(notes.faults).faults)


def test_the_shipped_content_compiles() -> None:
    """Claim: what ships is without fault and whole: every text the engine says, every flow, one programme or more."""
    compiled = compile_content(shipped())
    assert set(ENGINE_TEXTS) <= set(compiled.wording.texts)
    assert {"menu", "find", "human", "language", "refer", "check-in"} <= set(compiled.flows)
    assert compiled.programmes
    assert compiled.replies
    assert compiled.lexicon.understand("hello").intent


def test_a_bundle_comes_back_the_same() -> None:
    """Claim: as JSON and back, content is equal and gives equal JSON, so that a bundle is known by its digest."""
    text = shipped().to_json()
    again = Content.from_json(text)
    assert again == shipped()
    assert again.to_json() == text
    compiled, before = compile_content(again), compile_content(shipped())
    assert compiled.flows == before.flows
    assert compiled.wording == before.wording
    assert compiled.council == before.council


def test_a_bundle_of_another_schema_is_refused() -> None:
    """Claim: a bundle this code cannot read is never guessed at."""
    with pytest.raises(ValueError, match="schema"):
        Content.from_json('{"schema": 99, "files": {}}')


def test_implicit_types_are_off(tmp_path: Path) -> None:
    """Claim: yes, no, times, dates and numbers with a leading nought stay the text that was written."""
    path = tmp_path / "x.yaml"
    path.write_text("a: yes\nb: no\nc: 22:00\nd: 0117\ne: 2026-11-20\nf: ~\ng: 1.50\n")
    read = read_document(path, "x.yaml", Notes())
    assert read == {"a": "yes", "b": "no", "c": "22:00", "d": "0117", "e": "2026-11-20", "f": "~", "g": "1.50"}


def test_a_flow_is_read_into_nodes() -> None:
    """Claim: defaults an author leaves out are filled in: the next node, the name of the answer, the end."""
    find = compile_content(shipped()).flows["find"]
    need, look, following = find.nodes["need"], find.nodes["look"], find.nodes["next"]
    assert isinstance(need, AskNode)
    assert (need.kind, need.as_name, need.go, need.unless_known) == ("text", "need_text", "where", True)
    assert isinstance(look, SearchNode)
    assert (look.go, look.none, look.no_more) == ("next", "nothing", "all-shown")
    assert isinstance(following, AskNode)
    assert [(o.value, o.go) for o in following.options] == [
        ("more", "look"),
        ("refer", "to-refer"),
        ("person", "to-human"),
    ]
    branch = compile_content(shipped()).flows["check-in"].nodes["weigh"]
    assert isinstance(branch, BranchNode)
    assert (branch.cases[0].when.name, branch.cases[0].when.is_, branch.go) == ("low", "yes", "good")


def test_the_council_is_read_with_its_rules() -> None:
    """Claim: hours, promises and closed days become the calendar's own types."""
    council = compile_content(shipped()).council
    assert council.area == "E09000032"
    assert council.promises.urgent == timedelta(minutes=15)
    assert date(2026, 12, 29) in council.closures
    rules = rules_of(council)
    assert not rules.calendar.is_working_day(date(2026, 12, 29))
    assert not rules.calendar.is_working_day(date(2026, 12, 25))


def test_the_ladder_is_read_with_its_people() -> None:
    """Claim: rungs in the file's order with their minutes; numbers as they are dialled; urgent is always raised."""
    council = compile_content(shipped()).council
    assert [(r.tell, r.minutes, r.again_minutes) for r in council.ladder.urgent] == [
        ("duty-worker", 5, None), ("deputy", 5, None), ("manager", 10, None), ("emergency-duty-team", 10, 30),
    ]  # fmt: skip
    assert council.ladder.starts("urgent")
    assert not council.ladder.starts("routine")
    assert [person.phone for person in council.told] == [f"+44770090095{n}" for n in (1, 2, 3, 4)]


def test_a_council_without_a_ladder_is_still_read(root: Path, tmp_path: Path) -> None:
    """Claim: a file from before there was one opens, with nobody to tell, which the doctor and the desk say."""
    own = tmp_path / "own.yaml"
    own.write_text((root / "council.yaml").read_text("utf-8").partition("# Who is told of a case")[0])
    council = compile_content(read_content(root, council=own)).council
    assert (council.ladder.urgent, council.told) == ((), ())


def test_a_council_of_its_own_stands_in(root: Path, tmp_path: Path) -> None:
    """Claim: the COUNCIL file is used in place of the shipped one."""
    own = tmp_path / "ours.yaml"
    own.write_text((root / "council.yaml").read_text("utf-8").replace("Larkmere Council", "Ashdown Vale Council"))
    compiled = compile_content(read_content(root, council=own))
    assert compiled.council.name == "Ashdown Vale Council"
    assert "Ashdown Vale Council" in compiled.wording.render("first-contact", {})


BREAKS = [
    ("flows/menu.yaml", "expires_hours: 24", "expire_hours: 24", "", "expire_hours", "did you mean expires_hours"),
    ("flows/menu.yaml", "go: to-refer", "go: to-refr", "choose", "go", "did you mean to-refer"),
    ("flows/menu.yaml", "expires_hours: 24", "expires_hours: soon", "", "expires_hours", "integer"),
    ("flows/menu.yaml", "call: refer", "call: refir", "to-refer", "", "did you mean refer"),
    ("flows/refer.yaml", "    kind: number", "    kind: numbr", "score", "kind", "'number'"),
    ("flows/refer.yaml", "{ref}.", "{reff}.", "", "", "did you mean {ref}"),
    (
        "flows/refer.yaml",
        "{if: share_health, is:",
        "{if: share_helth, is:",
        "any-shared",
        "",
        "did you mean share_health",
    ),
    ("flows/refer.yaml", "human: call-me", "human: call-mee", "", "human", "did you mean call-me"),
    ("flows/check-in.yaml", "escalate: concern", "escalate: worried", "low", "level", "'concern'"),
    ("flows/find.yaml", "    none: nothing\n", "", "look", "none", "missing"),
    ("flows/find.yaml", "    search: Here", "    say: Hm\n    search: Here", "look", "", "two things at once"),
    ("flows/language.yaml", "{label: Another,", "{label: Cancel,", "which", "", "STOP word"),
    ("wording/messages.yaml", "stop-receipt: >-", "stop-reciept: >-", "", "stop-receipt", "is needed"),
    ("wording/messages.yaml", "thanks: You're", "thanks: You {who}", "", "thanks", "{who}"),
    ("wording/messages.yaml", "back.none: ", "help: twice\nback.none: ", "", "help", "twice"),
    ("wording/helplines.yaml", "checked_on: 2026-11-20", "checked_on: lately", "", "checked_on", "date"),
    ("council.yaml", "monday: 09:00-17:00", "monday: 9 till 5", "", "hours", "9 till 5"),
    ("council.yaml", "urgent_minutes", "urgent_minuts", "", "urgent_minuts", "unknown key"),
    ("council.yaml", "area: E09000032", "area: Wandsworth", "", "area", "ONS"),
    ("council.yaml", "{tell: deputy, minutes: 60}", "{tell: depty, minutes: 60}", "", "tell", "none of people"),
    ("council.yaml", "phone: 07700 900952", "phone: 020 7946 0110", "", "phone", "a UK mobile"),
    ("council.yaml", "email: deputy@larkmere.example", "email: the deputy", "", "email", "an email address"),
    (
        "council.yaml",
        "{tell: deputy, minutes: 5}",
        "{tell: deputy, minutes: 5, again_minutes: 5}",
        "",
        "again_minutes",
        "only the last",
    ),
    ("council.yaml", "{tell: deputy, minutes: 5}", "{tell: deputy, minuts: 5}", "", "minuts", "unknown key"),
    ("council.yaml", "when_raised: [urgent, concern]", "when_raised: [urgent, grave]", "", "1", "urgent"),
]


@pytest.mark.parametrize(("file", "old", "new", "node", "key", "told"), BREAKS)
def test_each_kind_of_fault_is_placed_and_explained(
    root: Path, file: str, old: str, new: str, node: str, key: str, told: str
) -> None:
    """Claim: a fault names its file, its line, its node and key, and what to do."""
    change(root / file, old, new)
    faults = [fault for fault in talk_faults(root) if fault.file == file and told in fault.message]
    assert faults, talk_faults(root)
    fault = faults[0]
    assert fault.node == node
    assert fault.key == key or not key
    assert fault.line > 0 or "is needed" in fault.message
    assert file in str(fault)


def test_the_line_is_the_line(root: Path) -> None:
    """Claim: the line told is where the author finds it."""
    path = root / "flows/menu.yaml"
    change(path, "    as: menu_choice", "    az: menu_choice")
    number = 1 + [line.strip() for line in path.read_text().splitlines()].index("az: menu_choice")
    (fault,) = [fault for fault in talk_faults(root) if fault.key == "az"]
    assert fault.line == number


def test_all_faults_of_all_files_at_once(root: Path) -> None:
    """Claim: an author sees everything that is wrong in one go, in the order of files and lines."""
    for file, old, new, *_ in (BREAKS[1], BREAKS[4], BREAKS[-1]):
        change(root / file, old, new)
    (root / "flows/human.yaml").write_text("flow: [broken\n")
    (root / "programmes/after-early-help.yaml").write_text("id: after\ntitle: x\nevent: y\ntouches: []\n")
    with pytest.raises(ContentFaults) as refused:
        read_content(root)
    files = [fault.file for fault in refused.value.faults]
    assert files == sorted(files)
    assert {
        "council.yaml", "flows/human.yaml", "flows/menu.yaml", "flows/refer.yaml", "programmes/after-early-help.yaml"
    } <= set(files)  # fmt: skip


def test_a_programme_names_flows_that_are_there(root: Path) -> None:
    """Claim: a touch whose flow is missing, or is not one the clock may open, is refused."""
    change(root / "programmes/after-early-help.yaml", "flow: check-in", "flow: menu")
    with pytest.raises(ContentFaults, match="check_in: yes"):
        read_content(root)


def test_a_saved_reply_names_only_what_the_council_gives(root: Path) -> None:
    """Claim: a value nobody gives would be sent to a family with its braces, so it is refused with its reply."""
    replies = next(iter(sorted(root.glob("replies/*.yaml"))))
    change(replies, "from {service}", "from {servise}")
    with pytest.raises(ContentFaults, match=r"hello, text: .*\{servise\}"):
        read_content(root)


def test_a_round_without_rest_is_refused(root: Path) -> None:
    """Claim: a flow that would go round for ever never goes live."""
    change(
        root / "flows/menu.yaml",
        "  to-find:\n    call: find\n    go: end",
        "  to-find:\n    set: {}\n    go: fresh-search",
    )
    assert any("goes round without waiting" in fault.message for fault in talk_faults(root))


def test_a_missing_file_is_a_fault(root: Path) -> None:
    """Claim: what is not there is named."""
    (root / "council.yaml").unlink()
    with pytest.raises(ContentFaults, match=r"council\.yaml.*missing"):
        read_content(root)


def test_what_is_written_reads_back(tmp_path: Path) -> None:
    """Claim: a recorded conversation is read as it was said, whatever YAML would make of its words."""
    told = {"turns": [{"hear": "yes"}, {"hear": "0117"}, {"hear": "- : #x\nline two"}, {"hear": "null"}]}
    path = tmp_path / "x.yaml"
    path.write_text(write_document(told), "utf-8")
    assert read_document(path, "x.yaml", Notes()) == told
