"""Change points by others: one JSON series a line in, one answer per peer and line out, at once, so
that who asks can measure in between.

rbf          ruptures' KernelCPD, kernel rbf, min_size 5, penalty 4, on logarithms: the penalty
             with the best F1 of 1 to 12 and of c log n, on series like these with other seeds
otava        Apache Otava's defaults: window 50, p 0.001, no least change
otava-tuned  window 400, p 0.0001: its best F1 of a grid of 32 settings on such series

CPU time is that of one call on this thread, the middle of three; imports, logarithms and a first
call are outside it. MongoDB's signal-processing-algorithms is left out: it does not install with a
present NumPy.
"""

import os

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = "1"

import json
import sys
import time

import numpy as np
import ruptures
from otava.analysis import compute_change_points


def rbf(values):
    logs = np.log(np.asarray(values)).reshape(-1, 1)

    def call():
        found = ruptures.KernelCPD(kernel="rbf", min_size=5, jump=1).fit(logs).predict(pen=4)
        return [int(at) for at in found[:-1]]

    return call


def otava(window, p):
    def prepared(values):
        def call():
            found, _ = compute_change_points(
                values, window_len=window, max_pvalue=p, min_magnitude=0.0
            )
            return sorted({int(change.index) for change in found})

        return call

    return prepared


PEERS = {"rbf": rbf, "otava": otava(50, 0.001), "otava-tuned": otava(400, 0.0001)}


def timed(call):
    spent = []
    for _ in range(3):
        before = time.thread_time()
        changes = call()
        spent.append(time.thread_time() - before)
    return changes, sorted(spent)[1]


warm = [100.0 + (index % 7) + 30 * (index > 40) for index in range(80)]
for peer in PEERS.values():
    peer(warm)()
for line in sys.stdin:
    series = json.loads(line)
    for name, peer in PEERS.items():
        changes, cpu = timed(peer(series["values"]))
        print(json.dumps({"peer": name, "changes": changes, "cpu_s": cpu}), flush=True)
