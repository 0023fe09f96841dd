"""What came in a scan field, and how: sent by a scanner, read from a picture, or typed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from django.http import HttpResponse

from needlework.clinic.errors import LabelNotRead, PhotoNotReadable
from needlework.clinic.queries import scans
from needlework.clinic.rules.scans import CAMERA, TYPED, WAYS, WEDGE
from needlework.web.uploads import photo_bytes
from needlework.web.visit import Visit

COOKIE = "needlework-scanner"
PASSED = "sends-separators"
LASTS = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class Scanned:
    """The content of a scan field; `separators_kept` where nothing can have been left out on the way."""

    code: str
    read_by: str
    separators_kept: bool


def scanned(request: Visit, name: str, *, on: date) -> Scanned:
    """What came in the scan field of this name; a photograph of the code is read here. Raises LabelNotRead."""
    picture = _photograph(request, f"{name}_photo")
    if picture:
        seen = scans.look(request.actor, picture, on=on)
        if seen is None:
            raise LabelNotRead(
                because="No code is seen in the photograph. Go closer, hold still, and take it again."
            )
        return Scanned(seen.code, CAMERA, separators_kept=True)
    read_by = request.POST.get(f"{name}_by", TYPED)
    return told(request, request.POST.get(name, ""), read_by)


def told(request: Visit, code: str, read_by: str) -> Scanned:
    """A code which an earlier page has read, as a form carried it on."""
    read_by = read_by if read_by in WAYS else TYPED
    return Scanned(code, read_by, separators_kept=read_by == WEDGE and is_tested(request))


def _photograph(request: Visit, name: str) -> bytes:
    try:
        return photo_bytes(request, name)
    except PhotoNotReadable as error:
        raise LabelNotRead(because=str(error)) from error


def is_tested(request: Visit) -> bool:
    """Whether the scanner of this tablet has sent the test code whole."""
    kept = request.get_signed_cookie(COOKIE, default="", salt=COOKIE, max_age=int(LASTS.total_seconds()))
    return kept == PASSED


def keep_test(response: HttpResponse, *, passed: bool, secure: bool) -> None:
    """The tablet remembers how its scanner did."""
    if not passed:
        response.delete_cookie(COOKIE)
        return
    response.set_signed_cookie(
        COOKIE,
        PASSED,
        salt=COOKIE,
        max_age=int(LASTS.total_seconds()),
        secure=secure,
        httponly=True,
        samesite="Lax",
    )
