"""The commands and their options, as one table. Each is imported only when it is asked for."""

import argparse
import importlib
import os
import sys
from collections.abc import Sequence
from importlib.metadata import version
from typing import NoReturn

from bot.cli import options as of_their_own
from bot.logs import set_up_logs
from scheduler.changes import CHANGES

# What the contract names and is not here yet: refused by name, never ignored.
NOT_BUILT: dict[str, str] = {}


class Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        self.print_usage(sys.stderr)
        sys.stderr.write(f"{self.prog}: {message}\n")
        raise SystemExit(2)


def parser() -> Parser:  # noqa: PLR0915 - one table, a line a command
    top = Parser(prog="thrive", description="Thrive In Touch: a council's texting and web-chat service for families.")
    top.add_argument("--version", action="version", version=f"thrive {version('thrive-in-touch')}")
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")

    def add(name: str, words: str, module: str, *, json: bool = True) -> argparse.ArgumentParser:
        made = commands.add_parser(name, help=words, description=words)
        made.set_defaults(module=module)
        if json:
            made.add_argument("--json", action="store_true", help="one JSON value, or one a line")
        return made

    understand = add("understand", "what messages show: danger, needs, intent, language", "pure:understand")
    understand.add_argument("--evaluate", metavar="FILE", help="measure against labelled lines")
    train = add("train", "learn from content/examples again", "pure:train")
    train.add_argument("--check", action="store_true", help="write nothing; what is reached on messages never read")
    add("segments", "encoding and segments of message bodies", "pure:segments")
    _search(add("search", "search the directory", "searching"))
    _directory(add("directory", "import or export the directory", "directories", json=False))
    lint = add("lint", "check the content", "pure:lint")
    lint.add_argument("path", nargs="?", metavar="PATH", help="the content folder; content/ unless told")
    lint.add_argument("--known", action="store_true", help="what is in known-issues.yaml too, with the reasons")
    diagrams = add("diagrams", "draw each flow for the docs", "diagrams")
    diagrams.add_argument("path", nargs="?", metavar="DIR", help="where to; docs/flows unless told")
    diagrams.add_argument("--check", action="store_true", help="write nothing; 1 where a picture is not up to date")
    documents = add("documents", "the papers a council needs, filled from its settings", "papers")
    documents.add_argument("path", metavar="FOLDER", help="where to")
    documents.add_argument("--force", action="store_true", help="write over what stands there")
    publish = add("publish", "put the content live", "publishing")
    rollback = add("rollback", "put earlier content live again", "publishing:rollback")
    rollback.add_argument("--to", type=int, metavar="BUNDLE", help="the one before what is live unless told")
    publish.add_argument("--dry-run", action="store_true", help="publish nothing; say who waits at what would change")
    for moves in (publish, rollback):
        moves.add_argument(
            "--landing", action="append", metavar="NODE=NODE", help="where people at a node go on: flow.old=flow.new"
        )
    simulate = add("simulate", "talk with a flow in the terminal", "pure:simulate")
    simulate.add_argument("flow", metavar="FLOW")
    simulate.add_argument("--language", default="en")
    simulate.add_argument("--script", metavar="FILE")
    simulate.add_argument("--record", metavar="FILE", help="save the conversation as a journey test")
    journeys = add("journeys", "play saved conversations again", "journeys")
    journeys.add_argument("path", metavar="PATH", help="a journey, or a folder of them")
    _rehearse(add("rehearse", "the ledger that would be, and the desk's load by week", "rehearsing"))
    enrol = add("enrol", "enrol families from a spreadsheet", "enrolling")
    enrol.add_argument("path", metavar="PATH")
    enrol.add_argument("--dry-run", action="store_true")
    enrol.add_argument("--mapping", metavar="FILE", help="how another system's export is read as the sheet")
    ledger = add("ledger", "every decided check-in, with how it ended and why", "ledgers")
    ledger.add_argument("--person", metavar="REF")
    ledger.add_argument("--since", metavar="DATE")
    _tell(add("tell", "a fact of a family that changes what is planned", "telling"))
    for name, words in (
        ("serve", "pages, clock and dispatcher in one process"),
        ("web", "pages alone"),
        ("clock", "the clock alone"),
        ("worker", "the dispatcher alone"),
    ):
        role = add(name, words, "serving")
        if name in {"serve", "web"}:
            role.add_argument("--host", default="127.0.0.1")
            role.add_argument("--port", type=int, default=8000)
    _demo(add("demo", "a demo on this machine: sample data, a phone, a movable clock", "demonstrating"))
    _db(add("db", "the database's schema", "schemas", json=False))
    _reviews(add("reviews", "what staff marked as missed danger or a false alarm", "reviews", json=False))
    _user(add("user", "staff accounts", "users", json=False))
    of_their_own.audit(add("audit", "who saw and did what: is it as it was sealed", "auditing", json=False))
    keys = add("keys", "encryption keys", "keys", json=False)
    of_keys = keys.add_subparsers(dest="action", required=True, metavar="ACTION")
    new = of_keys.add_parser("new", help="print a set of settings ready for an environment file")
    new.add_argument("--json", action="store_true")
    rotate = of_keys.add_parser("rotate", help="seal everything again under the first of DATA_KEYS, while serving")
    rotate.add_argument("--dry-run", action="store_true", help="change nothing; how many rows are under older keys")
    rotate.add_argument("--json", action="store_true")
    backup = add("backup", "copy the database whole, while it is served", "backups:backup")
    backup.add_argument("path", metavar="PATH")
    restore = add("restore", "put a backup in place; it opens paused", "backups:restore")
    restore.add_argument("path", metavar="PATH")
    restore.add_argument(
        "--force", action="store_true", help="even over a database that holds data, or whose service ran this minute"
    )
    resume = add("resume", "let a restored database send again", "resuming")
    resume.add_argument("--force", action="store_true", help="even without what came since the backup")
    resume.add_argument("--erased", metavar="FILE", help="who was erased since the backup, from the log or a list kept")
    add("doctor", "check settings, database, content, clock and provider", "doctor")
    for name, words in NOT_BUILT.items():
        commands.add_parser(name, help=f"{words} (not built yet)")
    of_their_own.person(add("person", "what is held of one person: export, erasure, legal hold", "persons", json=False))
    of_their_own.cases(add("cases", "cases as a sheet for the council's case system", "case_sheets", json=False))
    retention = add("retention", "how much is past its time, by kind; the clock removes it each night", "retained")
    retention.add_argument("--now", action="store_true", help="remove it now, rather than tonight")
    return top


