"""What may be done. The only rooms that write; every action writes its line in the trail."""
