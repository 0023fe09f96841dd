"""Photographs: developed into what may be shown, and later measured."""
