"""Roles, scopes and the seats that memberships give."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import InvalidError
from domain.identity import SiteId, TenantId
from tenants.models import Membership
from tenants.oauth.parties import seats_of
from tenants.permissions import (
    ClientScope,
    Permission,
    Role,
    permissions_granted,
    permissions_of,
    permissions_of_scopes,
)

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
roles = st.sampled_from(Role)
scopes = st.sampled_from([*ClientScope, "openid", "unknown"])


def test_every_permission_is_held_by_a_role_and_opened_by_a_scope() -> None:
    assert frozenset().union(*map(permissions_of, Role)) == frozenset(Permission)
    assert permissions_of_scopes(ClientScope) == frozenset(Permission)


@pytest.mark.parametrize("role", [Role.PARTNER_ADMIN, Role.PLATFORM_ADMIN, Role.INSTALLER])
def test_who_only_administers_or_installs_reads_no_residents_meters(role: Role) -> None:
    assert not permissions_of(role) & {
        Permission.READINGS_READ,
        Permission.RESIDENTS_READ,
        Permission.STATEMENTS_READ,
    }


def test_no_role_both_executes_and_approves_control() -> None:
    both = {Permission.CONTROL_EXECUTE, Permission.CONTROL_APPROVE}
    assert [role for role in Role if both <= permissions_of(role)] == []


def test_an_auditor_changes_nothing() -> None:
    assert all(word.endswith(":read") for word in permissions_of(Role.AUDITOR))


def test_an_integrators_contract_scopes_do_not_administer_the_tenant() -> None:
    contract = [ClientScope.READ, ClientScope.METERING, ClientScope.CONTROL]
    for role in Role:
        assert "tenant:admin" not in permissions_granted([role], contract)


def test_an_unknown_role_is_refused_by_name() -> None:
    with pytest.raises(InvalidError, match="role = 'king'") as caught:
        permissions_of("king")
    assert caught.value.code == "UNKNOWN_ROLE"


@given(st.lists(roles), st.lists(scopes))
def test_a_token_allows_no_more_than_role_and_scope(held: list[Role], asked: list[str]) -> None:
    granted = permissions_granted(held, asked)
    assert granted <= frozenset().union(*map(permissions_of, held))
    assert granted <= permissions_of_scopes(asked)


@given(st.lists(roles, min_size=1), st.lists(scopes), roles, scopes)
def test_more_roles_or_scopes_never_take_away(
    held: list[Role], asked: list[str], role: Role, scope: str
) -> None:
    granted = permissions_granted(held, asked)
    assert granted <= permissions_granted([*held, role], asked)
    assert granted <= permissions_granted(held, [*asked, scope])


memberships = st.lists(
    st.builds(
        Membership,
        tenant_id=st.integers(1, 3).map(TenantId),
        role=roles.map(str),
        site_id=st.none() | st.integers(1, 4).map(SiteId),
        valid_from=st.integers(-2, 2).map(lambda days: NOW + timedelta(days=days)),
        valid_to=st.none() | st.integers(-2, 2).map(lambda days: NOW + timedelta(days=days)),
    ),
    max_size=8,
)


@given(memberships)
def test_a_seat_gives_nothing_that_no_membership_gave(members: list[Membership]) -> None:
    """Each permission of a seat on a site comes of one membership in force there."""
    for seat in seats_of(members, NOW):
        for role in seat.roles:
            for site in seat.sites if seat.sites is not None else (None,):
                assert any(
                    member.tenant_id == seat.tenant_id
                    and member.role == role
                    and member.site_id == site
                    and member.valid_from <= NOW
                    and (member.valid_to is None or member.valid_to > NOW)
                    for member in members
                )


@given(memberships)
def test_no_membership_in_force_is_lost(members: list[Membership]) -> None:
    seats = seats_of(members, NOW)
    for member in members:
        ended = member.valid_to is not None and member.valid_to <= NOW
        if member.valid_from > NOW or ended:
            continue
        wanted = permissions_of(member.role)
        assert any(
            seat.tenant_id == member.tenant_id
            and (seat.sites is None or member.site_id in seat.sites)
            and wanted <= frozenset().union(*map(permissions_of, seat.roles))
            for seat in seats
        )


@given(memberships)
def test_seats_have_names_of_their_own(members: list[Membership]) -> None:
    keys = [seat.key for seat in seats_of(members, NOW)]
    assert len(keys) == len(set(keys))
