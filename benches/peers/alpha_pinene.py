"""The alpha-pinene fit with scipy, for `peers fit` (docs/peers.md).

    python3 alpha_pinene.py DATA.csv INTEGRATOR < STARTS

INTEGRATOR is `solve_ivp` or `odeint`, LSODA both. STARTS has the five constants of a start in a line, in 1/min. Prints the
versions, and then a line for each start: seconds of processor time, solves of the system, the five constants where it ended,
and their standard errors; or `failed`.
"""

import csv
import os
import sys
import time

# One thread, like the others; before numpy is loaded.
for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = "1"

import numpy as np
import scipy
from scipy.integrate import odeint, solve_ivp
from scipy.optimize import least_squares

RTOL, ATOL = 1e-8, 1e-10
LOW, HIGH = 1e-6, 1e-2
START = [100.0, 0.0, 0.0, 0.0, 0.0]


def rates(t, y, p1, p2, p3, p4, p5):
    # A list of plain floats is faster than numpy for five variables.
    a, _, c, _, e = y.tolist()
    dimerised = p4 * c - p5 * e
    return [-(p1 + p2) * a, p1 * a, p2 * a - p3 * c - dimerised, p3 * c, dimerised]


def with_solve_ivp(times, p):
    run = solve_ivp(rates, (0.0, times[-1]), START, "LSODA", times, args=tuple(p), rtol=RTOL, atol=ATOL)
    if not run.success:
        raise RuntimeError(run.message)
    return run.y.T


def with_odeint(times, p):
    t = np.concatenate(([0.0], times))
    run, info = odeint(rates, START, t, tuple(p), rtol=RTOL, atol=ATOL, tfirst=True, mxstep=100_000, full_output=True)
    if info["message"] != "Integration successful.":
        raise RuntimeError(info["message"])
    return run[1:]


def fit(solve, times, data, start):
    solves = 0

    def residuals(x):
        nonlocal solves
        solves += 1
        return (solve(times, np.exp(x).tolist()) - data).ravel()

    # Differences by two points and 1e-8 for all tolerances are the defaults; tighter tolerances cost a sixth more and arrive
    # no better, nor does x_scale="jac" on logarithms.
    found = least_squares(residuals, np.log(start), bounds=(np.log(LOW), np.log(HIGH)), method="trf", x_scale=1.0)
    constants = np.exp(found.x)
    variance = 2.0 * found.cost / (data.size - len(start))
    covariance = variance * np.linalg.inv(found.jac.T @ found.jac) * np.outer(constants, constants)
    return constants, np.sqrt(np.diag(covariance)), solves


def main():
    path, integrator = sys.argv[1:]
    solve = {"solve_ivp": with_solve_ivp, "odeint": with_odeint}[integrator]
    with open(path, encoding="utf-8") as file:
        rows = list(csv.reader(line for line in file if not line.startswith("#")))
    table = np.array(rows[1:], dtype=float)
    times, data = table[:, 0], table[:, 1:]
    print(f"Python {sys.version.split()[0]}, scipy {scipy.__version__}, numpy {np.__version__}", flush=True)
    for line in sys.stdin:
        start = np.array(line.split(), dtype=float)
        before = time.process_time()
        try:
            constants, errors, solves = fit(solve, times, data, start)
        except (RuntimeError, ValueError, np.linalg.LinAlgError) as why:
            print("failed", repr(why), file=sys.stderr)
            print("failed", flush=True)
            continue
        seconds = time.process_time() - before
        print(seconds, solves, *constants.tolist(), *errors.tolist(), flush=True)


main()
