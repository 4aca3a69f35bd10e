"""`python -m workflows check FILE.bpmn… [--json] [--publishable] [--lang en]`: verify diagrams, without app or data."""

from __future__ import annotations

import argparse
import json
import stat
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, NoReturn

from workflows.checking import about_tables, book_for, check
from workflows.decision_tables import TableError
from workflows.errors import DiagramRefused
from workflows.reading import BPMN, properties
from workflows.translation import LANGUAGES, SOURCE, gettext, gettext_noop, language
from workflows.verification import ERROR, HOUSE, LARGEST, POLICY, STANDARD, Finding, NotBpmn, Report, read_bpmn
from workflows.verification.imports import of_imports

CLEAN, FAULTY, NOT_BPMN = 0, 1, 2
SHELF = "bpmn"  # the folder of the diagrams that are published
SEVERITIES = {"error": gettext_noop("错误"), "warning": gettext_noop("提醒"), "info": gettext_noop("说明")}
KINDS = {
    "standard": gettext_noop("标准"),
    "soundness": gettext_noop("可靠性"),
    "policy": gettext_noop("办理规则"),
    "engine": gettext_noop("引擎"),
    "house": gettext_noop("本系统"),
}
VERDICTS = {True: gettext_noop("是"), False: gettext_noop("否"), None: gettext_noop("未能判定")}


def main(arguments: Sequence[str] | None = None) -> int:
    """Check the files named on the command line: 0 when nothing is wrong, 1 with errors, 2 when a file is not BPMN.

    Wrong is what the standard forbids and what is not sound; where a file is to be published, also what engine and
    platform do not take, and what could not be decided.
    """
    with language(_language_asked_for(arguments)):
        return _check(_parser().parse_args(arguments))


def _check(options: argparse.Namespace) -> int:
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
    processes = {
        process.get("id", ""): (Path(file), process)
        for file, source in sources.items()
        for process in read_bpmn(source, file).iterfind(f"{BPMN}process")
    }
    keys = {key: path for key, (path, _process) in processes.items()}
    try:
        book, tables = book_for(keys)
    except TableError as error:
        return _unproved(sources, Finding("table-unread", ERROR, None, error.sentence, HOUSE))
    except DiagramRefused as error:
        return _unproved(sources, Finding("no-policy", ERROR, None, error.sentence, POLICY))
    reports = check(sources, book=book, tables=tables)
    rules_of = {key: properties(process).get("rules_of", key) for key, (_path, process) in processes.items()}
    return [*_with_tables(reports, {str(path): key for key, path in keys.items()}, rules_of)]


def _unproved(sources: Mapping[str, bytes], unread: Finding) -> list[Report]:
    """The reports without a proof, which would need what cannot be read."""
    return [replace(each, findings=(*each.findings, unread)) for each in check(sources, book=None)]


def _with_tables(reports: Sequence[Report], keys: Mapping[str, str], rules_of: Mapping[str, str]) -> Iterator[Report]:
    """The reports, the first of each folder with what stands against the decision tables there.

    keys -- of the processes, by their files; rules_of -- by their keys the process whose rules each follows
    """
    seen: set[Path] = set()
    for report in reports:
        folder, key = Path(report.file).parent, keys.get(str(Path(report.file)))
        found = tuple(about_tables(folder, key, rules_of[key])) if key is not None and folder not in seen else ()
        seen |= {folder} if key is not None else set()
        yield replace(report, findings=(*report.findings, *found))


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


def _read(file: str) -> bytes:
    """The bytes of an ordinary file, no more than a diagram may have. Raises NotBpmn."""
    try:
        path = Path(file)
        if not stat.S_ISREG(path.stat().st_mode):
            raise NotBpmn(gettext("{file}：不是普通文件", file=file))
        with path.open("rb") as stream:
            return stream.read(LARGEST + 1)
    except FileNotFoundError as error:
        raise NotBpmn(gettext("{file}：没有这个文件", file=file)) from error
    except PermissionError as error:
        raise NotBpmn(gettext("{file}：没有读取的权限", file=file)) from error
    except (OSError, ValueError) as error:
        raise NotBpmn(gettext("{file}：无法读取", file=file)) from error


def _tell(reports: Sequence[Report]) -> None:
    for report in reports:
        loads, safe, sound = (gettext(VERDICTS[each]) for each in (report.loads, report.safe, report.sound))
        words = {"file": report.file, "loads": loads, "safe": safe, "sound": sound}
        print(gettext("{file}：可载入 {loads}，安全 {safe}，可靠 {sound}", **words))
        for each in report.findings:
            line = gettext(
                "{severity} {rule} [{element}] {message}（{kind}）",
                severity=gettext(SEVERITIES[each.severity]),
                rule=each.rule,
                element=each.element or "-",
                message=each.message,
                kind=gettext(KINDS[each.kind]),
            )
            print(f"  {line}")


# --- the command line


class _Help(argparse.HelpFormatter):
    def add_usage(self, usage: Any, actions: Any, groups: Any, prefix: str | None = None) -> None:
        super().add_usage(usage, actions, groups, gettext("用法：") if prefix is None else prefix)


class _Parser(argparse.ArgumentParser):
    """A parser that says nothing in the words of its library."""

    def __init__(self, **options: Any) -> None:
        super().__init__(add_help=False, allow_abbrev=False, formatter_class=_Help, **options)
        self._positionals.title, self._optionals.title = gettext("参数"), gettext("选项")
        self.add_argument("-h", "--help", action="help", help=gettext("显示用法"))

    def error(self, message: str) -> NoReturn:  # noqa: ARG002  # the library's sentence
        self.print_usage(sys.stderr)
        self.exit(NOT_BPMN, gettext("命令写得不全或不对，请照上面的用法写") + "\n")


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="python -m workflows", description=gettext("流程图工具"))
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="check")
    words = gettext("检查并验证流程图：没有错误时退出码为 0，有错误为 1，不是 BPMN 文件为 2")
    check = verbs.add_parser("check", help=words, description=words)
    check.add_argument("files", nargs="+", metavar="FILE.bpmn", help=gettext("BPMN 文件，可以互相调用"))
    publishable = gettext("本系统不能发布的也算错误（bpmn/ 下的文件总是如此）")
    check.add_argument("--publishable", action="store_true", help=publishable)
    check.add_argument("--json", action="store_true", help=gettext("以 JSON 输出"))
    check.add_argument("--lang", choices=LANGUAGES, help=gettext("说中文（zh，默认）或英文（en）"))
    return parser


def _language_asked_for(arguments: Sequence[str] | None) -> str:
    """What `--lang` says, known before the command line is read: the help and what is wrong with it are said in it."""
    first = argparse.ArgumentParser(add_help=False, allow_abbrev=False, exit_on_error=False)
    first.add_argument("--lang")
    try:
        asked = first.parse_known_args(arguments)[0].lang
    except argparse.ArgumentError:
        return SOURCE
    return asked if asked in LANGUAGES else SOURCE


if __name__ == "__main__":
    for stream in (sys.stdout, sys.stderr):  # Chinese, and whatever a file is called
        stream.reconfigure(encoding="utf-8", errors="surrogateescape")  # type: ignore[union-attr]
    sys.exit(main())
