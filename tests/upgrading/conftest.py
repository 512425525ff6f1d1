"""Databases as earlier versions left them, with families, talks, a case and a STOP in each."""

import lzma
from pathlib import Path

import pytest

from tests.bot.cli.conftest import bare
from tests.upgrading.record import HERE

__all__ = ["CODE", "LAST", "SCHEMAS", "bare", "earlier"]  # `bare` is the operator of the commands' tests
SCHEMAS = ("0026", "0035")  # each with its file: before the first version, and version 0.1.0
LAST = SCHEMAS[-1]
CODE = "baefec1b9dda4f359d1abab8afc36eeeb5586b7c"  # version 0.1.0: a clone may lack its tag, never its commit


@pytest.fixture(params=SCHEMAS)
def earlier(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A copy that an earlier version took of its embedded database."""
    path = tmp_path / "earlier.copy"
    path.write_bytes(lzma.decompress((HERE / f"schema-{request.param}.db.xz").read_bytes()))
    path.chmod(0o600)
    return path
