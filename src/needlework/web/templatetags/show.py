"""Dates, ages, units and names as text, in one way on every page."""

from __future__ import annotations

from base64 import b64encode
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID
from zoneinfo import ZoneInfo

from django import template
from django.conf import settings
from django.template.context import Context
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from needlework.clinic.demo import people as demonstration_people
from needlework.clinic.queries import drafts
from needlework.clinic.queries.patients import allergies_asked
from needlework.clinic.rules import patients as patient_rules
from needlework.clinic.rules import wording
from needlework.clinic.rules.names import initials
from needlework.clinic.rules.patients import years
from needlework.skin import anatomy
from needlework.web import deliveries, visit

if TYPE_CHECKING:
    from needlework.clinic.models import Patient, PlanArea, TreatmentArea
    from needlework.clinic.rules.standing import Step
    from needlework.clinic.who import Actor
    from needlework.skin.delivery import Delivery
    from needlework.skin.pictures import Picture
    from needlework.skin.punctures import Hand

register = template.Library()


def _today() -> date:
    return timezone.localtime(visit.read_clock()).date()


def _local(moment: datetime, zone: str = "") -> datetime:
    return moment.astimezone(ZoneInfo(zone) if zone else timezone.get_current_timezone())


@register.filter
def when(moment: datetime | None, zone: str = "") -> str:
    """ "Tue 24 Nov, 10:40", with the year when it is not the current one; in the zone named, or the clinic's."""
    if not moment:
        return ""
    local = _local(moment, zone)
    year = "" if local.year == _today().year else f" {local.year}"
    return f"{local:%a} {local.day} {local:%b}{year}, {local:%H:%M}"


@register.filter
def moment(text: str) -> datetime | None:
    """The moment which a document keeps as ISO text."""
    return datetime.fromisoformat(text) if text else None


@register.filter
def clock(moment: datetime | None, zone: str = "") -> str:
    """ "10:40"."""
    return f"{_local(moment, zone):%H:%M}" if moment else ""


@register.filter
def day(value: date | datetime | None) -> str:
    """ "24 Nov 2026"."""
    if not value:
        return ""
    on = _local(value).date() if isinstance(value, datetime) else value
    return f"{on.day} {on:%b %Y}"


@register.filter
def weekday(value: date | datetime | None) -> str:
    """ "Tuesday 24 November"."""
    if not value:
        return ""
    on = _local(value).date() if isinstance(value, datetime) else value
    return f"{on:%A} {on.day} {on:%B}"


@register.filter
def shortday(value: date) -> str:
    """ "Tue 24 Nov"."""
    return f"{value:%a} {value.day} {value:%b}"


@register.filter
def iso(moment: datetime | date | None) -> str:
    """For the `datetime` attribute of <time>."""
    return moment.isoformat() if moment else ""


@register.filter
def age(born_on: date | None, on: date | datetime | None = None) -> str:
    """ "38": whole years on a day, today when none is given."""
    if not born_on:
        return ""
    if isinstance(on, datetime):
        on = _local(on).date()
    return str(years(born_on, on or _today()))


@register.filter
def ago(moment: datetime | None, at: datetime | None = None) -> str:
    """ "3 hours ago", "in 2 days"; "just now" within a minute."""
    if not moment:
        return ""
    gone = (at or visit.read_clock()) - moment
    size = abs(gone)
    if size < timedelta(minutes=1):
        return "just now"
    for unit, length in (
        ("year", timedelta(days=365)),
        ("month", timedelta(days=30)),
        ("week", timedelta(days=7)),
        ("day", timedelta(days=1)),
        ("hour", timedelta(hours=1)),
        ("minute", timedelta(minutes=1)),
    ):
        if size >= length:
            n = int(size / length)
            words = f"{n} {unit}{'' if n == 1 else 's'}"
            return f"{words} ago" if gone > timedelta(0) else f"in {words}"
    return ""


@register.filter
def plural(count: int, word: str) -> str:
    """ "1 day", "3 days"; "person,people" gives both forms."""
    one, _, many = word.partition(",")
    return f"{count} {one if count == 1 else many or one + 's'}"


@register.filter
def grams(value: object) -> str:
    """ "9 g", "9.5 g"."""
    return f"{_short(value)} g"


@register.filter
def millimetres(value: object) -> str:
    """ "1.5 mm"."""
    return f"{_short(value)} mm"


def _short(value: object) -> str:
    text = f"{float(str(value)):.2f}"
    return text.rstrip("0").rstrip(".")


@register.filter
def area_said(code: str) -> str:
    """ "left cheek", as in a sentence."""
    return anatomy.in_words(code)


