"""An event log as XES (IEEE 1849-2016), piece by piece: a log of any length takes the memory of one case."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from xml.sax.saxutils import quoteattr

from app import clock
from app.reports.queries.events import Event, Trace, duty_name

MEDIA_TYPE = "application/xml"
EXTENSIONS = (
    ("Concept", "concept", "http://www.xes-standard.org/concept.xesext"),
    ("Time", "time", "http://www.xes-standard.org/time.xesext"),
    ("Lifecycle", "lifecycle", "http://www.xes-standard.org/lifecycle.xesext"),
    ("Organizational", "org", "http://www.xes-standard.org/org.xesext"),
)
#: attributes that every trace and every event has, with a value for a reader that finds none
OF_TRACES = '<string key="concept:name" value=""/>'
OF_EVENTS = (
    '<string key="concept:name" value=""/>'
    '<date key="time:timestamp" value="1970-01-01T00:00:00.000+00:00"/>'
    '<string key="lifecycle:transition" value="complete"/>'
)


def written(process: str, name: str, traces: Iterable[Trace]) -> Iterator[str]:
    """The log of a process in pieces, in the order in which the standard wants them."""
    yield '<?xml version="1.0" encoding="UTF-8"?>\n'
    yield '<log xes.version="1849-2016" xes.features="" xmlns="http://www.xes-standard.org/">\n'
    for each, prefix, uri in EXTENSIONS:
        yield f'<extension name="{each}" prefix="{prefix}" uri="{uri}"/>\n'
    yield f'<global scope="trace">{OF_TRACES}</global>\n<global scope="event">{OF_EVENTS}</global>\n'
    yield '<classifier name="Activity" scope="event" keys="concept:name"/>\n'
    yield f"{_text('concept:name', name)}{_text('process', process)}{_text('lifecycle:model', 'standard')}\n"
    for trace in traces:
        yield _trace(trace)
    yield "</log>\n"


def _trace(trace: Trace) -> str:
    of_case = {"concept:name": trace.name, "profile": trace.profile, "outcome": trace.outcome}
    said = "".join(_text(key, value) for key, value in of_case.items() if value)
    events = "".join(_event(each) for each in trace.events)
    return f'<trace>{said}<int key="version" value="{trace.version}"/>{events}</trace>\n'


def _event(event: Event) -> str:
    values = {
        "concept:name": event.name,
        "lifecycle:transition": event.lifecycle,
        "org:resource": event.office,
        "org:role": duty_name(event.duty),
        "org:group": event.kind,
        "outcome": event.outcome,
        "task": event.key,
    }
    said = "".join(_text(key, value) for key, value in values.items() if value)
    return f'<event>{said}<date key="time:timestamp" value="{_moment(event.at)}"/></event>'


def _text(key: str, value: str) -> str:
    return f'<string key="{key}" value={quoteattr(value)}/>'


def _moment(at: dt.datetime) -> str:
    return clock.local(at).isoformat(timespec="milliseconds")
