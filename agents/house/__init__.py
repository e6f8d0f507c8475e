"""The house writer's answers, one task a module: composed by rule, without a model."""
