"""record(): one line in the trail, in the transaction of what it tells of."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.db import models as django_models

from .models import AuditEvent, Patient
from .who import Actor


class Event(StrEnum):
    """Everything the trail can tell, as noun and past participle."""

    # reading
    RECORD_OPENED = "record-opened"
    PATIENTS_SEARCHED = "patients-searched"
    DAY_VIEWED = "day-viewed"
    DIARY_VIEWED = "diary-viewed"
    STOCK_VIEWED = "stock-viewed"
    TRAIL_VIEWED = "trail-viewed"
    INCIDENTS_VIEWED = "incidents-viewed"
    RESULTS_VIEWED = "results-viewed"
    RECALLS_VIEWED = "recalls-viewed"
    LOT_TRACED = "lot-traced"
    STAFF_VIEWED = "staff-viewed"
    PHOTO_VIEWED = "photo-viewed"
    PAGE_VIEWED = "page-viewed"
    REASONS_ASKED = "reasons-asked"
    # people and clinic
    LOGGED_IN = "logged-in"
    LOGGED_OUT = "logged-out"
    LOG_IN_FAILED = "log-in-failed"
    USER_SWITCHED = "user-switched"
    SCREEN_LOCKED = "screen-locked"
    IDENTIFIED_AGAIN = "identified-again"
    IDENTIFICATION_FAILED = "identification-failed"
    PIN_SET = "pin-set"
    TABLET_FORGOTTEN = "tablet-forgotten"
    CLINIC_CREATED = "clinic-created"
    CLINIC_CHANGED = "clinic-changed"
    SITE_ADDED = "site-added"
    ROOM_ADDED = "room-added"
    STAFF_ADDED = "staff-added"
    STAFF_CHANGED = "staff-changed"
    CREDENTIAL_ADDED = "credential-added"
    CREDENTIAL_VOIDED = "credential-voided"
    HAND_MEASURED = "hand-measured"
    HAND_VOIDED = "hand-voided"
    PACK_APPROVED = "pack-approved"
    PACK_ROW_SIGNED = "pack-row-signed"
    PACK_SIGNATURE_ENDED = "pack-signature-ended"
    PACK_RULE_TIGHTENED = "pack-rule-tightened"
    PACK_TIGHTENING_ENDED = "pack-tightening-ended"
    PACK_CEILING_SET = "pack-ceiling-set"
    PACK_CEILING_ENDED = "pack-ceiling-ended"
    # patients
    PATIENT_REGISTERED = "patient-registered"
    PATIENT_CHANGED = "patient-changed"
    PATIENT_VOIDED = "patient-voided"
    LINK_MADE = "link-made"
    LINK_OPENED = "link-opened"
    LINK_REFUSED = "link-refused"
    LINK_CLOSED = "link-closed"
    # diary
    APPOINTMENT_BOOKED = "appointment-booked"
    APPOINTMENT_MOVED = "appointment-moved"
    APPOINTMENT_CANCELLED = "appointment-cancelled"
    APPOINTMENT_MISSED = "appointment-missed"
    PATIENT_ARRIVED = "patient-arrived"
    ARRIVAL_TAKEN_BACK = "arrival-taken-back"
    # suitability, plan, consent
    HISTORY_ANSWERED = "history-answered"
    HISTORY_RECONFIRMED = "history-reconfirmed"
    FINDING_OVERRIDDEN = "finding-overridden"
    CONSULTATION_HELD = "consultation-held"
    LESION_MARKED = "lesion-marked"
    LESION_GONE = "lesion-gone"
    LESION_VOIDED = "lesion-voided"
    COURSE_OPENED = "course-opened"
    COURSE_CLOSED = "course-closed"
    PLAN_MADE = "plan-made"
    CONSENT_TEXT_PUBLISHED = "consent-text-published"
    CONSENT_SHOWN = "consent-shown"
    CONSENT_SIGNED = "consent-signed"
    CONSENT_WITHDRAWN = "consent-withdrawn"
    CONSENT_CONFIRMED = "consent-confirmed"
    CONSENT_COUNTERSIGNED = "consent-countersigned"
    # stock
    DELIVERY_RECEIVED = "delivery-received"
    UNIT_LABELLED = "unit-labelled"
    UNIT_MOVED = "unit-moved"
    UNIT_QUARANTINED = "unit-quarantined"
    UNIT_RELEASED = "unit-released"
    UNIT_DISCARDED = "unit-discarded"
    STOCK_LEVEL_SET = "stock-level-set"
    STOCK_COUNT_STARTED = "stock-count-started"
    PACKETS_COUNTED = "packets-counted"
    COUNTED_PACKET_VOIDED = "counted-packet-voided"
    STOCK_COUNT_CLOSED = "stock-count-closed"
    STOCK_COUNT_ABANDONED = "stock-count-abandoned"
    BATCH_RECEIVED = "batch-received"
    BATCH_OPENED = "batch-opened"
    BATCH_SET_ASIDE = "batch-set-aside"
    BATCH_FREED = "batch-freed"
    BATCH_DISCARDED = "batch-discarded"
    SCANNER_TESTED = "scanner-tested"
    HAND_PIECE_ADDED = "hand-piece-added"
    HAND_PIECE_CLEANED = "hand-piece-cleaned"
    HAND_PIECE_SERVICED = "hand-piece-serviced"
    HAND_PIECE_TAKEN_OUT = "hand-piece-taken-out"
    HAND_PIECE_PUT_BACK = "hand-piece-put-back"
    # recalls
    RECALL_OPENED = "recall-opened"
    RECALL_CAUGHT_MORE = "recall-caught-more"
    RECALL_COUNTED = "recall-counted"
    RECALL_CLOSED = "recall-closed"
    RECALL_CONTACT_CHANGED = "recall-contact-changed"
    RECALL_MESSAGES_WRITTEN = "recall-messages-written"
    RECALL_LETTERS_POSTED = "recall-letters-posted"
    RECALL_PAPERS_MADE = "recall-papers-made"
    # treatment
    TREATMENT_OPENED = "treatment-opened"
    TREATMENT_TAKEN_OVER = "treatment-taken-over"
    TREATMENT_STARTED = "treatment-started"
    TREATMENT_REFUSED = "treatment-refused"
    TREATMENT_STOPPED = "treatment-stopped"
    TREATMENT_FINISHED = "treatment-finished"
    TREATMENT_SIGNED = "treatment-signed"
    TREATMENT_AMENDED = "treatment-amended"
    TREATMENT_VOIDED = "treatment-voided"
    TREATMENT_RECORDED_LATE = "treatment-recorded-late"
    DEVICE_USED = "device-used"
    DEVICE_USE_VOIDED = "device-use-voided"
    DEVICE_UNIT_RETURNED = "device-unit-returned"
    PACKET_WITNESSED = "packet-witnessed"
    ANAESTHETIC_ORDERED = "anaesthetic-ordered"
    ANAESTHETIC_ORDER_WITHDRAWN = "anaesthetic-order-withdrawn"
    ANAESTHETIC_APPLIED = "anaesthetic-applied"
    ANAESTHETIC_REMOVED = "anaesthetic-removed"
    ANAESTHETIC_VOIDED = "anaesthetic-voided"
    AREA_TREATED = "area-treated"
    AREA_VOIDED = "area-voided"
    TOPICAL_APPLIED = "topical-applied"
    TOPICAL_VOIDED = "topical-voided"
    SOOTHING_RECORDED = "soothing-recorded"
    AFTERCARE_GIVEN = "aftercare-given"
    # after
    CHECKIN_PLANNED = "checkin-planned"
    CHECKIN_ANSWERED = "checkin-answered"
    CHECKIN_SEEN = "checkin-seen"
    REVIEW_HELD = "review-held"
    PHOTO_TAKEN = "photo-taken"
    PHOTO_VOIDED = "photo-voided"
    INCIDENT_OPENED = "incident-opened"
    INCIDENT_STEP_TAKEN = "incident-step-taken"
    INCIDENT_ACKNOWLEDGED = "incident-acknowledged"
    INCIDENT_CLOSED = "incident-closed"
    INCIDENT_REPORT_MADE = "incident-report-made"
    INCIDENT_REPORT_SENT = "incident-report-sent"
    INCIDENT_REPORT_ACKNOWLEDGED = "incident-report-acknowledged"
    DOCUMENT_MADE = "document-made"
    MESSAGE_WRITTEN = "message-written"
    MESSAGE_TRIED_AGAIN = "message-tried-again"
    # operating
    REFERENCE_LOADED = "reference-loaded"
    TRAIL_VERIFIED = "trail-verified"
    BACKUP_MADE = "backup-made"
    BACKUP_RESTORED = "backup-restored"
    KEY_EXPORTED = "key-exported"
    DEMONSTRATION_FILLED = "demonstration-filled"
    COMMAND_RUN = "command-run"


READING = frozenset(
    {
        Event.RECORD_OPENED,
        Event.PHOTO_VIEWED,
        Event.PAGE_VIEWED,
        Event.REASONS_ASKED,
        Event.LINK_OPENED,
    }
)
"""Lines about a patient which tell that something was read. All others may tell of a change."""


def record(
    event: Event,
    *,
    by: Actor,
    at: datetime,
    about: django_models.Model | None = None,
    patient: Patient | None = None,
    detail: dict[str, Any] | None = None,
) -> AuditEvent:
    """Write one line. `patient` is found from `about` where it has one.

    `detail` holds facts (codes, counts, old and new values), never free clinical text that belongs in the
    record itself.
    """
    if patient is None:
        patient = about if isinstance(about, Patient) else getattr(about, "patient", None)
    about_id: UUID | None = getattr(about, "public_id", None)
    return AuditEvent.objects.create(
        clinic=by.clinic_id,
        at=at,
        actor=by.name[:200],
        actor_role=by.role.value,
        actor_id=by.public_id,
        event=event.value,
        about="" if about is None else type(about).__name__,
        about_id=about_id,
        patient=None if patient is None else patient.public_id,
        detail=detail or {},
    )
