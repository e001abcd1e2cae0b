"""Who acts: Mesa agents, ordinary ones and populations whose agents are rows of columns."""
