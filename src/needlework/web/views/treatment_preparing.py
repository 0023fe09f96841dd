"""The first steps: check, numb."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST

from needlework.clinic.actions import consents as consent_actions
from needlework.clinic.actions import drafts as draft_actions
from needlework.clinic.actions import screenings as screening_actions
from needlework.clinic.actions import treatments as actions
from needlework.clinic.errors import ClinicError, RuleBroken
from needlework.clinic.queries import batches, orders
from needlework.clinic.queries import screenings as screening_queries
from needlework.clinic.queries import treatments as queries
from needlework.clinic.rules import anaesthetics as anaesthetic_rules
from needlework.clinic.rules.access import Act, may
from needlework.clinic.rules.wording import local_day, product
from needlework.skin import packs
from needlework.web.forms.treatments import (
    ConfirmForm,
    NumbForm,
    ReaskForm,
    ReasonForm,
    WipeForm,
)
from needlework.web.visit import Visit, staff_page

from .treatment_room import DeedOfStep, Outcome, Room

if TYPE_CHECKING:
    from needlework.skin.dosing import Dose

NUMB_DRAFT = "treatment-numb"
WHAT = {
    "grams": "Cream on the skin",
    "grams-24h": "Cream within 24 hours",
    "area": "Skin covered",
    "minutes": "Time on the skin",
    "lidocaine": "Lidocaine applied",
    "combined": "All numbing products together",
}


# --- Check --------------------------------------------------------------------------------------------
def way_to_solve(room: Room, error: ClinicError) -> tuple[str, str]:
    """Where a reason is dealt with: address and words; empty where only time helps."""
    treatment = room.chart.treatment
    patient = treatment.patient.public_id
    ways = {
        "history-missing": ("history-new", [patient], "Ask the health questions"),
        "history-incomplete": ("history", [patient], "See what is open"),
        "stop-open": ("history", [patient], "See the finding"),
        "consent-needed": ("consent", [treatment.plan.public_id], "Open the consent"),
        "consent-outdated": ("consent", [treatment.plan.public_id], "Open the consent"),
        "consent-expired": ("consent", [treatment.plan.public_id], "Open the consent"),
        "consent-withdrawn": ("consent", [treatment.plan.public_id], "Open the consent"),
        "consent-reflecting": ("consent", [treatment.plan.public_id], "Open the consent"),
        "pack-not-approved": ("settings-protocols", [], "Open the protocol pack"),
        "credential-missing": ("settings-person", [treatment.practitioner.public_id], "See the credentials"),
        "credential-lapsed": ("settings-person", [treatment.practitioner.public_id], "See the credentials"),
        "complication-unresolved": ("incidents", [], "See the incidents"),
    }
    anchors = {
        "history-not-reconfirmed": ("check", "#reask", "Ask again below"),
        "consent-not-confirmed": ("check", "#confirm", "Confirm below"),
        "consent-not-countersigned": ("check", "#countersign", "Countersign below"),
        "treated-by-another": ("check", "#take-over", "Take over below"),
        "plan-replaced": ("check", "#again", "Open again below"),
        "cream-still-on": ("numb", "", "Wipe it off"),
        "no-device-scanned": ("device", "", "Scan the packet"),
        "device-expired": ("device", "", "Scan another"),
        "device-quarantined": ("device", "", "Scan another"),
        "device-recalled": ("device", "", "Scan another"),
        "device-discarded": ("device", "", "Scan another"),
    }
    if error.code in ways:
        name, arguments, words = ways[error.code]
        return reverse(name, args=arguments), words
    if error.code in anchors:
        step, anchor, words = anchors[error.code]
        return reverse("treatment-step", args=[treatment.public_id, step]) + anchor, words
    return "", ""


def reasons(room: Room) -> list[dict[str, str]]:
    """Everything against a start, each with the way to solve it."""
    shown = []
    for error in queries.reasons_against_chart(room.request.actor, room.chart, at=room.request.at):
        url, words = way_to_solve(room, error)
        state = "wait" if error.code in {"too-soon", "consent-reflecting"} else "stop"
        shown.append({"code": error.code, "sentence": str(error), "url": url, "words": words, "state": state})
    return shown


def _reask_form(room: Room, data: Any = None) -> ReaskForm:
    patient = room.chart.treatment.patient
    history = screening_queries.latest(patient)
    return ReaskForm(
        data,
        patient=patient,
        before=None if history is None else history.answers,
        examines=may(room.request.actor, Act.CONSULT),
    )


def check(room: Room) -> dict[str, Any]:
    """All reasons, the questions of today, and both halves of the consent."""
    treatment = room.chart.treatment
    against = reasons(room)
    codes = {reason["code"] for reason in against}
    day = room.chart.day_consent
    reconfirmed = not codes & {"history-not-reconfirmed", "history-missing"}
    return {
        "reasons": against,
        "earlier": [reason for reason in against if reason["code"] not in LATER],
        "later": [reason for reason in against if reason["code"] in LATER],
        "codes": codes,
        "reconfirmed": reconfirmed,
        "reask": room.refused.get("reask") or (None if reconfirmed else _reask_form(room)),
        "confirm_form": room.form("confirm", lambda: ConfirmForm(prefix="confirm")),
        "confirmed": day is not None and not codes & NOT_CONFIRMED,
        "day_consent": day,
        "countersigned": day is not None and not any(code.startswith("consent-") for code in codes),
        "treats": room.request.actor.staff_id == treatment.practitioner_id,
    }


NOT_CONFIRMED = frozenset(
    {
        "consent-not-confirmed",
        "consent-needed",
        "consent-reflecting",
        "consent-outdated",
        "consent-withdrawn",
        "consent-expired",
    }
)
LATER = frozenset(
    {
        "no-device-scanned",
        "cream-still-on",
        "device-expired",
        "device-quarantined",
        "device-recalled",
        "device-discarded",
    }
)


def _reask(room: Room) -> Outcome:
    form = _reask_form(room, room.data)

    def do(_said: dict[str, Any]) -> None:
        screening_actions.reconfirm(
            treatment=room.chart.treatment,
            examination=form.answers(),
            by=room.request.actor,
            at=room.request.at,
        )

    return "check" if room.attempt("reask", form, do) else None


def _confirm(room: Room) -> Outcome:
    form = ConfirmForm(
        {
            "confirm-signature": room.data.get("signature", ""),
            "confirm-signature_typed": room.data.get("signature_typed", ""),
        },
        prefix="confirm",
    )

    def do(said: dict[str, Any]) -> None:
        consent_actions.confirm_on_the_day(
            treatment=room.chart.treatment,
            confirmed_by=said["signature_typed"],
            signature=said["signature"],
            confirmed_on="clinic",
            by=room.request.actor,
            at=room.request.at,
        )

    return "check" if room.attempt("confirm", form, do) else None


def _countersign(room: Room) -> Outcome:
    form = ConfirmForm({"signature_typed": room.request.actor.name})

    def do(_said: dict[str, Any]) -> None:
        consent_actions.countersign(treatment=room.chart.treatment, by=room.request.actor, at=room.request.at)

    return "check" if room.attempt("countersign", form, do) else None


def _take_over(room: Room) -> Outcome:
    actions.take_over(treatment=room.chart.treatment, by=room.request.actor, at=room.request.at)
    return "check"


# --- Numb ---------------------------------------------------------------------------------------------
def gauges(dose: Dose) -> list[dict[str, object]]:
    """The limits of a dose as bars: "9 g of at most 60 g"."""
    shown: list[dict[str, object]] = []
    for limit in dose.limits:
        if limit.code not in WHAT:
            continue
        share = 100 * limit.used / limit.value if limit.value else 100.0
        unit = {"cm2": "cm²", "share": "of one whole"}.get(limit.unit, limit.unit)
        shown.append(
            {
                "what": WHAT[limit.code],
                "value": f"{limit.used:.4g}",
                "unit": unit,
                "limit": f"{limit.value:.4g}",
                "percent": f"{min(100.0, share):.0f}",
                "state": ("stop" if limit.hard else "wait") if limit.exceeded else "",
                "source": limit.because,
            }
        )
    return shown


def _creams(request: Visit, chart: queries.Chart) -> list[batches.Held]:
    """Batches of cream to choose from, the planned product first."""
    treatment = chart.treatment
    on = local_day(request.at, treatment.site.time_zone)
    held = batches.free(request.actor, site=treatment.site, on=on, numbing=True)
    return sorted(held, key=lambda each: each.row.product != treatment.plan.anaesthetic)


def _numb_form(room: Room) -> NumbForm:
    kept = room.kept(NUMB_DRAFT)
    plan = room.chart.treatment.plan
    planned = packs.shipped().anaesthetics.get(plan.anaesthetic)
    usual: dict[str, Any] = {"product": plan.anaesthetic}
    if planned is not None and planned.onset_minutes:
        usual["minutes"] = round(planned.onset_minutes)
    usual["occluded"] = planned is not None and planned.occlusion == "yes"
    if isinstance(kept.get("areas"), str):
        kept["areas"] = [str(kept["areas"])]
    return NumbForm(initial=kept or usual, planned=room.chart.planned, held=_creams(room.request, room.chart))


def numb(room: Room) -> dict[str, Any]:
    """Cream on, with its limits; cream off."""
    plan = room.chart.treatment.plan
    return {
        "planned_product": plan.anaesthetic,
        "orders": orders.standing(room.chart.treatment.course),
        "form": room.form("apply", lambda: _numb_form(room)),
        "wipe_form": room.refused.get("wipe"),
        "void_form": room.refused.get("void"),
        "creams": [
            {"row": row, "gauges": _kept_gauges(row.limits), "name": product(row.product)}
            for row in room.chart.every_cream
        ],
        "draft": NUMB_DRAFT,
    }


def _kept_gauges(limits: list[dict[str, Any]]) -> list[dict[str, object]]:
    return [
        {
            "what": WHAT[limit["limit"]],
            "value": f"{limit['used']:.4g}",
            "unit": {"cm2": "cm²", "share": "of one whole"}.get(limit["unit"], limit["unit"]),
            "limit": f"{limit['value']:.4g}",
            "percent": f"{min(100.0, 100 * limit['used'] / (limit['value'] or 1)):.0f}",
        }
        for limit in limits
        if limit["limit"] in WHAT
    ]


def _apply(room: Room) -> Outcome:
    form = NumbForm(room.data, planned=room.chart.planned, held=_creams(room.request, room.chart))

    def do(said: dict[str, Any]) -> None:
        facts = {name: said[name] for name in FACTS_OF_CREAM}
        actions.apply_anaesthetic(
            treatment=room.chart.treatment,
            **facts,
            deviation_because=form.because(),
            by=room.request.actor,
            at=room.request.at,
        )
        draft_actions.forget(
            form=NUMB_DRAFT,
            subject=room.chart.treatment.public_id,
            by=room.request.actor,
            at=room.request.at,
        )

    return "numb" if room.attempt("apply", form, do) else None


FACTS_OF_CREAM = (
    "product", "batch", "expires_on", "grams", "area_cm2", "weight_kg", "minutes", "areas", "occluded",
)  # fmt: skip


def _wipe(room: Room) -> Outcome:
    form = WipeForm(room.data)

    def do(_said: dict[str, Any]) -> None:
        actions.remove_anaesthetic(
            application=room.entry("cream"),
            deviation_because=form.because(),
            by=room.request.actor,
            at=room.request.at,
        )

    return "device" if room.attempt("wipe", form, do) else None


def _void_cream(room: Room) -> Outcome:
    form = ReasonForm(room.data)

    def do(said: dict[str, Any]) -> None:
        actions.void_anaesthetic(
            application=room.entry("cream"),
            because=said["because"],
            by=room.request.actor,
            at=room.request.at,
        )

    return "numb" if room.attempt("void", form, do) else None


@require_POST
@staff_page
def dose(request: Visit, public_id: UUID) -> HttpResponse:
    """The bars of a dose as it is being typed. Judges, records nothing."""
    chart = queries.chart(request.actor, public_id)
    form = NumbForm(request.POST, planned=chart.planned, held=_creams(request, chart))
    form.fields["batch"].required = form.fields["expires_on"].required = False
    context: dict[str, Any] = {}
    if form.is_valid():
        said = form.cleaned_data
        treatment = chart.treatment
        try:
            judged, against = anaesthetic_rules.judge_dose(
                treatment,
                product=said["product"],
                grams=said["grams"],
                area_cm2=said["area_cm2"],
                minutes=said["minutes"],
                weight_kg=said["weight_kg"],
                occluded=said["occluded"],
                needled=treatment.started_at is not None,
                at=request.at,
                on=local_day(request.at, treatment.site.time_zone),
            )
        except RuleBroken as error:
            context = {"problem": str(error)}
        else:
            context = {"dose": judged, "gauges": gauges(judged), "against": [str(error) for error in against]}
    return render(request, "treatments/dose.html", context)


CONTEXTS = {"check": check, "numb": numb}
DEEDS: dict[str, dict[str, DeedOfStep]] = {
    "check": {"reask": _reask, "confirm": _confirm, "countersign": _countersign, "take-over": _take_over},
    "numb": {"apply": _apply, "wipe": _wipe, "void": _void_cream},
}
