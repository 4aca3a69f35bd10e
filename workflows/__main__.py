"""`python -m workflows check FILE.bpmn… [--json] [--publishable]`: verify diagrams, without app or database."""

from __future__ import annotations

import argparse
import json
import stat
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from workflows.checking import book_for, check
from workflows.errors import DiagramRefused
from workflows.policies import Book
from workflows.reading import BPMN
from workflows.verification import ERROR, LARGEST, POLICY, STANDARD, Finding, NotBpmn, Report, read_bpmn
from workflows.verification.imports import of_imports

CLEAN, FAULTY, NOT_BPMN = 0, 1, 2
SHELF = "bpmn"  # the folder of the diagrams that are published
SEVERITIES = {"error": "错误", "warning": "提醒", "info": "说明"}
KINDS = {"standard": "标准", "soundness": "可靠性", "policy": "办理规则", "engine": "引擎", "house": "本系统"}
VERDICTS = {True: "是", False: "否", None: "未能判定"}


def main(arguments: Sequence[str] | None = None) -> int:
    """Check the files named on the command line: 0 when nothing is wrong, 1 with errors, 2 when a file is not BPMN.

    Wrong is what the standard forbids and what is not sound; where a file is to be published, also what engine and
    platform do not take, and what could not be decided.
    """
    options = _parser().parse_args(arguments)
    files = list(dict.fromkeys(options.files))
    sources: dict[str, bytes] = {}
    refused: dict[str, Report] = {}
    for file in files:
        try:
            source = _read(file)
            read_bpmn(source, file)
            sources[file] = source
        except NotBpmn as error:
            refused[file] = Report(
                file, False, None, None, (Finding("not-bpmn", ERROR, None, error.sentence, STANDARD),)
            )
    reports = refused | {each.file: _with_imports(each, sources[each.file]) for each in _checked(sources)}
    if options.json:
        print(json.dumps([_as_json(reports[file]) for file in files], ensure_ascii=False, indent=2))
    else:
        _tell([reports[file] for file in files if file in sources])
    for report in refused.values():
        print(report.findings[0].message, file=sys.stderr)
    if refused:
        return NOT_BPMN
    return FAULTY if any(_faults(report, options.publishable) for report in reports.values()) else CLEAN


def _with_imports(report: Report, source: bytes) -> Report:
    """A report with what is wrong with the files that its own imports."""
    found = tuple(of_imports(Path(report.file), read_bpmn(source, report.file)))
    return replace(report, findings=(*report.findings, *found)) if found else report


def _checked(sources: Mapping[str, bytes]) -> list[Report]:
    """The reports; a policy or table that cannot be read is a finding of each of them."""
    keys = {
        process.get("id", ""): Path(file)
        for file, source in sources.items()
        for process in read_bpmn(source, file).iterfind(f"{BPMN}process")
    }
    try:
        book, tables = book_for(keys)
    except DiagramRefused as error:
        unread = Finding("no-policy", ERROR, None, error.sentence, POLICY)
        return [replace(each, findings=(*each.findings, unread)) for each in check(sources, book=Book())]
    return check(sources, book=book, tables=tables)


def _faults(report: Report, publishable: bool) -> Sequence[Finding]:
    """What makes the command fail; a file under `bpmn/` is one of this platform."""
    return report.forbidding if publishable or SHELF in Path(report.file).parent.parts else report.errors


def _as_json(report: Report) -> dict[str, Any]:
    """A report as programs read it; only what has a counter-example carries one."""
    row = asdict(report)
    for each in row["findings"]:
        if not each["counter_example"]:
            del each["counter_example"]
    return row


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m workflows", description="流程图工具")
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="check")
    check = verbs.add_parser("check", help="检查并验证流程图：没有错误时退出码为 0，有错误为 1，不是 BPMN 文件为 2")
    check.add_argument("files", nargs="+", metavar="FILE.bpmn", help="BPMN 文件，可以互相调用")
    check.add_argument("--publishable", action="store_true", help="本系统不能发布的也算错误（bpmn/ 下的文件总是如此）")
    check.add_argument("--json", action="store_true", help="以 JSON 输出")
    return parser


def _read(file: str) -> bytes:
    """The bytes of an ordinary file, no more than a diagram may have. Raises NotBpmn."""
    try:
        path = Path(file)
        if not stat.S_ISREG(path.stat().st_mode):
            raise NotBpmn(f"{file}：不是普通文件")
        with path.open("rb") as stream:
            return stream.read(LARGEST + 1)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise NotBpmn(f"{file}：无法读取（{reason}）") from error


def _tell(reports: Sequence[Report]) -> None:
    for report in reports:
        loads, safe, sound = (VERDICTS[each] for each in (report.loads, report.safe, report.sound))
        print(f"{report.file}：可载入 {loads}，安全 {safe}，可靠 {sound}")
        for each in report.findings:
            whose = KINDS[each.kind]
            print(f"  {SEVERITIES[each.severity]} {each.rule} [{each.element or '-'}] {each.message}（{whose}）")


if __name__ == "__main__":
    for stream in (sys.stdout, sys.stderr):  # Chinese, and whatever a file is called
        stream.reconfigure(encoding="utf-8", errors="surrogateescape")  # type: ignore[union-attr]
    sys.exit(main())
