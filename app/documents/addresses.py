"""Addresses: the names of a law's units, told apart where one document holds several acts."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Sequence

_HEAD = re.compile(
    r"\W*\w+\s+(?:\((?:No\.?\s*)?[\w.]{1,6}\)|(?:No\.?\s*)?(?:\d+\w?|[IVXLC]+\w?)\b)|第\S{1,9}?[编編章节節]"
)
_LONGEST = 40  # characters of a title that has no number

Path = tuple[str, ...]


def told_apart(names: Sequence[str], paths: Sequence[Path]) -> tuple[str, ...]:
    """Each unit's name, none twice: the first of a name keeps it, others stand behind their act: Protocol (No 3),
    Article 19. If one unit of an act needs that, all have it. `paths` are the titles above each unit.
    """
    names = [name.rstrip(" .") or name for name in names]
    acts = _acts(names, paths)
    addresses = [", ".join([*_act(acts, path), name]) for name, path in zip(names, paths, strict=True)]
    seen: Counter[str] = Counter()
    unique = []
    for address in addresses:
        seen[address] += 1
        unique.append(address if seen[address] == 1 else f"{address} ({seen[address]})")
    return tuple(unique)


def _acts(names: Sequence[str], paths: Sequence[Path]) -> set[Path]:
    """The paths of the outermost titles that tell a unit from the others of its name."""
    same: dict[str, list[Path]] = defaultdict(list)
    for name, path in zip(names, paths, strict=True):
        same[name].append(path)
    acts = set()
    for group in same.values():
        starts = Counter(path[: depth + 1] for path in group for depth in range(len(path)))
        for path in group[1:]:
            alone = (path[: depth + 1] for depth in range(len(path)) if starts[path[: depth + 1]] == 1)
            acts |= {act for act in [next(alone, ())] if act}
    return acts


def _act(acts: set[Path], path: Path) -> list[str]:
    """The innermost title in a path that is an act of its own, as short as it can be cited; none if none is."""
    titles = [path[depth] for depth in range(len(path)) if path[: depth + 1] in acts][-1:]
    return [match[0].strip() if (match := _HEAD.match(title)) else _cut(title) for title in titles]


def _cut(title: str) -> str:
    return title if len(title) <= _LONGEST else title[:_LONGEST].rpartition(" ")[0] or title[:_LONGEST]
