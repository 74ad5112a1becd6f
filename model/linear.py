"""Linear layers in few bits: int8 where many rows come at once, four bits where one token is written.

They take the place of a module's `nn.Linear`; the module itself is not touched.
"""

from __future__ import annotations

import functools

import torch
from torch import Tensor, nn

GROUP = 32  # weights of one row that share a grid of four bits
FEW = 3  # rows up to which reading the weights is all that counts, and four bits are read fastest
MIDDLE = 128  # what stands for zero in an activation of eight bits


class PackedLinear(nn.Module):
    """y = x W^T + b, W as int8 with a scale for each output, and where the file itself has four bits as those.

    Activations of the int8 product are rounded to eight bits too, with a scale for each row: on the 1.5B the mean
    loss is 3.0075 against 3.0057 in bf16. A four-bit product rounds no activation.
    """

    def __init__(self, int8: Tensor, scale: Tensor, bias: Tensor | None, grid: tuple[Tensor, Tensor] | None) -> None:
        """int8 [out, in]; scale float32 [out]; bias [out]; grid: what `pack_four` gave."""
        super().__init__()
        self.out_features, self.in_features = int8.shape
        self.int8 = torch.ops.onednn.qlinear_prepack(int8, None)
        self.scale, self.zero = scale, torch.zeros(len(int8), dtype=torch.int32)
        self.bias = bias
        self.four = None if grid is None else (grid[0].clone(), grid[1].clone())  # mapped, they are read at half speed

    def forward(self, x: Tensor) -> Tensor:
        rows = x.reshape(-1, self.in_features)
        if self.four is not None and len(rows) <= FEW:
            out = torch.ops.aten._weight_int4pack_mm_for_cpu(rows, self.four[0], GROUP, self.four[1])
        else:
            out = self.product(*rounded(rows))
        if self.bias is not None:
            out += self.bias
        shaped: Tensor = out.reshape(*x.shape[:-1], self.out_features)
        return shaped

    def product(self, rows: Tensor, step: Tensor) -> Tensor:
        """rows uint8 [n, in] around MIDDLE, step [n, 1]: their product with W, bf16 [n, out]."""
        out: Tensor = torch.ops.onednn.qlinear_pointwise(
            rows, 1.0, MIDDLE, self.int8, self.scale, self.zero, None, 1.0, 0, torch.bfloat16, "none", [], ""
        )
        return out.mul_(step)


def rounded(rows: Tensor) -> tuple[Tensor, Tensor]:
    """Rows [n, in] as uint8 around MIDDLE and the step of each row [n, 1], so that row = step * (number - MIDDLE)."""
    step = (rows.abs().amax(1, keepdim=True) / 127).clamp_(min=1e-20)
    return torch.round(rows / step).clamp_(-127, 127).add_(MIDDLE).to(torch.uint8), step


def to_int8(weight: Tensor) -> tuple[Tensor, Tensor]:
    """A weight [out, in] as int8 and the float32 scale of each output [out]."""
    scale = (weight.float().abs().amax(1) / 127).clamp_(min=1e-20)
    return torch.round(weight.float() / scale[:, None]).to(torch.int8), scale


def pack_four(number: Tensor, step: Tensor, lowest: Tensor) -> tuple[Tensor, Tensor]:
    """Weights of four bits, step * number + lowest, as the kernel of this kind of processor wants them.

    number [out, in] of 0..15; step and lowest [out, in / GROUP]. Returns uint8 [out, in / 2] and, as bf16
    [in / GROUP, out, 2], step and middle: weight = step * (number - 8) + middle.
    """
    packed = torch.ops.aten._convert_weight_to_int4pack_for_cpu(number.int(), 1)
    return packed, torch.stack([step, lowest + 8 * step], dim=-1).transpose(0, 1).contiguous().bfloat16()


@functools.cache
def int8_is_right() -> bool:
    """Whether this processor's int8 product is the product: older ones overflow between two additions."""
    try:
        layer = PackedLinear(torch.full((16, 64), 127, dtype=torch.int8), torch.ones(16), None, None)
        rows, step = rounded(torch.full((4, 64), 5.0, dtype=torch.bfloat16))
        return bool((layer.product(rows, step).float() - 64 * 127 * 5.0).abs().max() < 0.01 * 64 * 127 * 5.0)
    except (RuntimeError, AttributeError, NotImplementedError):
        return False
