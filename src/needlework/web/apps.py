"""The pages, as Django sees them."""

from django.apps import AppConfig


class WebConfig(AppConfig):
    """Server-rendered pages."""

    name = "needlework.web"
    label = "web"
