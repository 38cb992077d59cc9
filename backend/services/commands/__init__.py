"""Commands to devices: asked for, approved, released, acknowledged, verified, expired.

Each step is one transaction that moves commands along the states of :mod:`domain.commands` and
writes a row for each transition. Nothing is sent from here: the gateway asks what is released.
"""
