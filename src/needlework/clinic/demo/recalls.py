"""A month ago the clinic practised a recall, on the lot of rollers it uses most; and once a maker called a balm back."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from needlework.clinic.actions import batches, recalls
from needlework.clinic.models import DeviceModel
from needlework.clinic.queries import recall_batches
from needlework.clinic.queries import recalls as queries
from needlework.clinic.rules import notices

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


def balm(house: House, at: datetime) -> None:
    """A notice about one batch of a balm, which nobody had opened yet: set aside, counted, sent back."""
    manager = house.as_("manager")
    began = house.when(-80, "10:05")
    held = recalls.open_recall(
        reference="QC-2291",
        sender="A maker of balms (invented)",
        reason="Germs were found in kept samples of this batch.",
        received_at=house.when(-80, "09:40"),
        lines=[notices.Line(product="Ceramide balm", lot="CB0398")],
        by=manager,
        at=began,
    )
    done = began + timedelta(hours=2)
    recalls.count_packets(recall=held, counted=6, by=house.as_("assistant"), at=done)
    for kept in recall_batches.batches_of(held, on=house.today):
        batches.discard(row=kept.row, because="Sent back to the maker", by=house.as_("desk"), at=done)
    recalls.close(
        recall=held,
        done="All six tubes were sent back sealed. None was put on anybody.",
        by=manager,
        at=done + timedelta(minutes=10),
    )
