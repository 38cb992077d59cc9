"""Losses by phase against a reference power flow, the best assignment, and what advice costs.

``--feeder`` is a folder with the CSV files of the IEEE European LV test feeder; the golden solution
of its lines was made with pandapower (tests/golden/phases). The feeder's voltage sources and
transformer are left out of both: the busbar of the substation holds its voltage.
"""

import argparse
import csv
import json
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from analytics.phases import moves, power_flow, sharing
from analytics.phases.network import PHASES, Consumers, FloatArray, Network, one_hot

GOLDEN = Path("tests/golden/phases/ieee_eu_lv.json")
VOLTS = 416 / 3**0.5
SMALL = range(3, 12)
HOUSES_A_SIZE = 12
FLATS, MONTH = 100, 30 * 24
ROUNDS = 20


def rows(path: Path) -> list[dict[str, str]]:
    """Rows of a CSV file of the feeder, its remarks left out."""
    lines = [line for line in path.read_text().splitlines() if line and not line.startswith("#")]
    return list(csv.DictReader(lines, skipinitialspace=True))


def feeder(folder: Path) -> tuple[Network, list[dict[str, str]], dict[str, int]]:
    """The network, its loads, and the node of each bus."""
    codes = {row["Name"]: row for row in rows(folder / "LineCodes.csv")}
    lines = rows(folder / "Lines.csv")
    nodes, parent = {"1": -1}, list[int]()
    phase, neutral = list[complex](), list[complex]()
    while lines:
        later = []
        for line in lines:
            if line["Bus1"] not in nodes:
                later.append(line)
                continue
            code, km = codes[line["LineCode"]], float(line["Length"]) / 1000
            positive = complex(float(code["R1"]), float(code["X1"])) * km
            zero = complex(float(code["R0"]), float(code["X0"])) * km
            nodes[line["Bus2"]] = len(parent)
            parent.append(nodes[line["Bus1"]])
            phase.append(positive)
            neutral.append((zero - positive) / 3)
        if len(later) == len(lines):
            raise SystemExit(f"{len(lines)} lines of {folder} do not hang on bus 1")
        lines = later
    network = Network(np.array(parent), np.array(phase), np.array(neutral), VOLTS)
    return network, rows(folder / "Loads.csv"), nodes


def error_pct(folder: Path, golden: Path) -> dict[str, float]:
    """Largest and total difference of the losses from the golden solution, over its minutes."""
    wanted = json.loads(golden.read_text())["minutes"]
    minutes = [int(name) for name in wanted]
    network, loads, nodes = feeder(folder)
    files = {row["Name"]: row["File"] for row in rows(folder / "LoadShapes.csv")}
    curves = [
        [float(row["mult"]) for row in rows(folder / "Load Profiles" / files[load["Yearly"]])]
        for load in loads
    ]
    scale = np.array([float(load["kW"]) for load in loads])
    consumers = Consumers(
        np.array([nodes[load["Bus"]] for load in loads]),
        one_hot(np.array(["ABC".index(load["phases"]) for load in loads])),
        np.array(curves)[:, minutes] * scale[:, None],
        np.array([float(load["PF"]) for load in loads]),
    )
    start = time.perf_counter()
    flow = power_flow.solve(network, consumers)
    took = time.perf_counter() - start
    golden_kw = np.array([wanted[str(minute)]["loss_kw"] for minute in minutes])
    golden_pu = np.array([wanted[str(minute)]["lowest_pu"] for minute in minutes])
    pu = np.abs(flow.voltage).min(axis=(0, 1)) / VOLTS
    closed = sharing.coupling(network, consumers).loss(consumers.share)
    total = float(golden_kw.sum())
    return {
        "error_pct": float(np.abs(flow.loss / golden_kw - 1).max() * 100),
        "total_error_pct": abs(float(flow.loss.sum()) / total - 1) * 100,
        "lowest_voltage_error_pct": float(np.abs(pu - golden_pu).max() * 100),
        "closed_form_error_pct": abs(closed / total - 1) * 100,
        "power_flow_ms_an_hour": took * 1000 / len(minutes),
    }


