"""When a pattern of flow counts as a leak or a fault: documented settings, one set a commodity."""

from dataclasses import dataclass, replace

from domain.quantities import Commodity


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Settings of the rules; each is what a utility may argue about."""

    continuous: bool = True
    """Whether flow is expected to stop: of electricity and heat it is not."""

    continuous_hours: int = 24
    """Hours without a zero. A flat has a quiet hour each night, a leak has none; electronic
    registers raise their leak flag by the same rule."""

    habit_margin: float = 1.25
    """Over the longest run without a zero of its own past."""

    floor_margin: float = 1.3
    """Lowest hour of a day against the highest such of the past, where there never is a zero."""

    new_meter_hours: int = 48
    """Hours without a zero when no habit is known, or the past knew no zero either."""

    least_history_hours: int = 168
    """Less than a week tells of no habit."""

    longest_gap_hours: int = 6
    """Unknown hours that a run may span; a longer gap ends it."""

    burst_margin: float = 1.2
    """Lowest of two hours together against the highest such of the past at that time of day."""

    burst_share: float = 0.02
    """Least flow of a burst as a share of the meter's largest flow, Qn: 120 l/h of 6 m3/h."""

    burst_over_peak: float = 2.0
    """Two hours by day against the highest hour of the past; guests and gardens come below it."""

    burst_quiet: float = 0.5
    """Share of zeros above which an hour of the day counts as night, and two hours suffice."""

    burst_slots: int = 2
    """Hours of the day around an hour that count as the same time of day."""

    growing_ratio: float = 1.3
    """Flow that never stops against that of three days before."""

    intermittent: bool = True
    """Whether recurring flows are judged: heating recurs by itself."""

    intermittent_sigma: float = 1.2
    """Fewer quiet hours in a week than its past, in standard deviations of days, at the least."""

    intermittent_score: float = 50.0
    """These deviations times the log likelihood ratio of one flow that recurs more often than in
    the past, by day and again at night; with four weeks of past, without journeys."""

    intermittent_young_score: float = 110.0
    """The same with the fewest days of past; between them in proportion."""

    intermittent_least_days: int = 10
    """Days of past against which a week is judged."""

    trickle: bool = True
    """Whether leaks of less than a pulse an hour are judged."""

    trickle_score: float = 13.0
    """Log likelihood of the pulses of hours with a leak against that without, added up since it was
    last nothing."""

    trickle_hours: int = 24
    """Least hours since then: one restless night is no leak."""

    growing: bool = True
    """Whether leaks that grow from nothing are judged."""

    growing_score: float = 5.0
    """Log likelihood ratio of the last three days with a leak that grows against those without,
    as the mean over all courses that are tried."""

    stuck_surprise: float = 12.0
    """Surprise of a run of zeros by its own habit, in nats."""

    stuck_hours: int = 24
    """Least run of zeros where the habit never knew any, as of electricity."""

    absent_hours: int = 168
    """Least run of zeros where people may be away, while the premise's other meters show life."""

    away_hours: int = 504
    """The same while nothing is known of the premise, but the neighbours use as ever."""

    sibling_share: float = 0.5
    """Neighbours count as using as ever above this share of their own past; else it is an outage
    or the end of a season."""

    loss_level: float = 0.45
    """A week against the lowest of the past, in the same hours: pulses are lost."""

    loss_hours: int = 6
    """Scattered zeros in three days of a meter that never had any."""

    reverse_quanta: float = 5.0
    """Pulses of negative flow in a day that are no rounding."""

    delta_k: float = 0.5
    """Least difference of supply and return that heat can come from; two sensors of 0.12 K."""

    warm_k: float = 10.0
    """A difference that only flowing water keeps up."""

    negative_k: float = -1.0
    """A return warmer than the supply: sensors exchanged, or water flowing backwards."""

    heat_hours: int = 24
    """Hours in a row of such a contradiction."""

    negative_hours: int = 6
    """Hours in a row with the return warmer than the supply."""

    @classmethod
    def of(cls, commodity: Commodity) -> "Thresholds":
        """Settings for a commodity.

        Examples
        --------
        >>> Thresholds.of(Commodity.HEAT).continuous
        False
        """
        match commodity:
            case Commodity.GAS:
                # heating comes and goes with the weather: no habit of hours holds for long
                return cls(
                    intermittent=False,
                    growing_score=6.0,
                    burst_share=0.05,
                    burst_quiet=2.0,
                    burst_margin=2.5,
                    burst_over_peak=2.5,
                )
            case Commodity.ELECTRICITY | Commodity.HEAT:
                return cls(continuous=False, trickle=False, growing=False)
            case _:
                return cls()

    def scaled(self, leaks: float, faults: float) -> "Thresholds":
        """Stricter (below 1) or more patient (above 1) by what inspections taught of each.

        The hours after which flow without a pause counts as a leak are never fewer than they are.
        """
        return replace(
            self,
            continuous_hours=round(self.continuous_hours * max(leaks, 1.0)),
            new_meter_hours=round(self.new_meter_hours * max(leaks, 1.0)),
            habit_margin=1 + (self.habit_margin - 1) * leaks,
            burst_margin=1 + (self.burst_margin - 1) * leaks,
            intermittent_score=self.intermittent_score * leaks,
            intermittent_young_score=self.intermittent_young_score * leaks,
            trickle_score=self.trickle_score * leaks,
            growing_score=self.growing_score * leaks,
            stuck_surprise=self.stuck_surprise * faults,
            absent_hours=round(self.absent_hours * faults),
            away_hours=round(self.away_hours * faults),
        )


START_FLOW_L_PER_H = {"horizontal": 15, "vertical": 30}
"""Flow below which a mechanical water meter of class B stands still, by how it is mounted."""


def start_flow_norm(horizontal: int, vertical: int, hours: int) -> int:
    """Litres that meters may at most let pass unmetered because they start too late.

    A norm, not an estimate: leaks below it are explained by the meters themselves.

    Examples
    --------
    >>> start_flow_norm(1, 0, 24), start_flow_norm(0, 1, 24)
    (360, 720)
    """
    flow = START_FLOW_L_PER_H
    return hours * (horizontal * flow["horizontal"] + vertical * flow["vertical"])
