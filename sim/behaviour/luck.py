"""Cases of luck over which whoever decides takes a mean."""

from __future__ import annotations

from statistics import NormalDist

import numpy as np

_CASES = 41
#: Standard normals, all as likely.
LUCK = np.array([NormalDist().inv_cdf((case + 0.5) / _CASES) for case in range(_CASES)])
