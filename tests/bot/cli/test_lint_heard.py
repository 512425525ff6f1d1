"""What rules fire in is kept for the next lint, and hangs on all that it came from."""

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.cli import lint_heard
from bot.cli.lint_heard import AllFirings, cache_folder, firings, hear_all
from bot.content import Content, compile_content, read_content
from bot.settings import ROOT
from bot.training.lines import read_files, vocabulary
from flows.understanding.examples import Example
from flows.understanding.listening import Listener


@pytest.fixture(scope="module")
def content() -> Content:
    return read_content(ROOT / "content")


@pytest.fixture(scope="module")
def listener(content: Content) -> Listener:
    return compile_content(content).lexicon.listener


@pytest.fixture(scope="module")
def examples(content: Content) -> list[Example]:
    return read_files(ROOT / "content" / "examples", vocabulary(content))[0][:400]


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    folder = cache_folder()
    assert folder is not None
    return folder


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many examples were heard, each time any were."""
    times: list[int] = []

    def counted(listener: Listener, examples: list[Example]) -> AllFirings:
        times.append(len(examples))
        return hear_all(listener, examples)

    monkeypatch.setattr(lint_heard, "hear_all", counted)
    return times


def test_the_second_lint_hears_nothing_and_tells_the_same(
    content: Content, listener: Listener, examples: list[Example], heard: list[int]
) -> None:
    """Claim: what was heard once is read the next time, equal in every count and every example shown."""
    first = firings(content, listener, examples)
    assert first.rules
    assert first.phrases
    assert firings(content, listener, examples) == first
    assert heard == [400]


def test_whatever_it_hangs_on_is_heard_anew(
    content: Content, listener: Listener, examples: list[Example], heard: list[int], monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:  # fmt: skip
    """Claim: another example, another label, another phrase and other code that hears each ask for a new hearing; a
    flow that changed asks for none."""
    firings(content, listener, examples)
    firings(content, listener, examples[:-1])
    firings(content, listener, [replace(examples[0], risk="concern"), *examples[1:]])
    firings(_with(content, "phrases/plain.yaml", {"en": ["zebra"]}), listener, examples)
    (tmp_path / "danger.py").write_text("")
    monkeypatch.setattr(lint_heard, "CODE", tmp_path)
    firings(content, listener, examples)
    assert heard == [400, 399, 400, 400, 400]
    firings(_with(content, "flows/hello.yaml", {"say": "hello"}), listener, examples)
    assert len(heard) == 5


@pytest.mark.parametrize("broken", ["", "{", "[]", '{"rules": []}', '{"rules": [["a"]], "phrases": []}'])
def test_a_broken_file_costs_time_alone(
    content: Content, listener: Listener, examples: list[Example], heard: list[int], cache: Path, broken: str
) -> None:
    """Claim: what cannot be read is heard again and mended."""
    first = firings(content, listener, examples)
    (kept,) = cache.iterdir()
    kept.write_text(broken)
    assert firings(content, listener, examples) == first
    assert json.loads(kept.read_text())
    assert heard == [400, 400]


def test_without_a_place_to_write_it_hears_each_time(
    content: Content, listener: Listener, examples: list[Example], heard: list[int], cache: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """Claim: a cache folder that cannot be made, or a user without a home, stops nothing."""
    cache.parent.write_text("a file where the folder would be")
    assert firings(content, listener, examples) == firings(content, listener, examples)
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setattr(Path, "expanduser", _homeless)
    assert firings(content, listener, examples).rules
    assert heard == [400, 400, 400]


def test_only_the_newest_are_kept(content: Content, listener: Listener, examples: list[Example], cache: Path) -> None:
    """Claim: the folder never holds more than four."""
    for many in range(6):
        firings(content, listener, examples[:many])
    assert len(list(cache.iterdir())) == lint_heard.KEPT_AT_MOST


def _with(content: Content, name: str, raw: Mapping[str, Any]) -> Content:
    return replace(content, files={**content.files, name: raw})


def _homeless(path: Path) -> Path:
    raise RuntimeError(f"{path}: could not determine home directory.")
