"""The pages of the desk, one module each: its routes, and nothing that another page needs."""
