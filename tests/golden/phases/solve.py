"""Solve networks by the three-phase power flow of pandapower: the reference of bench.phases.

Not part of the test run: pandapower asks for older packages than ours. In its own environment:

    pip install pandapower==3.* numba
    python solve.py ieee DIR > ieee_eu_lv.json   # the CSV files of the IEEE European LV feeder
    python solve.py house < house.json > house_solved.json
"""

import csv
import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandapower as pp

MINUTES = range(0, 1440, 30)
"""Of the day, besides the peak that the feeder's authors name."""

PEAK = 565
PHASES = "ABC"
VOLTS = 416 / 3**0.5


def rows(path: Path) -> list[dict[str, str]]:
    lines = [line for line in path.read_text().splitlines() if line and not line.startswith("#")]
    return list(csv.DictReader(lines, skipinitialspace=True))


def empty(volts: float) -> tuple[Any, int]:
    """A network of one busbar with a source that does not give way."""
    net = pp.create_empty_network(f_hz=50)
    kv = volts * 3**0.5 / 1000
    head = pp.create_bus(net, kv)
    pp.create_ext_grid(
        net, head, s_sc_max_mva=1e9, rx_max=0.1, r0x0_max=0.1, x0x_max=1.0, vm_pu=1.0
    )
    return net, head


def add_line(net: Any, start: int, end: int, km: float, ohms: list[float]) -> None:
    r1, x1, r0, x0 = ohms
    pp.create_line_from_parameters(
        net,
        start,
        end,
        length_km=km,
        r_ohm_per_km=r1,
        x_ohm_per_km=x1,
        c_nf_per_km=0,
        max_i_ka=10,
        r0_ohm_per_km=r0,
        x0_ohm_per_km=x0,
        c0_nf_per_km=0,
    )


def solved(net: Any) -> dict[str, float]:
    """Loss of all lines and the lowest voltage."""
    pp.runpp_3ph(net, max_iteration=100, tolerance_mva=1e-12)
    lines, buses = net.res_line_3ph, net.res_bus_3ph
    loss = sum(lines[f"p_{p}_{end}_mw"].sum() for p in "abc" for end in ("from", "to"))
    lowest = min(buses[f"vm_{p}_pu"].min() for p in "abc")
    return {"loss_kw": float(loss) * 1000, "lowest_pu": float(lowest)}


def ieee(folder: Path) -> dict[str, Any]:
    codes = {row["Name"]: row for row in rows(folder / "LineCodes.csv")}
    net, head = empty(VOLTS)
    buses = {"1": head}
    for line in rows(folder / "Lines.csv"):
        for name in (line["Bus1"], line["Bus2"]):
            if name not in buses:
                buses[name] = pp.create_bus(net, VOLTS * 3**0.5 / 1000)
        ohms = [float(codes[line["LineCode"]][name]) for name in ("R1", "X1", "R0", "X0")]
        add_line(net, buses[line["Bus1"]], buses[line["Bus2"]], float(line["Length"]) / 1000, ohms)
    loads = rows(folder / "Loads.csv")
    shapes = {row["Name"]: row["File"] for row in rows(folder / "LoadShapes.csv")}
    curves = np.array([curve(folder, shapes[load["Yearly"]]) for load in loads])
    places = [
        pp.create_asymmetric_load(net, buses[load["Bus"]], **{f"p_{p}_mw": 0 for p in "abc"})
        for load in loads
    ]
    found = {}
    for minute in sorted({*MINUTES, PEAK}):
        for place, load, kw in zip(places, loads, curves[:, minute], strict=True):
            phase, factor = load["phases"].lower(), float(load["PF"])
            active = kw * float(load["kW"]) / 1000
            net.asymmetric_load.loc[place, f"p_{phase}_mw"] = active
            net.asymmetric_load.loc[place, f"q_{phase}_mvar"] = active * np.tan(np.arccos(factor))
        found[str(minute)] = solved(net)
    return {"minutes": found}


def curve(folder: Path, name: str) -> list[float]:
    return [float(row["mult"]) for row in rows(folder / "Load Profiles" / name)]


def house(told: dict[str, Any]) -> dict[str, Any]:
    net, head = empty(told["volts"])
    buses = []
    for parent, ohms in zip(told["parent"], told["ohms"], strict=True):
        buses.append(pp.create_bus(net, told["volts"] * 3**0.5 / 1000))
        add_line(net, head if parent < 0 else buses[parent], buses[-1], 1.0, ohms)
    q = np.tan(np.arccos(told["power_factor"]))
    for node, phase in zip(told["node"], told["phase"], strict=True):
        names = "abc" if phase < 0 else "abc"[phase]
        pp.create_asymmetric_load(
            net,
            buses[node],
            **{f"p_{p}_mw": 1e-3 / len(names) for p in names},
            **{f"q_{p}_mvar": 1e-3 * q / len(names) for p in names},
        )
    before = net.asymmetric_load.copy()
    columns = [f"{kind}_{p}_{unit}" for kind, unit in (("p", "mw"), ("q", "mvar")) for p in "abc"]
    found = []
    for hour in range(len(told["kilowatts"][0])):
        for place, kw in enumerate(told["kilowatts"]):
            net.asymmetric_load.loc[place, columns] = before.loc[place, columns] * kw[hour]
        found.append(solved(net))
    return {"hours": found}


if __name__ == "__main__":
    result = ieee(Path(sys.argv[2])) if sys.argv[1] == "ieee" else house(json.load(sys.stdin))
    json.dump(result, sys.stdout, indent=1)
