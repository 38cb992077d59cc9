"""Providers of messages that are not there: push and mail servers on real sockets.

They speak the protocols of the real ones as far as a client sees them, keep what they were given,
and misbehave when told to. Tests and demonstrations send to them; nothing leaves the machine.
"""
