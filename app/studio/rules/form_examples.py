"""Values with which a form can be sent: what a rehearsal begins with where nobody has typed anything yet."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any

from app import clock
from app.definitions.rules.form_conditions import WHEN
from app.definitions.rules.forms import fields_of
from app.web import objections
from app.web.text import check_digit

PERSON = "陈示例"
MOBILE = "13800000000"
ENDS = ("至", "止", "截止", "到期", "结束")  # in the title of a day that comes after another one
TERM = dt.timedelta(days=180)
AGE = 7  # years, of whoever is invented
SERIAL = "997"  # of a boy; numbers as high are hardly ever given out


def examples_of(
    form: Mapping[str, Any], today: dt.date, division: str, given: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """A value for each field that must be filled in, as far as one can be thought of that the form accepts.

    form -- as JSON Schema; division -- six digits with which an invented identity number begins; given -- values that
    are known, by which the conditions of other fields go
    """
    asked, found = fields_of(form), dict(given or {})
    must = [name for name in form.get("required", ()) if name in asked and name not in found]
    for name in sorted(must, key=lambda each: WHEN in asked[each]):  # first what a condition may ask for
        if _is_asked(asked[name], found) and (value := _example(asked[name], today, division)) is not None:
            found[name] = value
    wrong = set(_refused(form, found)) - set(given or {})
    return {name: value for name, value in found.items() if name not in wrong}


def with_rows_filled(
    form: Mapping[str, Any], values: Mapping[str, Any], today: dt.date, division: str
) -> dict[str, Any]:
    """Values among which are tables whose lines the product has drafted, with what a line must say besides."""
    tables = {name: part["items"] for name, part in fields_of(form).items() if part.get("x-widget") == "rows"}
    filled = {
        name: [{**examples_of(items, today, division), **row} for row in values[name]]
        for name, items in tables.items()
        if name in values
    }
    return {**values, **filled}


def _is_asked(part: Mapping[str, Any], values: Mapping[str, Any]) -> bool:
    return all(values.get(name) in allowed for name, allowed in part.get(WHEN, {}).items())


def _refused(form: Mapping[str, Any], values: Mapping[str, Any]) -> Iterator[str]:
    given = {**form, "required": list(values)}
    return ((each.field or "").partition(".")[0] for each in objections(given, values))


def _example(part: Mapping[str, Any], today: dt.date, division: str) -> Any:
    if part.get("readOnly"):
        return None
    if (choices := part.get("oneOf")) is not None:
        return choices[0]["const"] if choices else None
    if choices := part.get("enum"):
        return choices[0]
    match part.get("type"):
        case "string":
            return _text(part, today, division)
        case "integer":
            return _number(part, today) if part.get("x-widget") is None else None
        case "object":
            return examples_of(part, today, division)
        case "array" if part.get("x-widget") != "rows":
            return [_text({**part["items"], "title": part.get("title", "")}, today, division)]
    return None


def _born(today: dt.date) -> dt.date:
    return dt.date(today.year - AGE, 1, 12)


def _number(part: Mapping[str, Any], today: dt.date) -> int:
    """A year is this school year's."""
    least = int(part.get("minimum", 1))
    is_year = "年" in str(part.get("title", "")) and least <= today.year <= part.get("maximum", today.year)
    return clock.school_year(today) if is_year else max(1, least)


def _text(part: Mapping[str, Any], today: dt.date, division: str) -> str:
    title = str(part.get("title", ""))
    match part.get("format"):
        case "date":
            if "出生" in title:
                return _born(today).isoformat()
            return (today + TERM if any(each in title for each in ENDS) else today).isoformat()
        case "cn-mobile":
            return MOBILE
        case "person-name":
            return PERSON
        case "cn-id":
            body = f"{division}{_born(today):%Y%m%d}{SERIAL}"
            return body + check_digit(body)
        case "cn-division":
            return division
    longest, shortest = part.get("maxLength", 200), part.get("minLength", 0)
    words = PERSON if title.endswith("姓名") else f"{title}（示例）"
    return words.ljust(shortest, "例")[:longest]
