"""The boundary to other provinces: what a connection must be able to do, and two that stand here.

`XUEJI_OTHER_PROVINCES` chooses one: `none` (messages wait) or `simulated` (demonstrations: the other side answers).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol

from flask import current_app

from app.errors import Refused

# kinds of message
REQUEST = "record_request"  # 调档申请: may this child come to us?
ANSWER = "record_answer"  # 答复: the record, or why not
RECEIVED = "record_received"  # 入籍回执: the child is registered
WITHDRAWN = "record_withdrawn"  # 撤回申请
SENT = "record_sent"  # 档案转出, without a request before it
CHECK = "national_check"  # 全国查重: the month's new children, to the ministry
CHECKED = "national_checked"  # 查重结果
MINISTRY = "000000"  # stands where a province's code stands


@dataclass(frozen=True)
class Envelope:
    """One message on its way; `reference` is the sender's, the same at every attempt."""

    reference: str
    province: str
    kind: str
    body: Mapping[str, Any]
    answers: str = ""


class NotReached(Refused):
    """The other side did not take the message; it is tried again."""

    code = "E-EXCHANGE"
    text = "{sentence}"


class Adapter(Protocol):
    """A connection to the other provinces. Taking a message twice must have the effect of taking it once."""

    def send(self, envelope: Envelope) -> Sequence[Envelope]:
        """Hand a message over; what the other side said at once. Raises NotReached."""

    def fetch(self) -> Sequence[Envelope]:
        """What the other side has to say of itself; again and again until it is kept."""


class NoAdapter:
    """No connection: messages are kept until there is one."""

    def send(self, _envelope: Envelope) -> Sequence[Envelope]:
        raise NotReached(sentence="尚未连接外省平台，消息留待发送。")

    def fetch(self) -> Sequence[Envelope]:
        return ()


class SimulatedProvinces:
    """Every other province, for demonstrations: agrees to each request, unless the child's name asks for a fault.

    A name that ends in 误 is answered with 2001, in 办 with 2002, in 疑 with 2003. The national number of an answer is
    the one asked for, or G and the identity number.
    """

    FAULTS: ClassVar = {"误": "2001", "办": "2002", "疑": "2003"}

    def send(self, envelope: Envelope) -> Sequence[Envelope]:
        if envelope.kind == CHECK:
            return (self._checked(envelope),)
        if envelope.kind != REQUEST:
            return ()
        name = str(envelope.body["name"])
        fault = self.FAULTS.get(name[-1:])
        body: dict[str, Any] = {"answer": fault or "agreed"}
        if not fault:
            declared = str(envelope.body.get("national_number") or "")
            body["national_number"] = declared or f"G{envelope.body['main_number']}"
            body["entries"] = [{"title": "原校学籍信息表", "body": f"{name}，在原校就读期间品行良好。"}]
        answer = Envelope(f"A-{envelope.reference}", envelope.province, ANSWER, body, envelope.reference)
        return (answer,)

    def _checked(self, envelope: Envelope) -> Envelope:
        """The ministry knows nobody twice, unless the name ends in 疑."""
        results = {
            each["national_number"]: "duplicate" if each["name"].endswith("疑") else "formal"
            for each in envelope.body["children"]
        }
        return Envelope(f"A-{envelope.reference}", envelope.province, CHECKED, {"results": results}, envelope.reference)

    def fetch(self) -> Sequence[Envelope]:
        return ()


ADAPTERS: dict[str, type[NoAdapter] | type[SimulatedProvinces]] = {
    "none": NoAdapter,
    "simulated": SimulatedProvinces,
}


def adapter() -> Adapter:
    """The connection the settings choose."""
    chosen = current_app.config["OTHER_PROVINCES"]
    return ADAPTERS[chosen]() if isinstance(chosen, str) else chosen
