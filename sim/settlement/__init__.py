"""Programs behind one door: from experience to benchmark to money, whichever program an ACO is in."""
