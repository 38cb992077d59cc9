"""When a group alarms and a meter is named: settings of a tenant, moved by its inspections."""

from dataclasses import dataclass, replace
from typing import Self

_STEP = 0.25
_EASE = 0.05
_LIMITS = {"alarm": (5.0, 9.0), "accuse": (4.0, 20.0)}


@dataclass(frozen=True, slots=True)
class Thresholds:
    """How sure the judge must be. The defaults were set on public cases (docs/measured.md)."""

    alarm: float = 5.5
    """Least deviation of the unexplained imbalance, in standard deviations of the best explanation,
    for an alarm. One more makes false alarms about a hundred times rarer."""

    placebo: float = 1.5
    """Times by which the best explanation must beat the best impossible one (the same shapes with
    energy that appears instead of vanishing): what a group's own model errors can feign."""

    accuse: float = 6.0
    """Log-likelihood by which a meter must explain the imbalance better than an unmetered load
    does; below it the loss is unattributed and nobody is named."""

    least_share: float = 0.0005
    """Smallest loss worth a finding, as a share of the energy of the group since it began."""

    least_days: int = 2
    """Known days that a judgement needs."""

    noise_share: float = 0.0005
    """Least noise of an hour's balance, as a share of its energy: what the meters are known to
    scatter at best."""

    clock_s: float = 60.0
    """What clocks may be off at all times [s]: it widens the noise, so that no step of a load is
    taken for a theft."""

    least_skew_s: float = 300.0
    """Clock error that is worth a finding [s]."""

    technical_most: float = 0.14
    """Largest share of technical losses that is taken for granted; what lies above it from the
    first hour on is told as unattributed."""

    culprits: int = 4
    """Most meters that are named at once."""

    saving_share: float = 0.5
    """Share by which a member's own consumption must have dropped to be told as an honest saving,
    when the imbalance did not rise with it."""

    def after(self, *, named: int, confirmed: int, alarms: int, justified: int) -> Self:
        """Move the settings by what inspections found.

        Each wrong alarm raises ``alarm``, and each meter named wrongly ``accuse``, five times as
        much as one that was right lowers it, so that they settle where one in six is wrong, within
        limits that no run of luck can leave. The share of an alarm is
        a quarter of a standard deviation, that of a name four times that log-likelihood.

        Parameters
        ----------
        named, confirmed
            Members that were named and inspected since the last time, and how many rightly.
        alarms, justified
            Alarms that were looked into, and how many had a cause.

        Examples
        --------
        >>> Thresholds().after(named=2, confirmed=1, alarms=1, justified=1).accuse
        6.8
        """
        alarm = self.alarm + _STEP * (alarms - justified) - _EASE * justified
        accuse = self.accuse + 4 * (_STEP * (named - confirmed) - _EASE * confirmed)
        low, high = _LIMITS["alarm"]
        least, most = _LIMITS["accuse"]
        return replace(
            self,
            alarm=round(min(max(alarm, low), high), 4),
            accuse=round(min(max(accuse, least), most), 4),
        )
