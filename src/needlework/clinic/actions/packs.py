"""A medical lead answers for one exact version of the protocol pack, and for what the clinic makes of it."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any, TypeVar

from django.db import IntegrityError, transaction

from needlework.clinic import audit
from needlework.clinic.audit import Event
from needlework.clinic.errors import BadInput, PackAlreadyApproved, PackNothingToEnd, PackRowSigned
from needlework.clinic.models import Clinic, PackApproval, PackCeiling, PackRowSignature, PackTightening
from needlework.clinic.rules import packs as rules
from needlework.clinic.rules.access import Act, check_may
from needlework.clinic.rules.reasons import check_reason
from needlework.clinic.rules.wording import day, local_day
from needlework.clinic.who import Actor
from needlework.skin import packs
from needlework.skin.packs import snapshots

Decision = TypeVar("Decision", PackRowSignature, PackTightening, PackCeiling)


@transaction.atomic
def approve(*, by: Actor, at: datetime) -> PackApproval:
    """Approve the pack that is in use now. Raises NotAllowed, NotRegistered, PackAlreadyApproved."""
    check_may(by, Act.APPROVE)
    rules.check_registered(by)
    pack = packs.shipped()
    try:
        with transaction.atomic():
            approval = PackApproval.objects.create(
                clinic_id=by.clinic_id,
                version=pack.version,
                content_hash=pack.content,
                tables=snapshots.snapshot(pack),
                approved_at=at,
                approved_by=by.name,
                registration_number=by.registration_number,
            )
    except IntegrityError as clash:
        held = PackApproval.objects.select_related("clinic").get(
            clinic_id=by.clinic_id, content_hash=pack.content
        )
        on = day(local_day(held.approved_at, held.clinic.time_zone))
        raise PackAlreadyApproved(version=held.version, name=held.approved_by, day=on) from clash
    audit.record(
        Event.PACK_APPROVED,
        by=by,
        at=at,
        about=approval,
        detail={"version": pack.version, "content": pack.content},
    )
    return approval


# --- single rows ---------------------------------------------------------------------------------------
@transaction.atomic
def sign_row(*, table: str, code: str, because: str = "", by: Actor, at: datetime) -> PackRowSignature:
    """Answer for a row that acts only when signed, in the words it has today.

    Raises NotAllowed, NotRegistered, BadInput, PackRowSigned.
    """
    clinic = _deciding(by)
    row_hash = snapshots.row_hash(rules.signable(table, code))
    before = _latest_signature(clinic, table, code)
    if before is not None and not before.ended and before.row_hash == row_hash:
        on = day(local_day(before.decided_at, clinic.time_zone))
        raise PackRowSigned(name=before.decided_by, day=on)
    signature = PackRowSignature.objects.create(
        table=table, code=code, **_decided(clinic, row_hash, because, by, at)
    )
    return _kept(signature, Event.PACK_ROW_SIGNED, clinic, {"table": table, "code": code}, by=by, at=at)


@transaction.atomic
def end_signature(*, table: str, code: str, because: str, by: Actor, at: datetime) -> PackRowSignature:
    """Take a signature back: the row acts again as it does unsigned.

    Raises NotAllowed, NotRegistered, ReasonNeeded, PackNothingToEnd.
    """
    check_reason(because)
    clinic = _deciding(by)
    before = _latest_signature(clinic, table, code)
    if before is None or before.ended:
        raise PackNothingToEnd()
    ending = PackRowSignature.objects.create(
        table=table, code=code, ended=True, **_decided(clinic, before.row_hash, because, by, at)
    )
    return _kept(ending, Event.PACK_SIGNATURE_ENDED, clinic, {"table": table, "code": code}, by=by, at=at)


@transaction.atomic
def tighten(
    *,
    rule: str,
    verdict: str = "",
    override_by: str = "",
    days: int | None = None,
    because: str,
    by: Actor,
    at: datetime,
) -> PackTightening:
    """Make a rule stricter than it ships, or switch an advisory on: a graver verdict, fewer who may override, more
    days. What is left empty stays as shipped; an earlier tightening of the rule is replaced.

    Raises NotAllowed, NotRegistered, ReasonNeeded, BadInput, PackLoosened.
    """
    check_reason(because)
    clinic = _deciding(by)
    row, change = rules.check_tightening(rule, verdict=verdict, override_by=override_by, days=days)
    facts = {"verdict": change.verdict or "", "override_by": change.override_by or "", "days": change.days}
    decided = _decided(clinic, snapshots.row_hash(row), because, by, at)
    tightening = PackTightening.objects.create(rule=rule, **facts, **decided)
    said = {"rule": rule, **{fact: value for fact, value in facts.items() if value}}
    return _kept(tightening, Event.PACK_RULE_TIGHTENED, clinic, said, by=by, at=at)


@transaction.atomic
def end_tightening(*, rule: str, because: str, by: Actor, at: datetime) -> PackTightening:
    """The rule acts again as it ships, never looser. Raises NotAllowed, NotRegistered, ReasonNeeded, PackNothingToEnd."""
    check_reason(because)
    clinic = _deciding(by)
    before = PackTightening.objects.filter(clinic=clinic, rule=rule).order_by("-pk").first()
    if before is None or before.ended:
        raise PackNothingToEnd()
    decided = _decided(clinic, before.row_hash, because, by, at)
    ending = PackTightening.objects.create(rule=rule, ended=True, **decided)
    return _kept(ending, Event.PACK_TIGHTENING_ENDED, clinic, {"rule": rule}, by=by, at=at)


@transaction.atomic
def set_ceiling(*, product: str, max_g: Decimal, because: str, by: Actor, at: datetime) -> PackCeiling:
    """The clinic's own maximum of a numbing product for one adult [g]. It is hard from then on, and never above that of
    the licence. Raises NotAllowed, NotRegistered, ReasonNeeded, BadInput, PackLoosened.
    """
    check_reason(because)
    if max_g != round(max_g, 1):
        raise BadInput(because="Give grams with one decimal at most.", at_field="max_g")
    clinic = _deciding(by)
    row = rules.check_ceiling(product, float(max_g))
    decided = _decided(clinic, snapshots.row_hash(row), because, by, at)
    ceiling = PackCeiling.objects.create(product=product, max_g=max_g, **decided)
    said = {"product": product, "max_g": f"{float(max_g):g}"}
    return _kept(ceiling, Event.PACK_CEILING_SET, clinic, said, by=by, at=at)


@transaction.atomic
def end_ceiling(*, product: str, because: str, by: Actor, at: datetime) -> PackCeiling:
    """Without the clinic's own maximum the licence's holds; where it has none, the product is not used.

    Raises NotAllowed, NotRegistered, ReasonNeeded, PackNothingToEnd.
    """
    check_reason(because)
    clinic = _deciding(by)
    before = PackCeiling.objects.filter(clinic=clinic, product=product).order_by("-pk").first()
    if before is None or before.ended:
        raise PackNothingToEnd()
    decided = _decided(clinic, before.row_hash, because, by, at)
    ending = PackCeiling.objects.create(product=product, ended=True, **decided)
    return _kept(ending, Event.PACK_CEILING_ENDED, clinic, {"product": product}, by=by, at=at)


# --- what they have in common --------------------------------------------------------------------------
def _deciding(by: Actor) -> Clinic:
    """The clinic, locked: two decisions at once are written one after the other."""
    check_may(by, Act.APPROVE)
    rules.check_registered(by)
    return Clinic.objects.select_for_update().get(pk=by.clinic_id)


def _decided(clinic: Clinic, row_hash: str, because: str, by: Actor, at: datetime) -> dict[str, Any]:
    return {
        "clinic": clinic,
        "row_hash": row_hash,
        "pack_version": packs.shipped().id,
        "because": because.strip(),
        "decided_at": at,
        "decided_by": by.name,
        "registration_number": by.registration_number,
    }


def _latest_signature(clinic: Clinic, table: str, code: str) -> PackRowSignature | None:
    rows = PackRowSignature.objects.filter(clinic=clinic, table=table, code=code)
    return rows.order_by("-pk").first()


def _kept(
    row: Decision, event: Event, clinic: Clinic, said: dict[str, Any], *, by: Actor, at: datetime
) -> Decision:
    """Bring up to date what stands ready on the clinic, and write the line; the pack after it is on the line."""
    clinic.pack_own = rules.own(
        PackRowSignature.objects.filter(clinic=clinic).order_by("pk"),
        PackTightening.objects.filter(clinic=clinic).order_by("pk"),
        PackCeiling.objects.filter(clinic=clinic).order_by("pk"),
    )
    clinic.save(update_fields=["pack_own"])
    detail = {**said, "because": row.because, "pack": rules.pack_of(clinic).id}
    audit.record(event, by=by, at=at, about=row, detail=detail)
    return row
