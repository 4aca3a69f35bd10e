"""Which tables there are, for which office and since when: the same for page, workbook and program."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from app import clock
from app.access import Actor
from app.divisions.models import Office
from app.reports.queries import dashboards
from app.reports.queries.dashboards import Table
from app.reports.queries.tables import office_to_watch

PERIODS = {7: "近 7 天", 30: "近 30 天", 90: "近 90 天", 365: "近一年"}
USUAL = 30
KEYS = ("workload", "steps", "reasons", "plan", "attempts", "changes")


@dataclass(frozen=True)
class DashboardQuery:
    """A dashboard that is asked for: of which office, by whom, over how many days up to now."""

    office: Office
    days: int
    now: dt.datetime
    owns: bool  # whoever asks is the school whose children are counted

    @property
    def since(self) -> dt.date:
        return clock.local(self.now).date() - dt.timedelta(days=self.days - 1)

    def table(self, key: str) -> Table:
        """One of the tables by its key."""
        if key == "changes":
            return dashboards.changes(self.office, self.now, owns=self.owns)
        if key == "plan":
            return dashboards.plan(self.office, self.since, self.now, owns=self.owns)
        builds = {
            "workload": dashboards.workload,
            "steps": dashboards.steps,
            "reasons": dashboards.reasons,
            "attempts": dashboards.attempts,
        }
        return builds[key](self.office, self.since, self.now)


def asked_for(actor: Actor, code: str | None, days: int | None) -> DashboardQuery:
    """What is asked for, of the actor's own office by default. Raises Missing outside the jurisdiction."""
    office = office_to_watch(actor, code)
    owns = actor.office_kind == "school" and office.id == actor.office_id
    return DashboardQuery(office, days or USUAL, clock.now(), owns)
