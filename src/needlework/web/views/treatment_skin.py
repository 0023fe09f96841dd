"""The steps from the first needle on: treat, soothe, sign."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST

from needlework.clinic.actions import aftercare
from needlework.clinic.actions import drafts as draft_actions
from needlework.clinic.actions import staff as staff_actions
from needlework.clinic.actions import treatments as actions
from needlework.clinic.queries import batches, hands
from needlework.clinic.queries import lesions as lesion_queries
from needlework.clinic.queries import staff as staff_queries
from needlework.clinic.queries import treatments as queries
from needlework.clinic.rules import signatures
from needlework.clinic.rules import treatments as rules
from needlework.clinic.rules.access import Act, check_may
from needlework.clinic.rules.transitions import Deed, State
from needlework.clinic.rules.wording import local_day
from needlework.skin import anatomy, devices, packs
from needlework.skin.tables import UnknownCodeError
from needlework.web import deliveries, lesion_map
from needlework.web.delivery_pictures import Pictures, Row, draw
from needlework.web.forms.treated_areas import AreaForm, planned_counts
from needlework.web.forms.treatments import (
    AftercareForm,
    ReasonForm,
    SignForm,
    SootheForm,
    TopicalForm,
)
from needlework.web.visit import Visit, staff_page

from .treatment_preparing import reasons
from .treatment_room import DeedOfStep, Outcome, Room

if TYPE_CHECKING:
    from needlework.clinic.models import Lesion
    from needlework.clinic.queries.hands import HeldHand

AREA_DRAFT, SOOTHE_DRAFT = "treatment-area", "treatment-soothe"


# --- Treat --------------------------------------------------------------------------------------------
def treat(room: Room) -> dict[str, Any]:
    """Start, then area after area: what the plan says, what was done."""
    chart = room.chart
    here = chart.state
    done = {row.area for row in chart.areas}
    wanted = room.request.GET.get("area", "")
    next_one = next((row.area for row in chart.planned if row.area not in done), "")
    area = room.data.get("area", "") or wanted or next_one
    shown: dict[str, Any] = {
        "plan_rows": [
            {"row": row, "done": [each for each in chart.areas if each.area == row.area]}
            for row in chart.planned
        ],
        "unplanned": [row for row in chart.areas if row.area not in {each.area for each in chart.planned}],
        "voided": [row for row in chart.every_area if row.voided_at is not None],
        "void_form": room.refused.get("void"),
        "start_form": room.refused.get("start"),
        "map_areas": _map_areas(room),
        "map_views": _views(room),
        "area": area,
        "another": wanted == "another" or (area != "" and rules.planned_for(chart.planned, area) is None),
        "all_done": not next_one,
        "endpoints": rules.ENDPOINTS,
    }
    if here in {State.PREPARING, State.NUMBING}:
        shown["reasons"] = reasons(room)
        shown["treats"] = room.request.actor.staff_id == chart.treatment.practitioner_id
        return shown
    shown["hand"] = hand = _hand(room)
    for each in shown["plan_rows"]:
        each["together"] = deliveries.together(each["done"], hand.measured)
    if here is State.STARTED and area and chart.uses:
        form = room.refused.get("area") or _area_form(room, area)
        shown["form"] = form
        if isinstance(form, AreaForm) and form.lesions:
            shown["map"] = lesion_map.draw(area, list(form.lesions.values()))
        shown["planned"] = rules.planned_for(chart.planned, area)
        shown["pictures"] = (
            pictures_of(room, area, form, shown["hand"]) if isinstance(form, AreaForm) else None
        )
    return shown


def pictures_of(room: Room, area: str, form: AreaForm, hand: HeldHand) -> Pictures | None:
    """What the counters of the form would deliver; None while no area or no length is chosen."""
    form.is_valid()  # what can be read of a form that is still being filled in stands in its cleaned data
    said = form.cleaned_data if form.is_bound else form.initial
    use = form.uses.get(str(said.get("device_use") or "")) or next(iter(room.chart.uses), None)
    try:
        needle_mm = float(said.get("needle_mm") or 0)
        device = devices.get(use.unit.model.code) if use else None
        anatomy.get(area)
    except (UnknownCodeError, ValueError):
        return None
    counts = form.counts(said)
    if device is None or not needle_mm or not counts.total:
        return None
    row = Row(device, needle_mm, counts.total, area, counts.strokes, counts.spots)
    return draw([row], sex=room.chart.treatment.patient.sex, hand=hand.measured)


@require_POST
@staff_page
def delivery(request: Visit, public_id: UUID) -> HttpResponse:
    """What the counters deliver, drawn while they are tapped."""
    chart = queries.chart(request.actor, public_id)
    check_may(request.actor, Act.TREAT)
    room = Room(request, chart, "treat")
    area = request.POST.get("area", "")
    form = AreaForm(request.POST, uses=chart.uses, lesions=_lesions(room, area))
    hand = _hand(room)
    context = {
        "pictures": pictures_of(room, area, form, hand),
        "planned": rules.planned_for(chart.planned, area),
        "hand": hand,
    }
    return render(request, "treatments/delivery.html", context)


def _hand(room: Room) -> HeldHand:
    """The hand of whoever treats."""
    return hands.of(room.request.actor, room.chart.treatment.practitioner)


def _lesions(room: Room, area: str) -> list[Lesion]:
    """The scars of an area, where a stamp is at hand."""
    if not any(use.unit.model.kind == "stamp" for use in room.chart.uses):
        return []
    return lesion_queries.seen(room.request.actor, room.chart.treatment.patient, area=area)


def _area_form(room: Room, area: str) -> AreaForm:
    chart = room.chart
    kept = room.kept(AREA_DRAFT)
    if kept.get("area") == area or (area == "another" and kept):
        return AreaForm(initial=kept, uses=chart.uses, lesions=_lesions(room, area))
    planned = rules.planned_for(chart.planned, area)
    if planned is None:
        first = chart.planned[0] if chart.planned else None
        return AreaForm(
            initial={
                "indication": first.indication if first else "",
                "needle_mm": rules.mm(first.needle_mm) if first else "",
                **planned_counts(1),
            },
            uses=chart.uses,
        )
    fit = [use for use in chart.uses if use.unit.model.kind == planned.device_model.kind]
    return AreaForm(
        initial={
            "area": area,
            "indication": planned.indication,
            "needle_mm": rules.mm(planned.needle_mm),
            **planned_counts(planned.passes),
            "device_use": str(fit[0].public_id) if fit else "",
        },
        uses=chart.uses,
        lesions=_lesions(room, area),
    )


def _map_areas(room: Room) -> list[dict[str, Any]]:
    pack = packs.shipped()
    done = {row.area for row in room.chart.areas}
    codes = dict.fromkeys([*(row.area for row in room.chart.planned), *done])
    return [
        {
            "code": code,
            "label": pack.areas[code].name,
            "state": "treated" if code in done else "",
            "checked": code not in done,
        }
        for code in codes
        if code in pack.areas
    ]


def _views(room: Room) -> str:
    pack = packs.shipped()
    regions = {pack.areas[row.area].region for row in room.chart.planned if row.area in pack.areas}
    return regions.pop() if len(regions) == 1 else "all"


def _start(room: Room) -> Outcome:
    form = AftercareForm({})

    def do(_said: dict[str, Any]) -> None:
        actions.start(treatment=room.chart.treatment, by=room.request.actor, at=room.request.at)

    return "treat" if room.attempt("start", form, do) else None


def _area(room: Room) -> Outcome:
    lesions = _lesions(room, room.data.get("area", ""))
    form = AreaForm(room.data, uses=room.chart.uses, lesions=lesions)

    def do(said: dict[str, Any]) -> None:
        use, counts = said["device_use"], form.counts(said)
        actions.treat_area(
            treatment=room.chart.treatment,
            area=said["area"],
            indication=said["indication"],
            needle_mm=said["needle_mm"],
            passes=counts.total,
            strokes=counts.strokes,
            presses=counts.pressed,
            endpoint=said["endpoint"],
            note=said["note"],
            device_use=queries.use(room.request.actor, UUID(use)) if use else None,
            deviation_because=form.because(),
            by=room.request.actor,
            at=room.request.at,
        )
        draft_actions.forget(
            form=AREA_DRAFT, subject=room.chart.treatment.public_id, by=room.request.actor, at=room.request.at
        )

    return "treat" if room.attempt("area", form, do) else None


def _void_area(room: Room) -> Outcome:
    form = ReasonForm(room.data)

    def do(said: dict[str, Any]) -> None:
        actions.void_area(
            row=room.entry("area"), because=said["because"], by=room.request.actor, at=room.request.at
        )

    return "treat" if room.attempt("void", form, do) else None


def _finish(room: Room) -> Outcome:
    form = AftercareForm({})

    def do(_said: dict[str, Any]) -> None:
        actions.finish(treatment=room.chart.treatment, by=room.request.actor, at=room.request.at)

    return "soothe" if room.attempt("start", form, do) else None


# --- Soothe -------------------------------------------------------------------------------------------
def soothe(room: Room) -> dict[str, Any]:
    """Products, pain and redness, the sharps, and the aftercare sheet."""
    chart = room.chart
    treatment = chart.treatment
    sheet = chart.documents[0] if chart.documents else None
    return {
        "form": room.form("soothe", lambda: _soothe_form(room)),
        "topical_form": room.form(
            "topical", lambda: TopicalForm(initial={"stage": _stage(chart.state)}, held=_products(room))
        ),
        "aftercare_form": room.form("aftercare", AftercareForm),
        "void_form": room.refused.get("void"),
        "sheet": sheet,
        "preview": aftercare.content(treatment, at=room.request.at)
        if sheet is None and chart.may(Deed.GIVE_AFTERCARE)
        else None,
        "soothed": treatment.pain is not None or bool(treatment.redness) or bool(treatment.sharps_container),
        "draft": SOOTHE_DRAFT,
    }


def _products(room: Room) -> list[batches.Held]:
    """Batches of gel, serum and make-up to choose from."""
    site = room.chart.treatment.site
    on = local_day(room.request.at, site.time_zone)
    return batches.free(room.request.actor, site=site, on=on, numbing=False)


def _stage(state: State) -> str:
    if state is State.STARTED:
        return "during"
    return "before" if state in {State.PREPARING, State.NUMBING} else "after"


def _soothe_form(room: Room) -> SootheForm:
    treatment = room.chart.treatment
    kept = room.kept(SOOTHE_DRAFT)
    held = {
        "pain": treatment.pain,
        "redness": treatment.redness,
        "sharps_container": treatment.sharps_container,
        "note": treatment.note,
    }
    return SootheForm(initial=kept or held)


def _soothe(room: Room) -> Outcome:
    form = SootheForm(room.data)

    def do(said: dict[str, Any]) -> None:
        actions.soothe(treatment=room.chart.treatment, **said, by=room.request.actor, at=room.request.at)
        draft_actions.forget(
            form=SOOTHE_DRAFT,
            subject=room.chart.treatment.public_id,
            by=room.request.actor,
            at=room.request.at,
        )

    return "soothe" if room.attempt("soothe", form, do) else None


def _topical(room: Room) -> Outcome:
    form = TopicalForm(room.data, held=_products(room))

    def do(said: dict[str, Any]) -> None:
        actions.apply_topical(
            treatment=room.chart.treatment,
            product=form.named(),
            batch=said["batch"],
            expires_on=said["expires_on"],
            stage=said["stage"],
            deviation_because=form.because(),
            by=room.request.actor,
            at=room.request.at,
        )

    return "soothe" if room.attempt("topical", form, do) else None


def _void_topical(room: Room) -> Outcome:
    form = ReasonForm(room.data)

    def do(said: dict[str, Any]) -> None:
        actions.void_topical(
            row=room.entry("topical"), because=said["because"], by=room.request.actor, at=room.request.at
        )

    return "soothe" if room.attempt("void", form, do) else None


def _aftercare(room: Room) -> Outcome:
    form = AftercareForm(room.data)

    def do(said: dict[str, Any]) -> None:
        actions.give_aftercare(
            treatment=room.chart.treatment, note=said["note"], by=room.request.actor, at=room.request.at
        )

    return "sign" if room.attempt("aftercare", form, do) else None


# --- Sign ---------------------------------------------------------------------------------------------
def sign(room: Room) -> dict[str, Any]:
    """The whole in one view, what is still missing, and the signature."""
    chart = room.chart
    return {
        "missing": signatures.missing_for_signature(
            chart.treatment,
            uses=chart.uses,
            treated=bool(chart.areas),
            creams=[row for row in chart.creams if row.removed_at is None],
            ended=chart.may(Deed.SIGN),
        ),
        "signs": room.request.actor.staff_id == chart.treatment.practitioner_id
        or (chart.treatment.recorded_late_at is not None and room.request.actor.role.value == "medical-lead"),
        "form": room.form("sign", SignForm),
        "hand": _hand(room),
    }


def _sign(room: Room) -> Outcome:
    form = SignForm(room.data)

    def do(said: dict[str, Any]) -> None:
        me = staff_queries.myself(room.request.actor)
        staff_actions.identify(staff=me, secret=said["secret"], by=room.request.actor, at=room.request.at)
        actions.sign(
            treatment=room.chart.treatment, by=room.request.actor, at=room.request.at, identified=True
        )
        messages.success(room.request, "Signed. The record of this treatment does not change any more.")

    return "done" if room.attempt("sign", form, do) else None


CONTEXTS = {"treat": treat, "soothe": soothe, "sign": sign}
DEEDS: dict[str, dict[str, DeedOfStep]] = {
    "treat": {"start": _start, "area": _area, "void": _void_area, "finish": _finish},
    "soothe": {"soothe": _soothe, "topical": _topical, "void": _void_topical, "aftercare": _aftercare},
    "sign": {"sign": _sign},
}
