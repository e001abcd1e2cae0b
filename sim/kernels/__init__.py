"""Compiled kernels: counter-based draws, health, spending, one fused beneficiary-year. Only numpy and numba."""
