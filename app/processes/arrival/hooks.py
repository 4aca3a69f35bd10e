"""What arrivals and departures add to the engine: a declared number, and what the clock does with other provinces."""

from __future__ import annotations

import contextlib
import datetime as dt

from app import clock
from app.access import Actor
from app.cases import hooks
from app.cases.hooks import Opening, Panel
from app.cases.models import Case
from app.cases.operations.transitions import closed_cases
from app.database import end_reading, transaction
from app.errors import Objected, Refused
from app.exchange import adapters
from app.exchange import operations as exchange
from app.identity.operations import nobody
from app.processes.arrival.operations import messages
from app.processes.quotas.presenters import seats_panel
from app.students.operations import national_numbers
from app.students.rules.numbers import DeclaredElsewhere


@hooks.on_open("arrival")
def declare(case: Case, opening: Opening) -> None:
    """The national number that the child is said to bear elsewhere: nobody else's while the case is open."""
    if not opening.found:
        return
    try:
        national_numbers.declare(opening.found, case.id, over=closed_cases())
    except DeclaredElsewhere as refusal:
        raise Objected([refusal]) from refusal


@hooks.beside_form("arrival")
def seats(actor: Actor) -> Panel | None:
    """Where the school has a seat for whoever comes."""
    return seats_panel(actor)


@hooks.job("checked", "全国查重")
def ask_nation(now: dt.datetime) -> int:
    """At the month's end the new children go to the nationwide duplicate check; return how many."""
    today, asked = clock.today(), 0
    if (today + dt.timedelta(days=1)).day != 1:
        return 0
    while True:
        with transaction():
            some = messages.ask_nation()
        asked += some
        if not some:
            return asked


@hooks.job("messages", "外省消息")
def exchange_messages(now: dt.datetime) -> int:
    """Send what is due to other provinces, keep what they say, act on it; return how many messages."""
    connection, actor, moved = adapters.adapter(), nobody("外省平台"), 0
    for message_id in exchange.due():
        envelope = exchange.envelope_of(message_id)
        end_reading()  # nobody waits for us while the other side thinks
        try:
            came = connection.send(envelope)
        except adapters.NotReached as refusal:
            with transaction():
                exchange.mark_failed(message_id, refusal.detail)
            continue
        with transaction():
            exchange.mark_sent(message_id)
            for each in came:
                exchange.keep(each)
        moved += 1
    for each in connection.fetch():
        with transaction():
            exchange.keep(each)
    for message_id in exchange.unhandled():
        # a lost race leaves the message to whoever won it, or to the next tick
        with contextlib.suppress(Refused), transaction():
            moved += messages.act_on(message_id, actor=actor)
    return moved
