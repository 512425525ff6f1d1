"""`thrive cases export`: the sheet by the published mapping or one beside it, for its owner alone, and refusals."""

import csv
import errno
import io
import os
import stat
from pathlib import Path

import pytest

from bot.settings import ROOT
from tests.bot.cli.conftest import Operator
from tests.houses import ON_SQLITE, Home
from tests.web.referring import a_referral
from tests.web.standing import a_case

SHIPPED = (ROOT / "content" / "documents" / "case-system.yaml").read_text()


def rows(path: Path) -> list[dict[str, str]]:
    body = path.read_bytes()
    assert body.startswith(b"\xef\xbb\xbf")  # a spreadsheet reads every letter right
    return list(csv.DictReader(io.StringIO(body.decode("utf-8-sig"), newline="")))


@ON_SQLITE
def test_cases_are_written_in_the_columns_of_the_case_system(served: Home, bare: Operator, tmp_path: Path) -> None:
    """Claim: a row a referral of these days, codes and dates as the mapping says, no cell a formula, names of others
    held back; escalations apart; nobody else may read the file; it is audited with the days and the count."""
    answers = '{"worried": "=HYPERLINK(1)\\nhe shouts", "language": "pl", "phone": "+447700900777"}'
    ref = a_referral(
        served, "Zażółć", answers=answers, words="=HYPERLINK(1)\nhe shouts", sender="+447700900401"
    )  # fmt: skip
    a_case(served, "Bo", sender="+447700900402")
    path = tmp_path / "cases.csv"
    done = bare("cases", "export", str(path), "--since", "2026-11-23", "--until", "2026-11-23", "--json")
    assert (done.code, done.json["cases"]) == (0, 1), done.err
    (row,) = rows(path)
    assert row["External reference"] == ref
    assert (row["Date of contact"], row["Contact type"], row["Priority"]) == ("23/11/2026", "SELF", "P3")
    assert (row["Forename"], row["First language"], row["Threshold level"]) == ("Zażółć", "Polish", "")
    assert row["Worries"] == "'=HYPERLINK(1); he shouts"
    assert row["Telephone"] == "07700 900401"
    assert row["Source"] == "Self-referral by text or web chat"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert ("cases.export", "cases:2026-11-23..2026-11-23", "referral: 1") in served.audited()
    others = bare("cases", "export", str(tmp_path / "others.csv"), "--kind", "escalation")
    assert others.code == 0
    assert "Bo" in {row["Forename"] for row in rows(tmp_path / "others.csv")}
    before = bare("cases", "export", str(tmp_path / "before.csv"), "--until", "2026-11-22", "--json")
    assert (before.code, before.json["cases"], before.json["since"]) == (0, 0, "2026-11-16")


@ON_SQLITE
def test_what_is_wrong_is_refused_and_nothing_is_written(served: Home, bare: Operator, tmp_path: Path) -> None:
    """Claim: a broken mapping is told with file, line and key, a day that is none (an empty one too) by its option, a
    file that stands by its name; then no file is made and nothing is audited."""
    path, mapping = tmp_path / "cases.csv", tmp_path / "theirs.yaml"
    mapping.write_text(SHIPPED.replace("  worried: Worries", "  worryed: Worries"))
    refused = bare("cases", "export", str(path), "--mapping", str(mapping))
    line = SHIPPED[: SHIPPED.index("  worried: Worries")].count("\n") + 1
    assert refused.code == 1
    assert f"theirs.yaml:{line}: worryed: no field 'worryed'; did you mean worried?" in refused.err
    days = ("--since", "monday"), ("--since", ""), ("--until", ""), ("--since", "2026-11-24", "--until", "2026-11-23")
    for arguments in days:
        assert bare("cases", "export", str(path), *arguments).code == 1
    assert not path.exists()
    path.write_text("mine")
    assert bare("cases", "export", str(path)).code == 1
    assert path.read_text() == "mine"
    assert not [action for action, _, _ in served.audited() if action == "cases.export"]
    assert bare("cases", "export", str(path), "--force").code == 0
    mapping.write_text("columns: {reference: Ref, raised-on: Came}\ndates: dd-mmm-yyyy\nencoding: utf-8\n")
    a_referral(served)
    assert bare("cases", "export", str(path), "--force", "--mapping", str(mapping)).code == 0
    assert path.read_text().splitlines()[1].endswith(",23-Nov-2026")


@ON_SQLITE
def test_a_file_that_cannot_be_written_was_not_taken(
    served: Home, bare: Operator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Claim: a folder that is not there, a folder in the file's place and a full disk are told by name, leave nothing
    new on the disk, a file that stood there as it was, and no row of the audit."""
    a_referral(served)
    path, stood = tmp_path / "cases.csv", tmp_path / "mine.csv"
    stood.write_text("mine")
    for where in (tmp_path / "nowhere" / "cases.csv", tmp_path):
        refused = bare("cases", "export", str(where), "--force")
        assert (refused.code, str(where) in refused.err) == (1, True)

    def full(_file: int, _from: int, size: int) -> None:
        assert size > 100
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "posix_fallocate", full)
        for where in (path, stood):
            refused = bare("cases", "export", str(where), "--force")
            assert (refused.code, "No space left" in refused.err) == (1, True)
    assert not path.exists()
    assert stood.read_text() == "mine"
    assert not [action for action, _, _ in served.audited() if action == "cases.export"]
    stood.write_text("mine " * 10_000)
    assert bare("cases", "export", str(stood), "--force").code == 0
    assert len(rows(stood)) == 1


@pytest.mark.parametrize("arguments", [("cases",), ("cases", "export"), ("cases", "export", "x.csv", "--kind", "all")])
def test_usage_is_told(bare: Operator, arguments: tuple[str, ...]) -> None:
    assert bare(*arguments).code == 2
