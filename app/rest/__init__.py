"""The plain REST API at /v1: everything that the pages do, for programs."""