def _search(search: argparse.ArgumentParser) -> None:
    search.add_argument("text", nargs="?", metavar="TEXT")
    search.add_argument("--postcode", metavar="P")
    search.add_argument("--age", type=float, metavar="N", help="years")
    search.add_argument("--need", metavar="ID")
    search.add_argument("--language", metavar="L")
    search.add_argument("--limit", type=int, default=3, metavar="N")
    search.add_argument("--batch", action="store_true", help="read lines with text from standard input")


def _rehearse(rehearse: argparse.ArgumentParser) -> None:
    from bot.cli.rehearse_options import options

    options(rehearse)


def _directory(directory: argparse.ArgumentParser) -> None:
    of = directory.add_subparsers(dest="action", required=True, metavar="ACTION")
    imports = of.add_parser("import", help="add and update services from a file or an address")
    imports.add_argument("path", nargs="?", metavar="PATH_OR_URL")
    imports.add_argument("--sample", action="store_true", help="the sample directory that ships with the service")
    imports.add_argument("--changed", action="store_true", help="only what changed since the last import of an address")
    imports.add_argument("--mapping", metavar="FILE", help="how a sheet with other columns is read as ours")
    imports.add_argument("--dry-run", action="store_true")
    imports.add_argument("--json", action="store_true")
    same = of.add_parser("duplicates", help="entries that may be one and the same, with the reasons")
    same.add_argument("--json", action="store_true")
    export = of.add_parser("export", help="write the directory as Open Referral UK JSON")
    export.add_argument("path", metavar="PATH")
    export.add_argument("--json", action="store_true")