def house(chance: np.random.Generator, flats: int, hours: int) -> tuple[Network, Consumers]:
    """A riser with flats on it at random, most of them on few phases, as houses are found."""
    floors = max(3, flats // 4)
    ohm = chance.uniform(0.002, 0.01, floors).astype(complex)
    network = Network(np.arange(floors) - 1, ohm, ohm * complex(chance.uniform(1, 1.6)))
    load = chance.gamma(0.8, 0.8, (flats, hours)) * chance.uniform(0.2, 2.0, (flats, 1))
    phase = chance.choice(PHASES, flats, p=(0.5, 0.3, 0.2))
    at = chance.integers(0, floors, flats)
    return network, Consumers(at, one_hot(phase), load, np.full(flats, 0.97))


def least(coupling: sharing.Coupling) -> float:
    """Loss of the best of all assignments, the first consumer on the first phase."""
    count = len(coupling.same)
    labels = np.indices((PHASES,) * (count - 1)).reshape(count - 1, -1).T
    placed = np.eye(PHASES)[np.hstack([np.zeros((len(labels), 1), dtype=int), labels])]
    loss: FloatArray = np.einsum("anp,nm,amp->a", placed, coupling.same, placed, optimize=True)
    return float(loss.min() - coupling.relief.sum())


def optimum(chance: np.random.Generator) -> dict[str, float]:
    """How many small houses get the best assignment there is."""
    found = 0
    for flats in SMALL:
        for _ in range(HOUSES_A_SIZE):
            network, consumers = house(chance, flats, 168)
            coupled = sharing.coupling(network, consumers)
            best = moves.best(coupled, consumers.share, np.arange(flats))
            found += coupled.loss(best) <= least(coupled) * (1 + 1e-9)
    houses = len(SMALL) * HOUSES_A_SIZE
    return {"optimum_found_pct": 100 * found / houses, "optimum_houses": houses}


@dataclass(frozen=True, slots=True)
class Advice:
    """What a house is told."""

    coupled: sharing.Coupling
    few: list[moves.Move]
    best: FloatArray


def advise(network: Network, consumers: Consumers) -> Advice:
    """All that is computed for a house."""
    everybody = np.arange(len(consumers.node))
    coupled = sharing.coupling(network, consumers)
    coupled.shares(consumers.share)
    few = list(moves.recommended(coupled, consumers.share, everybody))
    best = moves.best(coupled, consumers.share, everybody)
    moves.splits(coupled, consumers.share, everybody)
    return Advice(coupled, few, best)


def advice(chance: np.random.Generator) -> dict[str, float]:
    """What a month of a house of a hundred flats costs to advise on, and what it would save."""
    network, consumers = house(chance, FLATS, MONTH)
    took = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        advise(network, consumers)
        took.append((time.perf_counter() - start) * 1000)
    told = advise(network, consumers)
    now = told.coupled.loss(consumers.share)
    exact = float(power_flow.solve(network, consumers).loss.sum())
    return {
        "flats100_ms": float(np.median(took)),
        "flats100_closed_form_error_pct": abs(now / exact - 1) * 100,
        "flats100_five_moves_pct": 100 * sum(move.saves for move in told.few[:5]) / now,
        "flats100_best_pct": 100 * (1 - told.coupled.loss(told.best) / now),
    }


def main(options: argparse.Namespace) -> None:
    """Measure and print."""
    chance = np.random.default_rng(options.seed)
    found = optimum(chance) | advice(chance)
    if options.feeder is not None:
        found = error_pct(options.feeder, options.golden) | found
    else:
        print("no --feeder: the losses were not compared with the golden solution")
    print(json.dumps({name: float(f"{value:.4g}") for name, value in found.items()}))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--feeder", type=Path, help="folder of the feeder's CSV files")
    parser.add_argument("--golden", type=Path, default=GOLDEN)
    parser.add_argument("--seed", type=int, default=1)
    main(parser.parse_args())
