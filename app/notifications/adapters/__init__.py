"""The boundary to mail servers and offices' own systems."""

from __future__ import annotations


class NotDelivered(Exception):
    """The other side did not take the message; the sentence names nobody. final -- it never will."""

    def __init__(self, sentence: str, *, final: bool = False) -> None:
        super().__init__(sentence)
        self.sentence, self.final = sentence, final
