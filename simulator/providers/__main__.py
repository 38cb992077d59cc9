"""Both providers in one process, for demonstrations: ``python -m simulator.providers --help``."""

import argparse
import asyncio
from pathlib import Path

import uvicorn

from simulator.providers.firebase import Firebase, write_account
from simulator.providers.mail import MailServer


async def serve(fcm_port: int, smtp_port: int, account: Path) -> None:
    """Serve until interrupted, and say how the product is pointed here."""
    push, mail = Firebase(), MailServer()
    url = f"http://127.0.0.1:{fcm_port}"
    write_account(account, url)
    port = await mail.start(port=smtp_port)
    print(f"BALANCE_FCM_CREDENTIALS={account} BALANCE_FCM_URL={url}")  # noqa: T201 - for people
    print(f"BALANCE_SMTP_URL=smtp://127.0.0.1:{port}", flush=True)  # noqa: T201 - for people
    config = uvicorn.Config(push.application(), port=fcm_port, log_level="warning")
    try:
        await uvicorn.Server(config).serve()
    finally:
        await mail.stop()


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description="A push and a mail server of our own.")
    parser.add_argument("--fcm-port", type=int, default=8090)
    parser.add_argument("--smtp-port", type=int, default=8025)
    parser.add_argument("--account", type=Path, default=Path("fcm-demo-account.json"))
    asked = parser.parse_args()
    asyncio.run(serve(asked.fcm_port, asked.smtp_port, asked.account))


if __name__ == "__main__":
    main()
