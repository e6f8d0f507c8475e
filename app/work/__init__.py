"""The audit of the team's work: by task, never by person; and the road that pays."""
