"""What each consumer contributes to the losses, in closed form.

A section with phase currents ``Ip`` and resistances ``R``, ``Rn`` loses
``R (Ia^2 + Ib^2 + Ic^2) + Rn |Ia + Ib e^(-j120) + Ic e^(-j240)|^2``. With ``x_i`` the shares of the
phases in consumer ``i`` and ``K_ij = R_shared(i,j) sum_t Ii Ij`` (``N_ij`` the same of the neutral)
that is ``sum_ij Q_ij x_i . x_j - N_ij / 2`` with ``Q = K + 3/2 N``: two consumers of one phase add
``(1 + Rn/R) K_ij``, two of different phases take ``Rn/(2R) K_ij`` away. Nominal voltage and equal
power factors are assumed, so the power flow finds a little more (a few percent of the loss).

The share of a consumer is its Shapley value in this game: half of what each pair adds belongs to
each of the two (Shapley 1953), so shares sum exactly to the loss. A share may be negative: who
evens out a skewed house saves others more than his own heat.
"""

from dataclasses import dataclass

from analytics.phases.network import Consumers, FloatArray, Network


@dataclass(frozen=True, slots=True)
class Coupling:
    """How strongly the currents of ``n`` consumers meet; both of shape ``(n, n)`` [kWh]."""

    same: FloatArray
    """``Q``: what a pair loses when both hang on one phase."""

    relief: FloatArray
    """``N / 2``: what the neutral of a pair is relieved of, whatever the phases."""

    def loss(self, share: FloatArray) -> float:
        """Loss of all when phases are shared so [kWh]; share of shape ``(n, 3)``."""
        return float(((self.same @ share) * share).sum() - self.relief.sum())

    def shares(self, share: FloatArray) -> FloatArray:
        """Contribution of each consumer [kWh], shape ``(n,)``; they sum to the loss."""
        found: FloatArray = ((self.same @ share) * share).sum(axis=1) - self.relief.sum(axis=1)
        return found


def coupling(network: Network, consumers: Consumers, hours: float = 1.0) -> Coupling:
    """Couple the consumers of a network.

    Parameters
    ----------
    hours
        Length of each interval of ``kilowatts``.
    """
    amperes = consumers.amperes_at / network.volts
    met = amperes @ amperes.T * (hours / 1000)
    phase, neutral = network.shared(consumers.node)
    relief = neutral * met / 2
    return Coupling(phase * met + 3 * relief, relief)
