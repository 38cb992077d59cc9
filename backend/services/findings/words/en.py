"""Findings and checks in English."""

from backend.services.findings.words.shape import Words
from domain.quantities import Commodity

_PARTS = {
    "leak_continuous": " {what} has flowed without a pause for {hours:n} hours, since {since}, at"
    " no less than {flow:q} an hour",
    "run_before": "; the longest such run before was {habit_longest:n} hours.",
    "never_quiet": "; an hour without flow was never seen, so it may also be how the place is"
    " used.",
    "habit_unknown": "; how long it usually flows is not known yet.",
    "flowed": " About {amount:q} have flowed in that way.",
    "leak_growing": " {what} flows without a pause since {since}, and more every day: no less than"
    " {flow:q} an hour now, {floor_before:q} three days ago. At least {amount:q} are lost so far.",
    "growing_pulses": " pulses come by day and night since {since}, ever closer: a leak of about"
    " {flow:q} an hour now, {flow_before:q} a day ago. About {amount:q} are lost so far.",
    "leak_intermittent": " for about a week, since {since}, flows of about {level:q} an hour recur"
    " by day and night; {quiet_now_pct:n} % of the hours are quiet, {quiet_before_pct:n} % were"
    " before. About {amount:q} were lost in that week.",
    "leak_burst": " {flow:q} an hour flow since {since}, for {hours:n} hours now; more than"
    " {habit_highest:q} an hour was never usual at this time. About {amount:q} flowed beyond the"
    " usual.",
    "leak_trickle": " single pulses come in hours that were always quiet, since {since}: the"
    " longest quiet stretch of the last three days was {longest_quiet:n} hours, never below"
    " {habit_shortest:n} before. About {flow:q} an hour flow.",
    "trickle_pulses": " single pulses come by day and night, since {since}: in {pulses:n} of"
    " {idle_hours:n} hours without other use, where {pulses_usual:n} would be usual. About"
    " {flow:q} an hour flow.",
    "meter_stuck": " nothing was counted for {hours:n} hours, since {since}. It used to count"
    " {flow:q} an hour and never stood still for more than {habit_longest_zero:n} hours",
    "beside": "; the neighbours use {siblings_pct:n} % of theirs",
    "not_counted": ". About {amount:q} were not counted.",
    "pulse_loss": " it counts {level_pct:n} % of what it used to since {since}, in the same hours"
    " and with {zeros:n} hours of zero",
    "reverse_flow": " it counted {amount:q} backwards in {hours:n} hours since {since}.",
    "heat_flow_without_delta": " heat is counted though supply and return differ by {delta_k:k} K"
    " only, for {hours:n} hours, since {since}.",
    "heat_delta_without_flow": " supply and return differ by {delta_k:k} K, but nothing is"
    " counted, for {hours:n} hours, since {since}.",
    "heat_negative_delta": " the return is {negative_k:k} K warmer than the supply, for {hours:n}"
    " hours, since {since}.",
    "coolant_loss": " {lost_kg:n} kg of heat carrier went out since {since} and did not come back,"
    " {share:f} of what was sent and {kg_per_hour:n} kg an hour: more than two volume meters of"
    " class 2 may differ by. With it went about {amount:q} of heat.",
    "meter_slowed": " the loss follows its readings hour by hour: it misses {share:p} of what"
    " flows",
    "meter_slowed_by_days": " the loss follows its readings within each day, with a share that"
    " changes from day to day: it misses {share:p} in all",
    "meter_silent_hours": " energy vanishes in just the hours in which it counts nothing",
    "meter_capped": " energy vanishes in just the hours in which it stands at its largest reading",
    "suspect_stuck": " it counts nothing since, and what it used to take vanishes",
    "meter_offset": " a constant flow is missing while it counts",
    "meter_clock_skew": " the loss follows the steps of its readings and sums to nothing: its"
    " hours lie wrong by {share:p} of an hour",
    "from_first": " from the first hour of the weeks looked at on",
    "level_fell": "; its own level fell as that foretells",
    "level_stayed": "; its own level did not fall as that foretells",
    "missing": ". Since {since} about {amount:q} (with 80 % {low:q} to {high:q}) were not counted,"
    " {share:p} of its flow.",
    "so_since": ". It has been so since {since}.",
    "look_for": " Look for: {causes}.",
    "unattributed_loss": " the imbalance rose, and no meter's readings explain it: a connection"
    " before the meters, or a load without one",
    "above_norm": " losses of {losses:f} lie above the norm of {norm:f} from the first hour of the"
    " weeks looked at on; nothing tells whose they are",
    "vanished": ". Since {since} about {amount:q} (with 80 % {low:q} to {high:q}) vanished.",
    "balance_stuck": " the balance meter counts nothing while its members do, since {since}.",
    "balance_gain_step": " the gain of the balance meter changed by {size:f}: the loss follows the"
    " sum of all members, and no member alone, since {since}.",
    "balance_offset_step": " the balance meter counts {size:q} an hour too little, since {since};"
    " no load can do that.",
    "balance_below_members": " the balance meter counts {size:f} less than its members together,"
    " since {since}: it or one of them is set up wrong.",
    "honest_saving": " it takes less than it used to, and the imbalance did not rise: an honest"
    " saving, or nobody is at home. About {amount:q} less than expected were taken since {since};"
    " the balance of the group agrees, so nothing needs to be done.",
    "reported": " Its module reported {reports}.",
    "do_leak_continuous": " Look for a running cistern, a dripping tap, a boiler valve or a pipe.",
    "do_leak_growing": " Look for it soon: it will not stay as small as it is.",
    "do_leak_intermittent": " Look at cisterns and at appliances that refill by themselves.",
    "do_leak_burst": " Have the valve of the premise closed and somebody look at once.",
    "do_leak_trickle": " Look for a dripping tap, a cistern that does not close or a safety valve.",
    "do_gas": " Gas may be escaping: have the supply closed and the installation checked at once.",
    "do_meter_stuck": " Compare the dial with the reading, then check meter, pulse sensor and"
    " cable.",
    "do_pulse_loss": " Compare the dial with the reading, then check sensor, cable and contacts.",
    "do_reverse_flow": " Check the direction of the meter and the non-return valve.",
    "do_heat_flow_without_delta": " Check whether both sensors sit on the right pipes.",
    "do_heat_delta_without_flow": " Check the flow meter and its pulse sensor.",
    "do_heat_negative_delta": " Check whether supply and return sensors are exchanged.",
    "do_coolant_loss": " Walk the mains and look for leaks, for taps of heat carrier, and compare"
    " both volume meters.",
    "nobody_close": " No meter's readings come near it.",
    "closest": " Nobody is named: it may as well be a load without a meter. To be looked at first,"
    " by their readings: {closest}. Compare their dials with the readings and look at seals and"
    " terminals.",
    "do_unattributed_loss": " Walk the lines before the meters, from the inlet on, and look for"
    " connections that have none; measure branch by branch and compare with the meters behind it.",
    "do_suspect": " Inspect it on the spot and against a reference meter before anybody is charged.",
    "do_clock": " Set the clock of the meter or of its module: no energy is lost, only its hours.",
    "do_balance_meter": " Check it against a reference meter, and how it is set up: pulse"
    " constant, ratio of transformers. Until then the balance of the group tells nothing of the meters below it.",
}

