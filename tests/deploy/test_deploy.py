"""What `deploy/` holds, run in a clean tree: a copy of what git keeps, in folders of its own.

The copy is of the working tree without what git ignores, so that what is being written is tried as it will be kept.
"""

import configparser
import http.client
import os
import shlex
import shutil
import ssl
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.settings import Settings
from bot.store.sealed import new_key
from tests.conftest import missing
from tests.running import Running, free_port

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"
UNITS = sorted([*DEPLOY.glob("*.service"), *DEPLOY.glob("*.timer")])
NGINX_MISSING = "nginx is missing, so its example cannot be tried; on Debian: apt-get install nginx-light"
SYSTEMD_MISSING = "systemd-analyze is missing, so the units cannot be verified; on Debian: apt-get install systemd"


def program(name: str, words: str) -> str:
    found = shutil.which(name) or shutil.which(name, path="/usr/sbin:/sbin")
    return found or missing(words)


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The machine as the guide leaves it, under a folder: /opt/thrive, /etc/thrive, /var/lib/thrive.

    What set-up builds is taken from this checkout: the virtual environment by its interpreter, and the assets.
    """
    root = tmp_path_factory.mktemp("machine")
    opt, etc = root / "opt/thrive", root / "etc/thrive"
    for folder in (opt, etc):
        folder.mkdir(parents=True)
    guided(root, "install -d -m 700 -o thrive -g thrive /var/lib/thrive")
    guided(root, "install -d -m 700 -o thrive -g thrive /var/lib/thrive/copies")
    kept = (
        subprocess.run(
            ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
            cwd=ROOT,
            capture_output=True,
            check=True,
        )
        .stdout.decode()
        .split("\0")
    )
    for name in filter(None, kept):
        if not name.startswith(("tests/", "docs/", "bench/")) and (ROOT / name).is_file():
            (opt / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, opt / name)
    shutil.copytree(ROOT / "bot/web/static/vendor", opt / "bot/web/static/vendor")
    command = opt / ".venv/bin/thrive"
    command.parent.mkdir(parents=True)
    start = f"import sys; sys.path.insert(0, {str(opt)!r}); from bot.cli import main; sys.exit(main())"
    command.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -I -c {shlex.quote(start)} "$@"\n')
    command.chmod(0o755)
    shutil.copyfile(ROOT / "content/council.yaml", etc / "council.yaml")
    settings = here(root, (DEPLOY / "service.env.example").read_text())
    keys = f"SECRET_KEY={'s' * 48}\nDATA_KEYS=a:{new_key()}\nPHONE_INDEX_KEY={new_key()}\n"
    (etc / "service.env").write_text(settings + keys)
    return root


def guided(root: Path, line: str) -> None:
    """A line that the guide tells, done by whoever runs the tests, in the folders of this machine."""
    assert line in (ROOT / "docs/installing.md").read_text().splitlines()
    words = shlex.split(here(root, line.replace(" -o thrive -g thrive", "")))
    subprocess.run(words, check=True)


def asked(root: Path, *words: str, **settings: str) -> subprocess.CompletedProcess[str]:
    """A command of the service with the example's settings and no others but these."""
    clean = {"PATH": "/usr/bin:/bin", **environment(root), **settings}
    command = [str(root / "opt/thrive/.venv/bin/thrive"), *words]
    return subprocess.run(
        command, env=clean, cwd=root / "opt/thrive", capture_output=True, text=True, check=False
    )  # fmt: skip


def here(root: Path, text: str) -> str:
    """A file of `deploy/` with the folders of a machine moved under `root`."""
    for folder in ("/opt/thrive", "/etc/thrive", "/var/lib/thrive"):
        text = text.replace(folder, str(root) + folder)
    return text


def environment(root: Path) -> dict[str, str]:
    lines = (root / "etc/thrive/service.env").read_text().splitlines()
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


def unit(root: Path, name: str) -> configparser.RawConfigParser:
    read = configparser.RawConfigParser(strict=False, interpolation=None)
    read.optionxform = str  # type: ignore[assignment,method-assign]
    read.read_string(here(root, (DEPLOY / name).read_text()))
    return read


