"""Designs, replicates, the runner and the resumable store."""
