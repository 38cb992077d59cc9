"""The bench of attribution sees no day before its turn, and writes before the next one."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from bench.attribution import days_of, figures, quantum_of, truths, watch, wilson
from bench.rig.thefts import groups


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("thefts")
    meters, feeders = {}, {}
    rows = []
    for group in groups(2, 30, 77):
        for home, row in enumerate(group.readings):
            meters[f"{group.name}/{home}"] = row[: 24 * 20]
        feeders[group.name] = group.feeder[: 24 * 20]
        theft = [
            {"home": case.member, "type": case.kind, "start_day": 14, "stolen_kwh": 1.0}
            for case in group.cases
        ]
        rows.append({"group": group.name, "theft": theft or None})
    index = group.hours[: 24 * 20]
    pd.DataFrame(meters, index=index).to_parquet(folder / "meters.parquet")
    pd.DataFrame(feeders, index=index).to_parquet(folder / "feeder.parquet")
    (folder / "labels.json").write_text(json.dumps({"labels": rows}))
    return folder


def test_days_come_one_by_one_and_as_copies(files: Path) -> None:
    meters = pd.read_parquet(files / "meters.parquet")
    feeder = pd.read_parquet(files / "feeder.parquet")
    name = str(feeder.columns[0])
    days = list(days_of(meters, feeder))
    assert len(days) == 20
    assert all(day.meters[name].shape == (30, 24) for day in days)
    days[0].feeder[name][:] = -1
    assert (feeder[name] > 0).all()


def test_decisions_are_written_before_the_next_day(
    files: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = files / "out.jsonl"
    seen: list[int] = []

    def spied(*tables: pd.DataFrame) -> object:
        for number, day in enumerate(days_of(*tables)):
            assert out.exists() == (number > 0)
            seen.append(len(out.read_text().splitlines()) if number else 0)
            yield day

    monkeypatch.setattr("bench.attribution.days_of", spied)
    watched = watch(files / "meters.parquet", files / "feeder.parquet", out)
    assert seen == [0] + [2] * 19
    lines = [json.loads(line) for line in out.read_text().splitlines()]
    assert {line["group"] for line in lines} == set(watched)
    for line in lines:
        assert set(line) >= {"group", "alarmed_at", "suspects", "verdict"}
    told = truths(files / "labels.json", pd.Timestamp("2018-10-29"))
    assert figures(watched, told)["clean"] == 1


def test_step_of_the_readings() -> None:
    chance = np.random.default_rng(0)
    fine = np.rint(chance.gamma(1, 400, (3, 24)))
    assert quantum_of([fine]) == 1
    assert quantum_of([np.round(fine, -1)]) == 10
    assert quantum_of([np.full((1, 24), np.nan)]) == 1


def test_interval_of_a_share() -> None:
    low, high = wilson(3, 300)
    assert low == pytest.approx(0.0034, abs=1e-4)
    assert high == pytest.approx(0.0289, abs=1e-4)
    assert wilson(0, 0) == (0.0, 1.0)
