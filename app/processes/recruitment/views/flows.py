"""跨区域招生流向: a table, a matrix that fits a page, and a map of the province by county."""

from __future__ import annotations

from typing import Any

from flask import render_template

from app import audit, clock
from app.access import actor, allow, require
from app.database import transaction
from app.divisions.models import WATCHES
from app.divisions.operations import places_of_cities
from app.divisions.queries import named_divisions
from app.divisions.rules.tile_map import HEIGHT, WIDTH, tile_map
from app.processes.recruitment.presenters.flow_map import KINDS, MEASURES, lines_of, tiles_of
from app.processes.recruitment.queries import balances
from app.processes.recruitment.queries import plans as queries
from app.processes.recruitment.views.plans import bp, words
from app.schools.arguments import year_wanted
from app.students.rules.small_cells import NOTE, shown, sum_shown
from app.web import add_menu, given_out, read_query
from app.web.formatting import moment
from app.web.workbooks import MEDIA_TYPE, workbook

MOST_SIDES = 12  # columns of a matrix that a page and a sheet of paper hold
QUERY: dict[str, dict[str, Any]] = {
    "city": {"type": "string", "pattern": "^[0-9]{4}00$"},
    "county": {"type": "string", "pattern": "^[0-9]{6}$"},
    "measure": {"type": "string", "enum": list(MEASURES)},
}
HEADINGS = ("行政区划", "备案流入计划", "备案流出计划", "已注册流入", "已注册流出", "流入减流出")
add_menu("招生", "跨区域招生流向", "recruitment.flows", ("operator", "approver"), kinds=WATCHES)


@bp.get("/reports/flows")
@allow("operator", "approver")
def flows() -> Any:
    """Who wants children from where, and how many have come: a map, a matrix and a table of divisions.

    The matrix is between cities where the counties are too many for a page; a city's own counties, and a single county
    of the map, are one step further.
    """
    require(actor().office_kind in WATCHES)
    year, asked = year_wanted(), read_query(QUERY)
    found, city, county = queries.flows_of(actor(), year), asked.get("city"), asked.get("county")
    collapsed = not (city or county) and max(len(found.sources), len(found.destinations)) > MOST_SIDES
    chosen = queries.of_county(found, county) if county else queries.of_city(found, city) if city else found
    shown_flows = queries.by_city(found) if collapsed else chosen
    totals, names = balances.balances_of(chosen), dict(named_divisions())
    measure = asked.get("measure") or ("registered" if any(each.registered for each in found.lines) else "planned")
    drawing = tile_map(balances.parts_of_province(), "330000", places_of_cities())
    return render_template(
        "recruitment/flows.html",
        **words(flows=shown_flows, year=year, city=city, county=county, collapsed=collapsed),
        drawing=drawing,
        tiles=tiles_of(drawing, totals, measure),
        tile=(WIDTH, HEIGHT),
        legend=KINDS,
        measure=measure,
        measures=MEASURES,
        headings=HEADINGS,
        balances=lines_of(totals, names),
        place=names.get(city or county or "", ""),
        shown=shown,
        sum_shown=sum_shown,
        note=NOTE,
    )


@bp.get("/reports/flows.xlsx")
@allow("operator", "approver")
def flows_sheet() -> Any:
    """The table of divisions as a workbook; that it was taken out is written down."""
    require(actor().office_kind in WATCHES)
    caller, year, names = actor(), year_wanted(), dict(named_divisions())
    lines = lines_of(balances.balances_of(queries.flows_of(caller, year)), names)
    title = f"{year} 年跨区域招生流向"
    note = f"{title}　{caller.office_name} {caller.name} 导出于 {moment(clock.now())}　{NOTE}"
    content = workbook(title, note, list(HEADINGS), [[each.name, *each.cells] for each in lines])
    with transaction():
        after = {"table": "flows", "year": year, "lines": len(lines)}
        audit.record("figures/download", f"office:{caller.office_code}", actor=caller, after=after)
    return given_out(f"跨区域招生流向-{year}-{caller.office_code}.xlsx", MEDIA_TYPE, content)