def started_by(root: Path, name: str, **instead: str) -> list[str]:
    """What a unit runs, as systemd would split it."""
    line = unit(root, name)["Service"]["ExecStart"].replace("%%", "%").replace("$$", "$")
    for old, new in instead.items():
        line = line.replace(old.replace("_", " "), new)
    return shlex.split(line)


@pytest.fixture(scope="module")
def served(tree: Path) -> Iterator[Running]:
    """thrive.service's own command, in its own folder, with the example's settings; another port than the real one."""
    port = free_port()
    command = [part if part != "8000" else str(port) for part in started_by(tree, "thrive.service")]
    clean = {"PATH": "/usr/bin:/bin", **environment(tree)}
    running = Running(["env", "-i", "-C", str(tree / "opt/thrive"), *(f"{k}={v}" for k, v in clean.items()), *command],
                      port=port, environment={}, log=tree / "server.log")  # fmt: skip
    running.start()
    try:
        yield running
    finally:
        running.kill()


def test_every_unit_is_one_that_systemd_takes(tree: Path) -> None:
    """Claim: systemd itself finds no fault in any unit or timer, with the command where the guide puts it."""
    verify = program("systemd-analyze", SYSTEMD_MISSING)
    units = tree / "units"
    units.mkdir()
    for path in UNITS:
        (units / path.name).write_text(here(tree, path.read_text()))
    names = [str(units / path.name.replace("@.", "@worker.")) for path in UNITS]
    (units / "thrive-role@worker.service").write_text((units / "thrive-role@.service").read_text())
    done = subprocess.run([verify, "verify", "--man=no", *names], capture_output=True, text=True, check=False)
    ours = [line for line in done.stderr.splitlines() if "thrive" in line and "docs/" not in line]
    assert (done.returncode, ours) == (0, [])


def test_the_example_settings_are_settings(tree: Path) -> None:
    """Claim: the example names no setting that the service does not know, and with keys it starts."""
    settings = Settings.from_env(environment(tree))
    assert settings.public_url == "https://text.example.gov.uk"
    assert settings.trusted_proxies == ("127.0.0.1",)
    known = (ROOT / "bot/settings.py").read_text()
    for line in (DEPLOY / "service.env.example").read_text().splitlines():
        name = line.lstrip("#").split("=")[0]
        assert not name.isupper() or f'"{name}"' in known, name


@pytest.mark.fault
def test_what_is_asked_before_the_first_start_answers(tree: Path) -> None:
    """Claim: the doctor says what the guide says that it does; where the folder is not the service's to write, it names
    that, and does not break."""
    first = asked(tree, "doctor", DATABASE_URL=f"sqlite:///{tree}/var/lib/thrive/first.db")
    assert "ok  database" in first.stdout, first.stderr
    assert "NOT schema" in first.stdout
    away = asked(tree, "doctor", DATABASE_URL=f"sqlite:///{tree}/etc/thrive/service.env/thrive.db")
    assert away.returncode == 1
    assert "NOT database    Its folder cannot be made or written to" in away.stdout, away.stderr


# A settings file, and what systemd 252 makes of each name in it (its environment.d reader has the same states).
AS_SYSTEMD_READS = [
    ("\n# a comment\nA=smtp://u:p$HOME&x;y`z`@mail.example:587\nB=no end of line", {
        "A": "smtp://u:p$HOME&x;y`z`@mail.example:587", "B": "no end of line",
    }),
    ("A=one\r\nB=two\r\n; also a comment\r\n", {"A": "one", "B": "two"}),
    ("A=\"p@ss word\"\nB='it is $HOME'\nC=it's\nD=a \"b\" c\n", {
        "A": "p@ss word", "B": "it is $HOME", "C": "it's", "D": 'a "b" c',
    }),
    ("A='it'\\''s'\nB=\"say \\\"x\\\" \\d\"\nC=back\\\\slash\nD=a\\ \n", {
        "A": "it''s'", "B": 'say "x" \\d', "C": "back\\slash", "D": "a ",
    }),
    (" A =  one  two \t\nB=one\\\ntwo\nC='one\ntwo'\nD=x#y;z\n", {
        "A": "one  two", "B": "onetwo", "C": "one\ntwo", "D": "x#y;z",
    }),
    ("no setting\n1A=x\nA-B=x\nexport C=x\nD=\nE='x'y 'z'\n", {"D": "", "E": "xy 'z'"}),
]  # fmt: skip


