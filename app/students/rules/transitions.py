"""学籍状态变迁: which process may lead an enrolment from which standing to which, per profile.

The same matrix stands in the table `lawful_change`, and a trigger refuses what is not in it: no path around the rules.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from app.errors import Refused
from app.schools.models import Stage
from app.students.models import OPEN_STANDINGS, STANDING_NAMES, Standing

ANY = "*"  # every stage
NEW = ""  # no enrolment before
PROFILES = ("zj-2010", "zj-now")


@dataclass(frozen=True)
class LawfulChange:
    """One allowed transition."""

    profile: str
    process: str
    stage: str
    before: str
    after: str


OPEN = tuple(each.value for each in OPEN_STANDINGS)
#: process -> (before, after) in every stage and both profiles
COMMON: dict[str, tuple[tuple[str, str], ...]] = {
    "takeover": ((NEW, ANY),),
    "transfer": (
        ("active", "transferred"),
        ("dropped_out", "transferred"),
        (NEW, "active"),
    ),
    "suspension": (("active", "suspended"),),
    "suspension_renewal": (("suspended", "suspended"),),
    "resumption": (("suspended", "active"),),
    "skip": (("active", "active"),),
    "promotion": (("active", "active"),),
    "death": tuple((each, "deceased") for each in OPEN),
    "abroad": (("active", "abroad"),),
    "drop_out": (("active", "dropped_out"),),
    "return_to_school": (("dropped_out", "active"),),
    "reinstatement": ((NEW, "active"),),
    "class_change": (("active", "active"),),
    "graduation": (("active", "graduated"), ("active", "completed"), ("active", "left_early")),
    "registration_primary": ((NEW, "active"),),
    "registration_stage": ((NEW, "active"),),
    "home_return": ((NEW, "active"),),
    "late_registration": ((NEW, "active"),),
    "arrival": ((NEW, "active"),),
    "recruitment_roster": ((NEW, "active"),),
    "departure": (("active", "transferred"),),
    "contested_record": tuple((each, "closed") for each in OPEN),
    "school_reorganisation": tuple((each, each) for each in OPEN),
    "reversal": (
        *((each, other) for each in OPEN for other in OPEN),
        ("withdrawn", "active"),
        ("withdrawn", "suspended"),
        ("abroad", "active"),
        *(("deceased", each) for each in OPEN),
    ),
    "school_reversal": (
        ("active", "active"),
        ("graduated", "active"),
        ("completed", "active"),
        ("left_early", "active"),
    ),
}
#: what differs: process -> profile -> (stages, transitions)
PARTICULAR: dict[str, dict[str, tuple[tuple[str, ...], tuple[tuple[str, str], ...]]]] = {
    "withdrawal": {
        "zj-2010": ((ANY,), (("active", "withdrawn"), ("suspended", "withdrawn"))),
        "zj-now": ((Stage.SENIOR.value,), (("active", "withdrawn"), ("suspended", "withdrawn"))),
    },
    "repeat": {
        "zj-2010": ((ANY,), (("active", "active"),)),
        # in primary and junior for special education only: the precheck asks, the matrix cannot
        "zj-now": ((ANY,), (("active", "active"),)),
    },
}


def lawful_changes() -> Iterator[LawfulChange]:
    """The whole matrix of both profiles."""
    for profile in PROFILES:
        for process, pairs in COMMON.items():
            for before, after in pairs:
                yield LawfulChange(profile, process, ANY, before, after)
        for process, profiles in PARTICULAR.items():
            stages, pairs = profiles[profile]
            for stage in stages:
                for before, after in pairs:
                    yield LawfulChange(profile, process, stage, before, after)


LAWFUL = frozenset(lawful_changes())


class NotInThisStanding(Refused):
    """E-STANDING: the enrolment's standing does not allow this change."""

    code = "E-STANDING"
    text = "该生学籍状态为“{standing}”，不能办理此项业务。"


class NoWithdrawal(Refused):
    """The present law knows no withdrawal in the compulsory stage."""

    code = "E-RULE-WDR"
    text = "义务教育阶段学生不予办理退学。"


def is_lawful(process: str, profile: str, stage: Stage, before: Standing) -> bool:
    """True when the process may begin from that standing in that stage."""
    return any(
        each.process == process
        and each.profile == profile
        and each.stage in (ANY, stage.value)
        and each.before == before.value
        for each in LAWFUL
    )


def objection_to_change(process: str, profile: str, stage: Stage, before: Standing) -> Refused | None:
    """Why the process may not change an enrolment of that stage and standing; None when it may."""
    if is_lawful(process, profile, stage, before):
        return None
    if process == "withdrawal" and is_lawful(process, profile, Stage.SENIOR, before):
        return NoWithdrawal()
    return NotInThisStanding(standing=STANDING_NAMES[before])
