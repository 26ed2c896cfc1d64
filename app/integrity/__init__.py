"""The pages of integrity flags: a list, each flag with its evidence, the unit's explanation, the decision."""
