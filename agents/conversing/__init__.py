"""What the assistant's two minds share, a model and the house's own: tools, and how they show."""