_CHECKS = {
    "no_meter_due": "No meter of a subscriber was due in that week.",
    "meters_bad": "{coverage:f} of the hours of all meters below are known; meters that seem to be"
    " faulty: {count:n}.",
    "meters_good": "{coverage:f} of the hours of all meters below are known, and none seems"
    " faulty.",
    "no_balance_meter": "The group has no balance meter; put one before at most 100 meters.",
    "balance_wrong": "{fed:f} of its hours are known; it seems to count wrong.",
    "balance_few": "{fed:f} of its hours are known; too few to tell.",
    "balance_good": "{fed:f} of its hours are known, and they fit those below.",
    "no_heat": "No heat is delivered here.",
    "heat_unknown": "Heat in and heat out are not both known.",
    "heat_lost": "{lost:f} of the heat is lost on the way; {norm:p} is the norm.",
    "coolant_found": "More coolant went out than came back: look for leaks and taps.",
    "coolant_unmetered": "The coolant is not metered in both pipes at the inlet.",
    "coolant_few": "Volumes and temperatures are known in {known:f} of the week.",
    "coolant_lost": "{lost:f} of the coolant that went out did not come back: look for leaks and"
    " taps.",
    "coolant_gained": "{gained:f} more coolant comes back than goes out: a volume meter is wrong.",
    "coolant_good": "{lost:f} of the coolant that went out did not come back, within what two"
    " meters may differ by.",
    "vanishes": "Energy vanishes that no meter explains: look for connections before the meters.",
    "no_balance": "Without a balance nothing can be said of what no meter sees.",
    "nothing_beyond": "The balance misses {lost:f}, and nothing beyond losses and named meters.",
    "manipulated": "Meters that count less than flows, by their balance: {count:n}; inspect them.",
    "no_balance_of_meters": "Without a balance nothing can be said of what meters leave out.",
    "no_gap": "No meter leaves a gap in the balance.",
    "named": "Meters or leaks that are named: {count:n}; each finding says what to do.",
    "nothing_known": "Nothing of the meters below is known.",
    "none_named": "No meter and no leak is named.",
}

