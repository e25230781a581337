"""Many phones that were offline come back at once, and the network is bad.

Every phone has gathered a number of items, by a clock that is wrong. Each item is sent one to five
times, in random order, in batches of random sizes; some connections break in the middle of sending,
and some before the answer. Then the phone goes on until it may delete every item. What has to come
of it: every row once, no answer but the documented ones.
"""

import http.client
import json
import random
import re
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from multiprocessing import get_context
from urllib.parse import urlsplit

from benchmarks.offline_items import Item, gathered

# What may be answered for an item here, and whether the phone may then delete it (docs/sync.md).
# `refused` and `conflict` are documented too, but nothing that is sent here deserves them.
EXPECTED = {"stored": True, "already-stored": True, "waiting": False, "retry": False}
TABLES = (
    *("listeningsession", "sessionnotheld", "moodrating"),
    *("trackrating", "trackplay", "playlistlog"),
)
LARGEST_BATCH = 40
UNHEARD, CUT = 0.25, 0.1  # shares of the batches whose connection breaks after, while sending
PATIENCE = 60.0  # seconds for one answer
MOST_TRIES = 500  # batches of one phone once its schedule is over


@dataclass
class Phone:
    """What one phone has to send, and what it may not delete yet."""

    token: str
    items: dict[str, Item]
    clock: timedelta
    """By how much its clock is fast."""
    kept: set[str] = field(default_factory=set)
    not_before: float = 0.0
    """When it may call again, by this machine's monotonic clock."""

    def __post_init__(self) -> None:
        self.kept = set(self.items)

    def batches(self, chance: random.Random) -> Iterator[list[Item]]:
        """The schedule, then all that is kept until nothing is."""
        sends = [key for key in self.items for _ in range(chance.randint(1, 5))]
        chance.shuffle(sends)
        while sends:
            size = chance.randint(1, LARGEST_BATCH)
            yield [self.items[key] for key in sends[:size]]
            del sends[:size]
        for _ in range(MOST_TRIES):
            if not self.kept:
                return
            keys = sorted(self.kept)
            chance.shuffle(keys)
            yield [self.items[key] for key in keys[: chance.randint(1, LARGEST_BATCH)]]


def rage(address: str, phones: Sequence[Phone], seed: int) -> Counter[str]:
    """One process's phones, in turns as chance has it. Counts what was sent and answered; what no
    documentation allows is counted under `undocumented: …`."""
    chance = random.Random(seed)  # noqa: S311
    counts: Counter[str] = Counter()
    turns = {phone.token: phone.batches(chance) for phone in phones}
    by_token = {phone.token: phone for phone in phones}
    while turns:
        token = _next(by_token, list(turns), chance)
        batch = next(turns[token], None)
        if batch is None:
            del turns[token]
        else:
            while not _send(address, by_token[token], batch, chance, counts):
                chance.shuffle(batch)  # at once, while the server may be busy with the first
    counts["items that may not be deleted"] = sum(len(phone.kept) for phone in phones)
    return counts


def _next(phones: Mapping[str, Phone], tokens: list[str], chance: random.Random) -> str:
    """One of the phones that need not wait; where all have to, the first that may call again."""
    now = time.monotonic()
    free = [token for token in tokens if phones[token].not_before <= now]
    if free:
        return chance.choice(free)
    soonest = min(tokens, key=lambda token: phones[token].not_before)
    time.sleep(phones[soonest].not_before - now)
    return soonest


def _send(
    address: str, phone: Phone, batch: list[Item], chance: random.Random, counts: Counter[str]
) -> bool:
    """Send the batch once; whether the phone waited for the answer."""
    counts["batches"] += 1
    counts["items sent"] += len(batch)
    sent_at = (datetime.now(UTC) + phone.clock).isoformat()
    body = json.dumps({"sent_at": sent_at, "items": batch}).encode()
    connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=PATIENCE)
    fate = chance.random()
    try:
        connection.putrequest("POST", "/api/v1/sync")
        connection.putheader("Authorization", f"Bearer {phone.token}")
        connection.putheader("Content-Type", "application/json")
        connection.putheader("Content-Length", str(len(body)))
        connection.endheaders()
        if fate < CUT:
            counts["cut while sending"] += 1
            connection.send(body[: chance.randrange(len(body))])
            return False
        connection.send(body)
        if fate < CUT + UNHEARD:
            counts["answers not awaited"] += 1
            return False
        answer = connection.getresponse()
        if answer.status == http.HTTPStatus.TOO_MANY_REQUESTS:
            counts["told to wait"] += 1
            pause = int(answer.headers["Retry-After"]) + chance.random()
            phone.not_before = time.monotonic() + pause
        else:
            _listen(phone, batch, answer.status, answer.read(), counts)
    except OSError as lost:
        counts[f"lost: {type(lost).__name__}"] += 1
    finally:
        connection.close()
    return True


def _listen(
    phone: Phone, batch: list[Item], status: int, body: bytes, counts: Counter[str]
) -> None:
    """Do as the answer says: delete what may be deleted."""
    if status != http.HTTPStatus.OK:
        counts[f"undocumented: {status} {body[:200]!r}"] += 1
        return
    for item, outcome in zip(batch, json.loads(body)["items"], strict=True):
        said = (outcome["id"], outcome["kind"]) == (item["id"], item["kind"])
        if not said or EXPECTED.get(outcome["status"]) is not outcome["may_delete"]:
            counts[f"undocumented: {outcome}"] += 1
            continue
        counts[outcome["status"]] += 1
        if outcome["may_delete"]:
            phone.kept.discard(item["id"])


def storm(
    address: str,
    tokens: Sequence[str],
    tracks: Sequence[str],
    *,
    items: int = 50,
    processes: int = 8,
    seed: int = 1,
) -> Counter[str]:
    """Let the phones of all tokens loose on the server, from so many processes."""
    chance = random.Random(seed)  # noqa: S311
    phones = []
    for token in tokens:
        fast_by = timedelta(seconds=chance.uniform(-3, 3) * 24 * 3600)
        phones.append(Phone(token, gathered(tracks, items, fast_by, chance), fast_by))
    shares = [phones[start::processes] for start in range(processes)]
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        raging = [
            pool.submit(rage, address, share, seed + number)
            for number, share in enumerate(shares, start=1)
        ]
        counts: Counter[str] = Counter()
        start = time.monotonic()
        for one in raging:
            counts += one.result()  # drops what is zero
    counts["seconds"] = round(time.monotonic() - start)
    return counts


def faults(counts: Counter[str], server_said: str) -> list[str]:
    """What must not have happened: by what the phones heard, and by the server's access log for
    those who did not listen."""
    wrong = [name for name in counts if name.startswith(("undocumented", "items that"))]
    failed = re.findall(r'" 5[0-9][0-9] .*', server_said)
    return wrong + failed + re.findall("Traceback.*", server_said)
