"""Who is here and when: the only place of the pages that reads the clock."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cache, wraps
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, cast
from urllib.parse import urlencode
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseNotAllowed,
    HttpResponseRedirect,
    QueryDict,
)
from django.shortcuts import redirect
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.functional import cached_property

from needlework.clinic.errors import NotFound
from needlework.clinic.queries import links
from needlework.clinic.queries import staff as staff_queries
from needlework.clinic.rules import names as rules_names
from needlework.clinic.rules.access import Act, may
from needlework.clinic.who import Actor
from needlework.skin.photos.develop import MAX_BYTES

if TYPE_CHECKING:
    from needlework.clinic.models import Clinic, PatientLink, Staff

P = ParamSpec("P")

LINK_COOKIE = "needlework-link"
LINK_HOURS = 2
VIEWS_AT_ONCE = 12  # photographs in one form


def read_clock() -> datetime:
    """Now. Tests put their own moment here."""
    return timezone.now()


class Visit(HttpRequest):
    """A request after VisitMiddleware: it knows who acts and when. For type hints."""

    actor: Actor
    at: datetime
    htmx: Any
    csp_nonce: str


class PatientVisit(Visit):
    """A request of a patient on their own phone, let in by a link."""

    link: PatientLink


@dataclass(frozen=True)
class NavItem:
    """One entry of the rail."""

    label: str
    url: str
    icon: str
    current: bool


# label, name of the address, icon, what the role must be allowed
RAIL: tuple[tuple[str, str, str, Act], ...] = (
    ("Today", "today", "today", Act.SEE_DIARY),
    ("Diary", "diary", "diary", Act.SEE_DIARY),
    ("Patients", "patients", "patients", Act.SEE_PATIENTS),
    ("Stock", "stock", "stock", Act.SEE_STOCK),
    ("Recalls", "recalls", "warning", Act.SEE_RECALLS),
    ("Results", "results", "results", Act.SEE_RESULTS),
    ("Trail", "trail", "trail", Act.SEE_TRAIL),
    ("Settings", "settings", "settings", Act.SEE_STAFF),
)


@cache
def address(name: str) -> str:
    """The address of a page without an argument: it never changes while the server runs."""
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""


_NOBODY = UUID(int=0)


@cache
def _pattern(name: str) -> str:
    return reverse(name, args=[_NOBODY])


def address_of(name: str, public_id: UUID) -> str:
    """The address of a page about one thing. Lists have dozens of them, so each pattern is looked up once."""
    return _pattern(name).replace(str(_NOBODY), str(public_id))


class VisitMiddleware:
    """Puts `request.actor` and `request.at` on every request of a logged-in person, and the clinic's clock."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        visit = cast(Visit, request)
        visit.at = read_clock()
        user = request.user
        if _is_too_much(request):
            return HttpResponse("More was sent than this page takes. Send less.", status=413)
        if not user.is_authenticated:
            return _not_kept(self.get_response(request))
        visit.actor = staff_queries.actor(user, site_id=request.session.get("site"))
        with timezone.override(ZoneInfo(user.clinic.time_zone)):
            return _not_kept(self.get_response(request))

    def process_view(
        self, request: HttpRequest, view: object, args: object, kwargs: object
    ) -> HttpResponse | None:
        """The pages that packages bring (password, second factor) shut with the screen too; the way out stays."""
        _readable(request)
        name = (request.resolver_match.url_name if request.resolver_match else "") or ""
        if hasattr(view, "door") or not request.user.is_authenticated or name.startswith(OPEN_WHEN_LOCKED):
            return None
        return _go(cast(Visit, request), "lock") if is_locked(request) else None


OPEN_WHEN_LOCKED = ("account_login", "account_logout", "account_inactive", "account_reset_password")


def _is_too_much(request: HttpRequest) -> bool:
    """Said before anything of it is read: files go to the disk as they come, from people not logged in too."""
    files = VIEWS_AT_ONCE if request.user.is_authenticated else 1
    sent = request.META.get("CONTENT_LENGTH") or "0"
    return not sent.isdecimal() or int(sent) > files * MAX_BYTES + settings.DATA_UPLOAD_MAX_MEMORY_SIZE


