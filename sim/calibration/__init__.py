"""Fitting the free constants of health and spending to published figures, and showing how well they fit."""
