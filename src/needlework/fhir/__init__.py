"""The room for the FHIR R4 interface (see docs/decisions). Empty for now: no address leads here."""