def _demo(demo: argparse.ArgumentParser) -> None:
    demo.add_argument("--port", type=int, default=8000)
    demo.add_argument("--data", default="var/demo", metavar="DIR")


def _tell(tell: argparse.ArgumentParser) -> None:
    tell.add_argument("ref", metavar="REF", help="the person it is told of")
    tell.add_argument("change", choices=CHANGES, metavar="CHANGE", help=", ".join(CHANGES))
    tell.add_argument("--child", metavar="REF", help="the child it is about")
    tell.add_argument("--on", metavar="DATE", help="when it was; today unless told")
    tell.add_argument("--born", metavar="MONTH", help="the right month of birth, such as 2022-03")
    tell.add_argument("--programme", metavar="ID", help="whose event was wrong, or moved")
    tell.add_argument("--event-on", metavar="DATE", help="the right day of that event")


def _db(db: argparse.ArgumentParser) -> None:
    of = db.add_subparsers(dest="action", required=True, metavar="ACTION")
    of.add_parser("upgrade", help="migrate to this version's schema").add_argument("--json", action="store_true")


def _reviews(reviews: argparse.ArgumentParser) -> None:
    of = reviews.add_subparsers(dest="action", required=True, metavar="ACTION")
    export = of.add_parser("export", help="labelled lines, as `understand --evaluate` reads them")
    export.add_argument("--examples", action="store_true", help="as a file for content/examples/reviewed instead")
    export.add_argument("--since", metavar="DATE", help="marks made from this day on")
    words = export.add_mutually_exclusive_group()
    words.add_argument(
        "--anonymous", action="store_true", default=True, help="names, numbers and postcodes masked; so unless told"
    )
    words.add_argument("--with-words-as-written", dest="anonymous", action="store_false", help="nothing masked")
    export.add_argument("--json", action="store_true", help="one JSON value a line; so in any case")


def _user(user: argparse.ArgumentParser) -> None:
    of = user.add_subparsers(dest="action", required=True, metavar="ACTION")
    add = of.add_parser("add", help="make a staff account; the password is read from standard input")
    add.add_argument("--email", required=True)
    add.add_argument("--name", required=True)
    add.add_argument("--role", required=True)
    add.add_argument("--json", action="store_true")
    of.add_parser("list", help="who has an account, and how they sign in").add_argument("--json", action="store_true")
    for act, words in (
        ("password", "set a forgotten password anew, from standard input; second factors stay"),
        ("code", "take away the second factor of a telephone that was lost"),
        ("passkeys", "take away every passkey of theirs: a device was lost"),
        ("end", "end every session of theirs at once"),
        ("close", "close the account; its sessions end"),
        ("open", "open a closed account again"),
    ):
        one = of.add_parser(act, help=words)
        one.add_argument("--email", required=True)
        one.add_argument("--json", action="store_true")


def run(argv: Sequence[str]) -> int:
    if argv and argv[0] in NOT_BUILT:  # before its options are read: none of them is known yet
        sys.stderr.write(f"thrive {argv[0]}: {NOT_BUILT[argv[0]]} is not built yet.\n")
        return 1
    options = parser().parse_args(argv)
    set_up_logs("warning")  # standard output is for results alone: a line of the log there would spoil them
    try:
        module, _, name = options.module.partition(":")
        return int(getattr(importlib.import_module(f"bot.cli.{module}"), name or "command")(options))
    except BrokenPipeError:
        # whoever read has gone; what is left in the buffer goes nowhere, and quietly
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except KeyboardInterrupt:
        return 130
    except Exception as fault:
        from bot.cli.refusals import words

        told = words(options.command, fault)
        if told is None:
            raise
        sys.stderr.write(f"{told}\n")
    return 1
