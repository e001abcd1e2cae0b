"""What comes in: rulebooks, evidence, scenarios and CMS files, read with every fault at once."""
