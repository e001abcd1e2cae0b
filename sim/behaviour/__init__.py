"""What agents decide: one file a decision, each its parameters and a pure function over arrays."""
