"""Mutations of a corpus by chance, for where atheris cannot be had."""

import random
import time
import traceback
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from tests.campaign.hostile.targets import Target

LONGEST = 16_384


@dataclass
class Found:
    """What a run over one target came to; `broken` has the bytes that broke it."""

    tried: int = 0
    slowest: float = 0.0
    broken: list[str] = field(default_factory=list)


def fuzz(target: Target, *, seconds: float, chance: int) -> Found:
    """The corpus as it is, then mutations of it for so long. The same chance gives the same."""
    found = Found()
    end = time.monotonic() + seconds
    for data in target.seeds:
        _try(target, data, found)
    for data in mutations(target.seeds, target.words, random.Random(chance)):
        if time.monotonic() >= end:
            return found
        _try(target, data, found)
    return found


def mutations(
    seeds: Sequence[bytes], words: Sequence[bytes], chance: random.Random
) -> Iterator[bytes]:
    """Without end: one of the seeds with a few edits."""
    while True:
        data = chance.choice(seeds)
        for _ in range(chance.choice((1, 1, 2, 3, 8))):
            data = _edit(data, seeds, words, chance)
        yield data[:LONGEST]


def _edit(
    data: bytes, seeds: Sequence[bytes], words: Sequence[bytes], chance: random.Random
) -> bytes:
    at, size = chance.randint(0, len(data)), chance.randint(1, 64)
    piece = chance.choice(words) if words and chance.random() < 0.6 else chance.randbytes(2)
    match chance.randrange(6):
        case 0:
            return data[:at] + piece + data[at:]
        case 1:
            return data[:at] + piece + data[at + len(piece) :]
        case 2:
            return data[:at] + data[at + size :]
        case 3:
            return data[:at] + data[at : at + size] * chance.choice((2, 5, 200)) + data[at:]
        case 4:
            return data[:at] + piece * chance.choice((10, 100, 2000)) + data[at:]
    other = chance.choice(seeds)
    return data[:at] + other[chance.randint(0, len(other)) :]


def _try(target: Target, data: bytes, found: Found) -> None:
    # Of this thread alone: a machine that does something else meanwhile makes nothing slow.
    began = time.thread_time()
    try:
        target.check(data)
    except Exception:
        if len(found.broken) < 5:
            found.broken.append(f"{target.name} {data[:2000]!r}\n{traceback.format_exc()}")
    found.tried += 1
    found.slowest = max(found.slowest, time.thread_time() - began)
