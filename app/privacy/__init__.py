"""The rights of people: what is held about one of them, and erasing it, with proof."""
