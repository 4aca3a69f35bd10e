"""A writing verb asks the decisions that are recorded of its case, so that a token that was moved still writes nothing.

The diagram was proved against the same policy before it was published; this holds where a diagram slipped through, a
run was altered, or somebody moved it by hand.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from app.cases.models import Decision
from app.cases.rules import PolicyNotHeld
from app.database import execute, table
from app.definitions.queries import CompiledVersion
from workflows import Kind, TaskSpec
from workflows.policies import Act, Answered, Heard, Ran, Task, history_of
from workflows.policies.unmet import unmet

DECISIONS = table(Decision)
MESSAGE = "!"  # before the name of a message
Decided = tuple[str, str, int | None]  # key of the task, outcome, who gave it
Written = list[list[Any]]  # [how many decisions there were before, the verb or message]


class PolicyEnforcement:
    """What a case has behind it, as far as policies ask for it, during one act.

    written -- the verbs and messages that the case has behind it, as its row keeps them; None for a case from before
    they were kept. now -- the decision that is being taken; decided -- those before it, read when they are first needed
    where they are not at hand.
    """

    def __init__(
        self,
        case_id: int,
        version: CompiledVersion,
        written: Written | None,
        *,
        drafted_by: int | None,
        decided: Sequence[Decided] | None = None,
        now: Decided | None = None,
    ) -> None:
        self.case_id, self.version = case_id, version
        self.before, self.drafted_by = written, drafted_by
        self._decided, self._now = decided, now
        self._new: list[str] = []

    @property
    def written(self) -> Written | None:
        """What the row of the case is to keep after this act; None where it keeps nothing, or nothing is new."""
        if self.before is None or not self._new:
            return None
        count = len(self._decisions())
        return [*self.before, *([count, each] for each in self._new)]

    def heard(self, message: str) -> None:
        """The case has received a message."""
        if any(message in each.undone_by_messages for each in self.version.policies.policies.values()):
            self._new.append(f"{MESSAGE}{message}")

    def check(self, verb: str, facts: Mapping[str, Any]) -> None:
        """May the verb write now? Raises PolicyNotHeld (E-POLICY)."""
        policy = self.version.policies.policies.get(verb)
        if policy is None:
            raise PolicyNotHeld(what=verb, missing="没有为这项操作写明办理前提")
        if not policy.reads_only:
            self._check(verb, policy.title or verb, facts)

    def check_rows(self, verb: str, facts: Mapping[str, Any]) -> None:
        """May the rows of a list be written that the verb has released?

        They are asked as the verb was: what it has used up since (每次) counts for its rows. Raises PolicyNotHeld.
        """
        policy = self.version.policies.policies.get(verb)
        if policy is None:
            self.check(verb, facts)
        else:
            self._check(verb, policy.title or verb, facts, released=True)

    def ran(self, verb: str) -> None:
        """The verb has written."""
        self._new.append(verb)

    def check_end(self, outcome: str, facts: Mapping[str, Any]) -> None:
        """May the case end so? Raises PolicyNotHeld (E-POLICY)."""
        subject = f"结束 {outcome}"
        if policy := self.version.policies.policies.get(subject):
            self._check(subject, policy.title or "办结", facts)

    # --- what is on record

    def _check(self, subject: str, what: str, facts: Mapping[str, Any], *, released: bool = False) -> None:
        """released -- by the last time that the subject itself has run, which therefore is left out."""
        rules = self.version.policies
        acts = [*self._acts()]
        if released and Ran(subject) in acts:
            del acts[len(acts) - 1 - acts[::-1].index(Ran(subject))]
        history = history_of(rules, acts, facts, verbs_known=self.before is not None)
        lines = rules.missing(history, subject, facts)
        if self.before is None:  # nothing is known of its verbs
            lines = [each for each in lines if each.verb is None and each.never is None]
        if lines:
            raise PolicyNotHeld(what=what, missing=unmet(lines, rules.titles))
        if by_drafter := next(self._approvals_of_drafters(), None):
            raise PolicyNotHeld(what=what, missing=f"环节“{by_drafter.name}”由起草人本人审批")

    def _decisions(self) -> Sequence[Decided]:
        if self._decided is None:
            asked = sa.select(DECISIONS.c.key, DECISIONS.c.outcome, DECISIONS.c.user_id)
            stands = DECISIONS.c.case_id == self.case_id, DECISIONS.c.undone_id.is_(None)
            rows = execute(asked.where(*stands).order_by(DECISIONS.c.id))
            self._decided = [(row.key, str(row.outcome.value), row.user_id) for row in rows]
        return [*self._decided, self._now] if self._now else self._decided

    def _acts(self) -> Iterator[Act]:
        """Decisions, verbs and messages in the order in which they happened."""
        tasks = self.version.diagrams.tasks
        decisions = self._decisions()
        written = [*(self.before or ()), *([len(decisions), each] for each in self._new)]
        for count, (key, outcome, _by) in enumerate([("", "", 0), *decisions]):
            if key in tasks:
                yield Answered(task_of(tasks[key]), outcome)
            for at, name in written:
                if at == count:
                    yield Heard(name.removeprefix(MESSAGE)) if name.startswith(MESSAGE) else Ran(name)

    def _approvals_of_drafters(self) -> Iterator[TaskSpec]:
        """The approvals that stand and were given by somebody who drafted the case: opened it, or completed it on
        repair. What an office has decided anew stands no more.
        """
        tasks = self.version.diagrams.tasks
        known = [(tasks[key], by) for key, _outcome, by in self._decisions() if key in tasks]
        drafters = {by for spec, by in known if spec.kind is Kind.REPAIR} | {self.drafted_by}
        latest = {spec.key: (spec, by) for spec, by in known}
        yield from (spec for spec, by in latest.values() if spec.duty == "approver" and by in drafters)


def task_of(spec: TaskSpec) -> Task:
    """Of a task as drawn what policies ask for."""
    return Task(spec.key, spec.role, spec.duty, spec.kind)
