"""The starting world of a replicate: markets, practices, people, ACOs, and how they are observed."""
