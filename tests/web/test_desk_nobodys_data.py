"""The rights page of a case that is of nobody and of no number, reached from the case's own page."""

from bot.casework import professional
from bot.refs import new_ref
from bot.store import casework
from tests.houses import ON_SQLITE, Home
from tests.web.worker import PASSWORD, Worker

TOLD = {
    "who": "Dr Ivy Grant, 020 7946 0555", "organisation": "Larkmere Surgery", "family": "Cole",
    "told": "The mother agreed", "number": "none", "words": "Mrs Amara Cole and her boy of three",
}  # fmt: skip


@ON_SQLITE
def test_a_referral_of_nobody_is_erased_from_its_own_page(mina: Worker, sam: Worker, home: Home) -> None:
    """Claim: a manager is led from the case to its data and erases it there; a practitioner is not."""
    ref = professional.refer(home.house, new_ref(), TOLD).ref
    data = f"/desk/people/{ref}/data"
    assert f'href="{data}"' in mina.get(f"/desk/cases/{ref}").text
    assert data not in sam.get(f"/desk/cases/{ref}").text
    with home.house.db.write() as tx:
        found = casework.find_case(tx, ref)
        assert found is not None
        casework.change_case(tx, found.id, state="closed", closed_at=home.clock.at, outcome="advice-given")
    page = mina.get(data).text
    assert f"The data of Case {ref}" in page
    assert f'href="/desk/cases/{ref}"' in page
    assert mina.post(data, f"{data}/confirm", password=PASSWORD).status_code == 303
    assert mina.post(data, f"{data}/erase", sure=ref).status_code == 200
    assert mina.get(f"/desk/cases/{ref}").status_code == 404