def _readable(request: HttpRequest) -> None:
    """Text without the character zero, which PostgreSQL cannot hold; as for broken UTF-8, a � stands for it."""
    if "\0" in request.path:
        raise Http404
    for sent in ("GET", "POST") if request.method == "POST" else ("GET",):
        fields: QueryDict = getattr(request, sent)
        if any("\0" in text for name, texts in fields.lists() for text in (name, *texts)):
            kept = QueryDict(mutable=True)
            for name, texts in fields.lists():
                kept.setlist(name.replace("\0", "\ufffd"), [text.replace("\0", "\ufffd") for text in texts])
            setattr(request, sent, kept)


# A page of ours may look through the camera, at packets; nothing else may, and nobody may listen.
PERMISSIONS = "camera=(self), microphone=(), geolocation=(), payment=(), usb=()"


def _not_kept(response: HttpResponse) -> HttpResponse:
    """A shared tablet's Back button shows nobody's record, and no refusal that names somebody."""
    response["Permissions-Policy"] = PERMISSIONS
    if "Cache-Control" not in response:
        response["Cache-Control"] = "no-store"
    return response


def clinic_of(request: HttpRequest) -> Clinic:
    """The clinic of the person who is logged in, read with the session."""
    return cast("Staff", request.user).clinic


def uuid_of(text: str) -> UUID:
    """A public id from a form or a query. Raises NotFound for anything else."""
    try:
        return UUID(text)
    except ValueError:
        raise NotFound(thing="entry") from None