@pytest.mark.fault
@pytest.mark.parametrize(("written", "read"), AS_SYSTEMD_READS, ids=range(len(AS_SYSTEMD_READS)))
def test_an_operators_command_has_the_settings_as_systemd_reads_them(
    tree: Path, written: str, read: dict[str, str]
) -> None:
    """Claim: `as-thrive`, which the guide puts in place, runs a command with what the service has of the same file:
    quotes, backslashes, carriage returns, blanks and comments as systemd reads them, and nothing for the shell."""
    (tree / "etc/thrive/strange.env").write_bytes(written.encode())
    script = here(tree, (DEPLOY / "as-thrive").read_text()).replace("service.env", "strange.env")
    command = f"{tree}/opt/thrive/.venv/bin/thrive"
    assert f"exec runuser -u thrive -- {command}" in script
    (tree / "as-thrive").write_text(script.replace(f"runuser -u thrive -- {command}", "env -0"))
    done = subprocess.run(
        ["sh", str(tree / "as-thrive")], capture_output=True, text=True, check=False, env={"PATH": os.environ["PATH"]}
    )
    told = dict(one.split("=", 1) for one in done.stdout.split("\0") if one)
    assert {name: value for name, value in told.items() if name not in {"PATH", "PWD", "_"}} == read, done.stderr


@pytest.mark.fault
def test_what_systemd_reads_in_two_ways_is_refused(tree: Path) -> None:
    """Claim: a comment that ends in a backslash is told, and no command runs; the script as it stands runs ours."""
    strange = tree / "etc/thrive/strange.env"
    strange.write_text("# a folder of theirs: C:\\\nSECOND_FACTOR=required\n")
    script = here(tree, (DEPLOY / "as-thrive").read_text()).replace("runuser -u thrive -- ", "")
    (tree / "as-thrive").write_text(script.replace("service.env", "strange.env"))
    refused = subprocess.run(["sh", str(tree / "as-thrive"), "--version"], capture_output=True, text=True, check=False)
    assert (refused.returncode, refused.stdout) == (1, "")
    assert "ends in a backslash" in refused.stderr
    (tree / "as-thrive").write_text(script)
    version = subprocess.run(["sh", str(tree / "as-thrive"), "--version"], capture_output=True, text=True, check=False)
    assert version.stdout.startswith("thrive "), version.stderr


@pytest.mark.fault
def test_the_councils_own_file_is_what_lint_reads(tree: Path) -> None:
    """Claim: a slip in the file that COUNCIL names is told before it is served, though the shipped one is whole."""
    council = tree / "etc/thrive/council-with-a-slip.yaml"
    council.write_text((ROOT / "content/council.yaml").read_text() + "\nnosuch: 1\n")
    told = asked(tree, "lint", str(tree / "opt/thrive/content"), COUNCIL=str(council))
    assert told.returncode == 1, told.stderr
    assert "council.yaml" in told.stdout
    assert "nosuch" in told.stdout


@pytest.mark.fault
def test_the_unit_serves_from_a_clean_tree(served: Running, tree: Path) -> None:
    """Claim: the command of the unit serves what git keeps, with only the settings file and no other environment; its
    database is in its own folder, which alone it writes to."""
    request = urllib.request.Request(f"{served.url}/help", headers={"Host": "text.example.gov.uk"})
    with urllib.request.urlopen(request) as answer:
        assert "Find help near you" in answer.read().decode()
    assert (tree / "var/lib/thrive/thrive.db").is_file()
    written = {
        path.name for path in (tree / "opt/thrive").rglob("*") if path.is_file() and path.suffix in {".db", ".log"}
    }
    assert written == set()


