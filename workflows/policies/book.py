"""The policy files at hand: what each process asks of its verbs, or what a verb's own process asks if it says none."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from workflows.policies.language import END, read_policy_file
from workflows.policies.policy import EMPTY, Fact, Policy, PolicyFile

SUFFIX = ".policy"
COMMON = "common"  # the file of what holds for the ends of every process that says nothing of its own


class NoPolicy(Exception):
    """A verb without a policy, or with several in processes other than the one in question; the sentence says which."""


@dataclass(frozen=True)
class Book:
    """Policy files by the key of their process."""

    files: Mapping[str, PolicyFile] = field(default_factory=dict)

    @classmethod
    def read(cls, folder: Path) -> Book:
        """Every `<key>/<key>.policy` of a folder of diagrams, and its `common.policy`. Raises PolicyRefused."""
        paths = [*sorted(folder.glob(f"*/*{SUFFIX}")), folder / f"{COMMON}{SUFFIX}"]
        return cls({path.stem: read_policy_file(path.read_bytes(), path.name) for path in paths if path.is_file()})

    def with_file(self, key: str, file: PolicyFile | None) -> Book:
        """The book with another file for one process; without one for it when there is none."""
        files = {name: each for name, each in self.files.items() if name != key}
        return Book({**files, key: file} if file else files)

    def lost_in(self, process: str, file: PolicyFile) -> list[str]:
        """The lines that no province may leave out and that are not in this file of a process.

        What the process itself asks of a subject counts, else what the verb's own process asks (where there are
        several, one of them), or what is common to all ends.
        """
        own = self.files.get(process, EMPTY).policies
        lost = [line for policy in own.values() for line in _lost(policy, file.policies.get(policy.subject))]
        for subject, policy in file.policies.items():
            if subject not in own:
                homes = [each.policies[subject] for each in self.files.values() if subject in each.policies]
                if subject.startswith(END):
                    homes = [each for each in homes if each.file == f"{COMMON}{SUFFIX}"]
                lost += min([_lost(home, policy) for home in homes] or [[]], key=lambda lines: len(list(lines)))
        return lost

    def policy_of_verb(self, process: str, verb: str) -> Policy:
        """What a process asks of a verb: its own file's part, else that of the one other process that has one.

        Raises NoPolicy.
        """
        own = self.files.get(process, EMPTY).policies.get(verb)
        if own is not None:
            return own
        others = [each.policies[verb] for key, each in sorted(self.files.items()) if verb in each.policies]
        if len(others) != 1:
            several = f"（{'、'.join(each.file for each in others)} 各有规定）" if others else ""
            raise NoPolicy(f"操作 {verb} 没有为本流程写明办理前提{several}：须在 {process}{SUFFIX} 中规定")
        return others[0]

    def policy_of_end(self, process: str, outcome: str) -> Policy | None:
        """What a process asks of its ends with an outcome: its own file's part, else the common one."""
        subject = f"结束 {outcome}"
        own = self.files.get(process, EMPTY).policies.get(subject)
        return own or self.files.get(COMMON, EMPTY).policies.get(subject)

    def policies_of(
        self, process: str, verbs: Iterable[str], outcomes: Iterable[str]
    ) -> tuple[list[Policy], list[str]]:
        """The policies of these verbs and ends in a process, and a sentence for each verb without one."""
        found: list[Policy] = []
        faults: list[str] = []
        for verb in sorted(set(verbs)):
            try:
                found.append(self.policy_of_verb(process, verb))
            except NoPolicy as error:
                faults.append(str(error))
        ends = (self.policy_of_end(process, each) for each in sorted(set(outcomes)))
        return [*found, *(each for each in ends if each is not None)], faults

    def facts_of(self, process: str, policies: Iterable[Policy], follows: str = "") -> dict[str, Fact]:
        """The facts that a process declares, and those that verbs of other processes bring with them.

        follows -- the process whose rules it follows, by whose precheck it opens: its facts are known too.
        """
        foreign = {each.file for each in policies} - {self.files.get(process, EMPTY).name}
        found = {
            name: fact
            for file in self.files.values()
            if file.name in foreign
            for name, fact in file.facts.items()
            if fact.by
        }
        known = self.files.get(follows, EMPTY).facts
        return found | dict(known) | dict(self.files.get(process, EMPTY).facts)


def _lost(policy: Policy, there: Policy | None) -> list[str]:
    kept = {each.text for each in there.requirements} if there else set()
    return [
        f"{policy.subject}：{each.text}"
        for each in policy.requirements
        if not each.relaxable and not each.promised and each.text not in kept
    ]
