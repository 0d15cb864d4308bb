#!/usr/bin/python3
"""brick and PyTorch side by side: each case on both, in turns, so that what else the machine does hits both alike.

    make bench-torch                                   everything; about 25 minutes with the large models
    bench/torch/compare.py --quick                     without the large models and the products
    bench/torch/compare.py --case gpt-4x128 --rounds 5

The ratio is PyTorch's time over brick's, each the median of the rounds, in each of which a step's time is the median of
many. A row below its goal ends with "miss". PyTorch runs with the OpenMP build of OpenBLAS where it is installed
(apt-get install python3-torch libopenblas0-openmp): with Debian's default two thread pools fight, which would flatter us.
"""
import argparse
import json
import os
import re
import statistics
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
OPENMP = "/usr/lib/x86_64-linux-gnu/openblas-openmp"

# brick's case, script and case of the peer (the faster one of several), goal for the ratio in float32 and in bfloat16 (None: no such row), large
CASES = [
    ("linreg-100", "tinyop", "linreg_100_optimizer", 25, None, False),
    ("mlp-64-sgd", "mlp", "train_b64_sgdm", 1.7, None, False),
    ("mlp-64-adam", "mlp", "train_b64_adam", 1.7, None, False),
    ("mlp-1024-sgd", "mlp", "train_b1024_sgdm", 1.4, None, False),
    ("mlp-1024-adam", "mlp", "train_b1024_adam", 1.4, None, False),
    ("mlp-infer-1", "mlp", "infer_b1", 5, None, False),
    ("lenet-64", "cnn", "lenet_train_b64", 3, None, False),
    ("lenet-256", "cnn", "lenet_train_b256", 3, None, False),
    ("lenet-infer-1", "cnn", "lenet_infer_b1", 3, None, False),
    ("resnet20-64", "cnn", ("resnet20_train_b64", "resnet20_train_b64_channels_last"), 1.6, None, False),
    ("resnet20-infer-1", "cnn", ("resnet20_infer_b1", "resnet20_infer_b1_channels_last"), 2, None, False),
    ("gpt-4x128", "gpt", "baby_l4_h4_d128_b12_t64", 2, None, False),
    ("gpt-6x384", "gpt", "char_l6_h6_d384_b12_t256", 1.5, 2.3, True),
    ("gpt2-4x64", "gpt", "gpt2_124m_b4_t64", 2, 3.3, True),
    ("gpt2-1x1024", "gpt", "gpt2_124m_b1_t1024", 2, 3.3, True),
    ("llama-15m", "llama", "stories15m_b4_t256", 2.2, 3.5, True),
    ("lstm-32x64", "rnn", "lstm", 1.8, None, False),
    ("gru-32x64", "rnn", "gru", 1.8, None, False),
    ("rnn-32x64", "rnn", "rnn", 1.8, None, False),
    ("start-up", "startup", "import_torch_and_one_step", 50, None, False),
]

# m,n,k and the share of the FMA peak that brick must reach on one core, on all cores (None: no goal)
SHAPES = [("64,64,64", 0.75, None), ("512,512,512", 0.95, None), ("1024,1024,1024", 0.95, 0.92), ("2048,2048,2048", 0.95, 0.92)] + [
    ("%d,%d,%d" % (m, n, k), 0.85, 0.85) for m in (256, 1024) for n, k in ((2304, 768), (768, 768), (3072, 768), (768, 3072), (50257, 768))
] + [("1,768,768", None, None), ("4,3072,768", None, None), ("16,3072,768", None, None)]


def lines(command, env=None):
    """The JSON objects that a command prints, one a line."""
    p = subprocess.run(command, env=env, stdout=subprocess.PIPE, text=True)
    if p.returncode != 0:
        sys.exit("%s ended with code %d" % (" ".join(command), p.returncode))
    return [json.loads(s) for s in p.stdout.splitlines() if s.startswith("{")]


def peer_env():
    env = dict(os.environ)
    for v in ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE"):  # which would hold its kernels back
        env.pop(v, None)
    if os.path.isdir(OPENMP):
        env["LD_LIBRARY_PATH"] = OPENMP + (":" + env["LD_LIBRARY_PATH"] if env.get("LD_LIBRARY_PATH") else "")
    else:
        print("no OpenBLAS for OpenMP here: the peer is slower than it could be", file=sys.stderr)
    return env


class Sides:
    def __init__(self, args):
        self.args, self.env, self.machine, self.peak = args, peer_env(), None, {}

    def brick(self, *words):
        a = self.args
        out = lines([a.brick, "bench", *words, "--json", "--threads", str(a.threads), "--min-time", "%gs" % a.min_time])
        self.machine = out[0]["machine"]
        for r in out[1:]:  # the best of the whole run: a peak measured beside other work is none
            if r["bench"] == "peak" and r["case"] in ("fma " + self.machine["level"], "bf16 dot"):
                name = "bf16" if r["case"] == "bf16 dot" else "f32"
                self.peak[name] = max(self.peak.get(name, 0), r["gflops"])
        return out[1:]

    def torch(self, script, *words):
        return lines(["/usr/bin/python3", os.path.join(HERE, script + ".py"), "--threads", str(self.args.threads), *words], self.env)

    def torch_case(self, script, case):
        if script == "startup":
            rows = [r for r in self.torch(script, "--runs", "3") if r["case"] == case]
            return rows[0]["wall_s"], rows[0]["peak_rss_mb"]
        cases = case if isinstance(case, tuple) else (case,)
        return min((r["step_s"], r["peak_rss_mb"]) for c in cases
                   for r in self.torch(script, "--min-time", str(self.args.min_time), "--case", c))


