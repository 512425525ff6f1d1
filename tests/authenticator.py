"""An authenticator of our own for tests: ES256, CBOR, the flags and counts of Web Authentication, and ways to lie."""

import hashlib
import json
import secrets
import struct
from dataclasses import dataclass, field
from typing import Any

import cbor2
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from webauthn import base64url_to_bytes
from webauthn.helpers import bytes_to_base64url

PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40


@dataclass
class Authenticator:
    """One passkey. `count` goes on with each use, unless it `counts` not; a browser stands on `origin`."""

    origin: str
    counts: bool = True
    count: int = 0
    verifies: bool = True
    credential: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    handle: str = ""

    def make(self, options: dict[str, Any], **changes: Any) -> str:
        """navigator.credentials.create(): what the form then holds. `changes` are of the client's data, or `rp_id`."""
        self.handle = options["user"]["id"]
        numbers = self.key.public_key().public_numbers()
        public = cbor2.dumps({1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32, "big"), -3: numbers.y.to_bytes(32, "big")})
        attested = bytes(16) + struct.pack(">H", len(self.credential)) + self.credential + public
        data = self._data(changes.pop("rp_id", options["rp"]["id"]), ATTESTED) + attested
        client = self._client("webauthn.create", options["challenge"], changes)
        whole = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})
        return self._said(clientDataJSON=client, attestationObject=whole)

    def show(self, options: dict[str, Any], **changes: Any) -> str:
        """navigator.credentials.get(): what the form then holds."""
        data = self._data(changes.pop("rp_id", options["rpId"]))
        client = self._client("webauthn.get", options["challenge"], changes)
        signature = self.key.sign(data + hashlib.sha256(client).digest(), ec.ECDSA(SHA256()))
        handle = base64url_to_bytes(self.handle)
        return self._said(clientDataJSON=client, authenticatorData=data, signature=signature, userHandle=handle)

    def _data(self, rp_id: str, more: int = 0) -> bytes:
        self.count += self.counts
        flags = PRESENT | (VERIFIED if self.verifies else 0) | more
        return hashlib.sha256(rp_id.encode()).digest() + struct.pack(">BI", flags, self.count)

    def _client(self, kind: str, challenge: str, changes: dict[str, Any]) -> bytes:
        told = {"type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": False}
        return json.dumps({**told, **changes}).encode()

    def _said(self, **response: bytes) -> str:
        named = bytes_to_base64url(self.credential)
        told = {name: bytes_to_base64url(value) for name, value in response.items()}
        return json.dumps({"id": named, "rawId": named, "type": "public-key", "response": told})
