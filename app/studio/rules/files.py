"""The files of a draft, hostile until proven otherwise: names, sizes, and that each is what its ending says."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping

from app.definitions.rules.content import DRAWN, FORM, SCENARIO, Content
from app.definitions.rules.form_files import LARGEST as LARGEST_FORM
from app.definitions.rules.form_files import Unreadable, read_form_file
from app.errors import Refused, objections_of
from app.studio.rules.refusals import UnfitDraftFile
from app.studio.rules.scenarios import LARGEST as LARGEST_SCENARIO
from app.studio.rules.scenarios import scenario_of
from app.web.text import visible
from workflows import DiagramRefused
from workflows.policies import SUFFIX, check_policy_size
from workflows.reading import LARGEST, read
from workflows.verification import read_bpmn

MOST_FILES = 80
MOST_BYTES = 8 * 1024 * 1024  # of all files of a draft
LONGEST_NAME = 60
DRAWN_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*\.(?:bpmn|dmn|policy|scenario)")
FORM_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}\.json")
DMN = re.compile(r"\{https?://www\.omg\.org/spec/DMN/[0-9]{8}/(?:MODEL|DMN)(?:/|\.xsd)?\}definitions")


def checked_name(name: str) -> str:
    """The name itself. Raises UnfitDraftFile."""
    if len(name) > LONGEST_NAME:
        raise UnfitDraftFile(name=visible(name), sentence=f"的文件名不能超过 {LONGEST_NAME} 个字符", field="name")
    if not name.endswith((*DRAWN, FORM)):
        raise UnfitDraftFile(
            name=visible(name), sentence="须以 .bpmn、.dmn、.policy、.scenario 或 .json 结尾", field="name"
        )
    if name.endswith(DRAWN) and not DRAWN_NAME.fullmatch(name):
        sentence = "的文件名只能用英文字母、数字、下划线、连字符和点"
        raise UnfitDraftFile(name=visible(name), sentence=sentence, field="name")
    if name.endswith(FORM) and not FORM_NAME.fullmatch(name):
        sentence = "的文件名须由小写字母、数字和下划线组成，以字母开头，不超过 40 个字符"
        raise UnfitDraftFile(name=visible(name), sentence=sentence, field="name")
    return name


def checked_text(name: str, raw: bytes, *, field: str | None = None) -> str:
    """What a file of that name says, as text.

    Raises UnfitDraftFile: too large, not UTF-8, not XML or JSON, a DOCTYPE, not of the kind that its ending says. What
    it means is found by the check of the draft; half-drawn diagrams are kept.
    """
    try:
        text = raw.decode("utf-8").removeprefix("\ufeff")
        if name.endswith(FORM):
            read_form_file(text.encode())
        elif name.endswith(SCENARIO):
            scenario_of(text.encode())
        elif name.endswith(SUFFIX):
            check_policy_size(text.encode(), name)
            if any(each < " " and each not in "\t\r\n" for each in text):
                raise DiagramRefused("有控制符，不是文字")
        else:
            text = text.lstrip()  # a blank line before it makes no XML, and comes easily when it is pasted
            _read_drawn(name, text.encode())
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise UnfitDraftFile(name=name, sentence=f"须为 UTF-8 编码（第 {line} 行不是）", field=field) from error
    except Unreadable as error:
        raise UnfitDraftFile(name=name, sentence=str(error), field=field) from error
    except Refused as error:
        sentences = [f"{each.field or '内容'}：{each.detail.rstrip('。')}" for each in objections_of(error)]
        raise UnfitDraftFile(name=name, sentence=f"不是演练用例（{'；'.join(sentences[:3])}）", field=field) from error
    except DiagramRefused as error:
        sentence = error.sentence.removeprefix(f"{name}：")
        raise UnfitDraftFile(name=name, sentence=sentence, field=field) from error
    return text


def checked_files(files: Mapping[str, bytes]) -> dict[str, str]:
    """What each of these files says. Raises UnfitDraftFile."""
    return {name: checked_text(checked_name(name), raw) for name, raw in files.items()}


def _read_drawn(name: str, raw: bytes) -> None:
    """Raises DiagramRefused for what is no diagram, and no decision table."""
    if not raw.strip():
        raise DiagramRefused("是空文件")
    if len(raw) > LARGEST:
        raise DiagramRefused(f"过大（最多 {LARGEST // 1000} KB）")
    if name.endswith(".bpmn"):
        read_bpmn(raw, name)
    elif not DMN.fullmatch(str(read(raw, name).tag)):
        raise DiagramRefused("不是 DMN 文件（根元素不是 DMN 的 definitions）")


def content_of(files: Mapping[str, str]) -> Content:
    """What the files of a draft make up. Their texts have been checked."""
    drawn = {name: text for name, text in sorted(files.items()) if name.endswith(DRAWN)}
    forms = {
        name.removesuffix(FORM): read_form_file(text.encode())
        for name, text in sorted(files.items())
        if name.endswith(FORM)
    }
    return Content(drawn, forms)


def size_of(text: str) -> int:
    """Bytes of a file."""
    return len(text.encode())


def etag_of(text: str) -> str:
    """What names a content in `ETag` and `If-Match`, without its quotation marks."""
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def media_type_of(name: str) -> str:
    """How a file is given out."""
    return "application/json" if name.endswith((FORM, SCENARIO)) else "application/xml"


def largest_of(name: str) -> int:
    """Bytes that a file of that name may have."""
    return LARGEST_FORM if name.endswith(FORM) else LARGEST_SCENARIO if name.endswith(SCENARIO) else LARGEST
