"""`thrive lint` on phrases and examples, as somebody who adds a rule or an example meets it."""

import io
import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from bot.cli import lint

SHIPPED = Path(__file__).resolve().parents[2] / "content"
RULE = """language: en
rules:
  - id: zebras
    kind: violence
    level: concern
    why: A rule of the tests, which nobody would want.
    says:
      - zebra crossing
      - zebra bites
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return Path(shutil.copytree(SHIPPED, tmp_path / "content", ignore=shutil.ignore_patterns("examples")))


def examples(root: Path, *lines: str, name: str = "hand-a/all") -> None:
    path = root / "examples" / f"{name}.txt"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(lines) + "\n", "utf-8")


def issues(root: Path, *, wanted: int = 0) -> list[dict[str, Any]]:
    out = io.StringIO()
    assert lint.run(root, out, as_json=True) == wanted
    found: list[dict[str, Any]] = json.loads(out.getvalue())
    return found


def test_a_rule_that_fires_in_harmless_examples_is_told(root: Path) -> None:
    """Claim: from three examples on, less than half of them danger: file, line, rule, how many, and two of them."""
    (root / "phrases" / "danger-en-zebras.yaml").write_text(RULE)
    examples(root, "== none | - | en | -", "the zebra crossing is shut", "is the zebra crossing open")
    assert issues(root) == []
    examples(
        root, "== none | - | en | -", "the zebra crossing is shut", "is the zebra crossing open",
        "== concern | child-safety | en | -", "he pushed her on the zebra crossing",
    )  # fmt: skip
    (told,) = issues(root)
    assert (told["file"], told["line"], told["node"]) == ("phrases/danger-en-zebras.yaml", 3, "zebras")
    assert (told["rule"], told["severity"]) == ("harmless", "warning")
    assert "fires in 3 examples, 1 of them danger" in told["message"]
    assert "'the zebra crossing is shut' (hand-a/all.txt:2)" in told["message"]
    assert "'is the zebra crossing open' (hand-a/all.txt:3)" in told["message"]


def test_one_phrase_of_a_good_rule_is_told(root: Path) -> None:
    """Claim: a rule may be right and one of its phrases wrong: that one is named with its line, and the rule is not."""
    (root / "phrases" / "danger-en-zebras.yaml").write_text(RULE)
    harmless = [f"zebra crossing number {n}" for n in range(5)]
    grave = [f"a zebra bites me {n}" for n in range(6)]
    examples(root, "== none | - | en | -", *harmless, "== concern | - | en | -", *grave)
    (told,) = issues(root)
    assert (told["line"], told["node"]) == (8, "zebras")
    assert told["message"].startswith("'zebra crossing' of the rule zebras fires in 5 examples, 0 of them danger")


def test_a_message_told_twice_counts_once(root: Path) -> None:
    """Claim: the same words in two hands are one example."""
    (root / "phrases" / "danger-en-zebras.yaml").write_text(RULE)
    for hand in ("hand-a", "hand-b"):
        examples(root, "== none | - | en | -", "zebra crossing", "a zebra crossing", name=f"{hand}/all")
    assert issues(root) == []


def test_a_space_where_a_join_was_meant_is_told(root: Path) -> None:
    """Claim: the warning names the file, the line and the rule of the pattern."""
    text = RULE.replace("- zebra crossing", "- lion|zebra crossing|tiger").replace(
        "- zebra bites", "- zebra_crossing now"
    )
    (root / "phrases" / "danger-en-zebras.yaml").write_text(text)
    (told,) = issues(root)
    assert (told["file"], told["line"], told["node"]) == ("phrases/danger-en-zebras.yaml", 8, "zebras")
    assert told["rule"] == "split"
    assert told["message"] == "'lion|zebra crossing|tiger': did you mean zebra_crossing?"


def test_a_short_form_that_is_an_ordinary_word_is_told(root: Path) -> None:
    """Claim: a spelling that would change every "cold" is named with its line."""
    path = root / "phrases" / "spellings.yaml"
    path.write_text(path.read_text("utf-8") + "zebra: stripy horse\n", "utf-8")
    plain = root / "phrases" / "plain.yaml"
    plain.write_text(plain.read_text("utf-8").replace("en:", "en:\n  - zebra", 1), "utf-8")
    (told,) = issues(root)
    assert (told["file"], told["node"], told["rule"]) == ("phrases/spellings.yaml", "zebra", "short-form")
    assert path.read_text("utf-8").splitlines()[told["line"] - 1].startswith("zebra:")


def test_wrong_examples_are_errors(root: Path) -> None:
    """Claim: lint refuses what training would: labels, length, one text with two levels (both places named)."""
    examples(root, "== urgent | food | en | -", "he is here", name="hand-a/all")
    examples(
        root, "== grave | food | en | -", "x", "== none | fod | en | -", "== none | - | xx | -",
        "== none | - | en | mum", "== none | - | en | -", "He is here", "y" * 1601, name="hand-b/more",
    )  # fmt: skip
    found = issues(root, wanted=1)
    assert {(i["file"], i["severity"]) for i in found} == {("examples/hand-b/more.txt", "error")}
    told = {i["line"]: i["message"] for i in found}
    assert list(told) == [1, 3, 4, 5, 7, 8]
    assert "'grave' is no risk" in told[1]
    assert "'fod' is no need" in told[3]
    assert "'xx' is no language" in told[4]
    assert "'mum' is no speaker" in told[5]
    assert told[7] == "'He is here' is none here and urgent in hand-a/all.txt:2"
    assert "1,601 characters" in told[8]
