"""Sealing of personal words, names and numbers: AES-256-GCM under a keyring, and the keyed phone index.

A sealed value is `version | key id length | key id | 12-byte nonce | ciphertext and tag`. The table and column are
bound in as associated data, so a value moved to another column does not open. NIST SP 800-38D: a random 96-bit nonce
is safe to 2^32 values a key, far above a council's messages; `thrive keys rotate` comes long before.
"""

import base64
import binascii
import hashlib
import hmac
import os
from collections.abc import Mapping
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

VERSION = 1
NONCE_BYTES = 12
KEY_BYTES = 32


class SealError(Exception):
    """A value that does not open: wrong key, wrong column, or changed outside. Holds no plaintext."""


class KeyFault(ValueError):
    """A key setting that cannot be read; the message says which and what is wrong, never the key."""


@dataclass(frozen=True, slots=True)
class Keyring:
    """Keys by id. The first encrypts; all open. Fingerprints are made under `index_key` and found under the older
    ones too, while they are being made anew. `mark` tells two rings apart and tells nothing of a key."""

    current: str
    keys: Mapping[str, AESGCM]
    index_key: bytes
    older_index_keys: tuple[bytes, ...] = ()
    mark: str = ""

    @classmethod
    def parse(cls, data_keys: str, index_key: str) -> "Keyring":
        """Read `DATA_KEYS` (`id:base64,id:base64`) and `PHONE_INDEX_KEY` (base64; with commas, the new one first, while
        fingerprints are made anew). Raises KeyFault."""
        keys: dict[str, AESGCM] = {}
        for part in filter(None, (p.strip() for p in data_keys.split(","))):
            name, colon, encoded = part.partition(":")
            if not colon or not name or len(name.encode()) > 255:
                raise KeyFault("DATA_KEYS: each key is written id:base64, separated by commas")
            if name in keys:
                raise KeyFault(f"DATA_KEYS: the id {name} is given twice")
            keys[name] = AESGCM(_key_bytes("DATA_KEYS", encoded))
        if not keys:
            raise KeyFault("DATA_KEYS holds no key; `thrive keys new` prints a set")
        indexes = [_key_bytes("PHONE_INDEX_KEY", part) for part in index_key.split(",")]
        if len(set(indexes)) < len(indexes):
            raise KeyFault("PHONE_INDEX_KEY: the same key is given twice")
        told = hashlib.sha256(f"thrive-keys\0{data_keys}\0{index_key}".replace(" ", "").encode())
        return cls(
            current=next(iter(keys)), keys=keys, index_key=indexes[0], older_index_keys=tuple(indexes[1:]),
            mark=told.hexdigest()[:16],
        )  # fmt: skip

    def seal(self, place: str, text: str) -> bytes:
        """Seal text for `place`, which is `table.column`."""
        nonce = os.urandom(NONCE_BYTES)
        sealed = self.keys[self.current].encrypt(nonce, text.encode(), place.encode())
        return self.prefix + nonce + sealed

    @property
    def prefix(self) -> bytes:
        """How every value begins that is sealed under the key that encrypts."""
        name = self.current.encode()
        return bytes((VERSION, len(name))) + name

    def unseal(self, place: str, blob: bytes) -> str:
        """Open a sealed value. Raises SealError."""
        if len(blob) < 2 or blob[0] != VERSION:
            raise SealError(f"{place}: not a sealed value")
        end = 2 + blob[1]
        name = blob[2:end].decode("utf-8", "replace")
        key = self.keys.get(name)
        if key is None:
            raise SealError(f"{place}: sealed under the key {name}, which DATA_KEYS does not hold")
        try:
            plain = key.decrypt(blob[end : end + NONCE_BYTES], blob[end + NONCE_BYTES :], place.encode())
        except InvalidTag:
            raise SealError(f"{place}: the value does not open with the key {name}") from None
        return plain.decode()

    def index(self, kind: str, value: str) -> str:
        """A keyed fingerprint by which a number or reference is found without being readable: 64 hex digits."""
        return _print(self.index_key, kind, value)

    def prints(self, kind: str, value: str) -> list[str]:
        """The fingerprints by which a value may stand, the newest first: for finding, never to write."""
        return [_print(key, kind, value) for key in (self.index_key, *self.older_index_keys)]


def _print(key: bytes, kind: str, value: str) -> str:
    return hmac.new(key, f"{kind}\0{value}".encode(), hashlib.sha256).hexdigest()


def _key_bytes(setting: str, encoded: str) -> bytes:
    try:
        key = base64.b64decode(encoded.strip(), validate=True)
    except (binascii.Error, ValueError):
        raise KeyFault(f"{setting}: not base64") from None
    if len(key) != KEY_BYTES:
        raise KeyFault(f"{setting}: a key is 32 bytes, this one is {len(key)}")
    return key


def new_key() -> str:
    """A fresh 32-byte key, base64."""
    return base64.b64encode(os.urandom(KEY_BYTES)).decode()
