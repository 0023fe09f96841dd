"""Take a health history, confirm it on the day, and override what a rule lets a person override."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from needlework.clinic import audit
from needlework.clinic.audit import Event
from needlework.clinic.errors import BadInput, HistoryMissing
from needlework.clinic.models import Finding, History, Patient, Reconfirmation, Treatment
from needlework.clinic.rules import screenings as rules
from needlework.clinic.rules.access import Act, check_access, check_may
from needlework.clinic.rules.consents import check_before_start
from needlework.clinic.rules.wording import local_day
from needlework.clinic.who import Actor
from needlework.skin import screening


@transaction.atomic
def answer(
    *, patient: Patient, answers: Mapping[str, Any], answered_on: str, by: Actor, at: datetime
) -> History:
    """Keep one complete set of answers, with what the rules find in it. Earlier histories stay as they are.

    `answers` has the shape of `skin.screening.from_json`; `answered_on` is "own-phone" or "clinic". Raises NotAllowed,
    NotFound, or BadInput naming the question.
    """
    check_access(by, Act.TAKE_HISTORY, patient)
    if answered_on not in {"own-phone", "clinic"}:
        raise BadInput(because="Say where it was answered: own phone or clinic.", at_field="answered_on")
    patient = Patient.objects.select_for_update(of=("self",)).select_related("clinic").get(pk=patient.pk)
    on = local_day(at, patient.clinic.time_zone)
    kept = rules.read_answers(answers, patient=patient, on=on, by=by)
    pack = rules.pack_of(patient.clinic)
    history = History.objects.create(
        clinic=patient.clinic,
        patient=patient,
        answers=kept,
        pack_version=pack.id,
        answered_at=at,
        answered_by=by.name,
        answered_on=answered_on,
    )
    held = rules.assess(patient, on=on)
    _keep(history, held.screening.findings, pack_version=pack.id, already=())
    patient.allergies = rules.allergies(kept)
    patient.save(update_fields=["allergies"])
    audit.record(
        Event.HISTORY_ANSWERED,
        by=by,
        at=at,
        about=history,
        detail={
            "pack": pack.id,
            "verdict": held.screening.verdict,
            "findings": [finding.rule for finding in held.screening.findings],
            "unanswered": len(held.screening.unanswered),
        },
    )
    return history


@transaction.atomic
def reconfirm(
    *, treatment: Treatment, examination: Mapping[str, Any], by: Actor, at: datetime
) -> Reconfirmation:
    """On the day: the history is still true, but for what `examination` says in the shape of answers.

    A change that stops is found at once, and stays known for later treatments. The practitioner's own questions are
    answered by who may hold a consultation. Raises NotAllowed, NotFound, HistoryMissing, TreatmentWrongMoment, BadInput.
    """
    check_access(by, Act.TAKE_HISTORY, treatment)
    rows = Treatment.objects.select_for_update(of=("self",)).select_related("patient__clinic", "site")
    treatment = rows.get(pk=treatment.pk)
    check_before_start(treatment)
    patient = treatment.patient
    history = rules.latest_history(patient)
    if history is None:
        raise HistoryMissing(patient=patient)
    on = local_day(at, treatment.site.time_zone)
    kept = rules.read_answers(examination, patient=patient, on=on, by=by, examined=True)
    pack = rules.pack_of(patient.clinic)
    if any(pack.questions[code].type == "practitioner" for code in kept):
        check_may(by, Act.CONSULT)
    confirmation = Reconfirmation.objects.create(
        clinic=patient.clinic,
        history=history,
        treatment=treatment,
        examination=kept,
        confirmed_at=at,
        confirmed_by=by.name,
    )
    new = keep_findings(patient, at=at, zone=treatment.site.time_zone)
    audit.record(
        Event.HISTORY_RECONFIRMED,
        by=by,
        at=at,
        about=confirmation,
        patient=patient,
        detail={"treatment": str(treatment.public_id), "changed": sorted(kept), "findings": new},
    )
    return confirmation


@transaction.atomic
def override(*, finding: Finding, because: str, by: Actor, at: datetime) -> Finding:
    """Let a finding through, with the reason, where its rule allows it.

    Raises NotAllowed, NotFound, FindingStands, OverrideNotYours, FindingAlreadyOverridden, FindingOutdated, BadInput.
    """
    check_access(by, Act.OVERRIDE, finding)
    rows = Finding.objects.select_for_update(of=("self",)).select_related(
        "history__patient__clinic", "clinic"
    )
    finding = rows.get(pk=finding.pk)
    rules.check_may_override(finding, by=by)
    reason = because.strip()
    if len(reason) < 10:
        raise BadInput(
            because="Write down why it is safe to treat all the same, in a sentence.", at_field="because"
        )
    finding.overridden_at, finding.overridden_by, finding.overridden_because = at, by.name, reason
    finding.save(update_fields=["overridden_at", "overridden_by", "overridden_because"])
    audit.record(
        Event.FINDING_OVERRIDDEN,
        by=by,
        at=at,
        about=finding,
        patient=finding.history.patient,
        detail={"rule": finding.rule, "verdict": finding.verdict, "registration": by.registration_number},
    )
    return finding


def keep_findings(patient: Patient, *, at: datetime, zone: str) -> list[str]:
    """Rows for what the rules find now and had not found before; answers the codes of their rules."""
    held = rules.assess(patient, on=local_day(at, zone))
    if held.history is None:
        return []
    already = list(held.history.findings.all())
    return _keep(held.history, held.screening.findings, pack_version=held.pack.id, already=already)


def _keep(
    history: History, findings: Iterable[screening.Finding], *, pack_version: str, already: Iterable[Finding]
) -> list[str]:
    known = {(row.rule, row.until, tuple(row.areas)) for row in already}
    sources = rules.pack_of(history.patient.clinic).sources
    rows = [
        Finding(
            clinic_id=history.clinic_id,
            history=history,
            rule=finding.rule,
            scope=finding.scope,
            verdict=finding.verdict,
            until=finding.until,
            areas=list(finding.areas),
            override_by=finding.override_by,
            because=finding.because,
            source="; ".join(sources[source].citation for source in finding.source),
            pack_version=pack_version,
        )
        for finding in findings
        if (finding.rule, finding.until, finding.areas) not in known
    ]
    Finding.objects.bulk_create(rows)
    return [row.rule for row in rows]
