"""The other provinces, as a test wants them to be."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest
from flask import Flask

from app.exchange import adapters
from app.exchange.adapters import ANSWER, REQUEST, Envelope

ANHUI = "340000"


@dataclass
class Elsewhere:
    """The other provinces as a test wants them."""

    reached: bool = True
    took: list[Envelope] = field(default_factory=list)
    says: list[Envelope] = field(default_factory=list)

    def send(self, envelope: Envelope) -> Sequence[Envelope]:
        if not self.reached:
            raise adapters.NotReached(sentence="对方没有应答。")
        self.took.append(envelope)
        return ()

    def fetch(self) -> Sequence[Envelope]:
        return self.says

    def answer(self, **body: Any) -> None:
        """Answer what was asked last."""
        asked = next(each for each in reversed(self.took) if each.kind == REQUEST)
        self.says.append(Envelope(f"A{len(self.says)}", asked.province, ANSWER, body, asked.reference))


@pytest.fixture
def elsewhere(app: Flask) -> Iterator[Elsewhere]:
    other = Elsewhere()
    app.config["OTHER_PROVINCES"] = other
    yield other
    app.config["OTHER_PROVINCES"] = "none"
