"""House networks: against a reference power flow, against first principles, against brute force."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.phases import moves, power_flow, sharing
from analytics.phases.conductors import Material, ohms
from analytics.phases.network import BALANCED, PHASES, Consumers, Network, one_hot
from domain.errors import InvalidError, ShapeError

GOLDEN = Path("tests/golden/phases")


def house(
    seed: int, flats: int, hours: int = 24, *, ohm: float = 0.01
) -> tuple[Network, Consumers]:
    chance = np.random.default_rng(seed)
    nodes = max(2, flats // 3)
    parent = np.array([-1, *(int(chance.integers(max(0, k - 3), k)) for k in range(1, nodes))])
    phase = chance.uniform(0.2, 1, nodes).astype(complex) * ohm
    network = Network(parent, phase, phase * chance.uniform(1, 1.6))
    load = chance.gamma(0.8, 0.8, (flats, hours))
    labels = chance.integers(-1, PHASES, flats)
    at = chance.integers(0, nodes, flats)
    return network, Consumers(at, one_hot(labels), load, np.full(flats, 0.97))


def single(
    kilowatts: float, share: tuple[float, ...], *, neutral: complex = 0.1
) -> power_flow.Flow:
    network = Network(np.array([-1]), np.array([0.1 + 0j]), np.array([neutral]))
    load = Consumers(np.array([0]), np.array([share]), np.array([[kilowatts]]), np.ones(1))
    return power_flow.solve(network, load)


def test_losses_are_those_of_the_reference_power_flow() -> None:
    told = json.loads((GOLDEN / "house.json").read_text())
    wanted = json.loads((GOLDEN / "house_solved.json").read_text())["hours"]
    r1, x1, r0, x0 = np.array(told["ohms"]).T
    network = Network(
        np.array(told["parent"]), r1 + 1j * x1, ((r0 - r1) + 1j * (x0 - x1)) / 3, told["volts"]
    )
    count = len(told["node"])
    consumers = Consumers(
        np.array(told["node"]),
        one_hot(np.array(told["phase"])),
        np.array(told["kilowatts"]),
        np.full(count, told["power_factor"]),
    )
    flow = power_flow.solve(network, consumers)
    np.testing.assert_allclose(flow.loss, [hour["loss_kw"] for hour in wanted], rtol=1e-5)
    lowest = np.abs(flow.voltage).min(axis=(0, 1)) / told["volts"]
    np.testing.assert_allclose(lowest, [hour["lowest_pu"] for hour in wanted], rtol=1e-6)


def test_one_consumer_by_hand() -> None:
    # 230 V behind 0.2 ohm: V^2 - 230 V + 0.2 P = 0
    power = 4.6
    volts = (230 + (230**2 - 4 * 0.2 * power * 1000) ** 0.5) / 2
    amperes = power * 1000 / volts
    flow = single(power, (1, 0, 0))
    assert abs(flow.voltage[0, 0, 0]) == pytest.approx(volts)
    assert flow.phase_loss[0, 0, 0] == pytest.approx(0.1 * amperes**2 / 1000)
    assert flow.neutral_loss[0, 0] == pytest.approx(0.1 * amperes**2 / 1000)
    assert flow.phase_loss[0, 1:].sum() == 0


def test_three_even_phases_leave_the_neutral_cold_and_lose_a_sixth() -> None:
    one, three = single(3, (1, 0, 0)), single(3, BALANCED)
    assert three.neutral_loss.sum() == pytest.approx(0, abs=1e-12)
    assert one.loss.sum() / three.loss.sum() == pytest.approx(6, rel=0.07)


def test_nobody_home_loses_nothing_and_too_much_is_refused() -> None:
    assert single(0, (1, 0, 0)).loss.sum() == 0
    with pytest.raises(InvalidError, match="no voltage") as refused:
        single(1_000, (1, 0, 0))
    assert (refused.value.code, refused.value.field) == ("NO_POWER_FLOW", "kilowatts")


def test_unknown_hours_draw_nothing() -> None:
    network, consumers = house(1, 6)
    load = consumers.kilowatts.copy()
    load[2] = np.nan
    flow = power_flow.solve(
        network, Consumers(consumers.node, consumers.share, load, consumers.power_factor)
    )
    load[2] = 0
    same = power_flow.solve(
        network, Consumers(consumers.node, consumers.share, load, consumers.power_factor)
    )
    np.testing.assert_array_equal(flow.loss, same.loss)


@given(st.integers(0, 10_000), st.integers(1, 25))
def test_power_is_conserved(seed: int, flats: int) -> None:
    network, consumers = house(seed, flats)
    flow = power_flow.solve(network, consumers)
    source = network.volts * np.exp(-2j * np.pi / 3 * np.arange(PHASES))[:, None]
    heads = flow.current[network.parent == -1].sum(axis=0)
    supplied = (source * np.conj(heads)).real.sum(axis=0) / 1000
    np.testing.assert_allclose(supplied, consumers.kilowatts.sum(axis=0) + flow.loss, rtol=1e-6)


@given(st.integers(0, 10_000), st.integers(1, 20))
def test_shares_sum_to_the_loss_and_the_closed_form_is_near_the_flow(seed: int, flats: int) -> None:
    network, consumers = house(seed, flats, ohm=0.001)
    coupled = sharing.coupling(network, consumers)
    loss = coupled.loss(consumers.share)
    assert coupled.shares(consumers.share).sum() == pytest.approx(loss)
    exact = power_flow.solve(network, consumers).loss.sum()
    assert loss == pytest.approx(exact, rel=0.05)


@given(st.integers(0, 10_000), st.integers(2, 20))
def test_every_move_saves_what_it_says(seed: int, flats: int) -> None:
    network, consumers = house(seed, flats)
    coupled = sharing.coupling(network, consumers)
    share = consumers.share.copy()
    movable = np.flatnonzero(share.max(axis=1) == 1)
    for move in moves.recommended(coupled, consumers.share, movable):
        before = coupled.loss(share)
        assert share[move.consumer].argmax() == move.before
        share[move.consumer] = np.eye(PHASES)[move.after]
        assert before - coupled.loss(share) == pytest.approx(move.saves)
        assert move.saves > 0
    best = coupled.loss(moves.best(coupled, consumers.share, movable))
    assert best <= coupled.loss(share) * (1 + 1e-9)


@pytest.mark.parametrize("flats", [2, 5, 8, 9, 10, 11])
def test_small_houses_get_the_best_assignment_there_is(flats: int) -> None:
    for seed in range(6):
        network, consumers = house(seed, flats)
        coupled = sharing.coupling(network, consumers)
        labels = np.indices((PHASES,) * (flats - 1)).reshape(flats - 1, -1).T
        placed = np.eye(PHASES)[np.hstack([np.zeros((len(labels), 1), dtype=int), labels])]
        least = np.einsum("anp,nm,amp->a", placed, coupled.same, placed, optimize=True).min()
        start = one_hot(np.zeros(flats, dtype=np.int64))
        best = moves.best(coupled, start, np.arange(flats))
        assert coupled.loss(best) == pytest.approx(least - coupled.relief.sum())


def test_who_may_not_be_moved_stays() -> None:
    network, consumers = house(3, 12)
    coupled = sharing.coupling(network, consumers)
    movable = np.array([1, 4, 7])
    best = moves.best(coupled, one_hot(np.zeros(12, dtype=np.int64)), movable)
    stay = np.setdiff1d(np.arange(12), movable)
    assert (best[stay] == (1, 0, 0)).all()
    nobody = np.array([], dtype=np.int64)
    assert list(moves.recommended(coupled, consumers.share, nobody)) == []
    assert (moves.best(coupled, consumers.share, nobody) == consumers.share).all()


@given(st.integers(0, 10_000), st.integers(1, 15))
def test_a_split_saves_what_it_says(seed: int, flats: int) -> None:
    network, consumers = house(seed, flats)
    coupled = sharing.coupling(network, consumers)
    share = one_hot(np.arange(flats) % PHASES)
    for split in moves.splits(coupled, share, np.arange(flats)):
        changed = share.copy()
        changed[split.consumer] = split.share
        assert coupled.loss(share) - coupled.loss(changed) == pytest.approx(split.saves)


def test_the_giant_of_the_house_should_get_three_phases() -> None:
    network, consumers = house(5, 9)
    load = consumers.kilowatts.copy()
    load[4] = 30
    share = one_hot(np.arange(9) % PHASES)
    coupled = sharing.coupling(
        network, Consumers(consumers.node, share, load, consumers.power_factor)
    )
    first = moves.splits(coupled, share, np.arange(9))[0]
    assert first.consumer == 4
    assert first.share == BALANCED


def test_conductors_are_those_of_the_standard() -> None:
    assert ohms(Material.ALUMINIUM, 16, 1000) == 1.91
    assert ohms(Material.COPPER, 1.5, 1000, at_c=70) == pytest.approx(12.1 * 1.1965)
    with pytest.raises(InvalidError) as refused:
        ohms(Material.ALUMINIUM, 2.5, 10)
    assert refused.value.field == "area_mm2"


def test_networks_that_are_none_are_refused() -> None:
    one = np.ones(2, dtype=complex)
    for parent in ([1, -1], [-1, 1], [-1, -2]):
        with pytest.raises(InvalidError) as refused:
            Network(np.array(parent), one, one)
        assert refused.value.field == "parent"
    with pytest.raises(ShapeError):
        Network(np.array([-1]), one, one)
    with pytest.raises(ShapeError):
        Consumers(np.zeros(2, dtype=np.int64), np.ones((2, 2)), np.ones((2, 1)), np.ones(2))
    with pytest.raises(InvalidError) as refused:
        Consumers(np.zeros(1, dtype=np.int64), np.array([[1, 1, 0]]), np.ones((1, 1)), np.ones(1))
    assert refused.value.field == "share"
