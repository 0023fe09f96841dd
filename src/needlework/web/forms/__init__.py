"""Shape and type of what is typed, by noun. No rules here."""
