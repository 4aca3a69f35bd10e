"""May a school's number be this, may a school end so? Pure answers."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from app.divisions.models import Office, OfficeKind
from app.divisions.rules.gazetteer import division_name
from app.errors import NotAllowed, Refused, WrongOffice
from app.schools.models import STAGE_NAMES, Ownership, Quota, School, Stage


class NotItsSuperior(WrongOffice, NotAllowed):
    text = "学籍总数只能由学校的上级教育行政部门设定。"


class NoSeat(Refused):
    """E-QUOTA-01: the superior's number is reached."""

    code = "E-QUOTA-01"
    text = "已达到上级教育行政部门核定的学籍总数（核定 {total}，已用 {used}），不能转入或注册。"


class NoSeatAnywhere(NoSeat):
    text = "本校各年级都没有空余学籍：上级尚未核定总数，或已全部用完、预留。"


def objections_to_full(seats: Iterable[Quota | None]) -> list[Refused]:
    """What forbids taking in anybody at all: not one of the school's grades has a free seat."""
    return [] if any(quota is not None and quota.free > 0 for quota in seats) else [NoSeatAnywhere(total=0, used=0)]


class TotalDoesNotFit(Refused):
    """A total of seats that contradicts another figure; subclasses say which."""

    code = "E-QUOTA-02"


class BelowUse(TotalDoesNotFit):
    text = "核定数不能少于已用与已预留的学位（已用 {used}，已预留 {reserved}）。"


class OutsideBelowUse(TotalDoesNotFit):
    text = "外招名额不能少于已预留与已注册的外招学生（{held} 人）。"


class OutsideAboveTotal(TotalDoesNotFit):
    text = "外招名额不能多于学籍总数。"


class StageNotTaught(Refused):
    code = "E-STAGE"
    text = "该校没有这个学段。"


def objections_to_total(
    school: School, quota: Quota | None, stage: Stage, total: int, outside: int | None = None
) -> list[Refused]:
    """Everything against setting the number of a cohort to `total` seats, `outside` of them for recruits.

    quota -- the present one, if any
    """
    objections: list[Refused] = []
    if not school.teaches(stage):
        objections.append(StageNotTaught(field="stage"))
    if quota and total < quota.used + quota.reserved:
        objections.append(BelowUse(used=quota.used, reserved=quota.reserved, field="total"))
    if outside is not None and outside > total:
        objections.append(OutsideAboveTotal(field="outside"))
    if outside is not None and quota and outside < quota.reserved + quota.recruited:
        objections.append(OutsideBelowUse(held=quota.reserved + quota.recruited, field="outside"))
    return objections


class NotReorganised(Refused):
    code = "E-REORG"
    text = "{sentence}"


def objections_to_successor(
    school: School, successor: Office | None, *, teaches: Collection[Stage], keeps: Collection[Stage], kind: str
) -> Iterator[Refused]:
    """What stands against handing a school's children and archives to that office.

    teaches -- the stages of the successor, none for a bureau; keeps -- the stages in which children are enrolled.
    """
    if successor is None or successor.id == school.id:
        yield NotReorganised(sentence="请填写承接单位的代码：本省的另一所学校。", field="successor")
    elif successor.closed_on is not None:
        yield NotReorganised(sentence=f"{successor.name}已撤销，不能承接。", field="successor")
    elif successor.is_bureau:
        yield from _objections_to_keeper(school, successor, keeps=keeps, kind=kind)
    elif successor.superior_id != school.office.superior_id:
        yield NotReorganised(
            sentence="承接学校须与该校同属一个主管部门；不同的，先办理更换主管部门。", field="successor"
        )
    else:
        for stage in sorted(set(keeps) - set(teaches)):
            yield NotReorganised(
                sentence=f"{successor.name}没有{STAGE_NAMES[stage]}学段，不能承接该学段的在籍学生。", field="successor"
            )


