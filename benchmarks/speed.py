"""Speed and memory of the whole: run by `make bench`, reported as CPU seconds, rows per CPU second, peak
memory, and ratios of figures measured side by side in this run.

Every measurement is a process of its own, so that CPU time and peak memory are its own. What is compared is
measured by turns, and the least of the rounds counts: other work on the machine only ever adds.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

HERE = Path(__file__).parent
ROUNDS = 3
LOADS = 10
# Without DAGSTER_HOME, and without what Dagster's own commands report over the network.
ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "DAGSTER_HOME"} | {
    "DAGSTER_DISABLE_TELEMETRY": "1"
}
WHOLE_REGION = 2_400_000
TENTH = 240_000

WITHOUT_FIDELITY = """
from lm_synth_assets.orchestration.build import build_defs
from lm_synth_assets.orchestration.settings import read_settings

defs = build_defs(read_settings())
"""
"""The definitions as they are where sdmetrics, which only developers need, is not installed."""

OVERLAY = """extends: {default}
privacy: {{unique_quasi_identifiers: false}}
"""


class Cost(NamedTuple):
    """What a process took: CPU and wall seconds, peak memory in MB, and what it printed."""

    cpu: float
    wall: float
    peak: float
    printed: str


def measure(*command: str, **variables: str) -> Cost:
    """Run a command to its end, with some variables of the environment set; raises when it fails."""
    before = os.times().elapsed
    with tempfile.TemporaryFile("w+") as output, tempfile.TemporaryFile("w+") as messages:
        process = subprocess.Popen(
            command, stdout=output, stderr=messages, cwd=HERE.parent, env=ENVIRONMENT | variables
        )
        _, status, usage = os.wait4(process.pid, 0)
        if status:
            messages.seek(0)
            raise SystemExit(f"failed: {' '.join(command)}\n{messages.read()}")
        output.seek(0)
        printed = output.read()
    wall = os.times().elapsed - before
    return Cost(usage.ru_utime + usage.ru_stime, wall, usage.ru_maxrss / 1024, printed)


def report(what: str, value: str, asked: str, met: bool) -> None:
    """One line of the report."""
    verdict = "" if asked == "-" else "met" if met else "MISSED"
    print(f"{what:62} {value:>16}   {asked:22} {verdict}", flush=True)


def ungated(config: Path, patients: int, folder: str) -> tuple[str, ...]:
    """The command that generates without evaluating a gate."""
    return (sys.executable, "-m", "benchmarks.ungated", str(config), str(patients), folder)


def report_gates(gated: float, bare: float, most: float) -> None:
    """What gates add to generation, as a share of it."""
    added = (gated - bare) / bare
    report(
        f"  CPU of all gates over that of generation ({bare:.1f} s)",
        f"{added:.2f}",
        f"at most {most:g}",
        added <= most,
    )


def report_loading(folder: Path) -> None:
    """What it takes to load the definitions and to validate them, over what Dagster takes without them."""
    (folder / "nothing.py").write_text("import dagster as dg\n\ndefs = dg.Definitions()\n", encoding="utf-8")
    load, dagster = (sys.executable, "-c"), str(Path(sys.executable).parent / "dagster")
    validate = (dagster, "definitions", "validate", "--working-directory", str(folder), "-m")
    sides = {
        "loading the definitions over import dagster": (
            (*load, "import lm_synth_assets; lm_synth_assets.defs"),
            (*load, "import dagster"),
        ),
        "dagster definitions validate over no project": (
            (*validate, "lm_synth_assets"),
            (*validate, "nothing"),
        ),
    }
    for what, commands in sides.items():
        costs = [[measure(*command).cpu for command in commands] for _ in range(LOADS)]
        ours, bare = map(min, zip(*costs, strict=True))
        report(f"CPU of {what} ({bare:.2f} s)", f"{ours / bare:.2f}", "at most 1.4", ours / bare <= 1.4)


def report_whole_runs(folder: Path, generate: tuple[str, ...]) -> None:
    """What whole runs take over twenty empty assets, run by the same command of Dagster in one process."""
    (folder / "without_fidelity.py").write_text(WITHOUT_FIDELITY, encoding="utf-8")
    out = str(folder / "out")
    materialize = (str(Path(sys.executable).parent / "dagster"), "asset", "materialize", "--select", "*")
    empty, generated, materialized = [], [], []
    for _ in range(ROUNDS):
        empty.append(measure(*materialize, "-m", "benchmarks.empty_assets").cpu)
        generated.append(measure(*generate, "--out", out).cpu)
        ours = (*materialize, "--working-directory", str(folder), "-m", "without_fidelity")
        materialized.append(measure(*ours, LM_SYNTH_OUT=out).cpu)
    least = min(empty)
    for what, costs, most in (
        ("lm-synth generate", generated, 1.9),
        ("dagster asset materialize --select '*'", materialized, 2.5),
    ):
        ratio = min(costs) / least
        report(
            f"CPU of {what} over empty assets ({least:.1f} s)",
            f"{ratio:.2f}",
            f"at most {most}",
            ratio <= most,
        )


def main() -> None:
    """Measure and report everything."""
    generate = (
        str(Path(sys.executable).parent / "lm-synth"),
        "generate",
        "--with-ed",
        "--with-ip",
        "--quiet",
    )
    with tempfile.TemporaryDirectory() as folder:
        report_loading(Path(folder))
        report_whole_runs(Path(folder), generate)
        config = Path(folder) / "whole.yaml"
        defaults = HERE.parent / "configs" / "lower_mainland_defaults.yaml"
        config.write_text(OVERLAY.format(default=defaults), encoding="utf-8")

        real, floor = [], []
        for _ in range(ROUNDS):
            real.append(measure(*generate, "--out", f"{folder}/out"))
            floor.append(measure(sys.executable, "-m", "benchmarks.floor", f"{folder}/floor"))
        cpu, wall = (min(getattr(cost, name) for cost in real) for name in ("cpu", "wall"))
        least = min(cost.wall for cost in floor)
        peak = max(cost.peak for cost in real)
        report(
            "lm-synth generate, 50,000 patients, all gates: CPU", f"{cpu:.1f} s", "at most 10 s", cpu <= 10
        )
        report(
            "  wall time over a run that computes nothing",
            f"{wall / least:.2f}",
            "at most 2",
            wall / least <= 2,
        )
        report("  peak memory", f"{peak:.0f} MB", "at most 600 MB", peak <= 600)

        bare = min(measure(*ungated(defaults, 50_000, f"{folder}/bare")).cpu for _ in range(ROUNDS))
        report_gates(cpu, bare, 1.0)

        per_row = {}
        for size in (50_000, TENTH, WHOLE_REGION):
            command = (
                sys.executable,
                "-m",
                "benchmarks.throughput",
                str(config),
                str(size),
                f"{folder}/rows",
            )
            rounds = [json.loads(measure(*command).printed) for _ in range(ROUNDS)]
            best = min(rounds, key=lambda cost: cost["cpu"])
            per_row[size] = best["cpu"] / best["rows"]
            speed = best["rows"] / best["cpu"]
            report(
                f"simulation and CSV, {size:,} patients: {best['rows']:,} rows",
                f"{speed:,.0f} rows/s",
                "at least 300,000",
                speed >= 300_000,
            )
        ratio = per_row[WHOLE_REGION] / per_row[TENTH]
        report("  CPU per row, 2,400,000 over 240,000 patients", f"{ratio:.2f}", "at most 1.3", ratio <= 1.3)

        whole = measure(
            *generate, "--patients", str(WHOLE_REGION), "--config", str(config), "--out", f"{folder}/whole"
        )
        report("lm-synth generate, 2,400,000 patients: CPU", f"{whole.cpu:.0f} s", "-", True)
        report("  peak memory", f"{whole.peak:.0f} MB", "at most 5,000 MB", whole.peak <= 5_000)
        bare = measure(*ungated(config, WHOLE_REGION, f"{folder}/bare")).cpu
        report_gates(whole.cpu, bare, 1.3)
        validate = (generate[0], "validate", "--quiet", "--config")
        for where, settings, patients in (("out", defaults, "50,000"), ("whole", config, "2,400,000")):
            cost = measure(*validate, str(settings), "--in", f"{folder}/{where}")
            report(f"lm-synth validate, {patients} patients: CPU", f"{cost.cpu:.1f} s", "-", True)
            report("  peak memory", f"{cost.peak:.0f} MB", "-", True)


if __name__ == "__main__":
    main()
