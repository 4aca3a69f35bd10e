"""The policy files at hand: what each process asks of its verbs, or what a verb's own process asks if it says none."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from workflows.policies.language import MESSAGE, TABLE, UNDONE, read_policy_file
from workflows.policies.policy import EMPTY, END, Fact, Policy, PolicyFile, end_subject
from workflows.translation import gettext, listed

SUFFIX = ".policy"
COMMON = "common"  # the file of what holds for the ends of every process that says nothing of its own


class NoPolicy(Exception):
    """A verb without a policy, or with several in processes other than the one in question; the sentence says which."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


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

    def broken_by(self, process: str, file: PolicyFile) -> list[str]:
        """What a province's file of a process changes that it may not, a sentence for each.

        It keeps every line that is not 可放宽, in the order of the book, and what undoes a verb; it promises nothing of
        verbs that the book does not promise, calls none 只读 that writes, and knows no facts but those of the book and
        of decision tables. What the process itself asks of a subject counts, else what the verb's own process asks
        (where there are several, one of them), or what is common to all ends.
        """
        own = self.files.get(process, EMPTY).policies
        broken = [each for policy in own.values() for each in _broken(policy, file.policies.get(policy.subject))]
        for subject, policy in file.policies.items():
            if subject not in own:
                homes = [each.policies[subject] for each in self.files.values() if subject in each.policies]
                if subject.startswith(END):
                    homes = [each for each in homes if each.file == f"{COMMON}{SUFFIX}"]
                nothing = Policy(subject, "", "")
                least: list[str] = min((_broken(home, policy) for home in homes or [nothing]), key=len)
                broken += least
        return [*broken, *self._facts_of_its_own(process, file)]

    def _facts_of_its_own(self, process: str, file: PolicyFile) -> Iterator[str]:
        """Facts that mean something else than in the book, or that nobody gives: a proof by them proves nothing."""
        own = self.files.get(process, EMPTY).facts
        for name, fact in file.facts.items():
            known = [own[name]] if name in own else [e.facts[name] for e in self.files.values() if name in e.facts]
            if not any(fact.means_the_same(each) for each in known) and (known or fact.table is None):
                yield gettext(
                    "事实 {name} 须与已有规定的取值、来源一致，或者出自决策表（{table}决策号）", name=name, table=TABLE
                )

    def policy_of_verb(self, process: str, verb: str) -> Policy:
        """What a process asks of a verb: its own file's part, else that of the one other process that has one.

        Raises NoPolicy.
        """
        own = self.files.get(process, EMPTY).policies.get(verb)
        if own is not None:
            return own
        others = [each.policies[verb] for key, each in sorted(self.files.items()) if verb in each.policies]
        if len(others) != 1:
            file = f"{process}{SUFFIX}"
            if not others:
                sentence = gettext("操作 {verb} 没有为本流程写明办理前提：须在 {file} 中规定", verb=verb, file=file)
                raise NoPolicy(sentence)
            sentence = gettext(
                "操作 {verb} 没有为本流程写明办理前提（{files} 各有规定）：须在 {file} 中规定",
                verb=verb,
                files=listed(each.file for each in others),
                file=file,
            )
            raise NoPolicy(sentence)
        return others[0]

    def policy_of_end(self, process: str, outcome: str) -> Policy | None:
        """What a process asks of its ends with an outcome: its own file's part, else the common one."""
        subject = end_subject(outcome)
        own = self.files.get(process, EMPTY).policies.get(subject)
        return own or self.files.get(COMMON, EMPTY).policies.get(subject)

    def policies_of(
        self, process: str, verbs: Iterable[str], outcomes: Iterable[str]
    ) -> tuple[list[Policy], dict[str, str]]:
        """The policies of these verbs and ends in a process, and a sentence for each that has none, by its subject."""
        found: list[Policy] = []
        faults: dict[str, str] = {}
        for verb in sorted(set(verbs)):
            try:
                found.append(self.policy_of_verb(process, verb))
            except NoPolicy as error:
                faults[verb] = error.sentence
        for outcome in sorted(set(outcomes)):
            end = self.policy_of_end(process, outcome)
            if end is None:
                faults[end_subject(outcome)] = gettext(
                    "结束 {outcome} 没有为本流程写明办理前提：须在 {file} 中规定",
                    outcome=outcome,
                    file=f"{process}{SUFFIX}",
                )
            else:
                found.append(end)
        return found, faults

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


def _broken(policy: Policy, there: Policy | None) -> list[str]:
    """What another policy for the same subject changes that it may not; `there` None: it says nothing of it."""
    asked = there.requirements if there else ()
    texts = [each.text for each in asked]
    stand = [each for each in policy.requirements if not each.relaxable and not each.promised]
    lost = [each.text for each in stand if each.text not in texts]
    kept = [texts.index(each.text) for each in stand if each.in_order and each.text in texts]
    messages = policy.undone_by_messages - (there.undone_by_messages if there else frozenset())
    verbs = policy.undone_by_verbs - (there.undone_by_verbs if there else frozenset())
    lost += [f"{UNDONE} {MESSAGE} {each}" for each in sorted(messages)] + [f"{UNDONE} {each}" for each in sorted(verbs)]
    subject = policy.subject
    broken = [gettext("不能放宽的规定没有了：{subject}：{line}", subject=subject, line=each) for each in lost]
    if kept != sorted(kept):
        broken.append(gettext("规定的先后次序变了：{subject}", subject=subject))
    promised = {each.text for each in policy.requirements if each.promised}
    added = [each.text for each in asked if each.promised and each.text not in promised]
    broken += [gettext("不能另加保证：{subject}：{line}", subject=subject, line=each) for each in added]
    if there and there.reads_only and not policy.reads_only:
        broken.append(gettext("写入的操作不能写成只读：{subject}", subject=subject))
    return broken