def seconds(t):
    for size, unit in ((1, "s"), (1e-3, "ms"), (1e-6, "µs")):
        if t >= size:
            return "%.3g %s" % (t / size, unit)
    return "%.3g ns" % (t * 1e9)


def steps(sides, save):
    print("%-14s %-5s %10s %10s %8s %6s %8s %9s %9s" % ("step", "", "brick", "PyTorch", "ratio", "goal", "of peak", "memory", "PyTorch's"))
    missed = 0
    for case, script, peer, goal, goal16, large in CASES:
        args = sides.args
        if args.case and case not in args.case or not args.case and args.quick and large:
            continue
        for precision, want in (("f32", goal), ("bf16", goal16)):
            if want is None or precision == "bf16" and not args.bf16:
                continue
            ours, theirs, share, rss, peer_rss = [], [], [], 0, 0
            for _ in range(args.rounds):
                r = [r for r in sides.brick("train", "--case", case, "--precision", precision) if r["bench"] == "train"][0]
                ours.append(r["seconds"])
                share.append(r.get("gflops", 0) / sides.peak.get(precision, float("inf")))
                rss = max(rss, r.get("rss", 0) / 1e6)
                t, m = sides.torch_case(script, peer)
                theirs.append(t)
                peer_rss = max(peer_rss, m * 1.048576)
            a, b = statistics.median(ours), statistics.median(theirs)
            miss = b / a < want or case == "start-up" and rss > 30
            missed += miss
            print("%-14s %-5s %10s %10s %7.2f× %5g× %6.0f %% %6.0f MB %6.0f MB%s" % (
                case, precision, seconds(a), seconds(b), b / a, want, 100 * statistics.median(share), rss, peer_rss, "  miss" if miss else ""), flush=True)
            save.append({"bench": "torch", "case": case, "threads": args.threads, "precision": precision, "seconds": a, "peer_seconds": b,
                         "ratio": b / a, "goal": want, "share": statistics.median(share), "rss": int(rss * 1e6), "peer_rss": int(peer_rss * 1e6)})
    return missed


def products(sides, save):
    args = sides.args
    print("\n%-16s %9s %8s %9s %8s %8s %6s" % ("product m,n,k", "brick", "of peak", "PyTorch", "of peak", "ratio", "goal"))
    missed = 0
    for shape, one, all_cores in SHAPES:
        ours, theirs = [], []
        for _ in range(args.rounds):
            out = sides.brick("matmul", "--shape", shape)
            ours.append([r["gflops"] for r in out if r["bench"] == "matmul"][0])
            theirs.append(sides.torch("matmul", "--min-time", str(args.min_time), shape)[0]["gflops"])
        a, b, peak, goal = statistics.median(ours), statistics.median(theirs), sides.peak["f32"], one if args.threads == 1 else all_cores
        miss = goal is not None and a / peak < goal
        missed += miss
        print("%-16s %9.4g %6.0f %% %9.4g %6.0f %% %7.2f× %6s%s" % (
            shape, a, 100 * a / peak, b, 100 * b / peak, a / b, "%.0f %%" % (100 * goal) if goal else "", "  miss" if miss else ""), flush=True)
        save.append({"bench": "torch", "case": "matmul " + shape, "threads": args.threads, "precision": "f32", "gflops": a, "peer_gflops": b,
                     "ratio": a / b, "share": a / peak, "peer_share": b / peak, "goal": goal})
    return missed


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--brick", default="./brick", help="the binary, from make build")
    ap.add_argument("--threads", type=int, default=2)
    ap.add_argument("--rounds", type=int, default=3, help="how often each side runs a case")
    ap.add_argument("--min-time", type=float, default=2, help="seconds to measure a case in each round")
    ap.add_argument("--case", action="append", help="only this case of brick bench train, or matmul (may be repeated)")
    ap.add_argument("--quick", action="store_true", help="leave out large models and products")
    ap.add_argument("--bf16", action="store_true", help="also brick with --precision bf16, where there is a goal; PyTorch stays in float32")
    ap.add_argument("--save", action="store_true", help="append the rows to bench/CPU-MODEL.jsonl")
    args = ap.parse_args()
    sides, save, missed = Sides(args), [], 0
    known = [c[0] for c in CASES] + ["matmul"]
    for c in args.case or []:
        if c not in known:
            sys.exit("there is no case %s; there are %s" % (c, ", ".join(known)))
    if args.case != ["matmul"]:
        missed += steps(sides, save)
    if not args.quick and not args.case or "matmul" in (args.case or []):
        missed += products(sides, save)
    print("\n%d of %d rows miss their goal" % (missed, len(save)))
    if args.save:
        slug = "-".join(re.findall("[a-z0-9]+", sides.machine["cpu"].lower()))
        with open(os.path.join(HERE, "..", slug + ".jsonl"), "a") as f:
            for row in [{"time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()), "machine": sides.machine}] + save:
                f.write(json.dumps(row) + "\n")


main()
