"""One short function per page, by noun."""
