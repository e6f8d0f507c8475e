"""The data audit's figures: what the sources know of whom, where they disagree, what is stale."""
