"""Addresses of the pages. Each noun has its own block; public ids are UUIDs."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from .views import accounts, drafts, links, lock, patients

urlpatterns: list[URLPattern | URLResolver] = [
    # log-in and the shared tablet
    path("accounts/", include(accounts.urlpatterns)),
    path("lock/", lock.lock, name="lock"),
    path("lock/open/", lock.switch, name="switch"),
    path("lock/resume/", lock.resume, name="resume"),
    # patients
    path("patients/", patients.listed, name="patients"),
    path("patients/new/", patients.new, name="patient-new"),
    path("patients/<uuid:patient>/details/", patients.details, name="patient-details"),
    path("patients/<uuid:patient>/void/", patients.void, name="patient-void"),
    # patients' own phones
    path("patients/<uuid:patient>/links/", links.make, name="link-new"),
    path("patients/<uuid:patient>/links/<uuid:link>/close/", links.close, name="link-close"),
    path("p/<str:token>/", links.door, name="patient-link"),
    # drafts
    path("drafts/<slug:form>/<uuid:subject>/", drafts.save, name="draft"),
    path("p/<str:token>/drafts/<slug:form>/<uuid:subject>/", drafts.save_of_patient, name="patient-draft"),
]
