"""The words of the states of plans and filings, and with whom plans are filed."""

from __future__ import annotations

from app.processes.recruitment.models import FilingState, PlanKind, PlanStatus

KIND_NAMES = {PlanKind.CROSS_COUNTY: "跨县（市、区）", PlanKind.CROSS_CITY: "跨设区市"}
STATUS_NAMES = {
    PlanStatus.CONSULTING: ("征求同意", "blue"),
    PlanStatus.CONSENTED: ("双方已同意", "amber"),
    PlanStatus.FILED: ("已备案，可招生", "green"),
    PlanStatus.ENDED: ("已终止", "grey"),
}
STATE_NAMES = {
    FilingState.WAITING: ("待备案", "blue"),
    FilingState.RETURNED: ("退回补充", "amber"),
    FilingState.ACCEPTED: ("予以备案", "green"),
    FilingState.ENDED: ("方案已终止", "grey"),
}
RECEIVES = ("province", "city")  # with whom plans are filed
