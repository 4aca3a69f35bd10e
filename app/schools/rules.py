"""May a school's number be this, may a school end so? Pure answers."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from app.divisions.models import Office
from app.errors import NotAllowed, Refused
from app.schools.models import STAGE_NAMES, Quota, School, Stage


class NotItsSuperior(NotAllowed):
    code = "E-OFFICE"
    text = "学籍总数只能由学校的上级教育行政部门设定。"


class BelowUse(Refused):
    code = "E-QUOTA-02"
    text = "核定数不能少于已用与已预留的学位（已用 {used}，已预留 {reserved}）。"


class OutsideBelowUse(Refused):
    code = "E-QUOTA-02"
    text = "外招名额不能少于已预留与已注册的外招学生（{held} 人）。"


class OutsideAboveTotal(Refused):
    code = "E-QUOTA-02"
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
