"""`python -m workflows check`: exit codes, JSON, and sentences for whatever is no diagram."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import workflows
from app.schools.models import STAGE_NAMES
from app.settings import PROFILES
from tests.workflows.drawing import HEAD, drawing, loop, node, one, sketch, task
from workflows.__main__ import main
from workflows.decision_table_facts import OF_EVERY_CASE

SHELF = Path(__file__).parents[2] / "bpmn"
FINE = drawing(sketch("p", "start > a > end"))


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "workflows", "check", *arguments],
        capture_output=True,
        encoding="utf-8",
        errors="surrogateescape",
        timeout=60,
        check=False,
    )


def test_the_command_runs_on_its_own_and_says_nothing_is_wrong() -> None:
    done = run(str(SHELF / "transfer" / "transfer.bpmn"), "--json")

    assert (done.returncode, done.stderr) == (0, "")
    (row,) = json.loads(done.stdout)
    assert (row["loads"], row["safe"], row["sound"], row["findings"]) == (True, True, True, [])
    assert set(row) == {"file", "loads", "safe", "sound", "findings"}


def test_the_command_tells_what_is_wrong(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "stuck.bpmn").write_bytes(one("start > xor1 > a > and1 > end; xor1 > b > and1"))

    code = main(["check", str(tmp_path / "stuck.bpmn"), "--json"])

    (row,) = json.loads(capsys.readouterr().out)
    assert (code, row["safe"], row["sound"]) == (1, True, False)
    assert {"rule", "severity", "element", "message", "kind"} == set(row["findings"][0])
    assert main(["check", str(tmp_path / "stuck.bpmn")]) == 1
    assert "可能停在“and1”" in capsys.readouterr().out


def test_warnings_alone_are_no_fault(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "fine.bpmn").write_bytes(FINE)

    assert main(["check", str(tmp_path / "fine.bpmn")]) == 0
    assert "提醒 lane [a]" in capsys.readouterr().out


AT_LAST = "<bpmn:timeDuration xsi:type='bpmn:tFormalExpression'>PT72H</bpmn:timeDuration>"
LATE = f'<bpmn:timerEventDefinition id="in_time">{AT_LAST}</bpmn:timerEventDefinition>'
DEADLINE = node("boundaryEvent", "late", LATE, attachedToRef="a")
OURS_ALONE = {
    "the engine": one("start > do > end", node("scriptTask", "do")),
    "the platform": one("start > xor1 > a > end; xor1 > end").replace(b"choice == 1", b"round(1)"),
    "the engine: a deadline": one("start > a > end; late > b > end2", DEADLINE),
    "the engine: a loop that says nothing": one("start > a > end", task("a", loop())),
    "the bound": one("start > any > a > end; any > end", node("complexGateway", "any")),
}


@pytest.mark.parametrize("name", OURS_ALONE)
def test_what_only_this_platform_does_not_take_is_a_fault_where_it_is_to_be_published(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    foreign, ours = tmp_path / "foreign.bpmn", tmp_path / "bpmn" / "leave" / "ours.bpmn"
    ours.parent.mkdir(parents=True)
    for file in (foreign, ours):
        file.write_bytes(OURS_ALONE[name])

    assert main(["check", str(foreign), "--json"]) == 0
    (row,) = json.loads(capsys.readouterr().out)
    assert {each["kind"] for each in row["findings"] if each["severity"] == "error"} <= {"engine", "house", "policy"}
    assert main(["check", str(foreign), "--publishable"]) == 1
    assert main(["check", str(ours)]) == 1


def test_what_could_not_be_decided_is_no_fault_but_where_it_is_to_be_published(tmp_path: Path) -> None:
    report = workflows.Report(
        "x", True, None, None, (workflows.Finding("undecided", "warning", None, "", "soundness"),)
    )

    assert not report.errors
    assert report.forbidding == report.findings


def test_files_may_call_one_another(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    calling, called = tmp_path / "calling.bpmn", tmp_path / "called.bpmn"
    calling.write_bytes(one("start > call > end", node("callActivity", "call", calledElement="far", name="call")))
    called.write_bytes(drawing(sketch("far", "start_in > xor1 > x > and1 > end_in; xor1 > y > and1")))

    main(["check", str(calling), "--json"])
    (alone,) = json.loads(capsys.readouterr().out)
    main(["check", str(calling), str(called), "--json"])
    together = json.loads(capsys.readouterr().out)

    assert (alone["loads"], alone["sound"]) == (False, True)
    assert [(row["loads"], row["sound"]) for row in together] == [(True, False), (True, False)]


BOMB = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 12))
NOT_BPMN = {
    "not XML": b"hello",
    "empty": b"",
    "cut off": FINE[:-20],
    "binary": bytes(range(256)) * 50,
    "another root": b"<html><body/></html>",
    "another definitions": b'<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" />',
    "a decision table": (SHELF / "transfer" / "transfer.dmn").read_bytes(),
    "a DOCTYPE": b"<!DOCTYPE x>" + FINE,
    "an entity bomb": f'<!DOCTYPE x [<!ENTITY e0 "ha">{BOMB}]>'.encode() + FINE.replace(b'name="a"', b'name="&e11;"'),
    "an entity bomb in UTF-16": (
        f'<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE x [<!ENTITY e0 "ha">{BOMB}]>'
        + FINE.decode().replace('name="a"', 'name="&e11;"')
    ).encode("utf-16"),
    "a file of the machine": (
        b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>' + FINE.replace(b'name="a"', b'name="&e;"')
    ),
    "an unknown encoding": b'<?xml version="1.0" encoding="klingon"?>' + FINE,
    "too deep": FINE.replace(b"<bpmn:task", b"<bpmn:documentation>" * 400 + b"<bpmn:task"),
    "well-formed but too deep": HEAD.encode() + b"<a>" * 200 + b"</a>" * 200 + b"</bpmn:definitions>",
    "too large": FINE.replace(b"</bpmn:process>", b"<!--" + b"x" * 5_100_000 + b"--></bpmn:process>"),
}


@pytest.mark.parametrize("name", NOT_BPMN)
def test_what_is_not_bpmn_is_refused_with_a_sentence(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "given.bpmn"
    file.write_bytes(NOT_BPMN[name])

    assert main(["check", str(file)]) == 2
    said = capsys.readouterr()
    assert said.err.count("\n") == 1
    assert re.search("[一-鿿]", said.err)
    assert "Traceback" not in said.err
    with pytest.raises(workflows.NotBpmn):
        workflows.verify({"given.bpmn": NOT_BPMN[name]})


def test_a_deadline_that_leaves_a_join_incomplete_is_a_fault_wherever_it_stands(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "late.bpmn").write_bytes(one("start > and1 > a > and2 > end; late > end2; and1 > b > and2", DEADLINE))

    assert main(["check", str(tmp_path / "late.bpmn"), "--json"]) == 1

    (row,) = json.loads(capsys.readouterr().out)
    assert (row["loads"], row["safe"], row["sound"]) == (False, True, False)
    assert {("deadlock", "soundness"), ("unsupported", "engine")} <= {(e["rule"], e["kind"]) for e in row["findings"]}


def test_what_cannot_be_read_is_refused_and_the_others_are_still_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "fine.bpmn").write_bytes(FINE)
    files = [str(tmp_path / "fine.bpmn"), str(tmp_path / "gone.bpmn"), str(tmp_path), "/dev/zero"]

    assert main(["check", *files, "--json"]) == 2

    said = capsys.readouterr()
    rows = json.loads(said.out)
    assert [row["file"] for row in rows] == files
    assert [row["loads"] for row in rows] == [True, False, False, False]
    assert rows[1]["safe"] is rows[1]["sound"] is None
    assert said.err.count("\n") == 3


def test_a_file_with_an_odd_name_is_told_all_the_same(tmp_path: Path) -> None:
    file = tmp_path / "转学 \udcff.bpmn"
    file.write_bytes(FINE)

    assert run(str(file)).returncode == 0
    assert run().returncode == 2


# ── the decision tables beside a diagram ─────────────────────────────────────────────────────────────────────────────


def shelved(tmp_path: Path, change: tuple[str, str]) -> str:
    """The shipped transfer with another table, as it would stand on a shelf of its own."""
    for folder in ("bpmn", "forms"):
        shutil.copytree(SHELF.parent / folder / "transfer", tmp_path / folder / "transfer")
    table = tmp_path / "bpmn" / "transfer" / "transfer.dmn"
    text = table.read_text("utf-8")
    assert change[0] in text
    table.write_text(text.replace(*change), "utf-8")
    return str(tmp_path / "bpmn" / "transfer" / "transfer.bpmn")


WINDOWS = (SHELF / "transfer" / "transfer.dmn").read_text("utf-8").partition('<decision id="transfer_windows"')[2]
RULES = WINDOWS[WINDOWS.index("<rule") : WINDOWS.rindex("</rule>") + len("</rule>")]
TABLES = {
    "a gap": (
        ('<text>"zj-2010"</text>', '<text>"zj-1990"</text>'),
        "table-gap",
        "没有规则：“规则版本”为 2010 年规则",
    ),
    "an overlap": (('hitPolicy="FIRST"', 'hitPolicy="UNIQUE"'), "table-overlap", "第 2 条与第 3 条规则重叠"),
    "no rule": ((RULES, ""), "table-no-rules", "没有任何规则"),
    "a column with another name": (
        ('name="directive_days"', 'name="days"'),
        "table-column",
        "（transfer.dmn）缺少结论“指令有效天数”（列名 directive_days），须为 1 至 366 的整数（天）",
    ),
    "a conclusion of another kind": (
        ("<text>60</text>", '<text>"long"</text>'),
        "table-column",
        '第 1 条规则的结论“指令有效天数”是 "long"，须为 1 至 366 的整数（天）：请在编辑表格中改正这一格',
    ),
    "a season across the turn of the year": (
        ('<text>"09-15"</text>', '<text>"07-15"</text>'),
        "table-column",
        "早于“自（月-日）”：跨年的时段请分为两条规则",
    ),
    "another table in its place": (
        ('id="transfer_windows"', 'id="transfer_seasons"'),
        "table-column",
        "没有决策表“转学受理时段”（编号 transfer_windows）",
    ),
    "a cell left empty": (("<text>60</text>", "<text></text>"), "table-blank", "第 1 条规则没有填写结论"),
}


@pytest.mark.parametrize("what", TABLES)
def test_the_command_looks_at_the_tables_beside_a_diagram(
    what: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    change, rule, says = TABLES[what]
    file = shelved(tmp_path, change)

    code = main(["check", file, "--json"])

    (row,) = json.loads(capsys.readouterr().out)
    found = [each for each in row["findings"] if each["rule"] == rule]
    assert code == 1
    assert any(says in each["message"] and each["kind"] == "house" for each in found), row["findings"]
    assert found[0]["message"].startswith(("决策表“", "没有决策表“"))
    assert main(["check", file, "--lang", "en"]) == 1
    said = [line for line in capsys.readouterr().out.splitlines() if rule in line]
    assert said
    assert all("decision table" in line for line in said)


def test_with_a_table_that_cannot_be_read_nothing_is_proved(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = shelved(tmp_path, ("<text>60</text>", "<text>2*30</text>"))

    assert main(["check", file, "--json"]) == 1

    (row,) = json.loads(capsys.readouterr().out)
    (found,) = [each for each in row["findings"] if each["severity"] != "info"]
    assert (found["rule"], found["kind"]) == ("table-unread", "house")
    assert "第 1 条规则“指令有效天数”列不能识别：2*30" in found["message"]


def test_a_table_beside_a_diagram_of_somewhere_else_is_no_fault_of_the_standard(tmp_path: Path) -> None:
    shelved(tmp_path, TABLES["a gap"][0])
    (tmp_path / "bpmn").rename(tmp_path / "drawn")

    assert main(["check", str(tmp_path / "drawn" / "transfer" / "transfer.bpmn")]) == 0


def test_the_values_that_tables_know_are_those_of_the_application() -> None:
    assert set(OF_EVERY_CASE["profile"]) == set(PROFILES)
    assert dict(OF_EVERY_CASE["stage"]) == {stage.value: words for stage, words in STAGE_NAMES.items()}
