"""The demonstration clinic: invented people living through the real actions."""
