"""Cards: the GPUs that do what the engine asks of one, and what is free on each."""

from __future__ import annotations

import functools

import torch

from model.attention import attend


@functools.cache
def usable() -> tuple[int, ...]:
    """The GPUs, as torch counts them, that multiply and attend in bf16. An NVIDIA card older than Ampere does not, nor
    one for which this torch has no kernels. Found out once a process.
    """
    return tuple(i for i in range(torch.cuda.device_count()) if _works(i)) if torch.cuda.is_available() else ()


def free() -> dict[int, int]:
    """Bytes free on each usable card; what this process has let go but not given back counts as free."""
    torch.cuda.empty_cache()
    return {card: torch.cuda.mem_get_info(card)[0] for card in usable()}


def _works(card: int) -> bool:
    """Whether equal scores give the mean of the values."""
    try:
        ones = torch.ones(1, 64, 64, dtype=torch.bfloat16, device=f"cuda:{card}")
        out, _ = attend(ones, ones @ ones, ones, causal=True, scale=1.0)
        return bool((out == 1).all())
    except RuntimeError:
        return False
