"""The faces of Mainspring: the command line, the public endpoint, settings and the workspace."""
