"""The device catalogue of the science, brought into the record's table. Repeatable at any time."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from django.db import transaction

from needlework.clinic import audit
from needlework.clinic.audit import Event
from needlework.clinic.models import DeviceModel
from needlework.clinic.who import Actor
from needlework.skin import devices

_FACTS = (
    "name",
    "maker",
    "kind",
    "unit_is",
    "needles",
    "needle_mm_min",
    "needle_mm_max",
    "di",
    "assumptions",
    "source",
    "listed",
)


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a load changed, by device code. A device that left the tables is delisted, never deleted."""

    added: tuple[str, ...] = ()
    changed: dict[str, tuple[str, ...]] = field(default_factory=dict)  # code: the facts that changed
    delisted: tuple[str, ...] = ()
    unchanged: int = 0

    @property
    def sentence(self) -> str:
        """The whole in one line."""
        return (
            f"Device catalogue: {len(self.added)} added, {len(self.changed)} changed, "
            f"{len(self.delisted)} delisted, {self.unchanged} unchanged."
        )


@transaction.atomic
def load_devices(*, by: Actor, at: datetime) -> Loaded:
    """Bring the catalogue up to date with the packaged table, and say what changed.

    Raises skin.tables.TableError for a table that cannot be used; then nothing is changed.
    """
    there = {row.code: row for row in DeviceModel.objects.select_for_update().filter(imported=False)}
    added, changed, unchanged = [], {}, 0
    for device in devices.all():
        facts = _facts(device)
        row = there.pop(device.code, None)
        if row is None:
            DeviceModel.objects.create(code=device.code, **facts)
            added.append(device.code)
            continue
        differs = tuple(name for name in _FACTS if getattr(row, name) != facts[name])
        if differs:
            for name in differs:
                setattr(row, name, facts[name])
            row.save(update_fields=differs)
            changed[device.code] = differs
        else:
            unchanged += 1
    gone = tuple(code for code, row in there.items() if row.listed)
    DeviceModel.objects.filter(code__in=gone).update(listed=False)
    loaded = Loaded(tuple(added), changed, gone, unchanged)
    audit.record(
        Event.REFERENCE_LOADED,
        by=by,
        at=at,
        detail={"table": "devices", "added": len(added), "changed": sorted(changed), "delisted": list(gone)},
    )
    return loaded


def _facts(device: devices.Device) -> dict[str, object]:
    return {
        "name": device.name,
        "maker": device.maker or "",
        "kind": device.kind,
        "unit_is": device.unit_is,
        "needles": device.needles,
        "needle_mm_min": _mm(device.needle_mm_min),
        "needle_mm_max": _mm(device.needle_mm_max),
        "di": device.di or "",
        "assumptions": list(device.assumptions),
        "source": "; ".join(device.source)[:80],
        "listed": True,
    }


def _mm(value: float | None) -> Decimal | None:
    return None if value is None else Decimal(str(value)).quantize(Decimal("0.01"))