@register.simple_tag
def picture(drawing: Picture, *name: object) -> SafeString:
    """A picture with its words below it; `name` is its own on the page, in any number of parts.

    A screen reader takes the words from the picture itself, so it passes over the caption.
    """
    said = format_html(
        '<figcaption aria-hidden="true"><strong>{}</strong>{}</figcaption>', drawing.title, drawing.sentence
    )
    svg = drawing.svg("-".join(str(part) for part in name))
    return mark_safe(svg + said)  # noqa: S308  skin.pictures escapes whatever comes from outside


DIRECTIONS = {0: "along", 90: "across", 45: "on one diagonal", 135: "on the other"}


@register.filter
def strokes_said(strokes: list[list[int]]) -> str:
    """ "4 along, 4 across", the passes of each direction; nothing where nobody noted them."""
    return ", ".join(
        f"{count} {DIRECTIONS.get(direction) or f'at {direction}°'}" for direction, count in strokes
    )


@register.filter
def delivery_of(row: PlanArea | TreatmentArea, hand: Hand | None = None) -> Delivery:
    """What a row of a plan or of a treatment delivers, with the hand of whoever treats if it was measured."""
    return deliveries.of(row, hand or None)


# codes as people say them, on pages as in sentences
area_name = register.filter("area_name", wording.area)
register.filter("indication_name", wording.indication)
register.filter("product_name", wording.product)
register.filter("words", wording.plain)
register.filter("initials", initials)


@register.simple_tag(takes_context=True)
def keeps_draft(context: Context, form: str, subject: UUID, token: str = "") -> SafeString:
    """The attributes of a <form> that saves itself: {% keeps_draft "history" patient.public_id %}.

    On a patient's own phone the token of the link is given too.
    """
    request = context["request"]
    draft = drafts.find(request.actor, form, subject)
    url = (
        reverse("patient-draft", args=[token, form, subject])
        if token
        else reverse("draft", args=[form, subject])
    )
    return format_html(
        ' data-draft-url="{}" data-draft-revision="{}" data-draft-owner="{}" data-draft-key="{}"',
        url,
        draft.revision if draft else 0,
        request.actor.public_id,
        _key_of_unsent_words(request.actor),
    )


def _key_of_unsent_words(actor: Actor) -> str:
    """The person's own key for words that wait in a browser: the same after every log-in, 32 bytes in base64."""
    digest = salted_hmac("needlework.unsent", f"{actor.kind}:{actor.public_id}", algorithm="sha256").digest()
    return b64encode(digest).decode()


@register.simple_tag(takes_context=True)
def draft_saved(context: Context, form: str, subject: UUID) -> str:
    """When the draft of a form was last kept ("14:02"), or nothing."""
    draft = drafts.find(context["request"].actor, form, subject)
    return clock(draft.saved_at) if draft else ""


def banner(patient: Patient) -> dict[str, object]:
    """What <c-patient-banner> shows: every page about a patient gives it to its template as `banner`."""
    return {
        "name": patient.name,
        "url": reverse("patient", args=[patient.public_id]),
        "born": f"born {day(patient.born_on)}",
        "age": years(patient.born_on, _today()),
        "allergies": [patient.allergies] if patient.allergies else [],
        "allergies_asked": allergies_asked(patient),
    }


@register.filter
def phone(number: str) -> str:
    """A phone number as people read it aloud: "+44 20 7946 0018"."""
    return patient_rules.phone_said(number)


# Steps that make something: a button that sends, not a link that leads.
POSTED = frozenset({"treatment-new"})


def step_address(step: Step) -> str:
    """The address of the page which does the next step; empty where there is only waiting."""
    if not step.page or step.subject is None:
        return ""
    if step.page == "appointment-new":
        return f"{visit.address('appointment-new')}?patient={step.subject}"
    return visit.address_of(step.page, step.subject)


@register.inclusion_tag("parts/step.html", takes_context=True)
def step_button(context: Context, step: Step | None, patient: Patient) -> dict[str, object]:
    """The button for the next step: a link to its page, or a form where it opens something new."""
    return {
        "step": step,
        "url": "" if step is None else step_address(step),
        "posts": step is not None and step.page in POSTED,
        "name": patient.name,
        "csrf_token": context.get("csrf_token"),
    }


@register.simple_tag
def demonstration_log_ins() -> dict[str, object]:
    """Who can log in where everything is invented, and with which words; nothing anywhere else."""
    if not settings.DEMONSTRATION:
        return {}
    return {
        "people": demonstration_people.STAFF,
        "password": demonstration_people.PASSWORD,
        "pin": demonstration_people.PIN,
    }
