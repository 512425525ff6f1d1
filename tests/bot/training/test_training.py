"""`thrive train`: a few examples are learnt in a second, and what is wrong is told by its file and line."""

import json
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import cast

import pytest

from bot.content import Content, Notes, compile_content, parse_content
from bot.content.learnt import ASKS, DANGER, learnt
from bot.settings import ROOT
from bot.training.learning import read_all, unseen
from bot.training.lines import BadExamples, digest, read_folder, vocabulary
from flows.understanding.examples import Example
from flows.understanding.linear import Floats, LinearModel
from tests.bot.cli.conftest import Operator

# A hand's worth: each line stands for a kind of message, said in the ways below it.
TINY = {
    "== urgent | domestic-abuse | en | parent": (
        "he has a knife",
        "he is strangling me",
        "hes got a knife at my throat",
    ),
    "== urgent | child-mental-health | en | child": ("i want to die", "i took all the tablets", "im going to end it"),
    "== concern | domestic-abuse | en | parent": ("he hit me last year", "he checks my phone", "i am scared of him"),
    "== none | food | en | parent": ("where is the food bank", "we need a food parcel", "is there a food bank near me"),
    "== none | childcare | en | parent": ("a nursery place please", "which nursery has a place", "nursery for my son"),
    "== urgent | gp-dentist | en | bystander": ("she is not breathing", "he cant breathe", "the baby has gone blue"),
    "== none | - | en | - | thanks": ("thank you", "thanks so much", "ok thanks"),
    "== none | - | en | - | stop": ("stop texting me", "no more messages please", "stop these texts"),
}


@pytest.fixture(scope="module")
def phrases() -> Content:
    return parse_content(ROOT / "content", Notes())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A content folder with the shipped phrases and two hands of a few examples."""
    content = tmp_path / "content"
    shutil.copytree(ROOT / "content", content, ignore=shutil.ignore_patterns("examples"))
    for hand, more in (("hand-a", ""), ("hand-b", " please tell me")):
        lines = [line for labels, texts in TINY.items() for line in (labels, *(text + more for text in texts))]
        (content / "examples" / hand).mkdir(parents=True)
        (content / "examples" / hand / "all.txt").write_text("\n".join(lines) + "\n")
    return content


def test_a_few_examples_are_learnt(bare: Operator, folder: Path) -> None:
    """Claim: both tables stand beside the examples, read back, know what they were made from, and tell danger."""
    done = bare("train", "--json", CONTENT_DIR=str(folder))
    assert done.code == 0, done.err
    assert done.json["examples"] == 48
    danger, asks = (LinearModel.read((folder / "examples" / name).read_bytes()) for name in (DANGER, ASKS))
    assert danger.made_from == asks.made_from == digest(folder / "examples")
    assert done.json["bytes"][DANGER] == (folder / "examples" / DANGER).stat().st_size

    def meaning(text: str) -> Floats:
        (found,) = learnt().meanings([text])
        return cast("Floats", found)

    grave = danger.score(["he", "has", "a", "knife"], meaning("he has a knife")).chances("risk")
    calm = danger.score(["the", "food", "bank"], meaning("the food bank")).chances("risk")
    assert grave["urgent"] > 0.5 > calm["urgent"]
    asked = asks.score(["the", "food", "bank"], meaning("the food bank")).chances("need")
    assert max(asked, key=asked.__getitem__) == "food"
    texts = asks.score(["stop", "the", "texts"], meaning("stop the texts")).chances("intent")
    assert max(texts, key=texts.__getitem__) == "stop"


def test_learning_twice_gives_the_same_tables(bare: Operator, folder: Path) -> None:
    """Claim: the same examples make the same file, byte for byte, so that a change of the tables tells of theirs."""
    bare("train", CONTENT_DIR=str(folder))
    first = [(folder / "examples" / name).read_bytes() for name in (DANGER, ASKS)]
    bare("train", CONTENT_DIR=str(folder))
    assert [(folder / "examples" / name).read_bytes() for name in (DANGER, ASKS)] == first


def test_the_check_writes_nothing_and_says_what_is_reached(bare: Operator, folder: Path) -> None:
    """Claim: --check prints, for messages kept back, each level's share at each limit, as text and as JSON."""
    told = bare("train", "--check", CONTENT_DIR=str(folder))
    assert told.code == 0, told.err
    assert told.out.count("48 messages") == 2
    assert "urgent seen" in told.out
    by_fold, by_hand = bare("train", "--check", "--json", CONTENT_DIR=str(folder)).json
    assert by_fold["messages"] == by_hand["messages"] == 48
    assert all(0 <= row[level] <= 1 for row in by_hand["alarm"] for level in ("urgent", "concern", "none"))
    assert not list((folder / "examples").glob("*.npz"))


