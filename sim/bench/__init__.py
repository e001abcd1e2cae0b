"""How fast the simulation is on this machine, measured against the same rules as ordinary Mesa objects."""
