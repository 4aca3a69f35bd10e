"""What the diagrams of a draft may say: the policies they are held to, their facts, tables, forms and processes."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from app.cases import hooks
from app.database import db
from app.definitions.models import Process, ProcessVersion
from app.definitions.queries import FOLLOWS
from app.definitions.rules.content import Content
from app.definitions.rules.soundness import own_policies, shipped_policies
from app.studio.queries.catalogue import ListedProcess, processes
from app.studio.rules.diagram_things import ENDS
from app.studio.rules.files import content_of
from workflows import DiagramRefused, handlers
from workflows.decision_tables import Table, read_tables
from workflows.policies import COMMON, Book, NoPolicy, Policy
from workflows.policies.policy import Fact
from workflows.reading import BPMN, read

CATEGORY = re.compile(r'name="category" value="([^"]+)"')  # in the text of a diagram


@dataclass(frozen=True)
class OfferedVerb:
    """A verb that service tasks may call.

    policy -- what this process is held to when it calls it, else what the process `home` asks of it; None where nobody
        has said anything, and then nothing that calls it is published.
    gives -- the facts that its answer makes known.
    """

    name: str
    policy: Policy | None
    home: str | None
    gives: Sequence[Fact]


@dataclass(frozen=True)
class Vocabulary:
    """Everything that the diagrams of a draft may name.

    facts -- those known from the opening; ends -- by outcome what an end with it asks for; diagrams -- file, key and
        name of each process that is drawn; followed -- the processes whose rules another may follow; categories --
        under which processes stand where they are started.
    faults -- why a policy file or a decision table of the draft could not be read; what is shipped stands for it.
    """

    content: Content
    facts: Sequence[Fact]
    verbs: Sequence[OfferedVerb]
    ends: Mapping[str, Policy]
    tables_of_files: Mapping[str, Mapping[str, Table]]
    diagrams: Sequence[tuple[str, str, str]]
    processes: Sequence[ListedProcess]
    followed: Sequence[str]
    categories: Sequence[str]
    faults: Sequence[str]

    @property
    def tables(self) -> dict[str, Table]:
        """Every decision table by its id."""
        return {key: table for tables in self.tables_of_files.values() for key, table in tables.items()}


def vocabulary_of(key: str, files: Mapping[str, str]) -> Vocabulary:
    """What the diagrams of a draft may say; key -- its process, files -- its files as they are now."""
    content = content_of(files)
    faults: list[str] = []
    book, tables = shipped_policies(), dict[str, Mapping[str, Table]]()
    try:
        for name, file in own_policies(content).items():
            book = book.with_file(name, file)
        for name, text in content.drawn.items():
            if name.endswith(".dmn"):
                tables[name] = read_tables(text.encode())
    except DiagramRefused as refused:
        faults.append(refused.sentence)
    ends = {outcome: book.policy_of_end(key, outcome) for outcome in ENDS}
    own = {key: table for each in tables.values() for key, table in each.items()}
    return Vocabulary(
        content,
        list(_facts(key, content, book, own).values()),
        _verbs(key, book),
        {outcome: policy for outcome, policy in ends.items() if policy},
        tables,
        list(_drawn_processes(content)),
        processes(),
        sorted(hooks.shared_rules),
        _categories(),
        faults,
    )


def labels_of_tables(content: Content) -> dict[str, str]:
    """What the inputs and outputs of the decision tables are called, by the facts that they are."""
    found = {}
    for name, text in content.drawn.items():
        if name.endswith(".dmn"):
            for column in read(text.encode(), name).iter("{*}input", "{*}output"):
                fact = column.get("name") or (column.findtext("{*}inputExpression/{*}text") or "").strip()
                found[fact] = column.get("label") or fact
    return found


def _facts(key: str, content: Content, book: Book, tables: Mapping[str, Table]) -> dict[str, Fact]:
    """The facts of the process, of the one whose rules it follows, and the answers of the table of its rules."""
    followed = [each for text in content.drawn.values() for each in FOLLOWS.findall(text)]
    rules = tables.get(f"{(followed or [key])[0]}_rules")
    labels = labels_of_tables(content) if rules else {}
    found = {name: Fact(name, table=rules.id, words=labels[name]) for name in rules.outputs} if rules else {}
    for each in (*followed, key):
        found |= {name: fact for name, fact in book.facts_of(each, ()).items() if not fact.by}
    return found


def _drawn_processes(content: Content) -> Iterator[tuple[str, str, str]]:
    for file, source in content.diagrams.items():
        for process in read(source, file).iter(f"{BPMN}process"):
            key = process.get("id", "")
            yield file, key, process.get("name") or key


def _categories() -> Sequence[str]:
    """Those of the published versions; the text is asked, since nothing else of a diagram is needed."""
    current = sa.select(ProcessVersion.files).join(Process, Process.current_id == ProcessVersion.id)
    texts = [text for files in db.session.scalars(current) for text in files.values()]
    return sorted({html.unescape(each) for text in texts for each in CATEGORY.findall(text)})


def _verbs(key: str, book: Book) -> Sequence[OfferedVerb]:
    """The verbs of the product: first those of which the process itself says something, then those of the others."""
    offered = [_verb(key, name, book) for name in handlers()]
    return sorted(offered, key=lambda each: (each.home != key, each.policy is None, each.home or "", each.name))


def _verb(key: str, name: str, book: Book) -> OfferedVerb:
    homes = [home for home, file in sorted(book.files.items()) if name in file.policies and home != COMMON]
    home = key if key in homes else next(iter(homes), None)
    if home is None:
        return OfferedVerb(name, None, None, ())
    try:
        policy = book.policy_of_verb(key, name)
    except NoPolicy:  # several other processes have one: the first shows what such a policy is like
        policy = book.files[home].policies[name]
    return OfferedVerb(name, policy, home, _given_by(name, home, book))


def _given_by(verb: str, home: str, book: Book) -> list[Fact]:
    return [fact for fact in book.files[home].facts.values() if verb in fact.by]


def values_of(fact: Fact, tables: Mapping[str, Table]) -> Iterator[object]:
    """What a fact may be, each value once; nothing of a number, or where the table is not at hand."""
    table = tables.get(fact.table or "")
    if table is None or fact.name not in table.outputs:
        yield from fact.values
        return
    column = table.outputs.index(fact.name)
    seen: list[object] = []
    for rule in table.rules:
        value = rule.outputs[column]
        if value is not None and not any(
            value is each or (value == each and type(value) is type(each)) for each in seen
        ):
            seen.append(value)
            yield value
