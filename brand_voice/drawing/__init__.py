"""Draws the pictures of the example brand, which are no photographs: ``python -m
brand_voice.drawing``. Every watch is drawn to the same scale, so that 34 mm looks smaller than
41 mm; rings and tools have a scale of their own."""
