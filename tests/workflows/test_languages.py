"""What is said is said in Chinese, or in English where that is asked for; no sentence of a library shows through."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import zstandard

import workflows
from tests.bpmn.conftest import SHELF
from tests.house.translations import sentences
from tests.workflows.drawing import drawing, one, sketch
from tests.workflows.test_command import NOT_BPMN, OURS_ALONE
from tests.workflows.test_lint import FLAWED
from tests.workflows.test_standard import WRONG
from workflows import scripts, vocabulary
from workflows.__main__ import main
from workflows.decision_tables import read_tables
from workflows.policies import PolicyRefused, read_policy_file
from workflows.runs import FORMAT, load
from workflows.translation import gettext, language

CHINESE = re.compile("[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef“”]+")
WRONG_DRAWINGS = {
    **{f"lint: {name}": source for name, (source, _) in FLAWED.items()},
    **{f"standard: {name}": case if isinstance(case, bytes) else case[0] for name, case in WRONG.items()},
    **OURS_ALONE,
}


def untranslated(said: str, *typed: str) -> list[str]:
    """What is Chinese in something said, but for what was typed: names in a diagram, lines of a policy."""
    known = "\n".join(typed)
    return [each for each in CHINESE.findall(said) if each not in known]


@pytest.mark.parametrize("name", WRONG_DRAWINGS)
def test_every_finding_is_said_in_both_languages(name: str) -> None:
    source = WRONG_DRAWINGS[name]

    (chinese,) = workflows.verify({"drawn.bpmn": source})
    with language("en"):
        (english,) = workflows.verify({"drawn.bpmn": source})

    assert [(e.rule, e.severity, e.element, e.kind) for e in chinese.findings] == [
        (e.rule, e.severity, e.element, e.kind) for e in english.findings
    ]
    assert (chinese.loads, chinese.safe, chinese.sound) == (english.loads, english.safe, english.sound)
    assert chinese.findings
    for each, other in zip(chinese.findings, english.findings, strict=True):
        assert CHINESE.search(each.message), each
        assert not untranslated(other.message, source.decode()), other


# --- the command


BROKEN = {
    "stuck": one("start > xor1 > a > and1 > end; xor1 > b > and1"),
    "two tokens": one("start > and1 > a > xor1 > b > end; and1 > c > xor1"),
    "a script": OURS_ALONE["the engine"],
    "an odd condition": OURS_ALONE["the platform"],
    "not decided": OURS_ALONE["the bound"],
    "fine": drawing(sketch("p", "start > a > end")),
    "named in Chinese": one("start > a > xor1 > end").replace(b'name="a"', 'name="转学申请"'.encode()),
}


@pytest.mark.parametrize("more", [(), ("--json",), ("--publishable",)])
@pytest.mark.parametrize("name", BROKEN)
def test_the_command_speaks_english_and_ends_as_it_does_in_chinese(
    name: str, more: tuple[str, ...], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "drawn.bpmn"
    file.write_bytes(BROKEN[name])

    code = main(["check", str(file), *more])
    chinese = capsys.readouterr().out
    assert main(["check", str(file), "--lang", "en", *more]) == code
    english = capsys.readouterr().out

    assert not untranslated(english, BROKEN[name].decode())
    assert len(english.splitlines()) == len(chinese.splitlines())
    if more == ("--json",):
        assert [row["findings"] for row in json.loads(chinese)] != [row["findings"] for row in json.loads(english)]
    assert main(["check", str(file), "--lang", "zh", *more]) == code
    assert capsys.readouterr().out == chinese


def test_what_the_command_says_in_english(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "stuck.bpmn"
    file.write_bytes(BROKEN["stuck"])

    main(["check", str(file), "--lang=en"])

    first, *lines = capsys.readouterr().out.splitlines()
    assert first == f"{file}: loads yes, safe yes, sound no"
    assert '  error deadlock [and1] It may get stuck at "and1" and never go on (soundness)' in lines


def test_a_breach_of_a_policy_is_told_in_english_but_for_its_lines_and_names(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = (SHELF / "transfer" / "transfer.bpmn").read_text("utf-8")
    past = source.replace(
        'sourceRef="releasing_school_outcome" targetRef="releasing_bureau"',
        'sourceRef="releasing_school_outcome" targetRef="issue_directive"',
    )
    (tmp_path / "transfer.bpmn").write_text(past, "utf-8")

    assert main(["check", str(tmp_path / "transfer.bpmn"), "--publishable", "--lang", "en"]) == 1

    said = capsys.readouterr().out
    assert "the approver of 转出学校上级教育行政部门 has not agreed in turn" in said
    assert "yes→转入学校审核: agree→转出学校核办: agree" in said
    assert not untranslated(said, past, (SHELF / "transfer" / "transfer.policy").read_text("utf-8"))


@pytest.mark.parametrize("name", NOT_BPMN)
def test_what_is_not_bpmn_is_refused_in_english(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "given.bpmn").write_bytes(NOT_BPMN[name])

    assert main(["check", str(tmp_path / "given.bpmn"), "--lang", "en"]) == 2

    assert not CHINESE.search(capsys.readouterr().err)


@pytest.mark.parametrize("arguments", [["--help"], ["check", "--help"]])
def test_the_help_is_in_one_language(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    chinese = capsys.readouterr().out
    with pytest.raises(SystemExit):
        main([*arguments, "--lang", "en"])
    english = capsys.readouterr().out

    assert ended.value.code == 0
    assert not CHINESE.search(english)
    assert "usage: " in english
    assert "用法：" in chinese
    assert not re.search("usage|arguments|options|show this", chinese)


WRONG_COMMANDS = ["", "check", "burn", "check x --lang fr", "check x --lang", "check x --odd", "check x --json=1"]


@pytest.mark.parametrize("arguments", [each.split() for each in WRONG_COMMANDS])
def test_a_command_that_is_wrong_is_refused_in_our_words(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)

    assert ended.value.code == 2
    usage, *_, said = capsys.readouterr().err.splitlines()
    assert usage.startswith("用法：")
    assert said == "命令写得不全或不对，请照上面的用法写"


# --- one language for one caller


def test_a_language_is_spoken_where_it_was_asked_for_and_nowhere_else() -> None:
    meet, said = threading.Barrier(2), {}

    def speak(code: str) -> None:
        with language(code):
            meet.wait(timeout=10)
            said[code] = gettext("图中没有流程")
            meet.wait(timeout=10)

    threads = [threading.Thread(target=speak, args=(code,)) for code in ("zh", "en")]
    for each in threads:
        each.start()
    for each in threads:
        each.join()

    assert said == {"zh": "图中没有流程", "en": "There is no process in the diagram"}
    assert gettext("图中没有流程") == "图中没有流程"


def test_what_was_refused_in_one_language_is_refused_again_in_the_other() -> None:
    said = []
    for code in ("en", "zh", "en"):
        with language(code), pytest.raises(PolicyRefused) as refused:
            read_policy_file("关于转学\n".encode(), "x.policy")
        said.append(refused.value.sentence)

    assert (
        said[0]
        == said[2]
        == 'x.policy: line 1: expected "operation words", "结束 outcome words" or "事实", not "关于转学"'
    )
    assert said[1].startswith("x.policy：第 1 行：须是")


# --- natural Chinese


def test_what_is_filled_in_stands_apart_from_the_characters_beside_it() -> None:
    said = [
        gettext("须为{kind}，如{example}", kind=gettext("{low} 至 {high}", low=1, high=366), example="08-01"),
        gettext("“{title}”为{values}时", title="天数", values="5"),
        gettext("{count}件", count=3),
        gettext("到{node}处", node="“审核”"),
        gettext("已有{words}", words="两件"),
        gettext("标识 {key} 用了", key="a_1"),
    ]

    assert said == ["须为 1 至 366，如 08-01", "“天数”为 5 时", "3 件", "到“审核”处", "已有两件", "标识 a_1 用了"]
    with language("en"):
        assert gettext("{low} 至 {high}", low=1, high=366) == "1 to 366"


TO_BE_TYPED = {'网关{gateway}的默认流向直接通向{effect}：同意须写明条件（outcome == "agree"），不能是默认'}


def test_a_sentence_calls_a_property_as_people_do() -> None:
    ids = {*vocabulary.NAMES, "returned_by", "directive", "agree", "refuse", "send_back", "operator", "approver"}

    for sentence in sentences().keys() - TO_BE_TYPED:
        assert not ids & set(re.findall(r"[a-z_]+", re.sub(r"\{[^}]*\}", "", sentence))), sentence
    assert vocabulary.property_name("working_days") == "时限"
    assert [vocabulary.property_name(each) for each in ("button.agree", "record.agree", "odd")] == [
        "按钮文字",
        "记录文字",
        "odd",
    ]


# --- no sentence of a library


def _refusals() -> Iterator[Exception]:
    """What is refused of a good many wrong drawings, states, tables and policies."""
    fine = workflows.compile_diagrams({"x.bpmn": (SHELF / "transfer" / "transfer.bpmn").read_bytes()})
    drawings = [*WRONG_DRAWINGS.values(), *NOT_BPMN.values(), b"<a>&b;</a>"]
    provoked: list[tuple[Callable[..., object], tuple[object, ...]]] = [
        *((workflows.compile_diagrams, ({"x.bpmn": source},)) for source in drawings),
        (load, (fine, FORMAT + b"no frame of zstandard")),
        (load, (fine, FORMAT + zstandard.compress(b"{"))),
        (workflows.start, (fine, {"same_superior": []})),
        (read_policy_file, (b"\xff", "x.policy")),
        (read_tables, (b"<definitions>",)),
        (scripts.evaluate, ("len(a) < 1", {"a": 1})),
    ]
    for provoke, arguments in provoked:
        try:
            provoke(*arguments)
        except (workflows.DiagramRefused, workflows.RunBroken) as refused:
            yield refused


def test_what_a_library_says_is_not_told() -> None:
    """A refusal that was raised from the exception of a library says nothing of what that exception says."""
    hidden = [each for each in _refusals() if each.__cause__ is not None and not _is_ours(each.__cause__)]

    for refused in hidden:
        phrases = [each.strip() for each in re.split(r"[\n:;,.()]+", str(refused.__cause__)) if len(each.split()) > 2]
        assert not [each for each in phrases if each in str(refused)], refused
        assert CHINESE.search(str(refused)), refused
    assert len(hidden) > 15
    libraries = {type(each.__cause__).__module__.partition(".")[0] for each in hidden}
    assert {"SpiffWorkflow", "lxml", "zstandard", "orjson", "builtins"} <= libraries, libraries


def _is_ours(error: BaseException) -> bool:
    return type(error).__module__.partition(".")[0] == "workflows"


OF_THE_ENGINE = {
    "standard: a border that leads nowhere": "定时事件没有写明时间",
    "standard: a flow to nothing": "流向的起点或终点不在同一流程中",
    "standard: a border of a task that cancels": "取消事件只能在事务中",
    "standard: an ad-hoc sub-process with a start": "即席子流程中不能有开始或结束事件",
    "standard: several of nothing": "没有写明实例数",
    "standard: a compensation that is not drawn": "引擎不能使用这种事件",
    "lint: a business rule": "不能使用业务规则环节",
    "lint: two flows out of a task": "离开的流向不止一条，须用网关分开",
}


@pytest.mark.parametrize("name", OF_THE_ENGINE)
def test_why_the_engine_cannot_load_a_diagram_is_said_in_our_words(name: str) -> None:
    (report,) = workflows.verify({"drawn.bpmn": WRONG_DRAWINGS[name]})

    (fault,) = [each for each in report.findings if each.rule == "load"]
    assert fault.message.startswith(f"引擎不能载入：{OF_THE_ENGINE[name]}（")


@pytest.mark.parametrize("code", ["zh", "en"])
def test_what_the_machine_says_of_a_file_is_not_told(
    code: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    beside = tmp_path / "p.policy"
    beside.write_text("事实\n", "utf-8")
    (tmp_path / "p.bpmn").write_bytes(drawing(sketch("p", "start > a > end")))
    whole = Path.read_bytes
    monkeypatch.setattr(Path, "read_bytes", lambda path: _unreadable(path) if path == beside else whole(path))

    main(["check", str(tmp_path / "gone.bpmn"), str(tmp_path / "p.bpmn"), str(tmp_path / "\0"), "--lang", code])

    said = capsys.readouterr()
    wanted = {"zh": ("没有这个文件", "无法读取"), "en": ("no such file", "cannot be read")}[code]
    assert all(each in said.out + said.err for each in wanted)
    assert not re.search("No such file or directory|Input/output|Errno|null", said.out + said.err)


def _unreadable(path: Path) -> bytes:
    raise OSError(5, "Input/output error", str(path))
