"""What may go wrong, by name, and when an incident may be closed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Final

from needlework.clinic.errors import BadInput, IncidentIsClosed, IncidentNotAcknowledged, StepsOpen
from needlework.clinic.models import Incident

from .reasons import check_reason
from .wording import moment, plain

COMPLICATIONS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "prolonged-redness": "Redness that lasts longer than expected",
        "swelling": "Swelling that lasts or grows",
        "bruising": "Bruising",
        "bleeding": "Bleeding that does not stop",
        "infection": "Signs of infection",
        "herpes": "Cold sores or blisters",
        "contact-reaction": "Rash or allergic reaction of the skin",
        "severe-allergy": "Severe allergic reaction",
        "anaesthetic-toxicity": "Signs of too much local anaesthetic",
        "methaemoglobinaemia": "Blue-grey lips or breathlessness after numbing cream",
        "eye": "Pain or harm to an eye",
        "darker-skin": "Skin turned darker",
        "lighter-skin": "Skin turned lighter",
        "track-marks": "Parallel lines of marks",
        "scarring": "New or raised scar",
        "granuloma": "Lasting bumps under the skin",
        "acne": "Flare of acne or spots",
        "nerve": "Numbness, shooting pain or weakness",
        "faint": "Faint or collapse",
        "device": "The device broke, slipped or came in an open packet",
        "other": "Something else",
    }
)

SHARPS: Final[Mapping[str, str]] = MappingProxyType(
    {"needlestick": "Needle injury to staff", "splash": "Blood in an eye or on broken skin of staff"}
)

SHARPS_STEPS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "washed": "Let the wound bleed under running water and wash it with soap. Do not suck or scrub it. "
        "Rinse an eye with plenty of water.",
        "covered": "Cover it with a waterproof plaster.",
        "advised": "Call occupational health or the nearest emergency department at once: treatment against HIV works "
        "best within hours.",
        "traced": "Note the packet and the patient here, so that the risk can be judged. Blood of the patient is tested "
        "only with their consent.",
        "reported": "The medical lead decides whether it must be reported to the authorities.",
    }
)
"""What a needle injury calls for, in this order. It is closed when each is done, or somebody said why it was not."""

# How grave a deviation is, by the code of the rule that was passed by. What is not named here is moderate.
DEVIATION_SEVERITY: Final[Mapping[str, str]] = MappingProxyType(
    {
        "dose-refused": "high",
        "cream-after-start": "high",
        "device-already-used": "high",
        "device-discarded": "high",
        "device-recalled": "high",
        "consent-withdrawn-midway": "high",
        "never-started": "high",
        "out-of-bounds": "high",
        "stop-open": "high",
        "history-missing": "high",
        "history-incomplete": "high",
        "consent-needed": "high",
        "consent-reflecting": "high",
        "consent-withdrawn": "high",
        "consent-expired": "high",
        "complication-unresolved": "high",
        "credential-missing": "high",
        "credential-lapsed": "high",
        "needle-not-on-device": "low",
        "treatment-wrong-moment": "low",
    }
)


SEVERITIES: Final = tuple(Incident._meta.get_field("severity").choices or ())
OUTCOMES: Final = tuple(Incident._meta.get_field("outcome").choices or ())


def deviation_severity(code: str) -> str:
    """low, moderate or high, by the rule which was passed by."""
    return DEVIATION_SEVERITY.get(code, "moderate")


def name(kind: str, code: str) -> str:
    """An incident's code in words."""
    if kind == Incident.COMPLICATION:
        return COMPLICATIONS.get(code, plain(code))
    if kind == Incident.SHARPS:
        return SHARPS.get(code, plain(code))
    return plain(code)


def check_report(
    *, kind: str, code: str, severity: str, what: str, happened_at: datetime, at: datetime
) -> None:
    """A report names what happened, how grave it is and when. Raises BadInput."""
    if kind == Incident.COMPLICATION and code not in COMPLICATIONS:
        raise BadInput(because="Choose what happened from the list.", at_field="code")
    if kind == Incident.SHARPS and code not in SHARPS:
        raise BadInput(because="Choose the kind of injury from the list.", at_field="code")
    if severity not in dict(SEVERITIES):
        raise BadInput(because="Choose how grave it is: low, moderate or high.", at_field="severity")
    if not what.strip():
        raise BadInput(because="Say in a few words what happened.", at_field="what")
    if happened_at > at:
        raise BadInput(because="It cannot have happened in the future.", at_field="happened_at")


def check_open(incident: Incident, zone: str) -> None:
    """Raises IncidentIsClosed."""
    if incident.closed_at is not None:
        raise IncidentIsClosed(day=moment(incident.closed_at, zone), by=incident.closed_by)


def check_acknowledged(incident: Incident) -> None:
    """Raises IncidentNotAcknowledged."""
    if incident.acknowledged_at is None:
        raise IncidentNotAcknowledged()


def check_step(incident: Incident, code: str, *, done: bool, note: str) -> None:
    """A step that this incident calls for; one that is left out wants its reason. Raises BadInput or ReasonNeeded."""
    if incident.kind != Incident.SHARPS or code not in SHARPS_STEPS:
        raise BadInput(because="This incident has no such step.", at_field="code")
    if not done:
        check_reason(note)


def check_steps(incident: Incident) -> None:
    """Every step it calls for was done, or somebody said why not. Raises StepsOpen."""
    if incident.kind != Incident.SHARPS:
        return
    taken = set(incident.steps.values_list("code", flat=True))
    left = [sentence.partition(".")[0] for code, sentence in SHARPS_STEPS.items() if code not in taken]
    if left:
        raise StepsOpen(steps="; ".join(left))


def check_closing(*, outcome: str, done: str) -> None:
    """How it ended, and what was done. Raises BadInput."""
    if outcome not in dict(OUTCOMES):
        raise BadInput(because="Choose how it ended.", at_field="outcome")
    if not done.strip():
        raise BadInput(because="Say what was done about it.", at_field="done")
