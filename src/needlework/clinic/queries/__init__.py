"""What may be read, by whom. Nothing here writes."""
