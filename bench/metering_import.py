"""How long a metering file of 100,000 lines takes to import, all or nothing."""

import asyncio
import json
import time
from datetime import UTC, datetime, timedelta

import psutil

from backend.services.metering_import import import_metering
from bench.rig import town
from bench.rig.installation import MASTER_KEY, temporary_installation
from bench.rig.town import CHANNELS, NETWORKS
from domain.identity import Scope, TenantId
from tenants.provisioning import create_tenant

ROWS = 100_000


async def main() -> None:
    """Import a new file, then the same one again, which must change nothing."""
    installed = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) - timedelta(days=1)
    serials = [f"I{number}" for number in range(-(-ROWS // (NETWORKS * CHANNELS)))]
    file = town.file_of(list(town.full_rows(serials, installed))[:ROWS])
    async with temporary_installation() as installation:
        made = await create_tenant(
            installation.database, name="Imported", timezone="Europe/Chisinau"
        )
        scope = Scope(TenantId(made.tenant), actor="bench")
        seconds, cpu, created = [], [], []
        for _ in range(2):
            start, busy = time.perf_counter(), time.process_time()
            async with installation.database.session(scope) as session:
                result = await import_metering(session, file, MASTER_KEY)
            seconds.append(time.perf_counter() - start)
            cpu.append(time.process_time() - busy)
            created.append(result.created)
            print(f"{seconds[-1]:.1f} s, of them {cpu[-1]:.1f} s in this process:", created[-1])
        assert not any(created[1].values())
    print(
        json.dumps(
            {
                "rows": ROWS,
                "seconds": round(seconds[0], 1),
                "again_seconds": round(seconds[1], 1),
                "cpu_s": round(cpu[0], 1),
                "rss_mb": round(psutil.Process().memory_info().rss / 2**20),
            }
        )
    )


if __name__ == "__main__":
    asyncio.run(main())
