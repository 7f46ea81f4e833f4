"""Images brought to other sizes by PyTorch in float64, for resize-images.test.ts beside this folder.

Images are [height, width, channels] of 100·(sin(0.7·i²) + ½·cos(i)) over all values in order: a formula that the test repeats.

python pytorch_resize.py > pytorch-resize.json
"""

import json
import math

import torch
from torch.nn.functional import interpolate


def case(images, to):
    values = [100 * (math.sin(0.7 * i * i) + 0.5 * math.cos(i)) for i in range(math.prod(images))]
    channels_first = torch.tensor(values, dtype=torch.float64).reshape(images).permute(0, 3, 1, 2)
    resized = interpolate(channels_first, size=to, mode="bilinear", align_corners=False).permute(0, 2, 3, 1)
    return {"images": images, "to": to, "values": [float(f"{v:.9g}") for v in resized.flatten().tolist()]}


CASES = [([2, 5, 7, 3], [8, 8]), ([1, 9, 6, 1], [4, 4]), ([2, 4, 4, 1], [4, 4]), ([1, 3, 8, 2], [7, 3]), ([1, 1, 1, 1], [3, 2])]
print(json.dumps({"torch": torch.__version__, "cases": [case(*given) for given in CASES]}))
