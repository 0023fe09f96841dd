"""How the demonstration clinic comes to be: its people and their credentials, its sites, rooms and stock."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from needlework.clinic.actions import batches, clinics, counts, devices, hand_pieces, packs, team
from needlework.clinic.actions import staff as log_ins
from needlework.clinic.models import Clinic, DeviceModel, DeviceUnit, Room, Site, Staff
from needlework.clinic.queries.staff import actor
from needlework.clinic.rules import why_not
from needlework.clinic.rules.devices import check_usable
from needlework.clinic.who import Actor, Role

from . import people

if TYPE_CHECKING:
    from .house import House

CODE = "demonstration"
NAME = "Needlework Demonstration Clinic"


def found(*, at: datetime) -> tuple[Clinic, dict[str, Staff], list[Site], list[Room]]:
    """The clinic with its people, two sites and three rooms."""
    clinic = clinics.found(
        code=CODE,
        name=NAME,
        phone="020 7946 0018",
        email="clinic@demo.example",
        checkin_hours=[24, 72, 168],
        by_name="Demonstration",
        at=at,
    )
    founder = Actor(name="Demonstration", role=Role.PROGRAM, clinic_id=clinic.pk)
    harbour = clinics.add_site(name="Harbour Street", address="12 Harbour Street\nBristol", by=founder, at=at)
    hill = clinics.add_site(name="Hill House", address="3 Hill Road\nBath", by=founder, at=at)
    rooms = [
        clinics.add_room(site=harbour, name="Room 1", by=founder, at=at),
        clinics.add_room(site=harbour, name="Room 2", by=founder, at=at),
        clinics.add_room(site=harbour, name="Treatment room", by=founder, at=at),
        clinics.add_room(site=hill, name="Garden room", by=founder, at=at),
    ]
    staff = {person.key: _employ(person, by=founder, at=at) for person in people.STAFF}
    return clinic, staff, [harbour, hill], rooms


def _employ(person: people.Person, *, by: Actor, at: datetime) -> Staff:
    member = team.add_staff(
        name=person.name,
        email=person.email,
        role=person.role.value,
        registration_number=person.registration_number,
        treats=bool(person.training),
        password=people.PASSWORD,
        by=by,
        at=at,
    )
    log_ins.set_pin(staff=member, pin=people.PIN, password=people.PASSWORD, by=actor(member), at=at)
    if person.training:
        began = at.date() - timedelta(days=30)
        proofs = [
            ("registration", "", person.registration_number.split(" ")[0], person.registration_number),
            ("licence", "", "Local authority (invented)", f"LA-{person.key.upper()}"),
            ("indemnity", "", "An insurer (invented)", f"IN-{person.key.upper()}"),
            *(
                ("training", kind, "Training centre (invented)", f"TR-{kind.upper()}")
                for kind in person.training
            ),
        ]
        for kind, device_kind, issuer, number in proofs:
            team.add_credential(
                staff=member,
                kind=kind,
                device_kind=device_kind,
                issuer=issuer,
                number=number,
                valid_from=began,
                expires_on=began + timedelta(days=900),
                by=by,
                at=at,
            )
    return member


def decide(house: House) -> None:
    """What the medical lead decided about the protocol pack: approved, one row signed, one rule stricter, one maximum."""
    lead = house.as_("lead")
    packs.approve(by=lead, at=house.when(-400))
    packs.sign_row(
        table="rules",
        code="product-reaction",
        because="We put products under the needles, so an earlier reaction stops the treatment here.",
        by=lead,
        at=house.when(-400, "10:20"),
    )
    packs.tighten(
        rule="toxin",
        days=28,
        because="Our injectors want to judge their own result before the skin is needled.",
        by=lead,
        at=house.when(-400, "10:30"),
    )
    packs.set_ceiling(
        product="lmx4",
        max_g=Decimal(30),
        because="The licence names no maximum in grams. A face needs no more.",
        by=lead,
        at=house.when(-400, "10:40"),
    )


def stock(house: House) -> None:
    """What lies in the drawers: rollers, a stamp and pen cartridges, some with serials, one lot about to expire."""
    desk = house.as_("desk")
    deliveries: tuple[tuple[str, int, str, int, int, int], ...] = (
        # model, site, lot, days from today to expiry, packets, days from today of delivery
        ("dermaroller-mf-8", 0, "A213B1", 420, 40, -390),
        ("dermaroller-mf-8", 1, "A213B1", 420, 12, -390),
        ("dermaroller-cit-8", 0, "C077K2", 300, 24, -200),
        ("dermaroller-cit-8", 0, "C051A9", 38, 6, -380),
        ("derma-stamp", 0, "S1190", 510, 10, -120),
    )
    for code, site, lot, lasts, quantity, days in deliveries:
        devices.receive(
            site=house.sites[site],
            model=DeviceModel.objects.get(code=code),
            lot=lot,
            expires_on=house.today + timedelta(days=lasts),
            quantity=quantity,
            supplier="A wholesaler (invented)",
            by=desk,
            at=house.when(days, "08:30"),
        )
    pen = DeviceModel.objects.get(code="skinpen-precision")
    devices.receive(
        site=house.sites[0],
        model=pen,
        lot="SP2409",
        expires_on=house.today + timedelta(days=600),
        quantity=4,
        serials=tuple(f"SN{number:05}" for number in range(10421, 10425)),
        supplier="A wholesaler (invented)",
        by=desk,
        at=house.when(-60, "08:40"),
    )
    piece = hand_pieces.add(
        site=house.sites[0], name="SkinPen hand-piece", serial="HP-0077", by=desk, at=house.when(-60, "08:45")
    )
    hand_pieces.service(
        hand_piece=piece,
        serviced_on=house.today - timedelta(days=50),
        serviced_by="The maker's workshop (invented)",
        what="Yearly check: needle stroke measured, seal changed.",
        next_due_on=house.today + timedelta(days=20),
        by=desk,
        at=house.when(-49, "09:10"),
    )
    count = counts.start(site=house.sites[1], by=desk, at=house.when(-350, "17:00"))
    counts.count_packets(count=count, scanned="A213B1", number=11, by=desk, at=house.when(-350, "17:05"))
    counts.close(count=count, by=desk, at=house.when(-350, "17:10"))  # one of twelve is missing


def products(house: House) -> None:
    """What stands in the cupboards: cream, gel and make-up by batch, one about to expire and one set aside."""
    desk = house.as_("desk")
    deliveries: tuple[tuple[str, int, str, int | None, int | None, int, int], ...] = (
        # product, site, batch, days from today to expiry, months after opening, how many, days from today of delivery
        ("emla", 0, "BX4471", 400, None, 60, -392),
        ("emla", 1, "BX4471", 400, None, 20, -392),
        ("emla", 0, "BX3902", 24, None, 10, -392),
        ("lmx4", 0, "L2291", 280, None, 12, -150),
        ("sterile-hyaluronic-acid", 0, "HA2210", 300, None, 80, -392),
        ("sterile-saline", 0, "NS0831", 620, None, 100, -150),
        ("Mineral powder, medium", 0, "MM-117", None, 12, 2, -100),
        ("Ceramide balm", 0, "CB0398", 260, 6, 6, -110),
        ("Ceramide balm", 0, "CB0455", 210, 6, 8, -100),
    )
    rows = {
        batch: batches.receive(
            site=house.sites[site],
            product=product,
            batch=batch,
            expires_on=None if lasts is None else house.today + timedelta(days=lasts),
            use_within_months=months,
            containers=containers,
            supplier="A wholesaler (invented)",
            by=desk,
            at=house.when(days, "09:00"),
        )
        for product, site, batch, lasts, months, containers, days in deliveries
    }
    batches.open_container(row=rows["MM-117"], by=house.as_("assistant"), at=house.when(-90, "10:00"))
    batches.set_aside(
        row=rows["CB0455"],
        because="Two patients say that it stings. Asked the maker.",
        by=house.as_("nurse"),
        at=house.when(-3, "17:20"),
    )


def next_unit(
    house: House, model: DeviceModel, *, site: Site | None = None, on: date | None = None
) -> DeviceUnit:
    """The packet that would be taken next: in date, unopened, the first to expire."""
    rows = DeviceUnit.objects.filter(clinic=house.clinic, model=model, site=site or house.sites[0])
    for unit in rows.filter(opened_at=None).select_related("model").order_by("expires_on", "pk"):
        if why_not(check_usable, unit, on=on or house.today) is None:
            return unit
    raise LookupError(f"the demonstration has run out of {model}")
