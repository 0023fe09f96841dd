"""Addresses of the pages. Each noun has its own block; public ids are UUIDs."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from .views import (
    accounts,
    appointments,
    checkins,
    consents,
    consultations,
    courses,
    documents,
    drafts,
    links,
    lock,
    patients,
    photos,
    results,
    reviews,
    screenings,
    settings,
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
    # settings
    path("settings/", settings.clinic, name="settings"),
    path("settings/sites/", settings.sites, name="settings-sites"),
    path("settings/staff/", settings.staff, name="settings-staff"),
    path("settings/staff/new/", settings.new_staff, name="settings-new-staff"),
    path("settings/staff/<uuid:person>/", settings.person, name="settings-person"),
    path("settings/staff/<uuid:person>/account/", settings.account_state, name="settings-account-state"),
    path(
        "settings/staff/<uuid:person>/credentials/", settings.add_credential, name="settings-credential-new"
    ),
    path(
        "settings/staff/<uuid:person>/credentials/<uuid:credential>/void/",
        settings.void_credential,
        name="settings-credential-void",
    ),
    path("settings/protocols/", settings.protocols, name="settings-protocols"),
    path("account/", settings.account, name="account"),
    path("account/forget-device/", settings.forget_device, name="forget-device"),
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
    # suitability, consultation, plan and consent
    path("patients/<uuid:patient>/history/", screenings.history, name="history"),
    path("patients/<uuid:patient>/history/new/", screenings.new, name="history-new"),
    path("patients/<uuid:patient>/history/more/<slug:code>/", screenings.more, name="history-more"),
    path("findings/<uuid:finding>/override/", screenings.override, name="finding-override"),
    path("p/<str:token>/history/", screenings.on_phone, name="patient-history"),
    path("patients/<uuid:patient>/consultation/", consultations.new, name="consultation-new"),
    path("patients/<uuid:patient>/consultation/parts/", consultations.parts, name="consultation-parts"),
    path("consultations/<uuid:public_id>/", consultations.consultation, name="consultation"),
    path(
        "consultations/<uuid:public_id>/photographs/",
        consultations.photographs,
        name="consultation-photographs",
    ),
    path("courses/<uuid:public_id>/", courses.course, name="course"),
    path("courses/<uuid:public_id>/close/", courses.close, name="course-close"),
    path("courses/<uuid:public_id>/plan/", courses.new, name="plan-new"),
    path("courses/<uuid:public_id>/plan/check/", courses.check, name="plan-check"),
    path("plans/<uuid:public_id>/", courses.plan, name="plan"),
    path("plans/<uuid:plan>/consent/", consents.consent, name="consent"),
    path("consents/<uuid:public_id>/print/", consents.printed, name="consent-print"),
    path("consents/<uuid:public_id>/withdraw/", consents.withdraw, name="consent-withdraw"),
    path("treatments/<uuid:treatment>/consent/confirm/", consents.confirm, name="consent-confirm"),
    path(
        "treatments/<uuid:treatment>/consent/countersign/", consents.countersign, name="consent-countersign"
    ),
    path("settings/consent-texts/", consents.texts, name="consent-texts"),
    path("p/<str:token>/consent/", consents.on_phone, name="patient-consent"),
    path("p/<str:token>/consent/withdraw/", consents.withdraw_on_phone, name="patient-consent-withdraw"),
    path("p/<str:token>/confirm/", consents.confirm_on_phone, name="patient-reconfirm"),
    # drafts
    path("drafts/<slug:form>/<uuid:subject>/", drafts.save, name="draft"),
    path("p/<str:token>/drafts/<slug:form>/<uuid:subject>/", drafts.save_of_patient, name="patient-draft"),
]
