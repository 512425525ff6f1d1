"""Furnishing a demo: keys made once, a sample directory, sample families, one account a role, all under one folder."""

import json
import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from bot.casework.accounts import AccountFault, add_account
from bot.directory_source import load_sample
from bot.house import House
from bot.people.enrol import enrol_sheet
from bot.publishing import content, directory
from bot.settings import ROOT, Settings
from bot.store import keeping
from bot.store.sealed import new_key

SERVICE_NUMBER = "+447700900000"
ACCOUNT_SID = "AC" + "0" * 31 + "1"
STAFF = (
    ("practitioner", "Sam Sample"),
    ("manager", "Mo Sample"),
    ("editor", "Edi Sample"),
    ("business-support", "Bea Sample"),
    ("auditor", "Ash Sample"),
    ("administrator", "Ade Sample"),
)
SAMPLE_FAMILIES = ROOT / "content" / "samples" / "families.csv"


@dataclass(frozen=True, slots=True, kw_only=True)
class SignIn:
    role: str
    email: str
    password: str


def environment(folder: Path, port: int) -> dict[str, str]:
    """The demo's settings. Keys are made once and kept for their owner only: without them its data cannot be read."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    kept = folder / "keys.json"
    if kept.exists():
        keys: dict[str, str] = json.loads(kept.read_text(encoding="utf-8"))
    else:
        keys = {
            "SECRET_KEY": secrets.token_urlsafe(48),
            "DATA_KEYS": f"demo:{new_key()}",
            "PHONE_INDEX_KEY": new_key(),
            "TWILIO_AUTH_TOKEN": secrets.token_hex(16),
            "STAFF_PASSWORDS": "{}",
        }
    passwords: dict[str, str] = json.loads(keys["STAFF_PASSWORDS"])
    if fresh := [role for role, _ in STAFF if role not in passwords]:  # a demo may be older than a role
        passwords |= {role: secrets.token_urlsafe(9) + "-demo" for role in fresh}
        keys["STAFF_PASSWORDS"] = json.dumps(passwords)
        write_private(kept, json.dumps(keys, indent=1))
    url = f"http://127.0.0.1:{port}"
    return {
        **{name: value for name, value in keys.items() if name != "STAFF_PASSWORDS"},
        "DEMO": "1",
        "DEMO_DIR": str(folder),
        "DEMO_URL": url,
        "DATABASE_URL": f"sqlite:///{folder / 'thrive.db'}",
        "CLOCK_FILE": str(folder / "clock"),
        "TWILIO_ACCOUNT_SID": ACCOUNT_SID,
        "TWILIO_FROM": SERVICE_NUMBER,
        "TWILIO_API_BASE": f"{url}/demo/provider",
    }


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner may read, never for a moment more widely."""
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(text)


def sign_ins(folder: Path) -> list[SignIn]:
    passwords: dict[str, str] = json.loads(
        json.loads((folder / "keys.json").read_text(encoding="utf-8"))["STAFF_PASSWORDS"]
    )
    return [SignIn(role=role, email=f"{role}@demo.example", password=passwords[role]) for role, _ in STAFF]


def furnish_demo(house: House) -> list[str]:
    """Publish the content, load the sample directory, families and staff. Safe to repeat; returns what it did."""
    settings: Settings = house.settings
    assert settings.demo_dir is not None
    done = []
    publication = content.publish(house, content.read(settings), by="demo")
    if publication.fresh:
        done.append(f"published the content as bundle {publication.bundle_id}")
    change = directory.put(house, load_sample(), source="sample")
    if change.added or change.updated:
        done.append(f"loaded {len(change.added) + len(change.updated)} sample services")
    names = dict(STAFF)
    for account in sign_ins(settings.demo_dir):
        try:
            add_account(
                house, email=account.email, name=names[account.role], role=account.role, password=account.password
            )
        except AccountFault:
            continue  # there since an earlier start
    with house.db.read() as tx:
        known = keeping.any_enrolment(tx)
    if not known:  # once: their dates count from the day the demo began
        with SAMPLE_FAMILIES.open(encoding="utf-8", newline="") as file:
            report = enrol_sheet(house, file, relative_dates=True)
        done.append(f"enrolled {report.added} sample families")
    return done
