"""The terms of a tenant's alerts: what is left out is the product's, and nonsense is refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.alert_terms import USUAL_TERMS, AlertTerms, KindTerms, checked_terms
from domain.alerts import HYSTERESIS, USUAL_LIMIT, AlertKind, cool_down_h
from domain.errors import InvalidError

K = AlertKind


def test_without_a_word_of_the_tenant_the_terms_are_those_of_the_product() -> None:
    terms = checked_terms([], None)
    assert terms == USUAL_TERMS == AlertTerms()
    for kind in AlertKind:
        assert terms.hysteresis_of(kind) == HYSTERESIS.get(kind)
        assert terms.cool_down_of(kind) == cool_down_h(kind)
        assert terms.limit_of(kind) == USUAL_LIMIT.get(kind)


@given(
    st.sampled_from(sorted(HYSTERESIS)),
    st.floats(0, 0.9),
    st.integers(0, 168),
    st.integers(1, 168),
)
def test_what_is_set_holds_for_its_kind_alone(
    kind: AlertKind, share: float, hours: int, after: int
) -> None:
    terms = checked_terms([KindTerms(kind, share, hours)], after)
    assert (terms.hysteresis_of(kind), terms.cool_down_of(kind)) == (share, hours)
    assert terms.escalates_after_h == after
    for other in set(HYSTERESIS) - {kind}:
        assert terms.hysteresis_of(other) == USUAL_TERMS.hysteresis_of(other)
        assert terms.cool_down_of(other) == USUAL_TERMS.cool_down_of(other)


@pytest.mark.parametrize(
    ("asked", "after", "code", "field"),
    [
        ([KindTerms(K.HOUR_LIMIT, hysteresis=0.95)], None, "ALERT_TERMS", "hysteresis"),
        ([KindTerms(K.HOUR_LIMIT, hysteresis=float("nan"))], None, "ALERT_TERMS", "hysteresis"),
        ([KindTerms(K.LEAK, hysteresis=0.1)], None, "ALERT_TERMS", "hysteresis"),
        ([KindTerms(K.AWAY, cool_down_h=169)], None, "ALERT_TERMS", "coolDownH"),
        ([KindTerms(K.DAY_LIMIT, limit=3.0)], None, "ALERT_TERMS", "limit"),
        ([KindTerms(K.DELIVERY, limit=101.0)], None, "ALERT_LIMIT", "limit"),
        ([KindTerms(K.NO_DATA), KindTerms(K.NO_DATA)], None, "ALERT_TERMS", "kinds"),
        ([], 0, "ALERT_TERMS", "escalatesAfterH"),
    ],
)
def test_nonsense_is_refused_with_its_field(
    asked: list[KindTerms], after: int | None, code: str, field: str
) -> None:
    with pytest.raises(InvalidError) as refused:
        checked_terms(asked, after)
    assert (refused.value.code, refused.value.field) == (code, field)
