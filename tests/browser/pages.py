"""Every page a person can open, where it is in the demonstration clinic, and which roles get in."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

LETTERS = {
    "L": "lead",
    "P": "doctor",
    "A": "assistant",
    "F": "desk",
    "M": "manager",
    "I": "auditor",
}
ALL, CLINICAL, CARE, DOCTORS = "LPAFMI", "LPAI", "LPA", "LP"


@dataclass(frozen=True, slots=True)
class Where:
    """One page. `{name}` in its address is one of the SUBJECTS; `may` holds the letters of who gets in."""

    name: str
    address: str
    may: str
    elsewhere: str = ""  # who is led to another page instead


PAGES: tuple[Where, ...] = (
    Where("today", "/today/", ALL),
    Where("diary", "/diary/", ALL),
    Where("diary-week", "/diary/week/", ALL),
    Where("appointment-choose", "/diary/new/", "LPAFM"),
    Where("appointment-new", "/diary/new/?patient={patient}", "LPAFM"),
    Where("appointment", "/diary/{appointment}/", ALL),
    Where("appointment-move", "/diary/{appointment}/move/", "LPAFM"),
    Where("messages", "/messages/", "LPAFM"),
    Where("patients", "/patients/", ALL),
    Where("patients-none", "/patients/?q=zzzz", ALL),
    Where("patient-new", "/patients/new/", "LPAFM"),
    Where("patient", "/patients/{patient}/", ALL),
    Where("patient-fresh", "/patients/{fresh}/", ALL),
    Where("patient-complicated", "/patients/{complicated}/", ALL),
    Where("patient-details", "/patients/{patient}/details/", "LPAFM"),
    Where("patient-void", "/patients/{patient}/void/", "LM"),
    Where("history", "/patients/{told}/history/", CLINICAL),
    Where("history-empty", "/patients/{fresh}/history/", CLINICAL),
    Where("history-new", "/patients/{patient}/history/new/", CARE),
    Where("finding-override", "/findings/{finding}/override/", DOCTORS),
    Where("lesions", "/patients/{patient}/scars/?area=cheek-left", CLINICAL),
    Where("lesions-none", "/patients/{fresh}/scars/", CLINICAL),
    Where("consultation-new", "/patients/{fresh}/consultation/", DOCTORS),
    Where("consultation", "/consultations/{consultation}/", CLINICAL),
    Where("course", "/courses/{course}/", CLINICAL),
    Where("plan-new", "/courses/{course}/plan/", DOCTORS),
    Where("plan", "/plans/{plan}/", CLINICAL),
    Where("plan-pictures", "/plans/{plan}/?pictures=1", CLINICAL),
    Where("consent", "/plans/{plan}/consent/", CLINICAL),
    Where("consent-to-sign", "/plans/{unsigned_plan}/consent/", CLINICAL),
    Where("consent-print", "/consents/{consent}/print/", CLINICAL),
    Where("treatment-new", "/courses/{ready_course}/treatments/new/", CARE),
    Where("treatment-late", "/courses/{ready_course}/treatments/late/", "L"),
    Where("treatment", "/treatments/{treatment}/", CLINICAL),
    *(
        Where(f"treatment-{step}", f"/treatments/{{going_on}}/{step}/", CARE, elsewhere="I")
        for step in ("check", "numb", "device", "treat", "soothe", "sign")
    ),
    Where("checkins", "/check-ins/", CLINICAL),
    Where("checkin", "/check-ins/{checkin}/", CLINICAL),
    Where("checkin-open", "/check-ins/{open_checkin}/", CLINICAL),
    Where("reviews", "/reviews/", ALL),
    Where("review", "/reviews/{review}/", CLINICAL),
    Where("review-new", "/courses/{course}/reviews/new/", DOCTORS),
    Where("document", "/documents/{document}/", CLINICAL),
    Where("results", "/results/", "LPMI"),
    Where("stock", "/stock/", ALL),
    Where("stock-receive", "/stock/receive/", "LPAFM"),
    Where("stock-labels", "/stock/labels/dermaroller-mf-8/A213B1/", "LPAFM"),
    Where("counts", "/stock/counts/", ALL),
    Where("count", "/stock/counts/{count}/", ALL),
    Where("stock-models", "/stock/models/", ALL),
    Where("stock-model", "/stock/models/skinpen-precision/", ALL),
    Where("stock-several", "/stock/several/dermaroller-mf-8/A213B1/", "LPAFM"),
    Where("scanner", "/stock/scanner/", ALL),
    Where("stock-lot", "/stock/lots/dermaroller-mf-8/A213B1/", ALL),
    Where("unit", "/stock/units/{unit}/", ALL),
    Where("unit-opened", "/stock/units/{opened_unit}/", ALL),
    Where("products", "/stock/products/", ALL),
    Where("product-receive", "/stock/products/receive/", "LPAFM"),
    Where("product-batch", "/stock/products/{batch}/", ALL),
    Where("product-batch-aside", "/stock/products/{batch_aside}/", ALL),
    Where("hand-piece-new", "/stock/hand-pieces/new/", "LPAFM"),
    Where("hand-piece", "/stock/hand-pieces/{hand_piece}/", ALL),
    Where("hand-piece-cleaned", "/stock/hand-pieces/{hand_piece}/cleaned/", CARE),
    Where("recalls", "/recalls/", ALL),
    Where("recall-new", "/recalls/new/", "LM"),
    Where("recall-drill", "/recalls/drill/", "LM"),
    Where("batch-trace", "/recalls/batch/?batch=BX4471", "LPAMI"),
    Where("recall-trace", "/recalls/trace/?lot=A213B1", "LPAMI"),
    Where("recall", "/recalls/{recall}/", ALL),
    Where("recall-of-a-product", "/recalls/{product_recall}/", ALL),
    Where("recall-contact", "/recalls/patients/{recall_contact}/", ALL),
    Where("incidents", "/incidents/", CLINICAL),
    Where("incident-new", "/incidents/new/?patient={patient}", CARE),
    Where("incident", "/incidents/{incident}/", CLINICAL),
    Where("incident-report-new", "/incidents/{complication}/report/", "L"),
    Where("incident-report", "/incident-reports/{incident_report}/", CLINICAL),
    Where("trail", "/trail/", "LI"),
    Where("settings", "/settings/", "LPMI"),
    Where("settings-sites", "/settings/sites/", "LPMI"),
    Where("settings-staff", "/settings/staff/", "LPMI"),
    Where("settings-new-staff", "/settings/staff/new/", "LM"),
    Where("settings-person", "/settings/staff/{person}/", "LPMI"),
    Where("settings-hand", "/settings/staff/{doctor}/hand/", "LPMI"),
    Where("settings-devices", "/settings/devices/", "LPMI"),
    Where("settings-protocols", "/settings/protocols/", "LPMI"),
    Where("consent-texts", "/settings/consent-texts/", "LPMI"),
    Where("account", "/account/", ALL),
    Where("lock", "/lock/", ALL),
)

_PATIENT = "SELECT public_id FROM clinic_patient WHERE family_name = '{}'"
SUBJECTS: dict[str, str] = {
    "patient": _PATIENT.format("Müller"),
    "fresh": _PATIENT.format("Hart"),
    "told": _PATIENT.format("Nilsen"),
    "complicated": _PATIENT.format("de Souza"),
    "appointment": "SELECT public_id FROM clinic_appointment WHERE arrived_at IS NULL AND cancelled_at IS NULL "
    "ORDER BY starts_at DESC",
    "finding": "SELECT f.public_id FROM clinic_finding f WHERE f.override_by = 'prescriber' "
    "AND f.overridden_at IS NULL",
    "consultation": "SELECT c.public_id FROM clinic_consultation c JOIN clinic_photo p ON p.consultation_id = c.id",
    "course": "SELECT c.public_id FROM clinic_course c JOIN clinic_patient p ON p.id = c.patient_id "
    "WHERE p.family_name = 'Müller'",
    "ready_course": "SELECT c.public_id FROM clinic_course c JOIN clinic_patient p ON p.id = c.patient_id "
    "WHERE p.family_name = 'Adébáyọ̀'",
    "plan": "SELECT n.public_id FROM clinic_plan n JOIN clinic_consent s ON s.plan_id = n.id",
    "unsigned_plan": "SELECT n.public_id FROM clinic_plan n LEFT JOIN clinic_consent s ON s.plan_id = n.id "
    "WHERE s.id IS NULL",
    "consent": "SELECT public_id FROM clinic_consent",
    "treatment": "SELECT public_id FROM clinic_treatment WHERE signed_at IS NOT NULL",
    "going_on": "SELECT public_id FROM clinic_treatment WHERE signed_at IS NULL",
    "checkin": "SELECT public_id FROM clinic_checkin WHERE worry <> ''",
    "open_checkin": "SELECT public_id FROM clinic_checkin WHERE answered_at IS NULL",
    "review": "SELECT public_id FROM clinic_review WHERE stage = 'six-months'",
    "document": "SELECT public_id FROM clinic_document",
    "unit": "SELECT public_id FROM clinic_deviceunit WHERE opened_at IS NULL AND discarded_at IS NULL",
    "opened_unit": "SELECT public_id FROM clinic_deviceunit WHERE opened_at IS NOT NULL",
    "batch": "SELECT public_id FROM clinic_productbatch WHERE product = 'emla' AND quarantined_at IS NULL",
    "batch_aside": "SELECT public_id FROM clinic_productbatch WHERE quarantined_at IS NOT NULL",
    "count": "SELECT public_id FROM clinic_stockcount",
    "hand_piece": "SELECT public_id FROM clinic_handpiece",
    "recall": "SELECT public_id FROM clinic_recall WHERE kind = 'drill'",
    "product_recall": "SELECT public_id FROM clinic_recall WHERE kind = 'real'",
    "recall_contact": "SELECT public_id FROM clinic_recallcontact",
    "incident": "SELECT public_id FROM clinic_incident",
    "complication": "SELECT public_id FROM clinic_incident WHERE kind <> 'deviation' AND patient_id IS NOT NULL",
    "incident_report": "SELECT public_id FROM clinic_incidentreport",
    "doctor": "SELECT public_id FROM clinic_staff WHERE email = 'doctor@demo.example'",
    "person": "SELECT public_id FROM clinic_staff WHERE email = 'nurse@demo.example'",
}


def subjects(folder: Path) -> dict[str, str]:
    """The public ids in this data folder that the addresses name."""
    with sqlite3.connect(f"file:{folder / 'needlework.sqlite3'}?mode=ro", uri=True) as database:
        return {name: _one(database, name, query) for name, query in SUBJECTS.items()}


def _one(database: sqlite3.Connection, name: str, query: str) -> str:
    row = database.execute(query).fetchone()
    assert row is not None, f"the demonstration has no {name}"
    return str(UUID(row[0]))
