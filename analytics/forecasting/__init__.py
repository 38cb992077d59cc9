"""Forecasts of consumption: the next day by hours, and the month's end."""