def test_a_wrong_example_is_told_by_its_file_and_line(bare: Operator, folder: Path) -> None:
    """Claim: every fault of every file, and the exit is 1; no table is written."""
    wrong = folder / "examples" / "hand-b" / "wrong.txt"
    wrong.write_text(
        "== urgent | food | en | -\nhelp\n== grave | food | en | -\nx\n== none | - | en | -\nhe has a knife\n"
    )
    done = bare("train", CONTENT_DIR=str(folder))
    assert done.code == 1
    assert done.out == ""
    assert f"{wrong}:3: 'grave' is no risk" in done.err
    assert f"{wrong}:6: 'he has a knife' is none here and urgent in hand-a/all.txt:2" in done.err
    assert not list((folder / "examples").glob("*.npz"))


def test_without_scikit_learn_one_line_says_what_to_do(bare: Operator, tmp_path: Path) -> None:
    """Claim: where only what serving needs is installed, training is refused in one line, and serving is not."""
    missing = tmp_path / "sklearn"
    missing.mkdir()
    (missing / "__init__.py").write_text("raise ModuleNotFoundError(\"No module named 'sklearn'\", name='sklearn')\n")
    environment = {"PYTHONPATH": f"{tmp_path}:{ROOT}"}
    done = bare.process("train", environment=environment)
    assert (done.code, done.out) == (1, "")
    assert done.err.strip() == "thrive train: sklearn is not installed; `make setup-dev` brings what learning needs"
    heard = bare.process("understand", "--json", stdin='{"text": "he has a knife"}', environment=environment)
    assert heard.lines[0]["risk"] == "urgent"


def test_the_shipped_tables_were_made_from_the_shipped_examples() -> None:
    """Claim: whoever changed an example learnt from it again."""
    now = digest(ROOT / "content" / "examples")
    for name, model in ((DANGER, learnt().danger), (ASKS, learnt().asks)):
        assert model.made_from == now, f"content/examples has changed since {name} was made: run `thrive train`"


def test_the_shipped_examples_are_right(phrases: Content) -> None:
    """Claim: no fault in any file, no text with two levels of danger, and enough of each level and hand."""
    examples = read_folder(ROOT / "content" / "examples", vocabulary(phrases))
    assert len(examples) > 25_000
    for risk in ("urgent", "concern", "none"):
        assert sum(one.risk == risk for one in examples) > 4_000
    assert len({one.source for one in examples}) >= 15


def test_repeats_are_read_once(folder: Path, phrases: Content) -> None:
    """Claim: a message in two hands counts once, for the first; its hand is the folder."""
    (folder / "examples" / "hand-b" / "again.txt").write_text("== urgent | - | en | -\nHE HAS A KNIFE\n")
    examples = read_folder(folder / "examples", vocabulary(phrases))
    (knife,) = [one for one in examples if one.text.casefold() == "he has a knife"]
    assert (knife.source, knife.needs) == ("hand-a", ("domestic-abuse",))


def test_faults_are_told_together(folder: Path, phrases: Content) -> None:
    """Claim: training raises once, with the faults of all files."""
    for hand in ("hand-a", "hand-b"):
        (folder / "examples" / hand / "bad.txt").write_text("== x | - | en | -\n")
    with pytest.raises(BadExamples) as caught:
        read_folder(folder / "examples", vocabulary(phrases))
    assert [fault.file for fault in caught.value.faults] == ["hand-a/bad", "hand-b/bad"]


def test_the_digest_is_of_names_and_words(folder: Path) -> None:
    """Claim: a changed word, a renamed file and a new file each change it; the tables beside them do not."""
    examples = folder / "examples"
    seen = {digest(examples)}
    (examples / DANGER).write_bytes(b"tables")
    assert {digest(examples)} == seen
    (examples / "hand-a" / "all.txt").rename(examples / "hand-a" / "some.txt")
    seen.add(digest(examples))
    with (examples / "hand-a" / "some.txt").open("a") as file:
        file.write("one more\n")
    seen.add(digest(examples))
    (examples / "hand-c").mkdir()
    (examples / "hand-c" / "new.txt").write_text("== none | - | en | -\nhello\n")
    seen.add(digest(examples))
    assert len(seen) == 4


def test_training_hears_what_serving_hears(folder: Path, phrases: Content) -> None:
    """Claim: the words, signs and numbers that a model learns from are those it is asked with."""
    examples = read_folder(folder / "examples", vocabulary(phrases))
    raw = {Path(name).stem: data for name, data in phrases.files.items() if name.startswith("phrases/")}
    read = read_all(examples, raw | {"needs": phrases.files["needs.yaml"]}, lambda _: None)
    listener = compile_content(phrases).lexicon.listener
    for one in read:
        heard = listener.hear(one.example.text)
        assert (list(one.words), list(one.signs)) == (heard.words.words, heard.signs)
        assert abs(one.meaning - learnt().meanings([one.example.text])[0]).max() < 1e-3
    assert sorted(_texts([judged.example for judged in unseen(read, folds=5)])) == sorted(_texts(examples))


def _texts(examples: Sequence[Example]) -> list[str]:
    return [json.dumps(one.text) for one in examples]
