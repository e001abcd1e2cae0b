"""What the program rules say: pure functions over arrays, one file per chapter of the rules."""
