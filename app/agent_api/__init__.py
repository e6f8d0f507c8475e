"""/api: the part of the LangGraph Agent Server API that its public clients use, over this
workspace's own graphs, checkpoints and ledger."""
