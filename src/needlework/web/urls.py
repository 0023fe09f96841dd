"""Addresses of the pages. Each noun has its own block; public ids are UUIDs."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver

urlpatterns: list[URLPattern | URLResolver] = []
