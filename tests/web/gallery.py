"""The gallery of components as a page: addresses and invented contents, for the browser tests only."""

from __future__ import annotations

from base64 import b64encode
from datetime import UTC, datetime, timedelta
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import path
from django.utils.html import escape

NOW = datetime(2026, 11, 24, 10, 40, tzinfo=UTC)
SQUARE = (
    "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 80 100' width='800' height='1000'%3E"
    "%3Crect width='80' height='100' fill='{fill}'/%3E"
    "%3Ccircle cx='40' cy='46' r='24' fill='none' stroke='white'/%3E%3C/svg%3E"
)
FACE = (
    "forehead glabella temple-left temple-right crows-feet-left crows-feet-right periorbital-left "
    "periorbital-right cheek-left cheek-right nose upper-lip chin jawline-left jawline-right neck"
)
BODY = (
    "decolletage breast-left breast-right abdomen flank-left flank-right hip-left hip-right buttock-left "
    "buttock-right thigh-left thigh-right knee-left knee-right lower-leg-left lower-leg-right upper-arm-left "
    "upper-arm-right forearm-left forearm-right hand-left hand-right back"
)


class EveryQuestion(forms.Form):
    """One field of each kind the pages use."""

    name = forms.CharField(label="Full name", help_text="As on the passport.")
    birth_date = forms.DateField(label="Birth date", widget=forms.DateInput(attrs={"type": "date"}))
    site = forms.ChoiceField(
        label="Site", choices=[("", "Choose"), ("h", "Harbour Street"), ("m", "Mill Lane")]
    )
    needle = forms.DecimalField(label="Needle length", max_value=3, help_text="From 0.2 to 3.0.")
    pregnant = forms.ChoiceField(
        label="Are you pregnant, or might you be?",
        choices=[("yes", "Yes"), ("no", "No"), ("unknown", "I don't know")],
        widget=forms.RadioSelect,
    )
    wants = forms.MultipleChoiceField(
        label="What would you like to change?",
        choices=[("scars", "Scars"), ("lines", "Fine lines"), ("glow", "Dull skin")],
        widget=forms.CheckboxSelectMultiple,
        help_text="Choose all that matter to you.",
    )
    words = forms.CharField(label="In your own words", widget=forms.Textarea(attrs={"rows": 3}))
    photo = forms.FileField(label="Photograph", help_text="JPEG, PNG, WebP or HEIC, up to 50 MB.")
    agreed = forms.BooleanField(label="I have read and understood the leaflet")


def _areas(codes: str, states: dict[str, str]) -> list[dict[str, Any]]:
    return [
        {
            "code": code,
            "label": code.replace("-", " ").capitalize(),
            "checked": code in {"cheek-left", "thigh-left", "abdomen"},
            "state": states.get(code, ""),
            "forbidden": code.startswith("periorbital"),
            "why": "inside the bony rim: never needled" if code.startswith("periorbital") else "",
        }
        for code in codes.split()
    ]


def contents() -> dict[str, Any]:
    """Everything the gallery shows; nothing in it comes from a database."""
    minute = timedelta(minutes=1)
    return {
        "actor": {"name": "Ana Brandt", "role_label": "Practitioner", "initials": "AB"},
        "clinic": {"name": "Harbour Skin Clinic", "phone": "+44 20 7946 0123", "phone_link": "+442079460123"},
        "demonstration": True,
        "banner": {
            "name": "Amélie Østergård",
            "url": "/",
            "born": "3 May 1984",
            "age": 42,
            "allergies": ["lidocaine", "parabens"],
            "allergies_asked": True,
        },
        "nav": [
            {"label": "Today", "url": "/", "icon": "today", "current": True},
            {"label": "Diary", "url": "/", "icon": "diary", "current": False},
            {"label": "Patients", "url": "/", "icon": "patients", "current": False},
            {"label": "Stock", "url": "/", "icon": "stock", "current": False},
            {"label": "Settings", "url": "/", "icon": "settings", "current": False},
        ],
        "search_url": "/",
        "switch_url": "/",
        "lock_url": "/locked/",
        "lock_minutes": 60,
        "sign_out_url": "/",
        "draft_url": "/draft/",
        "form": EveryQuestion(auto_id="new_%s"),
        "more": EveryQuestion(auto_id="more_%s", prefix="more"),
        "wrong": EveryQuestion({"name": "", "needle": "9", "words": "<b>bold</b>"}, {}, auto_id="wrong_%s"),
        "now": NOW,
        "times": {
            "running": (NOW - 12 * minute, NOW + 18 * minute, NOW + 108 * minute),
            "ready": (NOW - 65 * minute, NOW - 5 * minute, NOW + 55 * minute),
            "over": (NOW - 301 * minute, NOW - 241 * minute, NOW - minute),
        },
        "steps": [
            {"label": "Check", "state": "done", "url": "#main"},
            {"label": "Numb", "state": "done", "url": "#main"},
            {"label": "Device", "state": "here", "url": ""},
            {"label": "Treat", "state": "later", "url": ""},
            {"label": "Soothe", "state": "later", "url": ""},
            {"label": "Sign", "state": "later", "url": ""},
        ],
        "tabs": [
            {"label": "Timeline", "url": "/", "current": True, "count": None},
            {"label": "Photographs", "url": "/", "current": False, "count": 8},
            {"label": "Documents", "url": "/", "current": False, "count": 0},
        ],
        "photos": [
            {
                "src": SQUARE.format(fill="%23876"),
                "alt": "Left cheek, 3 October",
                "label": "3 Oct",
                "url": "/",
            },
            {
                "src": SQUARE.format(fill="%23a98"),
                "alt": "Left cheek, 5 January",
                "label": "5 Jan",
                "url": "/",
                "current": True,
            },
            {"src": SQUARE.format(fill="%23765"), "alt": "Left cheek, 9 March", "label": "9 Mar", "url": ""},
        ],
        "scan_errors": ["The check digit of this code is wrong. Scan the packet again."],
        "pin_errors": ["That is not your PIN. Four tries are left."],
        "face_areas": _areas(FACE, {"forehead": "treated", "chin": "stopped"}),
        "body_areas": _areas(BODY, {"back": "treated", "knee-right": "stopped"}),
        "scalp_areas": _areas("scalp", {"scalp": "treated"}),
    }


DRAFTS: list[dict[str, list[str]]] = []  # what the page sent to be kept, oldest first
SENT: list[dict[str, list[str]]] = []  # what its forms sent


def gallery(request: HttpRequest) -> HttpResponse:
    if request.method == "POST":
        SENT.append({name: [str(value) for value in values] for name, values in request.POST.lists()})
    key = b64encode(32 * request.GET.get("person", "a").encode()).decode()
    return render(request, "gallery.html", {**contents(), "draft_key": key})


def keep_draft(request: HttpRequest) -> JsonResponse:
    DRAFTS.append({name: [str(value) for value in values] for name, values in request.POST.lists()})
    return JsonResponse({"revision": int(request.POST["revision"]) + 1, "saved": "14:02"})


def locked(request: HttpRequest) -> HttpResponse:
    return HttpResponse(f"<title>Locked</title>Locked; then back to {escape(request.POST['next'])}")


urlpatterns = [path("", gallery), path("draft/", keep_draft), path("locked/", locked)]
