"""Columns of the metering file, in the order of the contract's "Metering import"."""

REQUIRED = (
    "site_path",
    "site_kinds",
    "premise",
    "commodity",
    "role",
    "meter_serial",
    "pulse_constant",
    "installed_at",
    "initial_index",
    "concentrator",
    "network",
    "channel",
)

OPTIONAL = (
    "initial_counter",
    "wrap",
    "capacity",
    "module",
    "input",
    "phase",
    "quantity",
    "accuracy_class",
    "area_m2",
    "persons",
    "rooms",
    "heating",
    "radiators",
    "riser",
    "latitude",
    "longitude",
    "street_address",
    "postal_code",
    "locality",
    "country",
    "removed_at",
    "final_index",
)

COLUMNS = (*REQUIRED, *OPTIONAL)
