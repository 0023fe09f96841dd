"""Needlework: a clinic system for medical micro-needling."""
