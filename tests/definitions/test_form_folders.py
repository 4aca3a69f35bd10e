"""Forms are hostile until they are published: what is not known of them is refused, with a sentence for each fault."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from app.definitions.rules.form_files import LARGEST, Unreadable, read_form_file
from app.definitions.rules.form_folders import faults_of_folder
from app.settings import SOURCES
from tests.support.databases import on_sqlite

FOLDERS = sorted(folder for folder in (SOURCES / "forms").iterdir() if folder.is_dir())
TEXT = {"type": "string", "title": "说明"}


def form_of(fields: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"type": "object", "title": "申请", "properties": fields, "required": [], **more}


def faults_of(form: Any, name: str = "application") -> str:
    return "；".join(faults_of_folder({name: form}, "application"))


@on_sqlite
def test_every_shipped_form_may_be_published(app: Flask) -> None:
    said = {
        folder.name: faults_of_folder(
            {path.stem: read_form_file(path.read_bytes()) for path in folder.glob("*.json")}, "application"
        )
        for folder in FOLDERS
    }

    assert len(said) > 30
    assert not {key: faults for key, faults in said.items() if faults}


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ([], "须为一个 JSON 对象"),
        ({"title": "申请", "properties": {}}, "type 须为 object"),
        ({"type": "object", "title": "申请"}, "须有 properties"),
        (form_of([]), "须有 properties"),  # type: ignore[arg-type]
        (form_of({}, required=["other"]), "没有这些字段：other"),
        (form_of({}, required="name"), "required 须为必填字段名的列表"),
        (form_of({"note": TEXT}, required=["note", "note"]), "重复的字段"),
        (form_of({}, additionalProperties=True), "additionalProperties 只能是 false"),
        (form_of({}, **{"$id": "http://example.com/a"}), "不能有 $id"),
        (form_of({}, **{"$ref": "#/properties"}), "不能有 $ref"),
        (form_of({}, **{"$dynamicRef": "#a"}), "不能有 $dynamicRef"),
        (form_of({}, **{"$schema": "http://example.com/"}), "$schema 只能是"),
        (form_of({}, allOf=[]), "不能有 allOf"),
        (form_of({}, title=3), "title 须为"),
        (form_of({f"field_{number}": TEXT for number in range(201)}), "有 201 个字段，最多 200 个"),
    ],
)
def test_a_form_that_is_none_is_refused_and_says_why(form: Any, said: str) -> None:
    assert said in faults_of(form)


@pytest.mark.parametrize(
    ("part", "said"),
    [
        (True, "字段 thing 须为一个 JSON 对象"),
        ({"title": "说明"}, "type 须为"),
        ({**TEXT, "type": ["string", "null"]}, "type 须为"),
        ({**TEXT, "type": "number"}, "type 须为"),
        ({"type": "string"}, "须有 title"),
        ({**TEXT, "title": ""}, "title 须为"),
        ({**TEXT, "$ref": "http://127.0.0.1/a.json"}, "不能有 $ref"),
        ({**TEXT, "contentEncoding": "base64"}, "不能有 contentEncoding"),
        ({**TEXT, "x-anything": 1}, "不能有 x-anything"),
        ({**TEXT, "minimum": 1}, "不能有 minimum"),
        ({**TEXT, "maxLength": "9"}, "maxLength 须为"),
        ({**TEXT, "maxLength": -1}, "maxLength 须为"),
        ({**TEXT, "maxLength": True}, "maxLength 须为"),
        ({**TEXT, "minLength": 3, "maxLength": 2}, "minLength 大于 maxLength"),
        ({**TEXT, "pattern": "^(a+)+$"}, "不止一种匹配方法"),
        ({**TEXT, "pattern": "(("}, "不是正确的正则表达式"),
        ({**TEXT, "format": "uri"}, "不是系统认识的格式"),
        ({**TEXT, "format": "password"}, "不是系统认识的格式"),
        ({**TEXT, "format": ["date"]}, "不是系统认识的格式"),
        ({**TEXT, "enum": [{"a": 1}]}, "enum 须为"),
        ({**TEXT, "enum": []}, "enum 须为"),
        ({**TEXT, "enum": "ab"}, "enum 须为"),
        ({**TEXT, "oneOf": []}, "oneOf 须为"),
        ({**TEXT, "oneOf": [{"const": 1, "title": "一"}]}, "oneOf 须为"),
        ({**TEXT, "oneOf": [{"const": "1"}]}, "oneOf 须为"),
        ({**TEXT, "oneOf": [{"const": "1", "title": "一"}] * 2}, "oneOf 须为"),
        ({**TEXT, "oneOf": [{"const": "1", "title": "一"}], "enum": ["1"]}, "不能同时有 oneOf 和 enum"),
        ({**TEXT, "default": 1}, "default 须与字段的 type 一致"),
        ({**TEXT, "x-widget": "rows"}, "x-widget 不能用于"),
        ({**TEXT, "x-widget": ["lines"]}, "x-widget 不能用于"),
        ({**TEXT, "x-shown": "yes"}, "x-shown 须为"),
        ({**TEXT, "x-section": 3}, "x-section 须为"),
        ({**TEXT, "x-initial": "school_year"}, "不能有 x-initial"),
        ({"type": "integer", "title": "年份", "x-initial": "today"}, "x-initial 只能是 school_year"),
        ({**TEXT, "x-report-within": 10}, "只能用于表单最上层的日期"),
        ({**TEXT, "format": "date", "x-report-within": "ten"}, "x-report-within 须为 1 至 365 的整数"),
        ({**TEXT, "format": "date", "x-report-within": 366}, "x-report-within 须为 1 至 365 的整数"),
        ({**TEXT, "format": "date", "x-report-within": True}, "x-report-within 须为 1 至 365 的整数"),
        ({"type": "integer", "title": "人数", "minimum": "abc"}, "minimum 须为整数"),
        ({"type": "integer", "title": "人数", "minimum": 1.5}, "minimum 须为整数"),
        ({"type": "integer", "title": "人数", "minimum": 9, "maximum": 1}, "minimum 大于 maximum"),
        ({"type": "object", "title": "监护人"}, "字段 thing 须有 properties"),
        ({"type": "array", "title": "名单"}, "须写明 x-widget 和 items"),
        ({"type": "array", "title": "名单", "items": {"type": "string"}}, "须写明 x-widget 和 items"),
        ({"type": "array", "title": "名单", "x-widget": "lines", "items": {"type": "object"}}, "须写明 x-widget"),
        ({"type": "array", "title": "名单", "x-widget": "rows", "items": {"type": "object"}}, "须有 properties"),
        (
            {
                "type": "array", "title": "名单", "x-widget": "rows",
                "items": {"type": "object", "properties": {"who": {"type": "object", "title": "谁", "properties": {}}}},
            },
            "字段 thing.who 在表格之内，type 不能为 object",
        ),
        (
            {"type": "array", "title": "名单", "x-widget": "lines", "items": {"type": "string", "format": "cn-id"}},
            "只能是表单最上层的字段",
        ),
        (form_of({"number": {**TEXT, "format": "cn-national-number"}}), "只能是表单最上层的字段"),
        (form_of({"main_number": TEXT}), "字段 thing.main_number 是证件号码，只能是表单最上层的字段"),
        (form_of({"a": form_of({"b": form_of({"c": TEXT})})}), "嵌套过深"),
    ],
)  # fmt: skip
def test_a_field_that_nothing_could_show_or_check_is_refused_and_says_why(part: Any, said: str) -> None:
    assert said in faults_of(form_of({"thing": part}))


@pytest.mark.parametrize(
    ("name", "part", "said"),
    [
        ("Name", TEXT, "须由小写字母、数字和下划线组成"),
        ("a.b", TEXT, "须由小写字母、数字和下划线组成"),
        ("national_number_sealed", TEXT, "不能以"),
        ("main_number_masked", TEXT, "不能以"),
        ("document_number_hash", TEXT, "不能以"),
        ("outcome", TEXT, "由系统自用"),
        ("before", TEXT, "由系统自用"),
        ("attachments", TEXT, "由系统自用"),
        ("student", TEXT, "type 须为 integer"),
        ("school", {"type": "integer", "title": "学校"}, "type 须为 string"),
        ("main_number", {"type": "integer", "title": "证件号"}, "type 须为 string"),
        ("main_number", TEXT, "format 须为 cn-id"),
        ("national_number", TEXT, "format 须为 cn-national-number"),
        ("guardian_number", {"type": "integer", "title": "证件号"}, "type 须为 string"),
    ],
)
@pytest.mark.parametrize("form", ["application", "repair", "approval"])
def test_a_name_that_the_engine_reads_otherwise_is_refused(form: str, name: str, part: Any, said: str) -> None:
    assert said in faults_of(form_of({name: part}), form)


@pytest.mark.parametrize(
    ("name", "entries", "said"),
    [
        ("reasons", {}, "须为不超过 100 项的列表"),
        ("reasons", ["other"], "第 1 项须为一个 JSON 对象"),
        ("reasons", [{"code": "other"}], "第 1 项须有 text"),
        ("reasons", [{"code": 3, "text": "其他"}], "第 1 项须有 code"),
        ("reasons", [{"code": "o" * 31, "text": "其他"}], "第 1 项须有 code（1 至 30 个字）"),
        ("reasons", [{"code": "Other!", "text": "其他"}], "code 须由小写字母"),
        ("reasons", [{"code": "other", "text": "其他"}] * 2, "code 不能重复"),
        ("reasons", [{"code": "other", "text": "其他", "more": 1}], "不能有 more"),
        ("proofs", {"kind": "paper"}, "须为不超过 100 项的列表"),
        ("proofs", [{"kind": "paper"}], "第 1 项须有 title"),
        ("proofs", [{"kind": "paper", "title": "材料", "required": "yes"}], "required 的类型不对"),
        ("proofs", [{"kind": "paper", "title": "材料", "when": []}], "when 的类型不对"),
        ("proofs", [{"kind": "paper", "title": "材料", "when": {"lost": ["1"]}}], "申请表没有字段 lost"),
        ("proofs", [{"kind": "paper", "title": "材料", "when": {"note": "1"}}], "note 须为取值的列表"),
        ("proofs", [{"kind": "paper", "title": "材料", "when": {"note": [{}]}}], "note 须为取值的列表"),
    ],
)
def test_lists_beside_the_forms_are_what_they_say(name: str, entries: Any, said: str) -> None:
    forms = {"application": form_of({"note": TEXT}), name: entries}

    assert said in "；".join(faults_of_folder(forms, "application"))


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b"{", "不是正确的 JSON（第 1 行第 2 列）"),
        (b"\xff", "须为 UTF-8 编码"),
        (b'{"a": NaN}', "不能有 NaN"),
        (b'{"a": 1, "a": 2}', "重复的名称"),
        (b'{"a": 99999999999999999999}', "超出范围的数字"),
        (b'{"a": 1e999}', "超出范围的数字"),
        (b"[" + b"9" * 5000 + b"]", "过长的数字"),
        (b"[" * 30 + b"]" * 30, "嵌套过深"),
        (b"[" * 100_000, "嵌套过深"),
        (rb'{"a": "\ud800"}', "不成对的代理字符"),
        (rb'{"a\u0000": 1}', "控制符"),
        (b'"' + b"a" * LARGEST + b'"', "不能超过 256 KB"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_file_that_no_database_could_keep_is_not_read(raw: bytes, said: str) -> None:
    with pytest.raises(Unreadable, match=said.replace("（", ".").replace("）", ".")):
        read_form_file(raw)


def test_every_fault_is_told_at_once() -> None:
    said = faults_of_folder({"application": form_of({"a": True, "b": {**TEXT, "format": 3}}), "reasons": 1}, "")

    assert len(said) == 3


def test_a_folder_with_a_strange_file_is_refused() -> None:
    assert "须由小写字母" in "；".join(faults_of_folder({"../x": {}}, "application"))
