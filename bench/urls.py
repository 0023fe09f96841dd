"""All addresses of the clinic, and the empty page: everything a page costs before it says anything."""

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import include, path

from needlework.clinic.actions import reading
from needlework.web.visit import Visit, staff_page


@staff_page
def empty(request: Visit) -> HttpResponse:
    """The same middleware, session, log-in, base template and one line in the trail."""
    reading.note(event="page-viewed", by=request.actor, at=request.at, detail={"page": "empty"})
    return render(request, "bench_empty.html")


urlpatterns = [path("bench/empty/", empty, name="bench-empty"), path("", include("needlework.config.urls"))]
