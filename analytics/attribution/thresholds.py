"""When a group alarms and a meter is named: settings of a tenant, moved by its inspections."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Thresholds:
    """How sure the judge must be. The defaults were set on public cases (docs/analytics.md)."""

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

    least_days: int = 4
    """Known days that a judgement needs."""

    noise_share: float = 0.0005
    """Least noise of an hour's balance, as a share of its energy: what the meters are known to
    scatter at best."""

    technical_most: float = 0.14
    """Largest share of technical losses that is taken for granted; what lies above it from the
    first hour on is told as unattributed."""

    culprits: int = 4
    """Most meters that are named at once."""

    saving_share: float = 0.5
    """Share by which a member's own consumption must have dropped to be told as an honest saving,
    when the imbalance did not rise with it."""
