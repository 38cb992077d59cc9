"""A mail server of our own: as much of SMTP (RFC 5321) as a client that submits letters sees."""

import asyncio
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage

LONGEST_LINE = 2**20


@dataclass
class MailServer:
    """Letters as they came, and how they are answered."""

    letters: list[EmailMessage] = field(default_factory=list)
    refuses: dict[str, str] = field(default_factory=dict)
    """Answers to recipients, such as ``550 no such mailbox``."""

    outage: bool = False
    """Whether it hangs up on everybody."""

    drops_after_data: bool = False
    """Whether it takes a letter and hangs up before it says so."""

    _server: asyncio.Server | None = None

    async def start(self, host: str = "127.0.0.1", port: int = 0) -> int:
        """Listen; the port."""
        self._server = await asyncio.start_server(self._talk, host, port, limit=LONGEST_LINE)
        found: int = self._server.sockets[0].getsockname()[1]
        return found

    async def stop(self) -> None:
        """Listen no more."""
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            if not self.outage:
                await self._session(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    async def _session(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        async def say(line: str) -> None:
            writer.write(f"{line}\r\n".encode())
            await writer.drain()

        await say("220 mail.example ESMTP")
        while line := await reader.readline():
            words = line.decode(errors="replace").strip()
            verb = words[:4].upper()
            match verb:
                case "EHLO":
                    await say("250-mail.example")
                    await say("250 8BITMIME")
                case "HELO" | "RSET" | "NOOP" | "MAIL":
                    await say("250 OK")
                case "RCPT":
                    address = words.partition("<")[2].partition(">")[0]
                    await say(self.refuses.get(address, "250 OK"))
                case "DATA":
                    await say("354 go on")
                    if not await self._take(reader):
                        return
                    await say(f"250 queued as {len(self.letters)}")
                case "QUIT":
                    await say("221 bye")
                    return
                case _:
                    await say("502 not here")

    async def _take(self, reader: asyncio.StreamReader) -> bool:
        content = b""
        while (line := await reader.readline()) != b".\r\n":
            if not line:
                return False
            content += line.removeprefix(b".") if line.startswith(b"..") else line
        letter = message_from_bytes(content, policy=policy.default)
        assert isinstance(letter, EmailMessage)
        self.letters.append(letter)
        return not self.drops_after_data
