"""The shipped lexicon, compiled once for all tests of understanding."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.content.learnt import learnt
from flows.understanding import CompiledLexicon, compile_lexicon

CONTENT = Path(__file__).parents[3] / "content"
DATA = Path(__file__).parent / "data"


@pytest.fixture(scope="session")
def shipped() -> Callable[[], dict[str, Any]]:
    """Reads every file of content/phrases by stem, and `needs`; all scalars stay text."""

    def read() -> dict[str, Any]:
        files = {path.stem: path for path in (CONTENT / "phrases").glob("*.yaml")}
        files["needs"] = CONTENT / "needs.yaml"
        return {stem: yaml.load(path.read_text("utf-8"), yaml.CBaseLoader) for stem, path in files.items()}

    return read


@pytest.fixture(scope="session")
def labelled() -> Callable[[str], list[str]]:
    """The lines of one labelled file."""
    return lambda name: (DATA / f"{name}.jsonl").read_text("utf-8").splitlines()


@pytest.fixture(scope="session")
def lexicon(shipped: Callable[[], dict[str, Any]]) -> CompiledLexicon:
    return compile_lexicon(shipped(), learnt())
