"""The files that pages load: read once at start, sent compressed, and kept by browsers while they stay the same.

An address carries a digest of the content, so that a new release is fetched at once and an old one never again.
"""

import gzip
import hashlib
import mimetypes
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from flask import Blueprint, Response, abort, request, url_for

STATIC = Path(__file__).resolve().parent / "static"
COMPRESSED = frozenset({"text/css", "text/javascript", "image/svg+xml"})
LASTING = "public, max-age=31536000, immutable"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asset:
    """One file. `compressed` is its gzip form, or None where that is not smaller; `digest` is 16 hex digits."""

    content: bytes
    compressed: bytes | None
    digest: str
    media_type: str


def load(folder: Path = STATIC) -> Mapping[str, Asset]:
    """Every file under `folder` by its path with slashes, hidden ones left out."""
    paths = (path for path in sorted(folder.rglob("*")) if path.is_file() and not path.name.startswith("."))
    return {path.relative_to(folder).as_posix(): _asset(path) for path in paths}


def _asset(path: Path) -> Asset:
    content = path.read_bytes()
    media_type = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    small = gzip.compress(content, mtime=0) if media_type in COMPRESSED else content
    return Asset(
        content=content,
        compressed=small if len(small) < len(content) else None,
        digest=hashlib.sha256(content).hexdigest()[:16],
        media_type=media_type,
    )


def blueprint(assets: Mapping[str, Asset]) -> Blueprint:
    """Serve `assets` at /static/. It takes the place of Flask's own: make the app with `static_folder=None`."""
    pages = Blueprint("assets", __name__)

    @pages.get("/static/<path:name>")
    def file(name: str) -> Response:
        asset = assets.get(name) or abort(404)
        response = Response(asset.content, mimetype=asset.media_type)
        if asset.compressed is not None:
            response.vary.add("Accept-Encoding")
            if request.accept_encodings["gzip"] > 0:
                response.set_data(asset.compressed)
                response.content_encoding = "gzip"
        response.set_etag(f"{asset.digest}-{response.content_encoding or 'plain'}")
        response.headers["Cache-Control"] = LASTING if request.args.get("v") == asset.digest else "no-cache"
        response.make_conditional(request)
        return response

    @pages.app_template_global("asset")
    def asset_address(name: str) -> str:
        return address(assets, name)

    return pages


def address(assets: Mapping[str, Asset], name: str) -> str:
    """The address of a file, `asset(name)` in templates. Raises KeyError: a page that names no file is ours to mend."""
    return url_for("assets.file", name=name, v=assets[name].digest)
