"""The language of policy files: what a line says, and how a file that cannot be read is refused."""

from __future__ import annotations

import pytest

from workflows.policies import Book, PolicyRefused, read_policy_file
from workflows.policies.policy import Answer
from workflows.vocabulary import Kind

GOOD = """# 说明
事实
  same  是否  同一上级
  many  数  人数 @rows/count
  word  "a"|"b"  @rows/count

record/move  转入  # 后注
  依据  某办法第三条
  依次  转出学校  审批  同意  除 same
  须  任一机构  经办  补正  同意  可放宽
  依次  先办 rows/count  限 many > 0
  没有  不同意或退回
  未曾  record/undo
  事实  word == "a"
  失效  消息 record_ended、record/undo

结束 agreed  已转入
  须  先办 record/move
"""


def test_each_line_says_one_requirement() -> None:
    file = read_policy_file(GOOD.encode(), "x.policy")

    assert set(file.policies) == {"record/move", "结束 agreed"}
    policy = file.policies["record/move"]
    first, second, third, fourth, fifth, sixth = policy.requirements
    assert first.answer == Answer("releasing_school", "approver", None, "agree")
    assert (first.in_order, first.when, first.relaxable) == (True, "not (same)", False)
    assert second.answer == Answer(None, "operator", Kind.REPAIR, "agree")
    assert (second.in_order, second.relaxable) == (False, True)
    assert (third.verb, third.when) == ("rows/count", "many > 0")
    assert (fourth.negatives, fifth.never, sixth.fact) == (False, "record/undo", 'word == "a"')
    assert (policy.undone_by_messages, policy.undone_by_verbs) == ({"record_ended"}, {"record/undo"})
    assert policy.basis == ("某办法第三条",)


