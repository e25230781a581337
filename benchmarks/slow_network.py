"""A slow network between a browser and a server, for all that the browser asks: pages, threads and
service workers alike, which the browser's own throttle slows one by one or not at all."""

import asyncio
import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from threading import Thread


@dataclass
class Network:
    """`down` and `up` in bits a second, shared by all connections; `rtt` in seconds."""

    down: float
    up: float
    rtt: float
    received: int = 0
    """Bytes that went down, headers and all."""
    _free: dict[str, float] = field(default_factory=lambda: {"down": 0.0, "up": 0.0})

    def arrives(self, way: str, size: int) -> float:
        """When that many bytes, sent now, are at the other end, by the event loop's clock."""
        rate = self.down if way == "down" else self.up
        begins = max(asyncio.get_running_loop().time(), self._free[way])
        self._free[way] = begins + 8 * size / rate
        if way == "down":
            self.received += size
        return self._free[way] + self.rtt / 2


CHUNK = 4096  # bytes: what connections take turns at


async def _relay(
    network: Network, way: str, source: asyncio.StreamReader, to: asyncio.StreamWriter
) -> None:
    loop = asyncio.get_running_loop()
    under_way: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue(64)

    async def deliver() -> None:
        while True:
            due, chunk = await under_way.get()
            await asyncio.sleep(max(due - loop.time(), 0))
            if not chunk:
                break
            to.write(chunk)
            await to.drain()
        to.close()

    delivering = asyncio.create_task(deliver())
    with contextlib.suppress(ConnectionError):
        while chunk := await source.read(CHUNK):
            await under_way.put((network.arrives(way, len(chunk)), chunk))
    await under_way.put((loop.time() + network.rtt / 2, b""))
    with contextlib.suppress(ConnectionError):
        await delivering


@contextlib.contextmanager
def behind(network: Network, host: str, port: int) -> Iterator[str]:
    """The address at which the server on that host and port is reached through the network."""
    loop = asyncio.new_event_loop()

    async def connect(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(network.rtt)  # until a connection stands
        there, here = await asyncio.open_connection(host, port)
        await asyncio.gather(
            _relay(network, "up", reader, here), _relay(network, "down", there, writer)
        )

    server = loop.run_until_complete(asyncio.start_server(connect, "127.0.0.1", 0))
    thread = Thread(target=loop.run_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
