"""All addresses. Each face brings its own."""

from django.urls import include, path

urlpatterns = [
    path("", include("needlework.web.urls")),
]
