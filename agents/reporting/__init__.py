"""The parts of a report: its question, its effects, its words."""