def _objections_to_keeper(school: School, bureau: Office, *, keeps: Collection[Stage], kind: str) -> Iterator[Refused]:
    if kind == "merger":
        yield NotReorganised(sentence="学校只能并入另一所学校。", field="successor")
    elif bureau.id != school.office.superior_id:
        yield NotReorganised(sentence="没有承接学校时，学籍档案只能由该校的主管部门保管。", field="successor")
    elif keeps:
        yield NotReorganised(sentence="该校尚有在籍学生，须填写承接学校。", field="successor")


def objections_to_superior(
    school: School, bureau: Office | None, next_tier: Office | None, same_superior: Sequence[str]
) -> Iterator[Refused]:
    """What stands against passing a school to another superior.

    next_tier -- the bureau above the present superior; same_superior -- open transfers between this school and another
    of the present superior, decided at one desk that would be two.
    """
    if bureau is None or not bureau.is_bureau or bureau.id == school.office.superior_id:
        yield NotReorganised(sentence="请填写新主管部门的代码：与现主管部门不同的一个教育局。", field="new_superior")
    elif next_tier is not None and not next_tier.answers_for(bureau):
        yield NotReorganised(sentence=f"新主管部门须在{next_tier.name}的管辖范围内。", field="new_superior")
    if same_superior:
        yield NotReorganised(
            sentence=f"该校与同一主管部门学校之间的转学须先办结：{'、'.join(same_superior)}。", field="new_superior"
        )


# ── areas from which a school recruits ───────────────────────────────────────────────────────────────────────────────

PROVINCE = "330000"


class ScopeRefused(Refused):
    code = "E-SCOPE"
    text = "{sentence}"


# ── areas ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def city_of(office: Office) -> str:
    """The division code of the city an office counts to: a county unit that acts as a city is its own (义乌)."""
    bureau = office.bureau
    if bureau is not None and bureau.acts_as_city:
        return bureau.division_code
    return f"{office.division_code[:4]}00"


def home_area(school: Office) -> tuple[str, ...]:
    """From where a school recruits while its superior has set nothing: its county, a city's school its whole city."""
    above = school.superior
    if above is not None and above.kind is OfficeKind.CITY:
        return (city_of(school),)
    return (school.division_code,)


def in_area(office: Office, divisions: Collection[str]) -> bool:
    """True when the office stands in one of the divisions; a city's code stands for all of its counties."""
    return not {office.division_code, city_of(office), PROVINCE}.isdisjoint(divisions)


# ── scope ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def objections_to_scope(
    school: School, divisions: Sequence[str], cities: Mapping[str, str], field: str = "divisions"
) -> Iterator[Refused]:
    """What stands against counting these divisions as the school's own area (招生范围).

    cities -- every known division's code to the city it counts to
    """
    office = school.office
    for code in divisions:
        if code not in cities:
            yield ScopeRefused(sentence=f"没有代码为 {code} 的行政区划。", field=field)
    if len(set(divisions)) < len(divisions):
        yield ScopeRefused(sentence="同一行政区划列了两次。", field=field)
    if not in_area(office, divisions):
        yield ScopeRefused(sentence=f"招生范围须包含学校所在地（{division_name(office.division_code)}）。", field=field)
    if school.ownership is Ownership.PUBLIC:
        yield from _beyond_a_public_school(school, [code for code in divisions if code in cities], cities, field)


def _beyond_a_public_school(
    school: School, divisions: Sequence[str], cities: Mapping[str, str], field: str
) -> Iterator[Refused]:
    office, above = school.office, school.office.superior
    if above is not None and above.kind is OfficeKind.CITY and school.teaches(Stage.SENIOR):
        if any(cities[code] != city_of(office) for code in divisions):
            yield ScopeRefused(sentence="市属公办高中的招生范围只能在本设区市内。", field=field)
    elif set(divisions) - {office.division_code}:
        yield ScopeRefused(sentence="公办学校的招生范围只能是学校所在县（市、区）。", field=field)


# ── plans ────────────────────────────────────────────────────────────────────────────────────────────────────────────
