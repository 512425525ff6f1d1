"""What a reader is told: no tracked file leads anywhere it should not, and links within the docs land."""

import re
import subprocess
from pathlib import Path
from urllib.parse import unquote

ROOT = Path(__file__).resolve().parent.parent

# written in two parts, so that this file does not find itself
HOSTS = [
    "py" + "pi.org",
    "files.python" + "hosted.org",
    "registry.npm" + "js.org",
    "registry.yarn" + "pkg.com",
    "deb.de" + "bian.org",
    "security.de" + "bian.org",
    "proxy.golang" + ".org",
]
MACHINE = [
    r"(?<![\w/.-])/wo" + r"rk/",
    r"/opt/py" + r"pi",
    r"/opt/wh" + r"eels",
    r"(?<![\w.-])/ro" + r"ot/",
    r"/home/\w+/",
]
LINK = re.compile(r"\]\(([^)\s]+)\)")


def tracked() -> list[Path]:
    told = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True, text=True)
    return [ROOT / name for name in told.stdout.split("\0") if name and (ROOT / name).is_file()]


def test_no_file_names_a_registry_or_a_machine() -> None:
    """Claim: no tracked file, locks included, names a download host or a path of somebody's machine."""
    pattern = re.compile("|".join([*map(re.escape, HOSTS), *MACHINE]))
    found = []
    for path in tracked():
        content = path.read_bytes()
        if b"\0" not in content[:8000]:
            lines = enumerate(content.decode("utf-8", "replace").splitlines(), 1)
            found += [f"{path.relative_to(ROOT)}:{n}" for n, line in lines if pattern.search(line)]
    assert found == []


def test_the_locks_name_no_address_at_all() -> None:
    """Claim: a lock says what and its hash, never where from: that is each installation's own to choose."""
    for path in tracked():
        if path.name.endswith(".lock") or path.name == "package-lock.json":
            assert not re.search(r"https?://", path.read_text()), path.name


def test_links_between_documents_land() -> None:
    """Claim: every relative link of a Markdown file leads to a file that is there."""
    broken = []
    for path in tracked():
        if path.suffix != ".md":
            continue
        for link in LINK.findall(path.read_text()):
            target = unquote(link.partition("#")[0])
            if target and not re.match(r"[a-z]+:|/", target) and not (path.parent / target).exists():
                broken.append(f"{path.relative_to(ROOT)}: {link}")
    assert broken == []


def test_every_decision_is_a_page() -> None:
    """Claim: decisions are numbered with no gap and no double, and each names the alternative it refused."""
    pages = sorted((ROOT / "docs" / "decisions").glob("[0-9]*.md"))
    assert [int(page.name[:4]) for page in pages] == list(range(1, len(pages) + 1))
    for page in pages:
        assert "Refused" in page.read_text(), page.name


def test_every_package_that_runs_is_credited() -> None:
    """Claim: docs/third-party.md names each package of the lock, with a licence."""
    credited = re.findall(r"^\| ([a-z0-9-]+) \| \S", (ROOT / "docs" / "third-party.md").read_text(), re.MULTILINE)
    running = re.findall(r"^([a-z0-9-]+)==", (ROOT / "requirements.lock").read_text(), re.MULTILINE)
    assert set(running) <= set(credited)
