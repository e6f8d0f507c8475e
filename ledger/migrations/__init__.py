"""Ordered, small steps from one version of the tables to the next."""

HEAD = "0011"
"""The version that this program works with: the last file's in ``versions/``."""
