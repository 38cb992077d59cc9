"""The revision that this code needs, told without the tools of migration."""

import subprocess
import sys

from alembic.script import ScriptDirectory

from backend import revision
from backend.migrations import configuration


def test_it_is_what_the_tools_of_migration_say() -> None:
    script = ScriptDirectory.from_config(configuration())
    assert revision.head() == script.get_current_head()
    assert revision.known().keys() == {one.revision for one in script.walk_revisions()}


def test_what_serves_does_not_load_the_tools_of_migration() -> None:
    names = "backend.app, ingestion.app, backend.tasks.worker, runtime.asgi"
    heavy = "{'alembic', 'pandas', 'pyarrow', 'mako'}"
    code = f"import sys, {names}; sys.exit(', '.join({heavy} & set(sys.modules)) or 0)"
    ended = subprocess.run(  # noqa: S603 - our own code
        [sys.executable, "-c", code], capture_output=True, text=True, check=False
    )
    assert ended.returncode == 0, ended.stderr
