"""References a family can read out: eight unambiguous letters and digits, the last a check.

The check is Luhn mod N (ISO/IEC 7812-1 Annex B, in base 30): it catches every single slip and nearly every swap of
neighbours. Letters and digits that are mistaken for one another (0 O, 1 I L, U V) are left out but for one of each.
"""

import secrets

ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 8
_VALUE = {letter: n for n, letter in enumerate(ALPHABET)}


def new_ref() -> str:
    body = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH - 1))
    return body + _check(body)


def read_ref(text: str) -> str | None:
    """The reference in standard form, or None where it is not one. Spaces and small letters are forgiven."""
    ref = "".join(text.split()).replace("-", "").upper()
    if len(ref) != LENGTH or any(letter not in _VALUE for letter in ref):
        return None
    return ref if _check(ref[:-1]) == ref[-1] else None


def _check(body: str) -> str:
    total = 0
    for place, letter in enumerate(reversed(body)):
        doubled = _VALUE[letter] * (2 if place % 2 == 0 else 1)
        total += doubled // len(ALPHABET) + doubled % len(ALPHABET)
    return ALPHABET[-total % len(ALPHABET)]


_NUMBERS: int = len(ALPHABET) ** (LENGTH - 1)
_SPREAD = 13_563_298_517  # prime to the number of references, so that each number has its own, and neighbours differ
_GATHER: int = pow(_SPREAD, -1, _NUMBERS)


def ref_of(number: int) -> str:
    """A reference for a row that has only its number: the same each time, and told back by `number_of`. No secret."""
    spread, letters = number * _SPREAD % _NUMBERS, []
    for _ in range(LENGTH - 1):
        spread, letter = divmod(spread, len(ALPHABET))
        letters.append(ALPHABET[letter])
    body = "".join(letters)
    return body + _check(body)


def number_of(ref: str) -> int:
    """The number behind a reference in standard form, as `read_ref` gives it."""
    spread = 0
    for letter in reversed(ref[:-1]):
        spread = spread * len(ALPHABET) + _VALUE[letter]
    return spread * _GATHER % _NUMBERS
