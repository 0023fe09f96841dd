"""What a code says and which packet it means: typed, sent by a scanner, or seen by a camera."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import Case, Q, QuerySet, Value, When

from needlework.clinic.errors import DeviceAlreadyUsed, LabelNotRead, NoUnitLeft, UnitNotInStock
from needlework.clinic.models import DeviceUnit
from needlework.clinic.rules.access import Act, check_may
from needlework.clinic.rules.labels import OWN_LABEL
from needlework.clinic.rules.wording import day
from needlework.clinic.who import Actor
from needlework.skin import label_pictures, udi

from .devices import IN_THE_DRAWER, model_of

BETWEEN_CODES = "\x1e"  # the codes of a label that its maker spread over several
LABEL_LENGTH = 40
_SHOP = frozenset({"]E0", "]E4"})


@dataclass(frozen=True, slots=True)
class Seen:
    """A packet as a camera sees it: `code` as a scan field takes it, and the label in words."""

    code: str
    words: str


def read(scanned: str, *, on: date, separators_kept: bool = False) -> udi.Label:
    """A label as its maker meant it. Raises LabelNotRead with the reader's own sentence.

    `separators_kept` says that the scanner is known to send FNC1; see docs/decisions/0014.
    """
    codes = scanned.split(BETWEEN_CODES)
    try:
        return udi.parse_packet(codes, on=on, separators_kept=separators_kept)
    except udi.LabelRefused as refused:
        raise LabelNotRead(because=refused.because) from refused


def look(by: Actor, picture: bytes, *, on: date, quick: bool = False) -> Seen | None:
    """The one label in a picture, or None where no code is seen. `quick` is for a camera: its next frame follows.

    Raises NotAllowed, LabelNotRead.
    """
    check_may(by, Act.SEE_STOCK)
    try:
        labels = label_pictures.read_picture(picture, on=on, quick=quick)
    except udi.LabelRefused as refused:
        raise LabelNotRead(because=refused.because) from refused
    if len(labels) > 1:
        raise LabelNotRead(because="There are several packets in the picture. Show one alone.")
    return Seen(_as_sent(labels[0]), _in_words(by, labels[0])) if labels else None


def _as_sent(label: udi.Label) -> str:
    """The codes as a faultless scanner would have sent them, so that they are read again as they were here."""
    codes = label.raw.decode("ascii").split("\n")
    return BETWEEN_CODES.join(_mark(code, label.symbology) + code for code in codes)


def _mark(code: str, symbology: str) -> str:
    """What goes before a code to say what it is: FNC1 says that the separators of a GS1 code are all there."""
    if code.startswith(("+", "=", "&")) or code[:4].lower() == "http":
        return ""
    return symbology if symbology in _SHOP else "\x1d"


def _in_words(by: Actor, label: udi.Label) -> str:
    model = model_of(by, label.di or "")
    parts = [model.name if model is not None else "A packet"]
    parts += [f"lot {label.lot}"] if label.lot else []
    parts += [f"serial {label.serial}"] if label.serial else []
    parts += [f"expires {day(label.expires_on)}"] if label.expires_on else []
    return ", ".join(parts)


@dataclass(frozen=True, slots=True)
class Meant:
    """What a scan means: this very packet, or any of those of its lot that have no name of their own."""

    lot: str
    packet: DeviceUnit | None
    nameless: QuerySet[DeviceUnit]


def find_by_scan(
    by: Actor, scanned: str, *, on: date, site_id: int | None = None, separators_kept: bool = False
) -> DeviceUnit:
    """Which packet a scan means: this very one by clinic label or serial, else the next unused of the lot.

    Of a lot, packets at `site_id` go first. What may not be opened any more (expired, set aside) is found all
    the same, so that the page can say why; only a packet already opened is refused here.
    Raises NotAllowed, LabelNotRead, UnitNotInStock, NoUnitLeft, DeviceAlreadyUsed.
    """
    found = meant(by, scanned, on=on, separators_kept=separators_kept)
    if found.packet is not None:
        return _unopened(found.packet)
    return _next(found, site_id)


def meant(by: Actor, scanned: str, *, on: date, separators_kept: bool = False) -> Meant:
    """Which packets a scan can mean, wherever they are and whatever became of them.

    Raises NotAllowed, LabelNotRead.
    """
    check_may(by, Act.SEE_STOCK)
    rows = DeviceUnit.objects.filter(clinic_id=by.clinic_id).select_related("model", "site")
    typed = scanned.strip()
    if not typed:
        raise LabelNotRead(because="Nothing was scanned. Point the scanner at the code on the packet.")
    ours = rows.filter(clinic_label=typed.upper()).first() if len(typed) <= LABEL_LENGTH else None
    if ours is not None:
        return Meant(ours.lot, ours, rows.none())
    try:
        label = read(scanned, on=on, separators_kept=separators_kept)
    except LabelNotRead:
        by_hand = _by_hand(rows, typed)  # somebody typed the lot or serial printed on the packet
        if by_hand is not None:
            return by_hand
        raise
    own = label.elements.get(OWN_LABEL, "")
    ours = rows.filter(clinic_label=own).first() if own and not label.di else None
    if ours is not None:
        return Meant(ours.lot, ours, rows.none())
    if not label.lot:
        raise LabelNotRead(
            because="This code carries no lot number. Scan the other code on the packet, the one with the lot."
        )
    same = rows.filter(lot=label.lot)
    if label.di:
        same = same.filter(Q(di=label.di) | Q(di=""))
        known = model_of(by, label.di)
        same = same.filter(model=known) if known is not None else same
    if label.serial:
        exact = same.filter(Q(serial=label.serial) | Q(clinic_label=label.serial)).first()
        if exact is not None:
            return Meant(label.lot, exact, same.none())
    return Meant(label.lot, None, same.filter(serial=""))


def _by_hand(rows: QuerySet[DeviceUnit], given: str) -> Meant | None:
    typed = given.upper()
    if len(typed) > LABEL_LENGTH:
        return None
    serial = rows.filter(serial__in={typed, given})[:2]
    if len(serial) == 1:
        return Meant(serial[0].lot, serial[0], rows.none())
    same = rows.filter(lot__in={typed, given})
    return Meant(given, None, same.filter(serial="")) if same.exists() else None


def _next(found: Meant, site_id: int | None) -> DeviceUnit:
    """The next of a lot: usable before set aside, this site before others, labelled ones left to their label."""
    first = Case(When(quarantined_at__isnull=False, then=Value("1")), default=Value("0"))
    near = Case(When(site_id=site_id, then=Value("0")), default=Value("1"))
    bare = Case(When(clinic_label="", then=Value("0")), default=Value("1"))
    unit = (
        found.nameless.filter(IN_THE_DRAWER)
        .alias(first=first, near=near, bare=bare)
        .order_by("first", "near", "bare", "expires_on", "id")
        .first()
    )
    if unit is None:
        number = found.nameless.count()
        if number == 0:
            raise UnitNotInStock(packet=f"of lot {found.lot}")
        raise NoUnitLeft(lot=found.lot, received=number)
    return unit


def _unopened(unit: DeviceUnit) -> DeviceUnit:
    if unit.opened_at is not None:
        raise DeviceAlreadyUsed(device=unit.label)
    return unit
