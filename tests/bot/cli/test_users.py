"""`thrive user ...`: what whoever runs the service does about an account."""

from bot.casework import accounts
from bot.casework.accounts import Refused
from bot.store import codes
from bot.store.staff import find_staff
from tests.bot.cli.conftest import Operator
from tests.houses import bare_home

PASSWORD, OTHER = "copper lantern walrus seven", "violet ladder marmot eleven"
EMAIL = "ann@test.example"


def can(thrive: Operator, password: str) -> bool:
    home = bare_home(thrive.settings["DATABASE_URL"])
    try:
        accounts.sign_in(home.house, email=EMAIL, password=password, place="here")
    except Refused:
        return False
    finally:
        home.house.db.close()
    return True


def test_an_account_is_looked_after_from_the_server(thrive: Operator) -> None:
    """Claim: a lost telephone's code is taken away, a forgotten password set anew (a weak one refused), sessions ended,
    an account closed and opened; each tells who it was done to, and what there is none of is refused by name."""
    made = thrive("user", "add", "--email", EMAIL, "--name", "Ann", "--role", "manager", stdin=f"{PASSWORD}\n")
    assert made.code == 0, made.err
    of = ("--email", EMAIL)
    none = thrive("user", "code", *of)
    assert (none.code, "no second factor" in none.err) == (1, True)
    home = bare_home(thrive.settings["DATABASE_URL"])
    with home.house.db.write() as tx:
        ann = find_staff(tx, EMAIL)
        assert ann is not None
        codes.put_code(tx, ann.id, "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", home.clock.at)
        codes.use_step(tx, ann.id, 1, home.clock.at)
    home.house.db.close()
    assert "password and code" in thrive("user", "list").out
    assert thrive("user", "code", *of, "--json").json == {"id": ann.id, "did": "code"}
    assert thrive("user", "list", "--json").json["how"] == "password alone"
    weak = thrive("user", "password", *of, stdin="Password2026!\n")
    assert (weak.code, "try first" in weak.err, can(thrive, PASSWORD)) == (1, True, True)
    assert thrive("user", "password", *of, stdin=f"{OTHER}\n").code == 0
    assert (can(thrive, PASSWORD), can(thrive, OTHER)) == (False, True)
    assert thrive("user", "end", *of).code == 0
    assert thrive("user", "close", *of).code == 0
    assert (can(thrive, OTHER), "closed" in thrive("user", "list").out) == (False, True)
    assert thrive("user", "open", *of).code == 0
    assert can(thrive, OTHER)
    unknown = thrive("user", "end", "--email", "nobody@test.example")
    assert (unknown.code, "no account" in unknown.err) == (1, True)
