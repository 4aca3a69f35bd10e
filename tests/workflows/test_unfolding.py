"""What would unfold into too many tasks, or without end, is refused before it runs."""

from __future__ import annotations

import pytest

import workflows
from tests.workflows.drawing import compiled, drawing, housed, message, node, sketch, task
from tests.workflows.test_traps import LOOPS, begun


def pairs(branches: int, count: int) -> str:
    """Pairs of parallel gateways in a row."""
    last = 2 * count - 1
    inner = [f"and{2 * i} > t{i}_{j} > and{2 * i + 1}" for i in range(count) for j in range(branches)]
    return "; ".join(["start > and0", f"and{last} > end", *inner, *(f"and{n} > and{n + 1}" for n in range(1, last, 2))])


def test_parallel_pairs_in_a_row_are_refused_before_they_explode() -> None:
    assert begun(housed(pairs(3, 4))).waiting

    for branches, count in ((5, 5), (5, 6), (8, 8)):
        with pytest.raises(workflows.DiagramRefused, match="会展开成超过 2000 个环节：请把接连的并行部分放进子流程"):
            compiled(housed(pairs(branches, count)))
        (report,) = workflows.verify({"x": drawing(housed(pairs(branches, count)))})
        assert (report.loads, report.safe, report.sound) == (False, True, True)
        assert "展开" in report.forbidding[-1].message


def test_an_explosion_inside_a_sub_process_is_seen_as_well() -> None:
    inner = sketch("sub", pairs(5, 5).replace("start", "start_in").replace("end", "end_in"), tag="subProcess")

    with pytest.raises(workflows.DiagramRefused, match="会展开成超过 2000 个环节"):
        compiled(housed("start > sub > end", inner))


def test_a_number_of_instances_from_the_diagram_or_the_facts_does_not_fill_the_memory() -> None:
    drawn = housed("start > ask > end", task("ask", LOOPS["number of instances"].format("how_many")))
    with pytest.raises(workflows.RunBroken, match="展开了超过"):
        begun(drawn, facts={"how_many": 100_000})
    for number in ("100000", "1000000000", "9" * 5000):
        drawn = housed("start > ask > end", task("ask", LOOPS["number of instances"].format(number)))
        with pytest.raises(workflows.DiagramRefused, match="实例数太多"):
            compiled(drawn)
        (report,) = workflows.verify({"x": drawing(drawn)})
        assert not report.loads


def test_a_loop_without_a_gateway_is_refused() -> None:
    with pytest.raises(workflows.DiagramRefused, match="不经过网关的循环"):
        compiled(housed("start > one > two > one"))


LATER = {
    "behind a choice": "start > xor1 > one > two > one; xor1 > end",
    "behind an event at a border": "start > ask > end; stop > one > two > one",
    "behind an event at a border, its way back to the task": "start > xor1 > ask > one > ask; stop > end; xor1 > end",
    "behind one of two events": "start > events1 > stop > one > two > one; events1 > told > end",
}


@pytest.mark.parametrize("where", LATER)
def test_a_loop_without_a_gateway_is_refused_wherever_it_begins(where: str) -> None:
    stop = (
        node("boundaryEvent", "stop", message("m", "x"), attachedToRef="ask")
        if "border" in where
        else node("intermediateCatchEvent", "stop", message("m", "x"))
    )
    told = node("intermediateCatchEvent", "told", message("n", "y"))
    more = [each for each, name in ((stop, "stop"), (told, "told")) if name in LATER[where]]
    drawn = housed(LATER[where], *more)

    with pytest.raises(workflows.DiagramRefused, match="不经过网关的循环"):
        compiled(drawn, messages=("x", "y"))
    declared = '<bpmn:message id="message_x" name="x" /><bpmn:message id="message_y" name="y" />'
    (report,) = workflows.verify({"x": drawing(declared + drawn)})
    assert not report.loads
    assert any("不经过网关的循环" in each.message for each in report.forbidding)
