"""每次: what meets such a line counts once; the verb uses it up, and it falls with what undoes the verb."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from tests.workflows.policies.test_proof import BOOK, found
from workflows.policies import Act, Answered, Heard, PolicyRefused, Ran, Rules, Task, history_of, read_policy_file

DIRECTIVE_ENDED = ('sourceRef="directive_ended_before_pull" targetRef="{}"',
                   'sourceRef="directive_ended_before_pull" targetRef="issue_directive"')  # fmt: skip
RETURNED = ('sourceRef="return_filing" targetRef="lodge"', 'sourceRef="return_filing" targetRef="lodge_filing"')
BUREAU = Answered(Task("bureau", "releasing_bureau", "approver"), "agree")
SCHOOL = Answered(Task("school", "releasing_school", "approver"), "agree")
RULE = """a/b 下达
  依次  转出学校  审批  同意
  每次  依次  转出学校上级教育行政部门  审批  同意
  失效  消息 ended、a/c
"""


@pytest.mark.parametrize(
    ("key", "changes", "element", "said"),
    [
        ("transfer", [(DIRECTIVE_ENDED[0].format("releasing_bureau"), DIRECTIVE_ENDED[1])], "issue_directive",
         "转出学校上级教育行政部门尚未按次序审批同意（每次都须重新办理）"),
        ("home_return", [(DIRECTIVE_ENDED[0].format("source_bureau"), DIRECTIVE_ENDED[1])], "issue_directive",
         "转出学校上级教育行政部门尚未按次序审批同意（每次都须重新办理）"),
        ("plan_cross_county", [RETURNED], "lodge_filing",
         "申请单位上级教育行政部门尚未按次序经办同意（每次都须重新办理）"),
        ("plan_cross_city", [RETURNED], "lodge_filing",
         "申请单位上级教育行政部门尚未按次序经办同意（每次都须重新办理）"),
        ("recruitment_roster", [('sourceRef="rest" targetRef="directives"', 'sourceRef="rest" targetRef="direct"')],
         "direct", "转出学校上级教育行政部门尚未按次序审批同意（每次都须重新办理）"),
        ("recruitment_roster", [('sourceRef="rest" targetRef="pull"', 'sourceRef="rest" targetRef="release"')],
         "release", "转入学校尚未调档（每次都须重新办理）"),
    ],
)  # fmt: skip
def test_a_verb_that_writes_again_needs_a_fresh_decision(
    key: str, changes: Sequence[tuple[str, str]], element: str, said: str
) -> None:
    breaches = [each for each in found(key, *changes) if each.rule == "policy" and each.element == element]

    assert any(said in each.message for each in breaches)


@pytest.mark.parametrize(
    ("acts", "held"),
    [
        ([SCHOOL, BUREAU], True),
        ([SCHOOL, BUREAU, Ran("a/b")], False),
        ([SCHOOL, BUREAU, Ran("a/b"), BUREAU], True),
        ([SCHOOL, BUREAU, Heard("ended")], False),
        ([SCHOOL, BUREAU, Ran("a/c"), BUREAU], True),
        ([SCHOOL, BUREAU, Ran("a/b"), SCHOOL], False),
    ],
)
def test_it_counts_once(acts: Sequence[Act], held: bool) -> None:
    rules = Rules(read_policy_file(RULE.encode(), "x.policy").policies.values())

    missing = rules.missing(history_of(rules, acts, {}), "a/b", {})

    assert [each.text for each in missing] == ([] if held else ["每次 依次 转出学校上级教育行政部门 审批 同意"])


def test_after_a_repair_both_sides_consent_anew() -> None:
    rules = Rules(BOOK.files["plan_cross_county"].policies.values())
    school = Answered(Task("school_approval", "applicant", "approver"), "agree")
    both = [Answered(Task(f"{side}_consent", f"{side}_bureau", "approver"), "agree") for side in ("local", "source")]
    facts = {"endorse": False}
    first = [Ran("plan/propose"), school, *both]

    assert rules.missing(history_of(rules, first, facts), "plan/consent", facts) == []
    again = [*first, Ran("plan/consent"), Ran("plan/propose"), school, both[0]]
    (missing,) = rules.missing(history_of(rules, again, facts), "plan/consent", facts)
    assert missing.text == "每次 须 生源所在县（市、区）教育行政部门 审批 同意"
    assert rules.missing(history_of(rules, [*again, both[1]], facts), "plan/consent", facts) == []


@pytest.mark.parametrize("line", ["每次  没有  不同意或退回", "每次", "每次  未曾  a/c", "每次  保证  有  不同意"])
def test_nothing_else_is_asked_each_time(line: str) -> None:
    with pytest.raises(PolicyRefused, match="第 2 行：“每次”之后须是“依次”或“须”"):
        read_policy_file(f"a/b 写入\n  {line}\n".encode(), "x.policy")


def test_a_county_may_not_ask_once_what_is_to_be_asked_each_time() -> None:
    once = read_policy_file(RULE.replace("每次  ", "").encode(), "x.policy")

    broken = BOOK.with_file("x", read_policy_file(RULE.encode(), "x.policy")).broken_by("x", once)

    assert broken == ["不能放宽的规定没有了：a/b：每次 依次 转出学校上级教育行政部门 审批 同意"]
