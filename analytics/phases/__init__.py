"""Losses in the conductors of a house, phase by phase, and who should hang on which phase.

Three rooms: :mod:`network` says what hangs where on which conductors, :mod:`power_flow` computes
voltages and losses exactly, :mod:`sharing` and :mod:`moves` use the closed form to say what each
consumer contributes and what moving a few of them would save.
"""
