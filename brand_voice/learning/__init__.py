"""Learning a brand's voice from what it has written.

``files`` reads what people hand in, ``reading`` makes documents of it that hold nobody's data,
``habits``, ``wording`` and ``frames`` measure them, ``proposal`` makes a guide of the measures, and
``guide_text`` writes it as a file that a person edits.
"""
