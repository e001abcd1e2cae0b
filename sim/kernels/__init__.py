"""Compiled kernels: counter-based draws, health, spending, one fused year. Imports only numpy and numba."""
