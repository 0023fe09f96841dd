"""The steps before the needles: check, numb, device."""

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
from needlework.clinic.actions import staff as staff_actions
from needlework.clinic.actions import treatments as actions
from needlework.clinic.errors import ClinicError, DeviceAlreadyUsed, NotFound, RuleBroken
from needlework.clinic.queries import devices
from needlework.clinic.queries import screenings as screening_queries
from needlework.clinic.queries import staff as staff_queries
from needlework.clinic.queries import treatments as queries
from needlework.clinic.rules import anaesthetics as anaesthetic_rules
from needlework.clinic.rules import devices as device_rules
from needlework.clinic.rules.access import Act, may
from needlework.clinic.rules.wording import local_day
from needlework.clinic.who import Role
from needlework.skin import packs
from needlework.web.forms.treatments import (
    ConfirmForm,
    NumbForm,
    OpenPacketForm,
    ReaskForm,
    ReasonForm,
    ReturnForm,
    ScanForm,
    WipeForm,
    WitnessForm,
)
from needlework.web.visit import Visit, staff_page

from .treatment_room import DeedOfStep, Outcome, Room

if TYPE_CHECKING:
    from needlework.clinic.models import DeviceUnit
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
    {"no-device-scanned", "cream-still-on", "device-expired", "device-quarantined", "device-discarded"}
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


def _numb_form(room: Room) -> NumbForm:
    kept = room.kept(NUMB_DRAFT)
    plan = room.chart.treatment.plan
    product = packs.shipped().anaesthetics.get(plan.anaesthetic)
    usual: dict[str, Any] = {"product": plan.anaesthetic}
    if product is not None and product.onset_minutes:
        usual["minutes"] = round(product.onset_minutes)
    usual["occluded"] = product is not None and product.occlusion == "yes"
    if isinstance(kept.get("areas"), str):
        kept["areas"] = [str(kept["areas"])]
    return NumbForm(initial=kept or usual, planned=room.chart.planned)


