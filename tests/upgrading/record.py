"""Record a database as an earlier version made it: `python -m tests.upgrading.record REF`, where REF is its tag.

The version's own code, taken from the history, makes the data and the copy. Everybody in it is invented; the numbers
are Ofcom's for drama, the keys those of the tests. Done once a release (docs/releases.md), and never again after: what
is recorded is what that version wrote.
"""

import io
import lzma
import os
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

from tests.bot.cli.conftest import SETTINGS

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).resolve().parent

# Run by the earlier version's own interpreter path: it may use only what that version has.
MAKES = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from bot.cli import main
from tests.bot.cli.conftest import sheet
from tests.houses import AT, make_home

folder = Path(sys.argv[1])
(folder / "clock").write_text(repr((AT - datetime.now(UTC)).total_seconds()))
assert main(["db", "upgrade"]) == 0
home = make_home(f"sqlite:///{folder}/thrive.db")
home.living()
assert main(["enrol", str(sheet(folder / "families.csv", rows=3, on=AT.date()))]) == 0
for sender, words in (
    ("+447700900321", ["hello", "my 4yr old is not talking much yet, SW18 2PU"]),
    ("+447700900322", ["he hit me and hes outside now"]),
    ("+447700900323", ["hello", "STOP"]),
    ("+447700900324", ["REFER"]),
):
    for text in words:
        home.talk(text, sender=sender)
home.house.db.close()
assert main(["backup", str(folder / "copy.db")]) == 0
"""


def code_of(ref: str, folder: Path) -> None:
    """The tree of a version, without its history. Raises CalledProcessError where this clone does not have it."""
    made = subprocess.run(["git", "archive", ref], cwd=ROOT, capture_output=True, check=True)
    with tarfile.open(fileobj=io.BytesIO(made.stdout)) as tree:
        tree.extractall(folder, filter="data")


def recorded(ref: str) -> bytes:
    """A copy of the database that the code of `ref` makes, packed."""
    with tempfile.TemporaryDirectory() as name:
        folder, code = Path(name), Path(name) / "code"
        code.mkdir()
        code_of(ref, code)
        settings = {
            **SETTINGS, "DATABASE_URL": f"sqlite:///{folder}/thrive.db", "PYTHONPATH": str(code),
            "CLOCK_FILE": str(folder / "clock"),
        }  # fmt: skip
        command = [sys.executable, "-c", MAKES, str(folder)]
        subprocess.run(command, cwd=code, env={"PATH": os.environ["PATH"], **settings}, check=True)
        return lzma.compress((folder / "copy.db").read_bytes(), preset=9)


def main() -> int:
    if len(sys.argv) != 3:
        print("python -m tests.upgrading.record REF NAME", file=sys.stderr)
        return 2
    ref, name = sys.argv[1:]
    (HERE / f"{name}.db.xz").write_bytes(recorded(ref))
    return 0


if __name__ == "__main__":
    sys.exit(main())
