"""Lanes → which kind of office must act: the roles a lane may name in a case, each declared once.

What office a role means in one case the platform says: `app.cases.rules.RESOLVERS` has a resolver for each.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True)
class Role:
    """One role of a lane.

    name -- in Chinese, as the route of a case gives it for its reason.
    optional -- some cases have no such office: a task of the lane that such a case does not pass is left out of its
        route. A task of any other lane must have its office before the case opens.
    by_process -- there is no general answer: the process that opens finds the office in records of its own.
    """

    name: str
    optional: bool = False
    by_process: bool = False


ROLES: Mapping[str, Role] = MappingProxyType(
    {
        "receiving_school": Role("转入学校"),
        "receiving_bureau": Role("转入学校上级教育行政部门"),
        "receiving_superior": Role("转入学校上级的上一级教育行政部门", optional=True),
        "releasing_school": Role("转出学校", optional=True),
        "releasing_bureau": Role("转出学校上级教育行政部门", optional=True),
        "releasing_superior": Role("转出学校上级的上一级教育行政部门", optional=True),
        "lowest_common_superior": Role("双方共同的上级教育行政部门", optional=True),
        "province": Role("省教育行政部门"),
        "applicant": Role("申请单位"),
        "applicant_bureau": Role("申请单位上级教育行政部门", optional=True),
        "applicant_superior": Role("申请单位上级的上一级教育行政部门", optional=True),
        # recruitment: the school's side, the side of the source, and where a plan is filed
        "local_bureau": Role("学校所在县（市、区）教育行政部门", by_process=True),
        "local_county": Role("学校所在县（市、区）教育行政部门，意见供参考", optional=True, by_process=True),
        "local_city": Role("学校所在设区市教育行政部门", by_process=True),
        "source_bureau": Role("生源所在县（市、区）教育行政部门", by_process=True),
        "source_county": Role("生源所在县（市、区）教育行政部门，意见供参考", optional=True, by_process=True),
        "source_city": Role("生源所在设区市教育行政部门", by_process=True),
        "filing_bureau": Role("备案机关", by_process=True),
    }
)
