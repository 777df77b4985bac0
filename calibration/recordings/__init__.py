"""Recordings of other laboratories: their file layouts."""
