"""The house's manner: fifty different briefs must give fifty different, correct pieces."""
