"""Numbers from numbers: registers, balances, forecasts. No I/O, no clock, no randomness."""
