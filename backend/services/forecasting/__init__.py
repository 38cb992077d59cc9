"""Forecasts of days: learnt at night from a sample, told of anybody, scored afterwards."""