_CLOSEST = {
    "meter_slowed": "the loss resembles what it counts",
    "meter_slowed_by_days": "the loss resembles what it counts within each day",
    "meter_silent_hours": "energy vanishes while it counts nothing",
    "meter_capped": "energy vanishes while it stands at its largest reading",
    "meter_stuck": "it counts nothing since",
    "meter_offset": "it takes less since about that day",
}

_CAUSES = {
    "current_shunt": "shunt across the current circuit",
    "voltage_resistor": "resistor in the voltage circuit",
    "transformer_magnet": "magnet on the current transformers",
    "phase_without_voltage": "one or two phases of a three-phase meter without voltage",
    "reset_daily": "shunt or magnet set anew from day to day",
    "bypass_by_hour": "bypass switched in by the hour",
    "voltage_by_hour": "voltage circuit opened by the hour",
    "saturated_transformer": "saturated current transformer",
    "load_past_meter": "load above a limit led past the meter",
    "voltage_unscrewed": "voltage circuit unscrewed",
    "full_bypass": "full bypass",
    "meter_failed": "meter or pulse output failed",
    "circuit_past_meter": "one appliance or circuit led past the meter",
    "clock_off": "clock of the meter or its module is off",
    "coupling_demagnetised": "demagnetised coupling",
    "impeller_trimmed": "trimmed impeller",
    "magnet_brake": "magnet braking a dry meter",
    "worn_meter": "worn meter",
    "magnet_daily": "magnet set anew from day to day",
    "magnet_by_hour": "magnet stops a dry meter by the hour",
    "below_start_upright": "flow below the starting flow of a meter mounted upright",
    "coupling_slips": "slipping coupling at high flow",
    "magnet_stop": "magnet stops a dry meter",
    "reversed_or_blocked": "reversed or blocked meter",
    "pulse_output_failed": "pulse output failed",
    "tap_before_meter": "a tap or branch before the meter",
    "below_start": "flow below the starting flow",
    "sensor_displaced": "temperature sensor displaced",
    "radiators_added": "radiator sections added",
    "worn_flow_meter": "worn flow meter",
    "sensors_broken": "temperature sensors open or short",
    "flow_meter_blocked": "flow meter blocked",
    "unmetered_heated": "unmetered premises or balcony heated",
}

WORDS = Words(
    locale="en",
    decimal=".",
    months=(
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ),
    moment="{day} {month} {year}, {time}",
    units={},
    commodities={
        Commodity.ELECTRICITY: "electricity",
        Commodity.WATER_COLD: "cold water",
        Commodity.WATER_HOT: "hot water",
        Commodity.GAS: "gas",
        Commodity.HEAT: "heat",
    },
    heads={
        "electricity": "Electricity meter {serial} ({place}):",
        "water_cold": "Cold water meter {serial} ({place}):",
        "water_hot": "Hot water meter {serial} ({place}):",
        "gas": "Gas meter {serial} ({place}):",
        "heat": "Heat meter {serial} ({place}):",
        "group": "{place}:",
        "balance_meters": "balance meters of {place}:",
    },
    parts=_PARTS,
    causes=_CAUSES,
    reports={
        "magnet": "a magnet",
        "open_circuit": "an open circuit",
        "short_circuit": "a short circuit",
        "cover": "an opened cover",
        "zero_crossing": "a missing zero crossing",
        "tamper": "tampering",
    },
    closest=_CLOSEST,
    near="{who}: {why}",
    on="{report} on {moment}",
    more="{listed} and {count} times more",
    checks=_CHECKS,
)
