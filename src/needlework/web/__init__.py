"""The pages: for practitioners on a tablet, for patients on a phone."""
