"""A database as an earlier version left it, with families, talks, a case and a STOP in it."""

import lzma
from pathlib import Path

import pytest

from tests.bot.cli.conftest import bare
from tests.upgrading.record import HERE

__all__ = ["CODE", "NAME", "SCHEMA", "bare", "earlier"]  # `bare` is the operator of the commands' tests
NAME, SCHEMA = "schema-0026", "0026"
CODE = "8902209c60bfa0066536b6d78aee61a1e35f475b"  # what made it


@pytest.fixture
def earlier(tmp_path: Path) -> Path:
    """A copy that the earlier version took of its embedded database."""
    path = tmp_path / "earlier.copy"
    path.write_bytes(lzma.decompress((HERE / f"{NAME}.db.xz").read_bytes()))
    path.chmod(0o600)
    return path
