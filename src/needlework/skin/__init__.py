"""The science: numpy in, numbers out. No Django, no clock, no database, no network."""
