"""Concentrators, radio modules and channels that a file names."""

from collections import defaultdict
from collections.abc import Iterable

from backend.services.metering_import.draft import Draft
from backend.services.metering_import.limits import check_limits
from backend.services.metering_import.places import Places
from backend.services.model.metering_rows import MeteringRow
from domain.devices import DEFAULT_CONCENTRATOR, DEFAULT_MODULE
from tenants.models import DeviceKind


class Devices:
    """What the meters of a file hang on."""

    def __init__(self, draft: Draft, places: Places) -> None:
        self.draft, self.places = draft, places

    async def lay_out(self) -> None:
        """Find or make the concentrators and modules; their serials belong to one tenant."""
        concentrators: dict[str, list[MeteringRow]] = defaultdict(list)
        modules: dict[str, list[MeteringRow]] = defaultdict(list)
        for row in self.draft.rows:
            concentrators[row.concentrator].append(row)
            if row.module:
                modules[row.module].append(row)
        owners = await self.draft.known.owners([*concentrators, *modules])
        for name, kind, found in (
            ("concentrator", DeviceKind.CONCENTRATOR, concentrators),
            ("module", DeviceKind.MODULE, modules),
        ):
            for serial, rows in found.items():
                if owners.get(serial, (self.draft.session.scope.tenant_id, kind)) != (
                    self.draft.session.scope.tenant_id,
                    kind,
                ):
                    why = "the serial is not available"
                    self.draft.refuse(rows[0], name, serial, "SERIAL_NOT_AVAILABLE", why)
        await self._concentrators(concentrators)
        await self._modules(modules)

    async def _concentrators(self, wanted: dict[str, list[MeteringRow]]) -> None:
        self.concentrator = await self.draft.known.concentrators(wanted)
        missing = [serial for serial in wanted if serial not in self.concentrator]
        for serial, identity in zip(
            missing, await self.draft.known.ids("concentrator", len(missing)), strict=True
        ):
            site = self._common_site(wanted[serial])
            self.draft.new.concentrator.append((identity, serial, DEFAULT_CONCENTRATOR, site))
            self.draft.new.concentrator_link.append((identity,))
            self.concentrator[serial] = identity
        networks = await self.draft.known.networks(self.concentrator.values())
        asked = {(self.concentrator[row.concentrator], row.network) for row in self.draft.rows}
        self.draft.new.logical_network += sorted(asked - networks)

    def _common_site(self, rows: Iterable[MeteringRow]) -> int | None:
        """The smallest site that holds all meters of a concentrator."""
        common: tuple[str, ...] | None = None
        for row in rows:
            if common is None:
                common = row.site
            while common and row.site[: len(common)] != common:
                common = common[:-1]
        return self.places.site[common][0] if common else None

    async def _modules(self, wanted: dict[str, list[MeteringRow]]) -> None:
        known = await self.draft.known.modules(wanted)
        self.module = {serial: identity for serial, (identity, _) in known.items()}
        missing = [serial for serial in wanted if serial not in known]
        for serial, identity in zip(
            missing, await self.draft.known.ids("radio_module", len(missing)), strict=True
        ):
            row = wanted[serial][0]
            concentrator = self.concentrator[row.concentrator]
            self.draft.new.radio_module.append(
                (identity, concentrator, serial, DEFAULT_MODULE, row.network)
            )
            self.module[serial] = identity

    async def lay_out_channels(self) -> None:
        """Find or make the channels; one in quarantine becomes the channel of its meter."""
        self.channel = await self.draft.known.channels(set(self.concentrator.values()))
        self.known_series = {series for _, series in self.channel.values()}
        placed: dict[tuple[int, int, int], MeteringRow] = {
            self.address_of(row): row for row in self.draft.rows
        }
        missing = [address for address in placed if address not in self.channel]
        ids = await self.draft.known.ids("channel", len(missing))
        series_ids = await self.draft.known.ids("series", len(missing))
        for address, identity, series in zip(missing, ids, series_ids, strict=True):
            row = placed[address]
            module = self.module.get(row.module)
            self.draft.new.series.append(
                (series, "channel", identity, "pulses", "counter", "pulse")
            )
            self.draft.new.channel.append((identity, *address, module, row.input, series))
            self.channel[address] = identity, series
        self.placed = [
            (self.channel[address][0], self.module[row.module], row.input)
            for address, row in placed.items()
            if row.module
        ]
        await check_limits(self)

    def address_of(self, row: MeteringRow) -> tuple[int, int, int]:
        """Concentrator, network and address of a row's channel."""
        return self.concentrator[row.concentrator], row.network, row.channel
