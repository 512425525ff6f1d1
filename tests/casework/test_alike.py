"""Which records are proposed as one person's, and which never are."""

from hypothesis import given
from hypothesis import strategies as st

from bot.casework.alike import Known, reasons

KNOWN = Known(
    name=("ana", "cole"), child=False, household=1, postcode="SW182PU", email="", numbers=frozenset({1}),
    children=frozenset({("leo", "2024-11")}),
)  # fmt: skip
some = st.builds(
    Known, name=st.sampled_from([(), ("ana",), ("ana", "cole"), ("anna", "cole")]), child=st.booleans(),
    household=st.sampled_from([None, 1, 2]), postcode=st.sampled_from(["", "SW182PU", "E81DY"]),
    email=st.sampled_from(["", "a@b.org"]), numbers=st.frozensets(st.integers(1, 3), max_size=2),
    children=st.frozensets(st.sampled_from([("leo", "2024-11"), ("max", "2020-01")]), max_size=2),
)  # fmt: skip


def other(**changes: object) -> Known:
    values = {name: getattr(KNOWN, name) for name in Known.__dataclass_fields__}
    return Known(**{**values, "household": 2, "numbers": frozenset({2}), **changes})  # type: ignore[arg-type]


def test_the_same_name_child_and_postcode_is_proposed() -> None:
    """Claim: with what speaks for it, the strongest first; spelt nearly alike too; the number handed on as well."""
    assert reasons(KNOWN, other(), near=True) == ["child", "postcode", "name"]
    assert reasons(KNOWN, other(name=("anna", "cole"), postcode=""), near=True) == ["child", "like"]
    passed_on = other(postcode="", children=frozenset(), numbers=frozenset({1, 2}))
    assert reasons(KNOWN, passed_on, near=True) == ["number", "name"]
    nameless = other(name=(), numbers=frozenset({1}))
    assert reasons(KNOWN, nameless, near=False) == ["number"]


@given(some, some, st.booleans())
def test_those_who_live_together_are_never_proposed_for_their_child_or_address(
    one: Known, two: Known, near: bool
) -> None:  # fmt: skip
    """Claim: two parents of one household are proposed only for a number or an email of both, and the whole name."""
    if one.household is None or one.household != two.household:
        return
    assert not {"child", "postcode"} & set(reasons(one, two, near=near))
    if one.name and two.name and sorted(one.name) != sorted(two.name):
        assert reasons(one, two, near=near) == []


@given(some, some, st.booleans())
def test_a_name_alone_is_never_enough_and_a_child_never_proposed(one: Known, two: Known, near: bool) -> None:
    """Claim: something beside the name speaks for it; both ways round it is the same."""
    found = reasons(one, two, near=near)
    assert not set(found) <= {"name", "like"} or not found
    assert found == reasons(two, one, near=near)
    assert not (found and (one.child or two.child))


def test_another_name_is_not_proposed_for_the_postcode() -> None:
    """Claim: who lives at the same address under another name is another."""
    assert reasons(KNOWN, other(name=("ben", "okoro")), near=False) == []
