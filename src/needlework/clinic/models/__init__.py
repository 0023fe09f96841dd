"""The tables. Only `rules`, `queries`, `actions`, `audit` and `reference` may open this door."""

from .appointments import SLOT_MINUTES, Appointment, Hold
from .batches import ProductBatch
from .catalogue import DeviceModel
from .checkins import CheckIn
from .clinics import Clinic, Room, Site
from .consents import Consent, ConsentText, Countersignature, DayConsent, Withdrawal
from .consultations import Concern, Consultation, Score
from .counts import CountedPacket, StockCount
from .courses import Course, Plan, PlanArea
from .devices import Cleaning, Delivery, DeviceUnit, HandPiece, Servicing, StockLevel
from .documents import Document
from .drafts import Draft
from .hands import HandCalibration
from .incident_reports import IncidentReport
from .incidents import Incident, IncidentStep
from .lesions import LESION_KINDS, Lesion, LesionPresses
from .messages import Message
from .orders import AnaestheticOrder
from .packs import PackApproval, PackCeiling, PackRowSignature, PackTightening
from .patients import Patient, PatientLink, SearchKey
from .photos import Photo
from .recalls import Recall, RecallAttempt, RecallContact, RecalledBatch, RecalledUnit, RecallLine
from .reviews import Review
from .screenings import Finding, History, Reconfirmation
from .staff import Credential, Staff, TabletLogin
from .trail import AuditEvent, TrailSeal
from .treatments import Amendment, AnaestheticApplication, DeviceUse, TopicalUse, Treatment, TreatmentArea

__all__ = [
    "LESION_KINDS", "SLOT_MINUTES", "Amendment", "AnaestheticApplication", "AnaestheticOrder", "Appointment", "AuditEvent", "CheckIn", "Cleaning", "Clinic",
    "Concern", "Consent", "ConsentText", "Consultation", "CountedPacket", "Countersignature", "Course", "Credential", "DayConsent",
    "Delivery", "DeviceModel", "DeviceUnit", "DeviceUse", "Document", "Draft", "Finding", "HandCalibration", "HandPiece", "History", "Hold",
    "Incident", "IncidentReport", "IncidentStep", "Lesion", "LesionPresses", "Message", "PackApproval", "PackCeiling", "PackRowSignature", "PackTightening", "Patient", "PatientLink", "Photo", "Plan", "PlanArea", "ProductBatch", "Recall", "RecallAttempt", "RecallContact", "RecallLine", "RecalledBatch", "RecalledUnit", "Reconfirmation",
    "Review", "Room", "Score", "SearchKey", "Servicing", "Site", "Staff", "StockCount", "StockLevel", "TabletLogin", "TopicalUse", "TrailSeal", "Treatment",
    "TreatmentArea", "Withdrawal",
]  # fmt: skip
