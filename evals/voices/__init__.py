"""Telling authors apart: how well the style measure does it, on texts of any authors."""
