"""What to do about a finding, by its rule (`workflows/verification`, `workflows/policies`), beside what is wrong."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

ADVICE = {
    "policy": "在执行这项操作之前补上规则所要求的环节，或者让不同意、退回的走向绕开它；反例写明它怎样被绕过。",
    "gap": "给没有去处的情况补一条流向，或者设一个默认流向。",
    "no-policy": "在本流程的 .policy 文件中写明这项操作的办理前提。",
    "policy-relaxed": "把不能放宽的规定加回本草稿的 .policy 文件。",
    "variant-changed": "撤销对省级版本这一部分的修改；本地版本只能新增环节。",
    "variant-lane": "把新增的环节放进本机构或所属学校的泳道。",
    "variant-step": "只新增办理环节，以及其后按办理结果分开的排他网关。",
    "variant-path": "把新增的环节放到一条原有的连线上：同意的接回原来的去处，不同意、退回的照省级版本的去处。",
    "variant-file": "把文件恢复为省级版本的内容；新增环节的表单与环节同名。",
    "agreement-by-default": "给同意的去向写明条件“办理结果为同意”，默认流向留给不同意或其他情况。",
    "unknown-fact": "改用面板“条件中可用的事实”里列出的名称，或者让一项操作给出这个事实。",
    "never-true": "改正条件里的值，或者删去这条走不到的流向。",
    "no-default": "再画一条流向或者设一个默认流向，使每种情况都有去处。",
    "no-condition": "给这条流向写明条件，或者设为默认流向。",
    "event-gateway": "事件网关之后只接等待消息的中间事件，每个只从它一处进入。",
    "implicit-split": "在环节之后加一个网关再分开：择一用排他网关，同时用并行网关。",
    "link": "换成流向直接连接。",
    "import": "引用的元素须在同一个文件里，或者在草稿的其他流程图里。",
    "overlap": "改写条件，使同一时候只有一条成立。",
    "condition": "改正条件的写法：事实、比较符号和加引号的文字。",
    "outcome": "让每种办理结果在后面的分支里各有一条流向；不需要的结果在环节中取消。",
    "lane": "把环节放进泳道，并在泳道上选择办理机构。",
    "number": "改为工作日数或者数字。",
    "no-operation": "在面板中为自动环节选择一项操作。",
    "dead-end": "从这里画一条流向，接到下一个环节或者结束事件。",
    "unreachable": "从前面的元素画一条流向到这里，或者删去它。",
    "no-start": "画一个开始事件。",
    "no-end": "画一个结束事件。",
    "several-starts": "只留一个开始事件，其余改为分支。",
    "start-event": "开始事件前面不接任何元素。",
    "end-event": "结束事件后面不接任何元素。",
    "no-definition": "在面板中选择它等待或者发出的内容。",
    "no-name": "在面板中写明名称。",
    "duplicate-id": "在面板“说明与编号”中改一个编号。",
    "default": "把默认流向设为这个网关自己的一条流向。",
    "double-flow": "两个元素之间只留一条流向。",
    "loose-flow": "把流向的两端接到元素上，或者删去它。",
    "superfluous": "这个网关只有一进一出，可以删去。",
    "dead": "检查前面的条件和汇合，使这个环节有可能走到。",
    "unsafe": "在并行的几条之后用并行网关汇合，再往下走。",
    "soundness": "检查并行与汇合是否成对：并行分开的用并行汇合，择一分开的用择一汇合。",
    "undecided": "简化流程：少用循环和并行，或者拆成子流程。",
    "border": "把边界事件贴在环节的边上，并从它画一条流向。",
    "uncaught-error": "在外层的子流程上加一个错误边界事件，写同一个错误代码。",
    "no-signal": "换成消息，或者在图中发出这个信号。",
    "unsupported": "换成引擎能运行的元素：在元素的“改为”菜单中选择。",
    "property": "在面板中改选一个值；不认识的属性在文件中去掉。",
    "words": "在面板“可作的决定”中写明按钮上、记录中的文字。",
    "joint": "在面板“会签”中写明人数、须几人同意，并去掉不能与会签同用的设置。",
    "script": "去掉脚本，改用自动环节或者条件。",
    "silent-loop": "在循环中加一个办理环节，或者去掉循环。",
    "too-large": "拆成子流程。",
    "called-process": "把所调用流程的流程图加入草稿，或者改选一个流程。",
    "never-started": "从开始事件画一条流向到这里。",
    "empty": "在流程中画环节。",
    "load": "按提示改正这个元素；文件不能载入时其他检查都不做。",
    "lost-message": "消息到达时没有环节在等待的，予以忽略，不妨碍发布；须等待的，加一个边界事件。",
    "end-reached-twice": "几条并行分支到达同一结束事件，不妨碍发布；只想结束一次的，先汇合。",
    "never-ends": "从该处画一条通往结束事件的流向，或者改正后面的条件。",
    "table-no-rules": "在决策表中至少写一条规则，或者删去这张没有用处的表。",
    "table-unread": "按提示在编辑表格中改正：结论写数、加引号的文字、是、否，不能写算式；改正之前不验证办理规则。",
    "table-column": "在编辑表格中恢复这一列，或者改回系统所读的名称和类型；系统按这一列取值。",
    "table-gap": "在决策表中为这种情形补一条规则，或者在最后加一条各项都为“-”的规则。",
    "table-overlap": "在决策表中改写其中一条规则的条件，或者把命中策略改为“首条”。",
    "table-unreachable": "在决策表中把这条规则移到前面，或者删去它。",
    "table-impossible": "在决策表中改用可有的取值，或者删去这条规则。",
    "placeholder": "在表单设计器中写上真正的名称和选项。",
    "publication": "按提示补齐表单、原因或者流程的设置。",
}
OF_KINDS = {
    "standard": "按 BPMN 标准改正这个元素。",
    "soundness": ADVICE["soundness"],
    "policy": ADVICE["policy"],
    "engine": "换成引擎能运行的画法。",
    "house": "在面板中补齐设置。",
}
AT_END = "让走到这个结束的每一条路都符合它的办件结果：同意须先有规则所要求的同意，不予办理须先有不同意。"


def advice_for(said: Mapping[str, Any], text: str) -> str:
    """What to do about a finding in a file of that text."""
    rule, element = said["rule"], said.get("element")
    if rule == "policy" and element and re.search(rf"""endEvent\b[^>]*\bid=["']{re.escape(element)}["']""", text):
        return AT_END
    return ADVICE.get(rule) or OF_KINDS.get(said.get("kind", ""), "按提示改正。")
