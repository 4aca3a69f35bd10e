"""Papers of the demonstration: one blank page each, under every kind that the process requires."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any

from PIL import Image

from app.cases.queries.proofs import proofs_of
from app.cases.rules.guardian_objections import CONSENT
from app.definitions.queries import current_version
from app.web import Upload

A5 = (437, 620)  # pixels, at 75 to the inch


def proofs_for(process: str, application: Mapping[str, Any]) -> list[Upload]:
    """A paper of every kind without which the application would be refused."""
    return [
        Upload(f"{each.title}.png", "image/png", _page(), each.kind)
        for each in proofs_of(current_version(process))
        if each.required and each.is_asked(application)
    ]


def signed_consent() -> Upload:
    """What a guardian signs who agrees in writing."""
    return Upload("监护人同意书.png", "image/png", _page(), CONSENT)


def _page() -> bytes:
    stream = io.BytesIO()
    Image.new("L", A5, 255).save(stream, "PNG")
    return stream.getvalue()
