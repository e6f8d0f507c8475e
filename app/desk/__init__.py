"""The desk: the pages that marketers work in. FastAPI, Jinja and htmx; nothing from elsewhere."""
