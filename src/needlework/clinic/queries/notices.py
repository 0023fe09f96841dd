"""Which packets of the clinic a notice means; batches of products are in recall_batches.

A packet is ruled out only by a fact that is known.

A serial number or a day of manufacture that nobody recorded rules nothing out: such a packet is meant.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date
from functools import lru_cache

from django.db.models import Q
from django.db.models.functions import Upper

from needlework.clinic.models import DeviceModel, DeviceUnit, RecallLine
from needlework.clinic.rules import notices
from needlework.clinic.rules.batches import product_code
from needlework.clinic.rules.wording import product as product_name
from needlework.clinic.who import Actor
from needlework.skin import udi

from .batches import product_of, products
from .devices import model_of


def lines(by: Actor, given: Iterable[notices.Line]) -> list[RecallLine]:
    """Lines of a notice as rows, not yet saved: the model is looked up by its identifier, code or name, and what is no
    device may be a product that the pack or this clinic knows.

    Raises NoticeNotRead for a product without its batch.
    """
    by_name = {
        name.casefold(): row
        for row in DeviceModel.objects.order_by("-listed", "pk")
        for name in (row.name, row.code, f"{row.maker} {row.name}")
    }
    named: dict[str, str] | None = None
    rows = []
    for line in given:
        facts = {name: getattr(line, name) for name in line.__dataclass_fields__}
        product = product_code(line.product)
        found = by_name.get(line.device.casefold()) if line.device else None
        model = None if product else found or model_of(by, line.di)
        if not product and model is None:
            if named is None and line.device:
                named = {name.casefold(): code for code, name in products(by)}
            wanted = product_name(product_code(line.device)).casefold()
            product = (named or {}).get(wanted, "") or product_of(by, line.di)
        if product:
            notices.check_product(product_name(product), batch=line.lot, serial=line.serial_from)
        rows.append(RecallLine(clinic_id=by.clinic_id, model=model, **{**facts, "product": product}))
    return rows


def matching(by: Actor, meant: Iterable[RecallLine], *, among: Collection[int] | None = None) -> list[int]:
    """The packets which these lines mean, by primary key: in the drawer, used or discarded."""
    rows = DeviceUnit.objects.filter(clinic_id=by.clinic_id).alias(lot_in_capitals=Upper("lot"))
    if among is not None:
        rows = rows.filter(pk__in=among)
    found: dict[int, None] = {}
    for line in meant:
        if line.product:
            continue
        some = rows.filter(_asked(line))
        if not (line.serial_from or line.made_from_on or line.made_to_on):
            found |= dict.fromkeys(some.values_list("pk", flat=True))
            continue
        facts = some.values_list("pk", "serial", "scanned", "received_at")
        for pk, serial, scanned, received_at in facts.iterator():
            ends = line.serial_from, line.serial_to
            if serial and line.serial_from and not notices.serial_within(serial, *ends):
                continue
            made_on = _made_on(scanned, received_at.date()) if scanned else None
            if made_on is not None and not (
                (line.made_from_on or date.min) <= made_on <= (line.made_to_on or date.max)
            ):
                continue
            found[pk] = None
    return list(found)


def _asked(line: RecallLine) -> Q:
    """What a line asks of a packet, as far as the database can answer."""
    asked = Q(lot_in_capitals=line.lot.upper()) if line.lot else Q()
    if line.di:
        # Nobody scanned these packets, so nobody knows their identifier; the model, where it is known, decides.
        unknown = Q(di="") if line.model_id is None else Q(di="", model=line.model_id)
        asked &= Q(di=line.di) | unknown if line.lot or line.model_id else Q(di=line.di)
    elif line.model_id is not None:
        asked &= Q(model=line.model_id)
    if line.expires_from_on:
        asked &= Q(expires_on__gte=line.expires_from_on)
    if line.expires_to_on:
        asked &= Q(expires_on__lte=line.expires_to_on)
    return asked


@lru_cache(maxsize=4096)
def _made_on(scanned: str, on: date) -> date | None:
    """The day of manufacture on the label as it was scanned, where there is one. It was judged when it came in."""
    try:
        return udi.parse_packet(scanned.split("\n"), on=on, separators_kept=True).made_on
    except udi.LabelRefused:
        return None