def test_a_fact_has_values_and_a_verb_that_gives_it() -> None:
    facts = read_policy_file(GOOD.encode(), "x.policy").facts

    assert (facts["same"].values, facts["same"].by, facts["same"].words) == ((True, False), (), "同一上级")
    assert (facts["many"].numeric, facts["many"].by) == (True, ("rows/count",))
    assert facts["word"].values == ("a", "b")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("  依次  转出学校  审批  同意", "第 1 行：前面没有写明是哪一项操作"),
        ("关于转学", "第 1 行：须是“操作 说明”、“结束 结果 说明”或者“事实”，不是“关于转学”"),
        ("a/b 写入\n  依次  某个学校  审批  同意", "第 2 行：没有名为“某个学校”的办理机构"),
        ("a/b 写入\n  依次  转出学校  校长  同意", "第 2 行：岗位只有审批、经办"),
        ("a/b 写入\n  依次  转出学校  审批  大概", "结果只有同意、不同意、退回、确认"),
        ("a/b 写入\n  依次  转出学校  审批  随便  同意", "环节只有补正、调档、备案、核对身份、确认名单"),
        ("a/b 写入\n  依次  转出学校", "须写成“机构 岗位 结果”，或者“先办 操作”"),
        ("a/b 写入\n  最好  转出学校  审批  同意", "第 2 行：不能识别“最好 转出学校 审批 同意”"),
        ("a/b 写入\n  依次  转出学校  审批  同意  限 __import__('os')", "条件表达式不能调用函数"),
        ("a/b 写入\n  失效  明天", "失效之后须是“消息 名称”或者操作，不是“明天”"),
        ("a/b 写入\n\na/b 再写一次", "第 3 行：a/b 已在前面规定"),
        ("事实\n  many", "事实须写成“名称 取值 说明”"),
        ("事实\n  many  若干", "事实 many 的取值须是 是否、数、表:决策号"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_by_its_line(text: str, said: str) -> None:
    with pytest.raises(PolicyRefused) as refused:
        read_policy_file(text.encode(), "x.policy")

    assert "x.policy" in refused.value.sentence
    assert said in refused.value.sentence


@pytest.mark.parametrize(
    ("raw", "said"), [(b"a/b\n  \xff", "第 2 行不是 UTF-8"), (b"#" * 100_001, "规则文件过大")], ids=["bytes", "size"]
)
def test_bytes_that_are_no_text_are_refused(raw: bytes, said: str) -> None:
    with pytest.raises(PolicyRefused, match=said):
        read_policy_file(raw, "x.policy")


def book(**texts: str) -> Book:
    return Book({key: read_policy_file(text.encode(), f"{key}.policy") for key, text in texts.items()})


RULE = "a/b 写入\n  依次  转出学校  审批  同意\n  须  任一机构  经办  同意  可放宽\n"
LOST = "不能放宽的规定没有了：a/b：依次 转出学校 审批 同意"


def broken(shipped: Book, key: str, text: str) -> list[str]:
    return shipped.broken_by(key, read_policy_file(text.encode(), f"{key}.policy"))


def test_what_a_province_may_not_relax_is_missed() -> None:
    assert broken(book(first=RULE), "first", "a/b 写入\n  依次  转出学校  审批  同意\n") == []
    assert broken(book(first=RULE), "first", "a/b 写入\n") == [LOST]


def test_another_process_cannot_give_itself_an_easier_rule_for_a_verb() -> None:
    assert broken(book(first=RULE), "second", "a/b 写入\n") == [LOST]


def test_an_end_without_a_rule_of_its_own_keeps_the_common_one() -> None:
    shipped = book(common="结束 agreed\n  须  任一机构  审批  同意\n", first="结束 agreed\n  须  先办 a/b\n")

    assert broken(shipped, "second", "结束 agreed\n") == ["不能放宽的规定没有了：结束 agreed：须 任一机构 审批 同意"]


WHOLE = """事实
  same  是否  同一上级
  many  数  人数 @a/b

a/b 写入
  依次  转出学校  审批  同意
  依次  转入学校  审批  同意  除 same
  失效  消息 ended、a/c
"""


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("  依次  转出学校  审批  同意\n", "", [LOST]),
        ("  除 same\n", "  除 same\n  依次  转出学校  审批  同意\n", []),
        ("写入\n  依次  转出学校  审批  同意\n  依次  转入学校  审批  同意  除 same\n",
         "写入\n  依次  转入学校  审批  同意  除 same\n  依次  转出学校  审批  同意\n", ["规定的先后次序变了：a/b"]),
        ("消息 ended、a/c", "a/c", ["不能放宽的规定没有了：a/b：失效 消息 ended"]),
        ("消息 ended、a/c", "消息 ended", ["不能放宽的规定没有了：a/b：失效 a/c"]),
        ("  失效", "  只读\n  失效", ["写入的操作不能写成只读：a/b"]),
        ("  失效", "  保证  事实  many > 0\n  失效", ["不能另加保证：a/b：保证 事实 many > 0"]),
        ("  失效", "  失效  消息 more\n  失效", []),
        ("  same  是否  同一上级", '  same  "x"  同一上级',
         ["事实 same 须与已有规定的取值、来源一致，或者出自决策表（表:决策号）"]),
        ("人数 @a/b", "人数",
         ["事实 many 须与已有规定的取值、来源一致，或者出自决策表（表:决策号）"]),
        ("  same", "  more  是否\n  same", ["事实 more 须与已有规定的取值、来源一致，或者出自决策表（表:决策号）"]),
        ("  same", "  more  表:first_rules\n  same", []),
        ("同一上级", "换一个说法", []),
    ],
    ids=["line", "again later", "order", "message", "verb", "reads only", "promise", "ends sooner", "fact", "giver",
         "nobody's fact", "table's fact", "words"],
)  # fmt: skip
@pytest.mark.parametrize("key", ["first", "second"])
def test_a_version_may_be_stricter_and_nothing_else(key: str, before: str, after: str, said: list[str]) -> None:
    assert before in WHOLE

    assert broken(book(first=WHOLE), key, WHOLE.replace(before, after)) == said


def test_nothing_is_promised_of_a_verb_that_no_shipped_file_knows() -> None:
    assert broken(book(first=RULE), "second", "a/new\n  保证  有  不同意\n") == ["不能另加保证：a/new：保证 有 不同意"]