@pytest.mark.fault
def test_the_backup_unit_copies_while_it_serves(served: Running, tree: Path) -> None:
    """Claim: what the timer starts makes a whole copy of the running service's database."""
    done = subprocess.run(
        started_by(tree, "thrive-backup.service"), env={"PATH": "/usr/bin:/bin", **environment(tree)},
        cwd=tree / "opt/thrive", capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert served.answers()
    assert [path.suffix for path in (tree / "var/lib/thrive/copies").iterdir()] == [".db"]


@pytest.mark.fault
def test_a_role_apart_is_refused_on_an_embedded_database(tree: Path) -> None:
    """Claim: the units for several machines start nothing where they would do harm, and say why."""
    command = [part.replace("%i", "worker") for part in started_by(tree, "thrive-role@.service")]
    done = subprocess.run(
        command, env={"PATH": "/usr/bin:/bin", **environment(tree)}, cwd=tree / "opt/thrive", capture_output=True,
        text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert "Roles apart need PostgreSQL" in done.stderr


@pytest.fixture(scope="module")
def proxy(served: Running, tree: Path) -> Iterator[tuple[int, int]]:
    """nginx with the example, before the service: on free ports, with a certificate made here, and with the log of
    pages that a distribution's own settings switch on. Gives the plain port and the TLS port."""
    nginx = program("nginx", NGINX_MISSING)
    openssl = program("openssl", "openssl is missing; on Debian: apt-get install openssl")
    pem, key = tree / "fullchain.pem", tree / "privkey.pem"
    make = [openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=text.example.gov.uk"]
    subprocess.run([*make, "-keyout", str(key), "-out", str(pem)], check=True, capture_output=True)
    plain, tls = free_port(), free_port()
    example = (DEPLOY / "nginx.conf").read_text()
    for old, new in {
        "listen 80;": f"listen 127.0.0.1:{plain};", "listen [::]:80;": "", "listen [::]:443 ssl;": "",
        "listen 443 ssl;": f"listen 127.0.0.1:{tls} ssl;", "/etc/ssl/thrive": str(tree),
        "http://127.0.0.1:8000": served.url, "/var/log/nginx": str(tree),
    }.items():  # fmt: skip
        assert old in example
        example = example.replace(old, new)
    folders = "".join(
        f"{kind}_temp_path {tree}/nginx-{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    config = tree / "nginx.conf"
    around = f"{folders} access_log {tree}/access.log;"
    config.write_text(f"pid {tree}/nginx.pid; daemon off; events {{}} http {{ {around} {example} }}")
    command = [nginx, "-c", str(config), "-p", str(tree), "-e", str(tree / "start.log")]
    checked = subprocess.run([*command, "-t"], capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stderr
    running = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield plain, tls
    finally:
        running.terminate()
        running.wait(timeout=10)


def through(port: int, path: str, **headers: str) -> tuple[int, str, dict[str, str]]:
    trusting = ssl.create_default_context()
    trusting.check_hostname, trusting.verify_mode = False, ssl.CERT_NONE
    named = {"Host": "text.example.gov.uk", **{name.replace("_", "-"): value for name, value in headers.items()}}
    request = urllib.request.Request(f"https://127.0.0.1:{port}{path}", headers=named)
    for _ in range(50):
        try:
            with urllib.request.urlopen(request, context=trusting) as answer:
                return answer.status, answer.read().decode(), dict(answer.headers)
        except urllib.error.HTTPError as refused:
            return refused.code, "", dict(refused.headers)
        except urllib.error.URLError:
            time.sleep(0.1)
    pytest.fail("nginx does not answer")


@pytest.mark.fault
def test_nginx_serves_it_over_tls(proxy: tuple[int, int], tree: Path) -> None:
    """Claim: nginx takes the example, pages come through with their own headers, cookies are Secure, metrics stay in,
    and no log of nginx's holds an address of a page or a person."""
    plain, tls = proxy
    status, page, headers = through(tls, "/help?need=domestic-abuse", X_Forwarded_For="198.51.100.7")
    assert status == 200
    assert "Find help" in page
    assert "max-age=" in headers["Strict-Transport-Security"]
    assert "__Host-" in headers["Set-Cookie"]
    assert through(tls, "/metrics")[0] == 404
    typed = http.client.HTTPConnection("127.0.0.1", plain, timeout=10)
    typed.request("GET", "/help?need=domestic-abuse", headers={"Host": "text.example.gov.uk"})
    answer = typed.getresponse()
    assert (answer.status, answer.getheader("Location")) == (
        308,
        "https://text.example.gov.uk/help?need=domestic-abuse",
    )
    typed.close()
    logs = [path for path in tree.rglob("*.log") if path.is_file() and not path.is_relative_to(tree / "opt")]
    assert tree / "server.log" in logs
    for log in logs:
        told = log.read_text()
        assert "domestic-abuse" not in told, log
        assert "198.51.100.7" not in told, log
