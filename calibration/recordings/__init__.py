"""Recordings of other laboratories and formats: their file layouts, and importers."""
