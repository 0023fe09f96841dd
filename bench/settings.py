"""The settings of the benchmark: those of the clinic, and one empty page. No installation ever reads this file."""

from needlework.config.settings import *  # noqa: F403
from needlework.config.settings import TEMPLATES

ROOT_URLCONF = "bench.urls"
TEMPLATES[0]["OPTIONS"]["loaders"][0][1].append(  # type: ignore[index]
    ("django.template.loaders.locmem.Loader", {"bench_empty.html": '{% extends "base.html" %}'})
)
