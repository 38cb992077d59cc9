"""Alerts in English."""

from backend.services.alerts.words.shape import EventStage as S
from backend.services.alerts.words.shape import EventWords, Words
from domain.alerts import AlertKind as K
from domain.quantities import Commodity

WORDS = Words(
    locale="en",
    decimal=".",
    titles={
        K.DAY_LIMIT: "Day limit exceeded",
        K.HOUR_LIMIT: "Hour limit exceeded",
        K.MONTH_FORECAST: "The month is heading above your limit",
        K.LEAK: "Leak",
        K.BURST: "Burst pipe",
        K.NO_DATA: "No readings",
        K.NO_CONSUMPTION: "Nothing is used",
        K.AWAY: "Something is used while nobody is home",
        K.TAMPER: "Tampering",
        K.NEUTRAL_LOSS: "Neutral conductor lost",
        K.PHASE_LOSS: "Phase lost",
        K.VOLTAGE: "Voltage out of range",
        K.ARCING: "Arcing: bad contact",
        K.DELIVERY: "Readings are missing",
        K.IMBALANCE: "Imbalance",
        K.DR_EVENT: "Demand response",
    },
    bodies={
        K.DAY_LIMIT: "{place}: {what} reached {value} on {day}; your limit of a day is {limit}.",
        K.HOUR_LIMIT: "{place}: {what} took {value} in one hour; your limit is {limit}.",
        K.MONTH_FORECAST: (
            "{place}: at this pace {what} will come to {value} this month; your limit is {limit}."
        ),
        K.LEAK: "{place}: {what} seems to leak.",
        K.BURST: "{place}: {what} is running far above anything usual.",
        K.NO_DATA: "{place}: the meter of {what} has told nothing for {value}.",
        K.NO_CONSUMPTION: "{place}: no {what} was used for {value}.",
        K.AWAY: "{place}: {value} of {what} were used in an hour although nobody should be there.",
        K.TAMPER: "{place}: the meter of {what} may have been tampered with.",
        K.NEUTRAL_LOSS: "{place}: the neutral conductor has voltage.",
        K.PHASE_LOSS: "{place}: a phase has lost its voltage.",
        K.VOLTAGE: "{place}: the voltage of a phase is out of range ({value}).",
        K.ARCING: "{place}: arcing was felt; a contact is bad and may burn.",
        K.DELIVERY: "{place}, {what}: {value} of the readings of the last day came; {limit} should.",
        K.IMBALANCE: "{place}, {what}: {value} of what was supplied is missing; the limit is {limit}.",
        K.DR_EVENT: "{place}: a demand response event.",
    },
    causes={
        "leak_sensor": "the leak sensor reports water",
        "magnet": "a magnet was felt at the meter",
        "open_circuit": "the cable to the meter is cut",
        "short_circuit": "the cable to the meter is shorted",
        "zero_crossing": "zero crossings are missing: a conductor was moved",
        "cover": "the cover was opened",
        "phase_loss": "a phase has lost its voltage",
        "neutral_voltage": "the neutral conductor has voltage",
        "phase_voltage": "the voltage of a phase is out of range",
        "arcing": "arcing was felt; a contact is bad and may burn",
        "leak_continuous": "{what} flows without a pause: a leak",
        "leak_growing": "{what} flows by day and night, and more every day: a growing leak",
        "leak_intermittent": "{what} runs again and again at night: a cistern or valve that leaks",
        "leak_trickle": "{what} trickles day and night",
        "leak_burst": "{what} is running far above anything usual: a burst",
        "coolant_loss": "the heat carrier that goes out does not all come back: the mains leak",
        "meter_stuck": "the meter stands still although others say that something is used",
        "reverse_flow": "the meter ran backwards",
        "pulse_loss": "the meter loses pulses",
        "meter_slowed": "the meter counts too little, as with a shunt or magnet",
        "meter_slowed_by_days": "the meter counts too little on some days",
        "meter_silent_hours": "the meter counts nothing in some hours",
        "meter_capped": "the meter counts nothing above a limit",
        "meter_offset": "a steady part of what is used is not counted",
        "meter_clock_skew": "the meter's clock is wrong",
        "unattributed_loss": "energy or water is lost and no meter explains it",
        "balance_meter_fault": "the balance meter itself seems wrong",
    },
    caused="{place}: {cause}.",
    advice={
        K.LEAK: "Look for open taps and running cisterns; close the valve if you find none.",
        K.BURST: "Close the valve now and call the emergency service.",
        K.NEUTRAL_LOSS: "Danger to life and appliances: switch off the main switch, call an electrician.",
        K.ARCING: "Fire hazard: switch off the main switch and call an electrician.",
        K.AWAY: "If somebody you know is there, end the watch in the app.",
    },
    commodities={
        Commodity.ELECTRICITY: "electricity",
        Commodity.WATER_COLD: "cold water",
        Commodity.WATER_HOT: "hot water",
        Commodity.GAS: "gas",
        Commodity.HEAT: "heat",
    },
    units={"m3": "m³"},
    events=EventWords(
        titles={
            S.CALLED: "Please use less: {day}, {begin}–{end}",
            S.MOVED: "New time for using less: {day}, {begin}–{end}",
            S.CANCELLED: "Called off: {day}, {begin}–{end}",
            S.OVER: "It is over: {day}, {begin}–{end}",
        },
        bodies={
            S.CALLED: (
                "{place}: please use less {what} on {day} from {begin} to {end} ({length})."
                " Taking part is up to you."
            ),
            S.MOVED: (
                "{place}: the time has changed. Please use less {what} on {day} from {begin} to"
                " {end} ({length}), and say again whether you take part."
            ),
            S.CANCELLED: (
                "{place}: you were asked to use less {what} on {day} from {begin} to {end}."
                " That is called off; there is nothing to do."
            ),
            S.OVER: "{place}: less {what} was asked for on {day} from {begin} to {end}.",
        },
        staff="{place}: {name}, {day} from {begin} to {end} ({length}), level {level}.",
        electricity={
            1: "Put off washing, drying and charging until it is over.",
            2: "Put off washing, drying and charging, and turn boiler, heater and air conditioner down.",
            3: "Switch off whatever you can do without until it is over.",
        },
        others={
            1: "Put off what can wait until it is over.",
            2: "Use as little as you comfortably can.",
            3: "Use only what you cannot do without.",
        },
        everything="energy and water",
        hours="{value} h",
        minutes="{value} min",
        day="{number} %b",
    ),
    hours="{value} h",
    group="group {name}",
    escalated="Nobody has taken note of this for {hours} hours.",
    why_own="You are told because you made this rule.",
    why_default="You are told because of a rule that everybody in your role has at first; you can switch it off.",
    digest="Your summary: {count}",
    held="While you were not to be disturbed: {count}",
    greeting="Hello {name},",
    open_link="Open",
    settings="Change what you are told of",
)
