"""The numbers of a brief, each reckoned by code: offer, time, test size, doubts, alternatives."""
