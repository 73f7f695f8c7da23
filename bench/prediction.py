"""Fit and predict a million simulated customers, against the archived library `lifetimes` on the same histories.

    python bench/prediction.py [CUSTOMERS]

Each side runs in a process of its own. Both fit MBG/NBD and give P(alive) and the orders of a year of every customer.
Ratios are of one run.
"""

import json
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Callable
from pathlib import Path
from time import perf_counter
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

import numpy as np

CUSTOMERS = 1_000_000
TRUE = (0.525, 6.183, 0.891, 1.614)  # of CDNOW, in weeks
DAYS, HORIZON = 1_095, 365
LEAST_RATIO, MOST_BYTES = 10, 1024**3


def simulated(customers: int) -> dict[str, Any]:
    """x, t_x and T in days of customers who were first seen up to three years ago."""
    from analytics.prediction.beta_geometric import Buying, BuyingModel  # noqa: PLC0415  not in the other's process
    from tests.analytics.prediction.samples import lives  # noqa: PLC0415

    found = lives(BuyingModel.MBG_NBD, Buying(*TRUE), customers, days=DAYS).histories
    return {"repeats": found.repeats, "span": found.span, "age": found.age}


def ours(columns: dict[str, Any]) -> dict[str, Any]:
    """What our functions say."""
    from analytics.prediction.beta_geometric import Buying  # noqa: PLC0415
    from analytics.prediction.forecast import expected_when_alive, for_each, probability_alive  # noqa: PLC0415
    from analytics.prediction.lifetime import MODEL, fitted_buying  # noqa: PLC0415
    from analytics.prediction.summaries import Histories  # noqa: PLC0415

    people = Histories(**columns)
    fitted = fitted_buying(MODEL, people.grouped())
    assert fitted is not None
    at = Buying(*fitted.values.tolist())
    alive = probability_alive(MODEL, at, people)
    orders = for_each(people, alive, lambda x, age: expected_when_alive(MODEL, at, x, age, HORIZON))
    return {"parameters": list(at), "alive": float(alive.mean()), "orders": float(orders.mean())}


def theirs(columns: dict[str, Any]) -> dict[str, Any]:
    """What the library says, as its documentation has it."""
    warnings.simplefilter("ignore")
    from lifetimes import ModifiedBetaGeoFitter  # noqa: PLC0415

    weeks = columns["repeats"], columns["span"] / 7, columns["age"] / 7
    fitter = ModifiedBetaGeoFitter()
    with np.errstate(all="ignore"):
        fitter.fit(*weeks)
        alive = np.asarray(fitter.conditional_probability_alive(*weeks))
        orders = np.asarray(fitter.conditional_expected_number_of_purchases_up_to_time(HORIZON / 7, *weeks))
    at = [float(fitter.params_[name]) for name in ("r", "alpha", "a", "b")]
    return {"parameters": at, "alive": float(alive.mean()), "orders": float(orders.mean())}


SIDES: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {"ours": ours, "lifetimes": theirs}


def memory(field: str) -> int:
    """What Linux says of the memory of this process in bytes: VmRSS now, VmHWM the most since it was forgotten."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith(f"{field}:"))


def measured(side: str, file: str) -> None:
    """Run one side in this process, and print what it says and took."""
    with np.load(file) as held:
        columns = {name: held[name] for name in held.files}
    SIDES[side]({name: column[:1_000] for name, column in columns.items()})  # imports are not measured
    Path("/proc/self/clear_refs").write_text("5")  # forget the most so far
    before, started = memory("VmRSS"), perf_counter()
    found = SIDES[side](columns)
    print(json.dumps({**found, "seconds": perf_counter() - started, "bytes": memory("VmHWM") - before}))


def main(customers: int) -> int:
    """Measure both and compare."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "customers.npz"
        np.savez(file, **simulated(customers))
        found = {}
        for side in SIDES:
            command = [sys.executable, __file__, side, str(file)]
            run = subprocess.run(command, check=True, capture_output=True, text=True)
            found[side] = json.loads(run.stdout.splitlines()[-1])
    mine, other = found["ours"], found["lifetimes"]
    for side, told in found.items():
        at = " ".join(f"{value:.4f}" for value in told["parameters"])
        more = f"{told['bytes'] / 1024**2:,.0f} MiB more"
        print(f"{side}: {told['seconds']:.1f} s, {more}; r alpha a b {at}; mean of a year {told['orders']:.5f} orders")
    ratio = other["seconds"] / mine["seconds"]
    same = np.allclose(mine["parameters"], other["parameters"], rtol=1e-2) and np.isclose(
        mine["orders"], other["orders"], rtol=1e-2
    )
    print(f"{customers:,} customers: {ratio:.1f} × faster (at least {LEAST_RATIO}), the same answers: {same}")
    return 0 if same and ratio >= LEAST_RATIO and mine["bytes"] <= MOST_BYTES else 1


if __name__ == "__main__":
    if len(sys.argv) == 3:
        measured(sys.argv[1], sys.argv[2])
    else:
        sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else CUSTOMERS))