# --- Staff --------------------------------------------------------------------------------------------
def staff_page(
    view: Callable[Concatenate[Visit, P], HttpResponse],
) -> Callable[..., HttpResponse]:
    """A page for staff who are logged in and whose screen is not locked. Others are led to log in or unlock.

    What a locked screen sends is kept in its session and offered again to the same person after unlocking.
    """

    @wraps(view)
    def guarded(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        visit = cast(Visit, request)
        if not request.user.is_authenticated:
            return _go(visit, "account_login")
        if is_locked(visit):
            _keep_what_was_sent(visit)
            return _go(visit, "lock")
        return _by_known_methods(visit) or view(visit, *args, **kwargs)

    guarded.door = "staff"  # type: ignore[attr-defined]
    return guarded


def _by_known_methods(request: Visit) -> HttpResponse | None:
    """Pages are read and sent, nothing else: another verb would slip past what a view does for these."""
    return None if request.method in METHODS else HttpResponseNotAllowed(METHODS)


METHODS = ("GET", "HEAD", "POST")


def _go(request: Visit, name: str) -> HttpResponse:
    """To the log-in or the lock, and back to this page afterwards."""
    here = request.get_full_path()
    if request.method != "GET" or request.htmx:
        # The page which holds the form, not the address it is sent to.
        here = request.htmx.current_url_abs_path if request.htmx else here
    url = f"{reverse(name)}?{urlencode({'next': here or '/'})}"
    if request.htmx:
        return HttpResponse(status=204, headers={"HX-Redirect": url})
    return HttpResponseRedirect(url)


def is_locked(request: HttpRequest) -> bool:
    """Whether this screen was locked, or was left alone for longer than the clinic allows.

    The last touch is written at most once a minute, so the limit here is a minute more generous than on
    the page, whose own clock (lock.js) comes first.
    """
    session = request.session
    if session.get("locked"):
        return True
    now = cast(Visit, request).at.timestamp()
    seen = session.get("seen")
    if seen is None or now - seen > 60:
        if seen is not None and now - seen > 60 * (clinic_of(request).auto_lock_minutes + 1):
            session["locked"] = True
            return True
        session["seen"] = now
    return False


def _keep_what_was_sent(request: Visit) -> None:
    """A whole form only: what htmx sends is a question about a form, and its answer is no page."""
    asks = request.htmx or request.headers.get("X-Requested-With") == "fetch"
    if request.method != "POST" or asks or request.FILES:
        return
    secrets = ("csrfmiddlewaretoken", "secret", "pin", "password")
    sent = {name: values for name, values in request.POST.lists() if not name.startswith(secrets)}
    if sent:
        request.session["sent"] = {"path": request.path, "fields": sent}


# --- Patients on their own phone ----------------------------------------------------------------------
# A link opens the pages of its purpose and no others: who is sent the health questions does not read results.
PAGES_OF_LINK = {
    "history": frozenset({"patient-history", "patient-draft"}),
    "consent": frozenset({"patient-consent", "patient-consent-withdraw", "patient-draft"}),
    "reconfirm": frozenset({"patient-reconfirm", "patient-draft"}),
    "check-in": frozenset({"patient-checkin", "patient-draft"}),
    "results": frozenset({"patient-results", "patient-photo", "patient-document"}),
    "witness": frozenset({"patient-witness"}),
}


def patient_page(
    view: Callable[Concatenate[PatientVisit, str, P], HttpResponse],
) -> Callable[..., HttpResponse]:
    """A page at /p/<token>/… for the patient of that link, once they gave their birth date.

    The view gets the token as its first argument, `request.actor` is the patient and `request.link` the link.
    """

    @wraps(view)
    def guarded(request: HttpRequest, token: str, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        visit = cast(PatientVisit, request)
        link = links.find_by_token(token)
        opened = request.get_signed_cookie(
            LINK_COOKIE, default="", salt=LINK_COOKIE, max_age=3600 * LINK_HOURS
        )
        if link is None or not links.is_open(link, at=visit.at) or opened != str(link.public_id):
            return redirect("patient-link", token=token)
        page = (request.resolver_match.url_name if request.resolver_match else "") or ""
        if page not in PAGES_OF_LINK[link.purpose]:
            raise NotFound(thing="page behind this link")
        visit.link = link
        visit.actor = links.actor(link)
        with timezone.override(ZoneInfo(link.clinic.time_zone)):
            response = _by_known_methods(visit) or view(visit, token, *args, **kwargs)
        # The default policy, same-origin, keeps the token in the address from leaking; none at all would make
        # browsers send "Origin: null" with forms.
        return response

    guarded.door = "patient"  # type: ignore[attr-defined]
    return guarded


def open_page(
    view: Callable[Concatenate[Visit, P], HttpResponse],
) -> Callable[..., HttpResponse]:
    """A page which anyone may see: it says nothing about anyone."""

    @wraps(view)
    def shown(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        return view(cast(Visit, request), *args, **kwargs)

    shown.door = "open"  # type: ignore[attr-defined]
    return shown


# --- What every template may ask for ------------------------------------------------------------------
class Person:
    """The one who is logged in, for the chip at the top of the page."""

    def __init__(self, actor: Actor) -> None:
        self._actor = actor
        self.name = actor.name
        self.role = actor.role.value
        self.role_label = actor.role.label
        self.kind = actor.kind
        self.public_id = actor.public_id
        self.is_prescriber = actor.is_prescriber

    @cached_property
    def initials(self) -> str:
        """First letters of the name."""
        return rules_names.initials(self.name)

    @cached_property
    def may(self) -> dict[str, bool]:
        """What the role allows: {% if actor.may.BOOK %}."""
        return {act.name: may(self._actor, act) for act in Act}


def _rail(actor: Actor, here: str) -> list[NavItem]:
    items = []
    for label, name, icon, act in RAIL:
        if may(actor, act) and (url := address(name)):
            items.append(NavItem(label, url, icon, here.startswith(url) or (name == "today" and here == "/")))
    return items


def page(request: HttpRequest) -> dict[str, object]:
    """Context processor: see docs/guide/design.md for what the bases do with it."""
    actor: Actor | None = getattr(request, "actor", None)
    if actor is None:
        return {"demonstration": settings.DEMONSTRATION}
    shown: dict[str, object] = {"actor": Person(actor), "demonstration": settings.DEMONSTRATION}
    link: PatientLink | None = getattr(request, "link", None)
    if link is not None:
        return shown | {"clinic": link.clinic}
    clinic = clinic_of(request)
    shown |= {
        "clinic": clinic,
        "switch_url": f"{address('lock')}?switch=1",
        "sign_out_url": address("account_logout"),
    }
    if is_locked(request):
        return shown
    return shown | {
        "nav": _rail(actor, request.path),
        "search_url": address("patients") if may(actor, Act.SEE_PATIENTS) else "",
        "lock_url": address("lock"),
        "account_url": address("account"),
        "lock_minutes": clinic.auto_lock_minutes,
    }
