"""Agents that live in columns: a library on Mesa, for populations of any kind."""
