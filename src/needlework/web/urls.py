"""Addresses of the pages. Each noun has its own block; public ids are UUIDs."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from .views import (
    accounts,
    appointments,
    checkins,
    documents,
    drafts,
    links,
    lock,
    patients,
    photos,
    results,
    reviews,
    timelines,
    today,
)

urlpatterns: list[URLPattern | URLResolver] = [
    # today and the diary
    path("", today.today, name="home"),
    path("today/", today.today, name="today"),
    path("diary/", appointments.day, name="diary"),
    path("diary/week/", appointments.week, name="diary-week"),
    path("diary/new/", appointments.new, name="appointment-new"),
    path("diary/<uuid:appointment>/", appointments.appointment, name="appointment"),
    path("diary/<uuid:appointment>/move/", appointments.move, name="appointment-move"),
    path("diary/<uuid:appointment>/cancel/", appointments.cancel, name="appointment-cancel"),
    path("diary/<uuid:appointment>/missed/", appointments.missed, name="appointment-missed"),
    path("diary/<uuid:appointment>/arrived/", appointments.arrived, name="appointment-arrived"),
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
    # the patient's page, photographs and what comes after a treatment
    path("patients/<uuid:patient>/", timelines.patient, name="patient"),
    path("photos/<uuid:public_id>/<slug:size>/", photos.photo, name="photo"),
    path("p/<str:token>/photos/<uuid:public_id>/<slug:size>/", photos.photo_of_patient, name="patient-photo"),
    path("check-ins/", checkins.listed, name="checkins"),
    path("check-ins/<uuid:public_id>/", checkins.checkin, name="checkin"),
    path("p/<str:token>/check-in/", checkins.on_phone, name="patient-checkin"),
    path("reviews/", reviews.listed, name="reviews"),
    path("reviews/<uuid:public_id>/", reviews.review, name="review"),
    path("courses/<uuid:course>/reviews/new/", reviews.new, name="review-new"),
    path("p/<str:token>/results/", reviews.on_phone, name="patient-results"),
    path("documents/<uuid:public_id>/", documents.document, name="document"),
    path("p/<str:token>/documents/<uuid:public_id>/", documents.document_of_patient, name="patient-document"),
    path("results/", results.results, name="results"),
    # drafts
    path("drafts/<slug:form>/<uuid:subject>/", drafts.save, name="draft"),
    path("p/<str:token>/drafts/<slug:form>/<uuid:subject>/", drafts.save_of_patient, name="patient-draft"),
]
