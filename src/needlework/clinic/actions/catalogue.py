"""Public device records into the catalogue: repeatable, and it says what changed."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime

from django.db import IntegrityError, transaction

from needlework.clinic import audit
from needlework.clinic.audit import Event
from needlework.clinic.errors import DeviceRecordsNotReadable
from needlework.clinic.models import DeviceModel
from needlework.clinic.models.rows import NAME_LENGTH
from needlework.clinic.rules.access import Act, check_may
from needlework.clinic.who import Actor, Role
from needlework.skin import gudid
from needlework.skin.gudid import Record, Refused

_FACTS = ("name", "maker", "kind", "model_number", "description", "single_use", "sterile", "assumptions")


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did, by device identifier. `known` are in the packaged table, whose facts stay; `other` are those
    of the file that nothing says to be a roller, a stamp or a pen.
    """

    added: tuple[str, ...] = ()
    changed: dict[str, tuple[str, ...]] = field(default_factory=dict)
    unchanged: int = 0
    known: int = 0
    packages: int = 0
    other: int = 0
    refused: tuple[Refused, ...] = ()

    @property
    def sentence(self) -> str:
        """The whole in one line."""
        return (
            f"Device records: {len(self.added)} added, {len(self.changed)} changed, {self.unchanged} unchanged, "
            f"{self.known} in the packaged table already, {self.packages} of boxes left out, "
            f"{len(self.refused)} refused. {self._for_recalls}"
        ).strip()

    @property
    def _for_recalls(self) -> str:
        if not self.other:
            return ""
        return f"No roller, stamp or pen, so for recalls alone: {self.other}."


@transaction.atomic
def import_devices(*, data: bytes, by: Actor, at: datetime) -> Imported:
    """Take the device records of a file into the catalogue. What a record does not state stays unknown.

    The catalogue is one for all clinics of the server: a person adds to it, and only the operator changes what is
    there. Raises NotAllowed, DeviceRecordsNotReadable.
    """
    check_may(by, Act.MANAGE)
    try:
        found = gudid.read(data)
    except gudid.RecordsNotReadable as wrong:
        raise DeviceRecordsNotReadable(because=str(wrong)) from wrong
    there = {row.di: row for row in DeviceModel.objects.select_for_update().exclude(di="")}
    added, changed, unchanged, known = [], {}, 0, 0
    refused = list(found.refused)
    new: list[DeviceModel] = []
    other = 0
    for record in found.records:
        row = there.get(record.di)
        facts = _facts(record) | _stated_before(record, row)
        other += facts["kind"] == DeviceModel.OTHER and (row is None or row.imported)
        if row is None:
            new.append(DeviceModel(code=_code(record.di), di=record.di, imported=True, **facts))
            added.append(record.di)
        elif not row.imported:
            known += 1
        elif differs := tuple(name for name in _FACTS if getattr(row, name) != facts[name]):
            if by.role is not Role.PROGRAM:
                because = f"{record.di} is in the catalogue with other facts ({', '.join(differs)}): the operator changes it."
                refused.append(Refused(record.line, because))
                continue
            for name in differs:
                setattr(row, name, facts[name])
            row.save(update_fields=differs)
            changed[record.di] = differs
        else:
            unchanged += 1
    try:
        with transaction.atomic():
            DeviceModel.objects.bulk_create(new)
    except IntegrityError as clash:
        raise DeviceRecordsNotReadable(
            because="Somebody else took the same records in just now. Send the file again."
        ) from clash
    refused.sort(key=lambda one: one.line)
    detail = {
        "table": "device records",
        "added": len(added),
        "changed": sorted(changed)[:100],
        "refused": len(refused),
    }
    audit.record(Event.REFERENCE_LOADED, by=by, at=at, detail=detail)
    return Imported(tuple(added), changed, unchanged, known, found.packages, other, tuple(refused))


def _code(di: str) -> str:
    """A code of lower-case letters, digits and hyphens; HIBC identifiers may have other marks."""
    return "di-" + re.sub(r"[^a-z0-9]", lambda mark: f"-{ord(mark[0]):x}-", di.lower())


def _stated_before(record: Record, row: DeviceModel | None) -> dict[str, object]:
    """What kind of needling device somebody said it is stands against a record that only lets assume one, or none."""
    stated = row is not None and row.kind != DeviceModel.OTHER and "kind" not in row.assumptions
    if row is None or not stated or (record.kind != DeviceModel.OTHER and not record.kind_assumed):
        return {}
    return {"kind": row.kind, "assumptions": row.assumptions}


def _facts(record: Record) -> dict[str, object]:
    return {
        "name": record.name[:NAME_LENGTH],
        "maker": record.maker[:NAME_LENGTH],
        "kind": record.kind,
        "model_number": record.model[:NAME_LENGTH],
        "description": record.description,
        "single_use": record.single_use,
        "sterile": record.sterile,
        "assumptions": ["kind"] if record.kind_assumed else [],
        "source": "Public device record (GUDID)",
    }
