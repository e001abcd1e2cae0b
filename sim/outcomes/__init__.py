"""Result variables, ledgers, summaries and their Monte Carlo error."""
