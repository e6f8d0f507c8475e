"""What copy claims, and whether a fact bears it. Pure functions; English and German.

``quantities`` reads numbers with their units, ``detect`` finds the stretches of a text that can be
checked, ``evidence`` turns facts and offer into what they prove, ``support`` brings the two
together.
"""
