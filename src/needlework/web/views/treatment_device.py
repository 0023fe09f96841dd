"""The step in which a packet is scanned, shown to the patient and opened."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any
from uuid import UUID

from needlework.clinic.actions import staff as staff_actions
from needlework.clinic.actions import treatments as actions
from needlework.clinic.errors import DeviceAlreadyUsed, NotFound
from needlework.clinic.queries import devices, hand_pieces, scans
from needlework.clinic.queries import staff as staff_queries
from needlework.clinic.rules import devices as device_rules
from needlework.clinic.rules.wording import local_day
from needlework.clinic.who import Role
from needlework.web.forms.treatments import OpenPacketForm, ReasonForm, ReturnForm, ScanForm, WitnessForm
from needlework.web.scanned import Scanned, scanned, told

from .treatment_room import DeedOfStep, Outcome, Room

if TYPE_CHECKING:
    from needlework.clinic.models import DeviceUnit


def device(room: Room) -> dict[str, Any]:
    """The scan, the packet it means, and the packets that are open."""
    found: DeviceUnit | None = None
    code = read_by = ""
    scan_form = room.refused.get("scan")
    open_form = room.refused.get("open")
    if isinstance(open_form, OpenPacketForm) and open_form.data.get("unit"):
        found = _unit(room, open_form.data["unit"])
    elif room.request.GET.get("unit"):
        found = _unit(room, room.request.GET["unit"])
        code, read_by = room.request.session.get("packet", ("", ""))
    people = [
        person
        for person in staff_queries.colleagues(room.request.actor)
        if person.pk != room.request.actor.staff_id
        and person.role in {Role.MEDICAL_LEAD.value, Role.PRACTITIONER.value, Role.ASSISTANT.value}
    ]
    if found is not None and open_form is None:
        open_form = OpenPacketForm(
            initial={"unit": found.public_id, "scan": code, "read_by": read_by},
            pieces=_pieces(room, found),
        )
    kinds = sorted({row.device_model.kind for row in room.chart.planned})
    there = {use.unit.model.kind for use in room.chart.uses}
    return {
        "found": found,
        "found_state": None if found is None else device_rules.state(found, on=_on(room)).value,
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
    return hand_pieces.listed(room.request.actor, on=_on(room))


def _scan(room: Room) -> Outcome:
    form = ScanForm(room.data)
    found: list[tuple[DeviceUnit, Scanned]] = []

    def do(said: dict[str, Any]) -> None:
        given = scanned(room.request, "scan", on=_on(room))
        found.append((_meant(room, given), given))

    if not room.attempt("scan", form, do):
        return None
    unit, given = found[0]
    room.request.session["packet"] = (given.code, given.read_by)
    query = room.request.GET.copy()
    query["unit"] = str(unit.public_id)
    room.request.GET = query  # type: ignore[assignment]  # the same page shows the packet at once
    return None


def _on(room: Room) -> date:
    return local_day(room.request.at, room.chart.treatment.site.time_zone)


def _meant(room: Room, given: Scanned) -> DeviceUnit:
    return scans.find_by_scan(
        room.request.actor,
        given.code,
        on=_on(room),
        site_id=room.chart.treatment.site_id,
        separators_kept=given.separators_kept,
    )


def _open(room: Room) -> Outcome:
    unit = _unit(room, room.data.get("unit", ""))
    form = OpenPacketForm(room.data, pieces=_pieces(room, unit))

    def do(said: dict[str, Any]) -> None:
        piece = said["hand_piece"]
        facts: dict[str, Any] = {
            "treatment": room.chart.treatment,
            "scanned": said["scan"],
            "read_by": said["read_by"],
            "hand_piece": hand_pieces.find(room.request.actor, UUID(piece)) if piece else None,
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
            following = _meant(room, told(room.request, said["scan"], said["read_by"]))
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


CONTEXTS = {"device": device}
DEEDS: dict[str, dict[str, DeedOfStep]] = {
    "device": {"scan": _scan, "open": _open, "witness": _witness, "void": _void_use, "return": _return}
}
