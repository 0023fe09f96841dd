"""Which role may do what. One table; everything not in it is refused."""

from __future__ import annotations

from enum import StrEnum

from django.db.models import Model

from needlework.clinic.errors import NotAllowed, NotFound
from needlework.clinic.who import Actor, Role


class Act(StrEnum):
    """What a person may be allowed to do, in the words of the refusal."""

    SEE_DIARY = "see the diary"
    BOOK = "book appointments"
    SEE_PATIENTS = "see patients' names and contact details"
    REGISTER = "register patients"
    SEE_RECORD = "see clinical records"
    TAKE_HISTORY = "take a health history"
    CONSULT = "hold a consultation"
    PLAN = "make a plan"
    TAKE_CONSENT = "take a consent"
    ASSIST = "help in a treatment"
    TREAT = "treat"
    SIGN = "sign a treatment"
    REVIEW = "review a result"
    OVERRIDE = "override a finding"
    RECORD_LATE = "record a treatment late"
    SEE_STOCK = "see the stock"
    KEEP_STOCK = "keep the stock"
    SEE_RECALLS = "see recalls"
    TRACE = "trace a lot to its patients"
    RUN_RECALL = "open and close recalls"
    CONTACT_RECALLED = "work the contact list of a recall"
    REPORT_INCIDENT = "report an incident"
    HANDLE_INCIDENT = "handle an incident"
    APPROVE = "approve protocols and texts"
    SEE_RESULTS = "see the clinic's results"
    SEE_TRAIL = "read the trail"
    SEE_STAFF = "see staff and their credentials"
    MANAGE = "manage staff, rooms and settings"


_L, _P, _A, _F, _M, _I = (
    Role.MEDICAL_LEAD,
    Role.PRACTITIONER,
    Role.ASSISTANT,
    Role.FRONT_DESK,
    Role.MANAGER,
    Role.AUDITOR,
)

MAY: dict[Act, frozenset[Role]] = {
    Act.SEE_DIARY: frozenset({_L, _P, _A, _F, _M, _I}),
    Act.BOOK: frozenset({_L, _P, _A, _F, _M}),
    Act.SEE_PATIENTS: frozenset({_L, _P, _A, _F, _M, _I}),
    Act.REGISTER: frozenset({_L, _P, _A, _F, _M}),
    Act.SEE_RECORD: frozenset({_L, _P, _A, _I}),
    Act.TAKE_HISTORY: frozenset({_L, _P, _A, Role.PATIENT}),
    Act.CONSULT: frozenset({_L, _P}),
    Act.PLAN: frozenset({_L, _P}),
    Act.TAKE_CONSENT: frozenset({_L, _P, _A, Role.PATIENT}),
    Act.ASSIST: frozenset({_L, _P, _A}),
    Act.TREAT: frozenset({_L, _P}),
    Act.SIGN: frozenset({_L, _P}),
    Act.REVIEW: frozenset({_L, _P}),
    Act.OVERRIDE: frozenset({_L, _P}),
    Act.RECORD_LATE: frozenset({_L}),
    Act.SEE_STOCK: frozenset({_L, _P, _A, _F, _M, _I}),
    Act.KEEP_STOCK: frozenset({_L, _P, _A, _F, _M}),
    Act.SEE_RECALLS: frozenset({_L, _P, _A, _F, _M, _I}),
    Act.TRACE: frozenset({_L, _P, _A, _M, _I}),
    Act.RUN_RECALL: frozenset({_L, _M}),
    Act.CONTACT_RECALLED: frozenset({_L, _P, _A, _F, _M}),
    Act.REPORT_INCIDENT: frozenset({_L, _P, _A, Role.PATIENT}),
    Act.HANDLE_INCIDENT: frozenset({_L}),
    Act.APPROVE: frozenset({_L}),
    Act.SEE_RESULTS: frozenset({_L, _P, _M, _I}),
    Act.SEE_TRAIL: frozenset({_L, _I}),
    Act.SEE_STAFF: frozenset({_L, _P, _M, _I}),
    Act.MANAGE: frozenset({_L, _M}),
}

_ORDER = (_P, _L, _A, _F, _M, _I)


def may(by: Actor, act: Act) -> bool:
    """Whether the role allows it. The operator's own programs may do everything: they hold the keys."""
    return by.role is Role.PROGRAM or by.role in MAY[act]


def check_may(by: Actor, act: Act) -> None:
    """Raises NotAllowed, naming who could do it."""
    if not may(by, act):
        who = next((role for role in _ORDER if role in MAY[act]), Role.MEDICAL_LEAD)
        raise NotAllowed(role=by.role.label.lower(), who=f"a {who.label.lower()}")


def check_access(by: Actor, act: Act, thing: Model | None = None) -> None:
    """The role allows it, and the thing belongs to this clinic (and, for a patient, to this patient).

    Raises NotAllowed, or NotFound for what belongs to others: the answer is the same as for what is not there.
    """
    check_may(by, act)
    if thing is None:
        return
    noun = str(thing._meta.verbose_name)  # "device unit"
    if getattr(thing, "clinic_id", None) != by.clinic_id:
        raise NotFound(thing=noun)
    if by.role is Role.PATIENT:
        owner = thing.pk if noun == "patient" else getattr(thing, "patient_id", None)
        if owner != by.patient_id:
            raise NotFound(thing=noun)
