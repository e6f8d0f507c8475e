"""What a campaign changed, and how sure one can be: mathematics without I/O."""
