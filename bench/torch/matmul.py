#!/usr/bin/python3
"""torch.mm in float32 at the shapes m,n,k given, as `brick bench matmul --shape` takes them."""
import argparse
import json
import os

ap = argparse.ArgumentParser()
ap.add_argument("--threads", type=int, default=1)
ap.add_argument("--min-time", type=float, default=0.5, help="seconds to measure per shape")
ap.add_argument("shapes", nargs="+")
args = ap.parse_args()
for v in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[v] = str(args.threads)

import torch  # noqa: E402  after the number of threads is set
from benchlib import measure  # noqa: E402

torch.set_num_threads(args.threads)
for shape in args.shapes:
    m, n, k = (int(v) for v in shape.split(","))
    a, b, y = torch.rand(m, k) - 0.5, torch.rand(k, n) - 0.5, torch.empty(m, n)
    group = max(1, int(2e7 / (2.0 * m * n * k)))
    st = measure(lambda: torch.mm(a, b, out=y), warmup=3, min_time=args.min_time, min_steps=5, group=group)
    print(json.dumps({"script": "matmul", "case": shape, "threads": args.threads, "torch": torch.__version__,
                      "gflops": 2e-9 * m * n * k / st["step_s"], **st}), flush=True)
