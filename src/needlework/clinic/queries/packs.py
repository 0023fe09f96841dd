"""Which protocol pack is in use, and who approved which."""

from __future__ import annotations

from dataclasses import dataclass

from needlework.clinic.models import PackApproval
from needlework.clinic.rules.access import Act, check_may
from needlework.clinic.who import Actor
from needlework.skin import packs
from needlework.skin.packs.rows import Change


@dataclass(frozen=True, slots=True)
class PackState:
    """The pack in use, its approval if there is one, and the approvals before it, newest first."""

    version: str
    content: str
    changes: tuple[Change, ...]
    approval: PackApproval | None
    earlier: list[PackApproval]


def state(by: Actor) -> PackState:
    """Raises NotAllowed."""
    check_may(by, Act.SEE_STAFF)
    pack = packs.shipped()
    approvals = list(PackApproval.objects.filter(clinic_id=by.clinic_id).order_by("-approved_at"))
    current = next((row for row in approvals if row.content_hash == pack.content), None)
    return PackState(
        version=pack.version,
        content=pack.content,
        changes=pack.changes,
        approval=current,
        earlier=[row for row in approvals if row is not current],
    )
