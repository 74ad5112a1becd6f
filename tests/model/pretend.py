"""Pretend: GPUs that are none. Tensors stay on the CPU and are marked as lying on a card; what a real one would refuse,
tensors of two devices in one operation and pinning what is on a card, is refused here too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode

CPU = torch.device("cpu")
COPIES = ("copy_", "__setitem__")  # what may take from one device and put on another
FLASH = "aten::_scaled_dot_product_flash_attention"


class Pretend(TorchFunctionMode):
    """While it is entered, devices "cuda:0", "cuda:1" … can be named wherever torch takes one."""

    def __torch_function__(
        self, func: Callable[..., Any], types: object, args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        kwargs = dict(kwargs or {})
        name = getattr(func, "__name__", str(func))
        if name == "__get__" and isinstance(args[0], Tensor):
            return self._read(func, args)
        if name in ("to", "cpu", "pin_memory"):
            return moved(name, func, args, kwargs)
        named = kwargs.pop("device", None)
        if named is not None and torch.device(named).type != "cuda":
            kwargs["device"] = named
        if str(func) == FLASH or name == "_scaled_dot_product_flash_attention":
            func, args = torch.ops.aten._scaled_dot_product_flash_attention_for_cpu, args[:5]
        there = {place(t) for t in tensors((args, kwargs)) if t.ndim}
        if name in COPIES:
            there = {place(args[0])}
        assert len(there) <= 1, f"{name} of tensors on {sorted(map(str, there))}"
        found = func(*args, **kwargs)
        where = torch.device(named) if named is not None else next(iter(there), CPU)
        for tensor in tensors(found):
            mark(tensor, where)
        return found

    @staticmethod
    def _read(func: Callable[..., Any], args: tuple[Any, ...]) -> Any:
        """A property of a tensor, as the card would tell it."""
        of = getattr(func, "__self__", None)
        if of is Tensor.device:
            return place(args[0])
        if of is Tensor.is_cuda:
            return place(args[0]).type == "cuda"
        found = func(*args)
        for tensor in tensors(found):
            mark(tensor, place(args[0]))
        return found


def moved(name: str, func: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Tensor:
    """`to`, `cpu` and `pin_memory`; the last of what lies on the CPU alone."""
    here = place(args[0])
    if name == "pin_memory":
        assert here == CPU, f"pinned on {here}"
        return args[0]
    places = [torch.device(a) for a in (*args[1:], kwargs.get("device")) if isinstance(a, str | torch.device | int)]
    rest = [a for a in args[1:] if not isinstance(a, str | torch.device | int | bool)]
    where = CPU if name == "cpu" else places[0] if places else here
    kwargs = {k: v for k, v in kwargs.items() if k == "dtype"}
    found = func(args[0], *rest, **kwargs) if name == "to" and (rest or kwargs) else args[0]
    if found is args[0] and where != here:
        found = args[0].clone() if name == "to" else args[0].view_as(args[0])
    mark(found, where)
    return found


def place(tensor: Tensor) -> torch.device:
    return tensor.__dict__.get("where", CPU)


def mark(tensor: Tensor, where: torch.device) -> None:
    tensor.__dict__["where"] = where


def put(module: nn.Module, device: str) -> None:
    """Mark a module's weights as lying on a card."""
    for tensor in (*module.parameters(), *module.buffers()):
        mark(tensor, torch.device(device))


def tensors(tree: Any) -> Iterator[Tensor]:
    """Every tensor in nested tuples, lists and dicts."""
    if isinstance(tree, Tensor):
        yield tree
    elif isinstance(tree, tuple | list):
        for part in tree:
            yield from tensors(part)
    elif isinstance(tree, dict):
        yield from tensors(tuple(tree.values()))
