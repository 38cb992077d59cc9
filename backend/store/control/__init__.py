"""Commands to actuators, their policy and their release."""
