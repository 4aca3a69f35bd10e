"""What versions published before their tasks stated a meaning leave unsaid: the one place that knows a task by its key.

Until then Python compared keys; the cases that run on such a version go on as they began. A version in which any task
states its kind or its words is not touched.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from workflows import Diagrams, Kind, TaskSpec

KINDS: Mapping[str, Kind] = {
    "repair": Kind.REPAIR,
    "pull": Kind.PULL,
    "filing": Kind.FILING,
    "county_check": Kind.IDENTITY,
    "confirm_here": Kind.CONFIRMATION,
    "confirm_source": Kind.CONFIRMATION,
}
IDENTITY_CHECK = "county_check"
SIDES: Mapping[str, str] = {"confirm_here": "here", "confirm_source": "source"}

WORDS: Mapping[tuple[str, str], tuple[str | None, str | None]] = {  # task and outcome: its button, its record
    ("releasing_bureau", "agree"): ("同意并下达允许转学指令", None),
    ("source_bureau", "agree"): ("同意并下达允许外招指令", None),
    ("pull", "agree"): ("转入档案并注册", "已转入"),
    ("await_seat", "agree"): ("再次办理", "已再次办理"),
    ("await_seat", "refuse"): ("放弃转入", "已放弃转入"),
    ("await_other_province", "refuse"): ("终止等待，不予办理", "已终止等待"),
    ("refused_elsewhere", "agree"): ("再次向外省申请调档", "已再次申请调档"),
    ("refused_elsewhere", "refuse"): ("不再办理", "不再办理"),
    ("lodge", "agree"): ("报送备案", "已报送"),
    ("filing", "agree"): ("予以备案", "予以备案"),
    ("filing", "send_back"): ("退回补充", "退回补充"),
    ("local_opinion", "acknowledge"): ("提出意见", "已提意见"),
    ("source_opinion", "acknowledge"): ("提出意见", "已提意见"),
    ("confirm_here", "agree"): ("确认名单", "已确认名单"),
    ("confirm_here", "refuse"): ("整份不予确认", "整份不予确认"),
    ("confirm_source", "agree"): ("确认名单", "已确认名单"),
    ("confirm_source", "refuse"): ("整份不予确认", "整份不予确认"),
    ("directives", "agree"): ("逐份签发允许外招指令", "已逐份签发指令"),
    ("directives", "refuse"): ("不予下达", "不予下达"),
    ("more_seats", "agree"): ("再次预留学位", "已再次预留学位"),
    ("more_seats", "refuse"): ("终止名单", "已终止名单"),
    ("pull", "refuse"): ("不再转入，交回指令", "不再转入，已交回指令"),
    ("county_check", "agree"): ("确非同一人，继续办理", "确非同一人"),
    ("county_check", "refuse"): ("系同一人，不予新建", "系同一人，不予新建"),
}


def completed(diagrams: Diagrams) -> Diagrams:
    """The diagrams with the meaning of each task, by its key where the version was published before it was stated."""
    if any(task.kind or task.buttons or task.records for task in diagrams.tasks.values()):
        check = diagrams.tasks.get(IDENTITY_CHECK)  # stated its meaning last of all
        if check is None or check.kind is not None:
            return diagrams
        return replace(diagrams, tasks={**diagrams.tasks, check.key: replace(check, kind=Kind.IDENTITY)})
    return replace(diagrams, tasks={key: _completed(task) for key, task in diagrams.tasks.items()})


def _completed(task: TaskSpec) -> TaskSpec:
    words = {outcome: WORDS.get((task.key, outcome), (None, None)) for outcome in task.outcomes}
    return replace(
        task,
        kind=KINDS.get(task.key),
        side=SIDES.get(task.key),
        buttons={outcome: button for outcome, (button, _record) in words.items() if button},
        records={outcome: record for outcome, (_button, record) in words.items() if record},
    )
