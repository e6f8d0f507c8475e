"""Ideas for briefs out of what customers ask: found in remarks, joined, and tied to facts."""
