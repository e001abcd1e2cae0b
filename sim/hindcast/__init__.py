"""MSSP as it was: real entrants simulated under the rules of their day, held against what CMS published."""
