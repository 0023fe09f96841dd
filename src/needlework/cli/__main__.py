"""`python -m needlework.cli`: the same as `needlework`."""

from .main import run

run()
