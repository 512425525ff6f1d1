"""Logs carry ids, never words, names or numbers: also when a step, the database or the provider fails."""

import base64
import contextlib
import html
import io
import json
import logging
import socket
import sys
import time
import urllib.parse
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest
import requests
import sqlalchemy as sa
import structlog

from bot.app import build
from bot.clockwork import tick
from bot.logs import set_up_logs
from bot.store.database import normalise
from bot.turn import receive as receiving
from bot.turn import touches
from messages.channel import Accepted
from tests.houses import Home
from tests.story.service import Service, service, until
from tests.turn.families import enrol, four_weeks_ago, row

PLANTED = ("Quillfeather", "flibbertigibbet", "7700900451", "xylophone")
A = "+447700900451"


@pytest.fixture
def logs(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    written = io.StringIO()
    before, root = structlog.get_config(), logging.getLogger()
    handlers, level = list(root.handlers), root.level
    root.handlers.clear()
    with monkeypatch.context() as patch:
        patch.setattr(sys, "stderr", written)
        set_up_logs()
    yield written
    structlog.configure(**before)
    root.handlers[:] = handlers
    root.setLevel(level)


def _break(*_: object, **__: object) -> Accepted:
    raise RuntimeError(f"{A} Quillfeather said flibbertigibbet")


def test_no_log_line_holds_a_planted_word(home: Home, monkeypatch: pytest.MonkeyPatch, logs: io.StringIO) -> None:
    """A whole run with every part broken in turn, each fault with the family's words in its own."""
    enrol(home, row("P1", A, four_weeks_ago(home)).replace("NameP1", "Quillfeather"))
    home.talk("he has a knife says Quillfeather flibbertigibbet", sender=A)
    for owner, name in ((receiving, "step"), (receiving, "_screen"), (receiving, "apply"), (touches, "run")):
        with monkeypatch.context() as patch:
            patch.setattr(owner, name, _break)
            home.text("flibbertigibbet xylophone", sender=A)
            home.later(hours=2)
            tick(home.house)
    home.pigeon.does = _break
    home.text("hello", sender=A)
    home.send()
    app = build(home.house.settings, house=home.house)
    app.config["PROPAGATE_EXCEPTIONS"] = False
    app.add_url_rule("/broken", view_func=_break)
    assert app.test_client().get("/broken").status_code == 500
    told = logs.getvalue()
    assert "step failed" in told
    assert "RuntimeError in _break" in told  # of a page: where it broke, without what it said
    assert [word for word in PLANTED if word in told] == []


def _said_by_a_library(log: logging.Logger, words: str) -> None:
    """Every way in which a library puts what it was given into a line."""
    log.warning("retrying %s", words)
    log.warning("retrying {}".format(words))  # noqa: G001, UP032 - as gunicorn does
    log.warning(f"retrying {words}")  # noqa: G004 - as many do
    log.warning("retrying " + words)  # noqa: G003
    log.warning(words)
    log.warning("%(words)s", {"words": words})
    log.warning(ValueError(words))
    log.warning("with extra", extra={"words": words})
    try:
        try:
            raise KeyError(words)
        except KeyError as fault:
            raise ValueError(words) from fault
    except ValueError:
        log.exception("failed with %s", words, stack_info=True)


def test_a_librarys_line_is_its_place_and_its_constant(logs: io.StringIO) -> None:
    """Claim: whatever a library does with what it was given, its line holds where it was said, the message as it stands
    in the code, and the kinds of a fault; nothing else of it."""
    _said_by_a_library(logging.getLogger("a_library.of_theirs"), PLANTED[0] + PLANTED[2])
    told = logs.getvalue()
    assert [word for word in PLANTED if word in told] == []
    lines = [json.loads(line) for line in told.splitlines()]
    assert len(lines) == 9
    assert {line["logger"] for line in lines} == {"a_library.of_theirs"}
    assert all(line["place"].startswith("test_logs._said_by_a_library:") for line in lines)
    assert [line.get("said") for line in lines] == [
        "retrying %s", None, None, None, None, "%(words)s", None, "with extra", "failed with %s",
    ]  # fmt: skip
    assert lines[-1]["fault"] == "ValueError in _said_by_a_library"
    assert lines[-1]["because"] == ["KeyError"]


def forms(word: str) -> dict[str, bytes]:
    """A word as it could stand in a file: as it is, and as each encoding of the web and of Python writes it."""
    raw = word.encode()
    found = {
        "plain": raw,
        "utf-16": word.encode("utf-16-le"),
        "url": urllib.parse.quote(word, safe="").encode(),
        "json": json.dumps(word)[1:-1].encode(),
        "python": word.encode("unicode_escape"),
        "bytes": repr(raw)[2:-1].encode(),
        "html": html.escape(word).encode(),
        "html numbers": "".join(f"&#{ord(c)};" for c in word).encode(),
        "hex": raw.hex().encode(),
    }
    for shift in range(3):  # base64 of it in the middle of something: the edges depend on what stands beside
        coded = base64.b64encode(b"\0" * shift + raw)
        whole = coded[(0, 2, 3)[shift] : len(coded) // 4 * 4 - 4]
        found[f"base64 {shift}"] = whole
        found[f"base64 url {shift}"] = whole.translate(bytes.maketrans(b"+/", b"-_"))
    return found


def found_in(text: bytes, planted: tuple[str, ...]) -> list[tuple[str, str]]:
    lower = text.lower()
    return [
        (word, form)
        for word in planted
        for form, coded in forms(word).items()
        if (coded in text if form.startswith("base64") else coded.lower() in lower)
    ]


def test_the_search_finds_each_form() -> None:
    """Claim: the search below is no blind one: each form of a word is found wherever it stands in a line."""
    for word in (*PLANTED, "Żółcińska", "07700 900452"):
        for said in (f"a{word}b", f"ab{word}c", f"abc {word}"):
            for form, encode in WRITERS.items():
                assert found_in(encode(said), (word,)), (word, form)
    assert found_in(b"nothing of theirs", PLANTED) == []


WRITERS: dict[str, Callable[[str], bytes]] = {
    "plain": str.encode,
    "upper": lambda said: said.upper().encode() if said.isascii() else said.encode(),
    "url": lambda said: urllib.parse.quote(said).encode(),
    "json": lambda said: json.dumps({"said": said}).encode(),
    "repr": lambda said: ascii(said).encode(),
    "bytes": lambda said: repr(said.encode()).encode(),
    "base64": lambda said: base64.b64encode(said.encode()),
    "base64 url": lambda said: base64.urlsafe_b64encode(said.encode()),
    "hex": lambda said: said.encode().hex().encode(),
}

# What families, staff and strangers of the long run say. Each is one that no code, path or setting holds.
NAMES = ("Quillfeather", "Żółcińska", "Brambleworth")
SAID = ("flibbertigibbet", "xylophonist", "hullabaloo", "gobbledygook", "snollygoster")
NUMBERS = tuple(f"+4477009004{n:02}" for n in range(51, 75))
PLACES = ("SW18 2PU", "SW182PU")
EMAIL = "quillfeather.private@family.example"
SECRETS = (*NAMES, *SAID, *(n.removeprefix("+44") for n in NUMBERS), *PLACES, EMAIL)
QUICK = (
    "500-before",
    "500-after",
    "empty-201",
    "blank-201",
    "broken-json",
    "drop-before",
    "drop-after",
    "429",
    "21610",
)


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def living(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Service]:
    """A service whose libraries tell everything, with all that it could write in one folder."""
    folder, kept = tmp_path / "service", tmp_path / "database"
    for made in (folder, folder / "tmp", kept):
        made.mkdir()
    url = f"sqlite:///{kept / 'thrive.db'}"
    if request.param == "postgres":
        url = request.getfixturevalue("postgres_cluster").fresh()
    more = {"LOG_LEVEL": "debug", "TMPDIR": str(folder / "tmp"), "TRUSTED_PROXIES": "10.0.0.9"}
    with service(folder, url, more=more) as running:
        yield running


@contextlib.contextmanager
def without(living: Service, table: str) -> Iterator[None]:
    """The database says no, in the middle of what it is asked: a table is not there."""
    engine = sa.create_engine(normalise(living.environment["DATABASE_URL"]), isolation_level="AUTOCOMMIT")
    with engine.connect() as tx:
        if engine.dialect.name == "sqlite":
            tx.exec_driver_sql("PRAGMA busy_timeout=20000")
        tx.exec_driver_sql(f"ALTER TABLE {table} RENAME TO {table}_away")
        try:
            yield
        finally:
            tx.exec_driver_sql(f"ALTER TABLE {table}_away RENAME TO {table}")
    engine.dispose()


@contextlib.contextmanager
def away(living: Service, cluster: Callable[[], object]) -> Iterator[None]:
    """The server refuses every connection; of SQLite, what is asked first is not there."""
    url = living.environment["DATABASE_URL"]
    if url.startswith("sqlite"):
        with without(living, "address"):
            yield
        return
    name, running = url.rsplit("/", 1)[1], cluster()
    with psycopg.connect(running.address("postgres"), autocommit=True) as operator:  # type: ignore[attr-defined]
        operator.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false'.encode())
        operator.execute(b"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (name,))
        try:
            yield
        finally:
            operator.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true'.encode())


@pytest.mark.net
@pytest.mark.slow
def test_a_whole_service_writes_nothing_of_theirs(living: Service, request: pytest.FixtureRequest) -> None:
    """Claim: families text and chat, staff sign in and reply, the provider fails in each way, a step raises, the
    database goes away and strangers send nonsense, while every library tells all it can: standard output, standard
    error and each file the service could write hold no name, number, place or word of it in any form. Every line is
    JSON, each request's has its id, and the families' service is well at the end."""
    _families(living)
    _staff(living)
    _provider(living)
    with without(living, "timer"):
        for words in ("REFER", f"I am {NAMES[1]} and {SAID[2]}", "he is kind"):
            living.text(NUMBERS[20], words, more=False)
        living.chat().post("/chat", {"text": SAID[3]})
    chat, desk = living.chat(), living.desk()
    chat.say("hello")
    form = {**chat.get("/").form("/chat"), "text": f"{SAID[0]} {NAMES[1]}"}
    assert desk.sign_in().status == 200
    with away(living, lambda: request.getfixturevalue("postgres_cluster")):
        assert chat.post("/chat", form).status == 503
        assert desk.get(f"/desk/conversations?person={NAMES[0]}").status == 503
        living.provider.text(NUMBERS[21], f"{SAID[4]} says {NAMES[2]}")
        _ask(living, "/help", {"text": SAID[0], "postcode": PLACES[0]})
        _ask(living, f"/desk/cases/{NAMES[0]}", None)
        time.sleep(2.5)  # a tick of the clock, and a pass of each sender
    _strangers(living)
    living.text(NUMBERS[23], f"hello from {NAMES[0]}")
    until(lambda: requests.get(f"{living.url}/healthz", timeout=5).ok, "the service to live")
    assert living.running.stop() == 0
    _search(living)


def _families(living: Service) -> None:
    living.text(NUMBERS[0], f"my name is {NAMES[0]} and my 4yr old is not talking yet, {PLACES[0]}")
    living.text(NUMBERS[1], f"he has a knife says {NAMES[1]} {SAID[0]} call me on 0{NUMBERS[2][3:]}", expect="999")
    for words in ("REFER", f"{SAID[1]} is kind", f"he is {SAID[2]}", NAMES[2], "STOP", SAID[3]):
        living.text(NUMBERS[3], words, more=False)
    living.provider.text(NUMBERS[4], "", media=2)
    chat = living.chat()
    chat.say(f"I am {NAMES[2]}, {EMAIL}, {SAID[4]}, {PLACES[0]}")
    chat.say(f"he has a knife {SAID[0]}")
    chat.post("/chat", {"text": f"{NAMES[0]} {SAID[1]}"})
    form = chat.get("/").form("/chat")
    with contextlib.suppress(requests.ConnectionError):  # refused before it is read, and the line is cut
        chat.post("/chat", {**form, "text": SAID[1] * 9_000})
    chat = living.chat()
    page = chat.get("/help")
    chat.post("/help", {**page.form("/help"), "text": SAID[2], "postcode": PLACES[1]})
    chat.get(f"/help?need={NAMES[0]}")


def _staff(living: Service) -> None:
    desk = living.desk()
    desk.sign_in(f"wrong {SAID[3]}")
    stranger = living.desk()
    stranger.email = EMAIL
    stranger.sign_in(SAID[4])
    assert desk.sign_in().status == 200
    ref = desk.refs()[0]
    desk.act(ref, "claim")
    desk.act(ref, "reply", words=f"Hello {NAMES[1]}, {SAID[0]}")
    desk.act(ref, "note", words=f"{NAMES[2]} {SAID[1]} {NUMBERS[2]}")
    desk.get(f"/desk/ledger?person={NAMES[0]}&since={SAID[0]}")
    desk.get(f"/desk/people/{NAMES[1]}")
    desk.get(f"/desk/audit?ref={EMAIL}")
    manager = living.desk("manager")
    assert manager.sign_in().status == 200
    form = manager.get("/desk/told").form("/desk/told")
    manager.post("/desk/told", {**form, "phone": f"{NUMBERS[2]}{SAID[0]}", "email": EMAIL})


def _provider(living: Service) -> None:
    """Each way to fail, with the words it fails on; a timeout beside the others, so that they do not wait for it."""
    living.provider.fault("timeout-after", to=NUMBERS[5], seconds=14)
    living.provider.fault("refuse", to=NUMBERS[6], status=400, code=21211)
    living.provider.fault("refuse", to=NUMBERS[7], status=401, code=20003)
    living.provider.fault("outcome", to=NUMBERS[8], callbacks=["sent", "undelivered"], error_code=30005)
    for number, kind in zip(NUMBERS[9:], QUICK, strict=False):
        living.provider.fault(kind, to=number)
    for kind in ("broken-json", "500-before", "drop-before", "429"):
        living.provider.fault(kind, on="list", times=3)
    for number in NUMBERS[5 : 9 + len(QUICK)]:
        living.provider.text(number, f"hello, {NAMES[0]} {SAID[1]} in {PLACES[0]}")
    living.move_to(living.now() + timedelta(minutes=6))  # what is unknown is looked for, what came unseen is fetched
    until(lambda: len(living.provider.calls()) > len(QUICK) + 8, "every message to be tried", seconds=60)
    time.sleep(4)


def _ask(living: Service, path: str, form: dict[str, str] | None) -> None:
    if form is None:
        requests.get(living.url + path, timeout=40)
    else:
        requests.post(living.url + path, data=form, headers={"Origin": living.url}, timeout=40)


def _strangers(living: Service) -> None:
    """Requests that gunicorn, the host check, the signature and the id each refuse, words and all."""
    host, port = living.url.removeprefix("http://").split(":")
    for raw in (
        f"GET /{SAID[0]} HTTP/9.9\r\n\r\n",
        f"{SAID[1].upper()}\x01 / HTTP/1.1\r\nHost: {host}\r\n\r\n",
        f"GET / HTTP/1.1\r\nHost: {host}\r\n{SAID[2]} {NAMES[0]}\r\n\r\n",
        f"POST /chat HTTP/1.1\r\nHost: {host}\r\nContent-Length: {SAID[3]}\r\n\r\n",
        f"POST /chat HTTP/1.1\r\nHost: {host}\r\nTransfer-Encoding: chunked\r\n\r\n{SAID[4]}\r\n",
        f"GET /{'x' * 9000}{SAID[0]} HTTP/1.1\r\nHost: {host}\r\n\r\n",
    ):
        with socket.create_connection((host, int(port)), timeout=5) as line, contextlib.suppress(OSError):
            line.sendall(raw.encode())
            line.recv(100)
    asked = requests.Session()
    for path in (f"/{NAMES[0]}/{SAID[0]}", f"/static/{SAID[1]}", f"/api/services/{SAID[2]}", f"/?{NAMES[0]}={SAID[3]}"):
        asked.get(living.url + path, headers={"X-Request-ID": NUMBERS[2], "User-Agent": NAMES[2]}, timeout=20)
    asked.get(living.url, headers={"Host": f"{NAMES[0]}.example"}, timeout=20)
    form = {"From": NUMBERS[2], "Body": SAID[0], "MessageSid": SAID[1]}
    asked.post(f"{living.url}/sms/inbound", data=form, headers={"X-Twilio-Signature": SAID[2]}, timeout=20)
    asked.post(f"{living.url}/sms/status?outbox={SAID[3]}", data=form, timeout=20)


def _search(living: Service) -> None:
    """The stand-in's own memory, and the file that moves time, are the tests'."""
    files = [p for p in living.folder.rglob("*") if p.is_file() and not p.name.startswith(("provider.db", "clock"))]
    assert living.running.log in files
    for path in files:
        for line in path.read_bytes().splitlines():
            assert found_in(line, SECRETS) == [], path.name
    told = living.running.log.read_text().splitlines()
    lines = [json.loads(line) for line in told if not line.startswith("Serving on ")]
    events = {line["event"] for line in lines}
    assert {"request", "step failed", "not accepted", "outcome unknown", "database away", "library"} <= events
    assert {"tick failed", "dispatcher waits for the database"} & events
    libraries = {line["logger"].split(".")[0] for line in lines if line["event"] == "library"}
    assert {"apscheduler", "sqlalchemy", "gunicorn"} <= libraries
    assert all("request_id" in line for line in lines if line["event"] in {"request", "step failed"})
    assert {line["of"] for line in lines if "of" in line} >= {"clock", "dispatcher"}
