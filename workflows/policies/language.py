"""The language of policy files: what must have been decided before a verb may write, one line for each requirement.

A file has a part of facts and a part for each verb, and for each outcome of an end event:

    事实
      same_superior  是否  双方学校同属一个上级

    directive/issue  下达允许转学指令
      依据  《……》第……条
      依次  转出学校  审批  同意
      依次  转出学校上级教育行政部门  审批  同意  除 same_superior
      没有  不同意或退回
      失效  消息 directive_ended、directive/give_up

    结束 agreed  已转入
      依次  先办 archive/pull

依次 asks for a step that was taken while all the 依次 before it stood, 须 for a step whenever it was taken; the latest
answer of that role, duty and kind of task counts, and after a 补正 the approval of the office that repaired counts no
more. 没有 不同意或退回 looks at the approvers' latest answers, 有 不同意 at everybody's. 未曾 asks that a verb has not
run, 事实 for an expression over the facts. 失效 names the messages and verbs after which what the verb did stands no
more. 只读 marks a verb that writes nothing. 保证 before a line says what the verb promises of the facts it gives;
nothing is asked by it. 每次 before 依次 or 须 says that what meets the line counts once: it is used up when the verb
writes, and falls with what undoes the verb, so that each time somebody must have decided anew. 限 and 除 say in which
cases a line holds.

可放宽 at the end of a line marks what a province may leave out of its own version of a process; every other line stands
in each version, and nothing may be promised there that is not promised here (`Book.broken_by`).
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from types import MappingProxyType
from typing import Any, NamedTuple

from workflows import scripts
from workflows.errors import DiagramRefused
from workflows.policies.policy import END, Answer, Fact, Policy, PolicyFile, Requirement
from workflows.routing import ROLES
from workflows.translation import gettext, listed
from workflows.vocabulary import Kind

LARGEST = 100_000  # bytes of a file
MOST_VALUES = 12  # of one fact
COMMENT, FACTS, RELAXABLE, UNDONE, MESSAGE, DONE = "#", "事实", "可放宽", "失效", "消息", "先办"
EACH_TIME = "每次"
TRUTH, NUMBER, TABLE = "是否", "数", "表:"  # what a fact may be
DUTIES = {"审批": "approver", "经办": "operator"}
ANSWERS = {"同意": "agree", "不同意": "refuse", "退回": "send_back", "确认": "acknowledge"}
KINDS = {
    "补正": Kind.REPAIR,
    "调档": Kind.PULL,
    "备案": Kind.FILING,
    "核对身份": Kind.IDENTITY,
    "确认名单": Kind.CONFIRMATION,
    "告知监护人": Kind.GUARDIAN_NOTICE,
    "异议期": Kind.OBJECTION_PERIOD,
}
ANYBODY = "任一机构"
ROLE_KEYS = {role.name: key for key, role in ROLES.items()}
SUBJECT = re.compile(r"^([a-z_]+/[a-z_]+|结束\s+[a-z_]+)(?:\s+(.+))?$")
CONDITION = re.compile(r"\s+(限|除)\s+(.+)$")
FACT = re.compile(r"^([A-Za-z_]\w*)\s+(\S+)(?:\s+(.+))?$")
VERB = re.compile(r"^[a-z_]+/[a-z_]+$")


class PolicyRefused(DiagramRefused):
    """A policy file that cannot be read; the sentence names file and line."""


def check_policy_size(source: bytes, name: str) -> None:
    """Raises PolicyRefused for a file that is larger than one may be."""
    if len(source) > LARGEST:
        raise PolicyRefused(gettext("{name}：规则文件过大（最多 {most} 字节）", name=name, most=LARGEST))


@functools.lru_cache(maxsize=512)
def read_policy_file(source: bytes, name: str) -> PolicyFile:
    """Read a policy file. Raises PolicyRefused with file, line and what is wrong there."""
    check_policy_size(source, name)
    try:
        text = source.decode("utf-8")
    except UnicodeDecodeError as error:
        raise PolicyRefused(
            gettext("{name}：第 {number} 行不是 UTF-8", name=name, number=source[: error.start].count(10) + 1)
        ) from error
    facts: dict[str, Fact] = {}
    policies: dict[str, Policy] = {}
    for number, heading, lines in _parts(text, name):
        if heading == FACTS:
            facts |= {fact.name: fact for fact in map(_fact, lines)}
            continue
        policy = _policy(name, number, heading, lines)
        if policy.subject in policies:
            raise PolicyRefused(
                gettext(
                    "{name}：第 {number} 行：{subject} 已在前面规定", name=name, number=number, subject=policy.subject
                )
            )
        policies[policy.subject] = policy
    return PolicyFile(name, MappingProxyType(facts), MappingProxyType(policies))


class Line(NamedTuple):
    """An indented line of a file."""

    file: str
    number: int
    body: str

    @property
    def place(self) -> str:
        return gettext("{file}：第 {number} 行", file=self.file, number=self.number)


def _parts(text: str, name: str) -> Iterator[tuple[int, str, list[Line]]]:
    """The headings, which begin at the margin, each with the indented lines under it."""
    part: tuple[int, str, list[Line]] | None = None
    for number, line in enumerate(text.splitlines(), start=1):
        body = line.partition(COMMENT)[0].rstrip()
        if not body.strip():
            continue
        if body[0] not in " \t　":
            if part:
                yield part
            part = (number, body.strip(), [])
        elif part is None:
            raise PolicyRefused(gettext("{name}：第 {number} 行：前面没有写明是哪一项操作", name=name, number=number))
        else:
            part[2].append(Line(name, number, body.strip()))
    if part:
        yield part


# --- facts


def _fact(line: Line) -> Fact:
    """`name kind [words]`, the kind one of 是否, 数, 表:id, or its values: "a"|"b"; `@verb` says who gives it."""
    place, match = line.place, FACT.match(line.body)
    if match is None:
        raise PolicyRefused(gettext("{place}：事实须写成“名称 取值 说明”", place=place))
    name, kind, words = match[1], match[2], match[3] or ""
    by = tuple(each for each in re.findall(r"@([a-z_]+/[a-z_]+)", words))
    words = re.sub(r"\s*@[a-z_]+/[a-z_]+", "", words).strip()
    if kind == TRUTH:
        return Fact(name, (True, False), by=by, words=words)
    if kind == NUMBER:
        return Fact(name, numeric=True, by=by, words=words)
    if kind.startswith(TABLE):
        return Fact(name, table=kind.removeprefix(TABLE), by=by, words=words)
    values = tuple(each.strip('"') for each in kind.split("|"))
    if not all(re.fullmatch(r'"[^"]*"', each) for each in kind.split("|")) or len(values) > MOST_VALUES:
        raise PolicyRefused(
            gettext(
                "{place}：事实 {name} 的取值须是 {truth}、{number}、{table}决策号，或者不多于 {most} 个带引号的文字",
                place=place,
                name=name,
                truth=TRUTH,
                number=NUMBER,
                table=TABLE,
                most=MOST_VALUES,
            )
        )
    return Fact(name, values, by=by, words=words)


# --- policies


def _policy(name: str, number: int, heading: str, lines: list[Line]) -> Policy:
    match = SUBJECT.match(heading)
    if match is None:
        raise PolicyRefused(
            gettext(
                "{name}：第 {number} 行：须是“操作 说明”、“{end} 结果 说明”或者“{facts}”，不是“{heading}”",
                name=name,
                number=number,
                end=END,
                facts=FACTS,
                heading=heading,
            )
        )
    basis: list[str] = []
    requirements: list[Requirement] = []
    messages: set[str] = set()
    verbs: set[str] = set()
    reads_only = False
    for line in lines:
        word, _, rest = line.body.partition(" ")
        rest = rest.strip()
        if word == "依据":
            basis.append(rest)
        elif word == UNDONE:
            _undone(rest, line.place, messages, verbs)
        elif word == "只读":
            reads_only = True
        else:
            requirements.append(_requirement(word, rest, line))
    subject = " ".join(match[1].split())
    return Policy(
        subject,
        match[2] or "",
        name,
        tuple(basis),
        tuple(requirements),
        frozenset(messages),
        frozenset(verbs),
        reads_only,
    )


def _undone(rest: str, place: str, messages: set[str], verbs: set[str]) -> None:
    for each in re.split(r"[、，]\s*", rest):
        word, _, message = each.partition(" ")
        if word == MESSAGE and message.strip():
            messages.add(message.strip())
        elif VERB.match(each):
            verbs.add(each)
        else:
            raise PolicyRefused(
                gettext(
                    "{place}：{undone}之后须是“{message} 名称”或者操作，不是“{words}”",
                    place=place,
                    undone=UNDONE,
                    message=MESSAGE,
                    words=each,
                )
            )


def _requirement(word: str, rest: str, line: Line) -> Requirement:
    text, place = " ".join(line.body.split()), line.place
    relaxable = rest.endswith(RELAXABLE)
    rest = rest.removesuffix(RELAXABLE).strip()
    when = None
    if condition := CONDITION.search(" " + rest):
        rest = (" " + rest)[: condition.start()].strip()
        when = condition[2] if condition[1] == "限" else f"not ({condition[2]})"
        _expression(when, place)
    promised, each_time = word == "保证", word == EACH_TIME
    if promised or each_time:
        word, _, rest = rest.partition(" ")
        rest = rest.strip()
    common: dict[str, Any] = {
        "text": text,
        "line": line.number,
        "when": when,
        "relaxable": relaxable,
        "promised": promised,
        "each_time": each_time,
    }
    if each_time and word not in ("依次", "须"):
        raise PolicyRefused(gettext("{place}：“{word}”之后须是“依次”或“须”", place=place, word=EACH_TIME))
    if word in ("依次", "须"):
        return Requirement(in_order=word == "依次", **_asked(rest, place), **common)
    if word == "未曾" and VERB.match(rest):
        return Requirement(never=rest, **common)
    if word == "没有" and rest == "不同意或退回":
        return Requirement(negatives=False, **common)
    if word == "有" and rest == "不同意":
        return Requirement(negatives=True, **common)
    if word == "事实":
        return Requirement(fact=_expression(rest, place), **common)
    raise PolicyRefused(gettext("{place}：不能识别“{text}”", place=place, text=text))


def _asked(rest: str, place: str) -> dict[str, Any]:
    """`先办 verb`, or `role duty [kind] answer`."""
    words = rest.split()
    if len(words) == 2 and words[0] == DONE and VERB.match(words[1]):
        return {"verb": words[1]}
    if len(words) not in (3, 4):
        raise PolicyRefused(gettext("{place}：须写成“机构 岗位 结果”，或者“{done} 操作”", place=place, done=DONE))
    role, duty, answer = words[0], words[1], words[-1]
    kind = words[2] if len(words) == 4 else None
    if role != ANYBODY and role not in ROLE_KEYS:
        raise PolicyRefused(gettext("{place}：没有名为“{role}”的办理机构", place=place, role=role))
    if duty not in DUTIES or answer not in ANSWERS or (kind is not None and kind not in KINDS):
        raise PolicyRefused(
            gettext(
                "{place}：岗位只有{duties}，环节只有{kinds}，结果只有{answers}",
                place=place,
                duties=listed(DUTIES),
                kinds=listed(KINDS),
                answers=listed(ANSWERS),
            )
        )
    asked = Answer(ROLE_KEYS.get(role), DUTIES[duty], KINDS[kind] if kind else None, ANSWERS[answer])
    return {"answer": asked}


def _expression(text: str, place: str) -> str:
    try:
        scripts.parse(text)
    except DiagramRefused as error:
        raise PolicyRefused(gettext("{place}：{sentence}", place=place, sentence=error.sentence)) from error
    return text
