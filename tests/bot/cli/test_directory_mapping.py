"""`thrive directory import --mapping`: another system's export read as our sheet."""

import re
from pathlib import Path

from tests.bot.cli.conftest import Operator

GUIDE = (Path(__file__).parents[3] / "docs" / "directory.md").read_text(encoding="utf-8")
MAPPING = re.search(r"```yaml\n(title: Our old directory.*?)```", GUIDE, re.DOTALL)[1]  # type: ignore[index]
EXPORT = (
    "Service title,Provider,Parent body,Tel,Post code,Places?,Their own\n"
    '"Zebra club, the",,Zebra & Co,020 7946 0001,SW18 2PU,Yes,x\n'
    ",Nobody,,,,,\n"
)


def test_the_guides_mapping_reads_an_export(thrive: Operator, tmp_path: Path) -> None:
    """Claim: the mapping of docs/directory.md works as written; the first column with something in it counts, words are
    turned into ours, constants fill in; a row with no name is refused by its number; an ill mapping and a sheet
    without its columns are refused by name; the shipped sheet that the guide names is a template that reads clean."""
    sheet, mapping = tmp_path / "export.csv", tmp_path / "ours.yaml"
    sheet.write_text(EXPORT)
    mapping.write_text(MAPPING)
    done = thrive("directory", "import", str(sheet), "--mapping", str(mapping), "--json")
    assert (done.code, len(done.json["added"])) == (0, 1), done.err
    assert [(line["where"], line["reason"]) for line in done.json["refused"]] == [("row 3", "no name")]
    found = thrive("search", "zebra club", "--postcode", "SW18 2PU", "--json").json["results"][0]
    assert (found["name"], found["organisation"]) == ("Zebra club, the", "Zebra & Co")
    mapping.write_text(MAPPING.replace("phone: Tel", "telephone: Tel"))
    ill = thrive("directory", "import", str(sheet), "--mapping", str(mapping))
    assert ill.code == 1
    assert "telephone" in ill.err
    mapping.write_text(MAPPING.replace("phone: Tel", "phone: Handy"))
    assert "'Handy'" in thrive("directory", "import", str(sheet), "--mapping", str(mapping)).err
    assert thrive("directory", "import", "--sample", "--mapping", str(mapping)).code == 2
    template = Path(__file__).parents[3] / "directory" / "data" / "samples.csv"
    clean = thrive("directory", "import", str(template), "--dry-run", "--json")
    assert (clean.code, clean.json["refused"]) == (0, [])
