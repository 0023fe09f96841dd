"""A month ago the clinic practised a recall, on the lot of rollers it uses most."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from needlework.clinic.actions import recalls
from needlework.clinic.models import DeviceModel
from needlework.clinic.queries import recalls as queries

if TYPE_CHECKING:
    from .house import House


def drill(house: House, at: datetime) -> None:
    """Started by the manager, counted by the assistant, closed after forty minutes."""
    manager = house.as_("manager")
    began = min(house.when(-30, "17:10"), at)
    code, _name, lot = queries.lots_for_drill(manager)[0]
    held = recalls.start_drill(model=DeviceModel.objects.get(code=code), lot=lot, by=manager, at=began)
    recalls.count_packets(
        recall=held,
        counted=queries.counts(held).here,
        by=house.as_("assistant"),
        at=began + timedelta(minutes=31),
    )
    recalls.close(
        recall=held,
        done="All packets were found, at both sites. The second site was reached by telephone after ten minutes; "
        "its number now hangs in the stock room.",
        by=manager,
        at=began + timedelta(minutes=40),
    )