def numb(room: Room) -> dict[str, Any]:
    """Cream on, with its limits; cream off."""
    plan = room.chart.treatment.plan
    return {
        "planned_product": plan.anaesthetic,
        "form": room.form("apply", lambda: _numb_form(room)),
        "wipe_form": room.refused.get("wipe"),
        "void_form": room.refused.get("void"),
        "creams": [
            {"row": row, "gauges": _kept_gauges(row.limits), "name": anaesthetic_rules.name(row.product)}
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
    form = NumbForm(room.data, planned=room.chart.planned)

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
    form = NumbForm(request.POST, planned=chart.planned)
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
                by=request.actor,
                at=request.at,
                on=local_day(request.at, treatment.site.time_zone),
            )
        except RuleBroken as error:
            context = {"problem": str(error)}
        else:
            context = {"dose": judged, "gauges": gauges(judged), "against": [str(error) for error in against]}
    return render(request, "treatments/dose.html", context)


# --- Device -------------------------------------------------------------------------------------------
def device(room: Room) -> dict[str, Any]:
    """The scan, the packet it means, and the packets that are open."""
    found: DeviceUnit | None = None
    scanned = ""
    scan_form = room.refused.get("scan")
    open_form = room.refused.get("open")
    if isinstance(open_form, OpenPacketForm) and open_form.data.get("unit"):
        found = _unit(room, open_form.data["unit"])
        scanned = open_form.data.get("scan", "")
    elif room.request.GET.get("unit"):
        found = _unit(room, room.request.GET["unit"])
        scanned = room.request.session.get("scanned", "")
    on = local_day(room.request.at, room.chart.treatment.site.time_zone)
    people = [
        person
        for person in staff_queries.colleagues(room.request.actor)
        if person.pk != room.request.actor.staff_id
        and person.role in {Role.MEDICAL_LEAD.value, Role.PRACTITIONER.value, Role.ASSISTANT.value}
    ]
    if found is not None and open_form is None:
        open_form = OpenPacketForm(
            initial={"unit": found.public_id, "scan": scanned}, pieces=_pieces(room, found)
        )
    kinds = sorted({row.device_model.kind for row in room.chart.planned})
    there = {use.unit.model.kind for use in room.chart.uses}
    return {
        "found": found,
        "found_state": None if found is None else device_rules.state(found, on=on).value,
        "found_left": 0 if found is None else devices.left_of(found),
        "open_form": open_form,
        "scan_form": scan_form,
        "uses": room.chart.every_use,
        "planned_models": {row.device_model.name: row.device_model for row in room.chart.planned},
        "missing_kinds": [kind for kind in kinds if kind not in there],
        "witness_form": room.refused.get("witness"),
        "void_form": room.refused.get("void"),
        "return_form": room.form("return", lambda: ReturnForm(people=people)),
        "return_refused": "return" in room.refused,
    }


def _unit(room: Room, public_id: str) -> DeviceUnit:
    try:
        return devices.unit(room.request.actor, UUID(public_id))
    except ValueError:
        raise NotFound(thing="packet") from None


def _pieces(room: Room, unit: DeviceUnit) -> list[Any]:
    if unit.model.kind != "pen":
        return []
    return devices.hand_pieces(room.request.actor)


def _scan(room: Room) -> Outcome:
    form = ScanForm(room.data)
    found: list[DeviceUnit] = []

    def do(said: dict[str, Any]) -> None:
        treatment = room.chart.treatment
        found.append(
            devices.find_by_scan(
                room.request.actor,
                said["scan"],
                on=local_day(room.request.at, treatment.site.time_zone),
                site_id=treatment.site_id,
            )
        )

    if not room.attempt("scan", form, do):
        return None
    room.request.session["scanned"] = form.cleaned_data["scan"]
    query = room.request.GET.copy()
    query["unit"] = str(found[0].public_id)
    room.request.GET = query  # type: ignore[assignment]  # the same page shows the packet at once
    return None


def _open(room: Room) -> Outcome:
    unit = _unit(room, room.data.get("unit", ""))
    form = OpenPacketForm(room.data, pieces=_pieces(room, unit))

    def do(said: dict[str, Any]) -> None:
        piece = said["hand_piece"]
        facts: dict[str, Any] = {
            "treatment": room.chart.treatment,
            "scanned": said["scan"],
            "hand_piece": devices.hand_piece(room.request.actor, UUID(piece)) if piece else None,
            "deviation_because": form.because(),
            "by": room.request.actor,
            "at": room.request.at,
        }
        try:
            actions.use_device(unit=unit, **facts)
        except DeviceAlreadyUsed:
            # Of packets without a serial number one is as good as the next: somebody else was quicker.
            if unit.proof == "item" or not said["scan"]:
                raise
            on = local_day(room.request.at, room.chart.treatment.site.time_zone)
            site = room.chart.treatment.site_id
            following = devices.find_by_scan(room.request.actor, said["scan"], on=on, site_id=site)
            actions.use_device(unit=following, **facts)

    return "device" if room.attempt("open", form, do) else None


def _witness(room: Room) -> Outcome:
    form = WitnessForm(room.data)

    def do(said: dict[str, Any]) -> None:
        actions.witness_packet(
            use=room.entry("use"),
            witness=said["witness"],
            witnessed_by=said["witnessed_by"],
            by=room.request.actor,
            at=room.request.at,
        )

    return "device" if room.attempt("witness", form, do) else None


def _void_use(room: Room) -> Outcome:
    form = ReasonForm(room.data)

    def do(said: dict[str, Any]) -> None:
        actions.void_device_use(
            use=room.entry("use"), because=said["because"], by=room.request.actor, at=room.request.at
        )

    return "device" if room.attempt("void", form, do) else None


def _return(room: Room) -> Outcome:
    form = ReturnForm(room.data, people=staff_queries.colleagues(room.request.actor))

    def do(said: dict[str, Any]) -> None:
        second = staff_queries.find_colleague(room.request.actor, UUID(said["second"]))
        staff_actions.identify(
            staff=second, secret=said["second_secret"], by=room.request.actor, at=room.request.at
        )
        actions.return_unit(
            use=room.entry("use"),
            confirmed_by=second,
            because=said["because"],
            by=room.request.actor,
            at=room.request.at,
        )

    return "device" if room.attempt("return", form, do) else None


CONTEXTS = {"check": check, "numb": numb, "device": device}
DEEDS: dict[str, dict[str, DeedOfStep]] = {
    "check": {"reask": _reask, "confirm": _confirm, "countersign": _countersign, "take-over": _take_over},
    "numb": {"apply": _apply, "wipe": _wipe, "void": _void_cream},
    "device": {"scan": _scan, "open": _open, "witness": _witness, "void": _void_use, "return": _return},
}
