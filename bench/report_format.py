# SPDX-License-Identifier: GPL-2.0
"""How bench/report puts things: the paper's figures, colours, words, numbers, charts."""

import os
import pathlib
import re
import subprocess
import tempfile
from html import escape

import report_data as rd

HERE = pathlib.Path(__file__).resolve().parent

# The one place with figures that nobody measured here. "icall" compares vanilla probes
# with trapless ones, both armed.
PAPER = {
    "source": '"Fast (Trapless) Kernel Probes Everywhere", USENIX ATC \'24; Linux v6.3.6, bare metal',
    "instructions": "6.63 million",
    "coverage": {"vanilla": 79, "Uno": 96},
    "cycles": {("two-trap", "int3"): 6235, ("two-trap", "uno"): 612,
               ("one-trap", "int3"): 2625, ("one-trap", "uno"): 562},
    "idle": {"uno": 10, "all": 30},
    "icall": {"mean": 1.4, "max": 3},
}
# What there is to reach in percent, by the end of a kernel's name: the first that fits.
TARGETS = {
    "gcc-uno": {"trapless of those accepted": 96, "armed at once": 55},
    "clang-uno": {"trapless of those accepted": 95},
    "pad": {"trapless of those accepted": 99},
    "uno": {"trapless": 98},
    "all": {"trapless": 98},
}

# One colour for one thing in all charts; Okabe and Ito's, which the colour-blind can
# tell apart.
COLOURS = {
    "ftrace": "#56B4E9", "uno": "#0072B2", "jump-at-once": "#7FD3B8", "jump": "#009E73", "boosted": "#F0E442",
    "emulated": "#E69F00", "singlestep": "#D55E00", "refused": "#999999",
    "off": "#CC79A7", "pad": "#009E73", "all": "#333333", "gcc-off": "#E69F00", "gcc-uno": "#56B4E9",
}
WORDS = {
    "ftrace": "ftrace", "uno": "marker nop", "jump-at-once": "jump at once", "jump": "jump",
    "springboard": "springboard", "boosted": "int3, boosted",
    "emulated": "int3, emulated", "singlestep": "int3, single-step", "refused": "refused",
    "int3": "int3", "marker": "marker nops", "padding": "padding",
}
NONE = "–"


def number(value):
    """A number for people: thousands separators, no more digits than say something."""
    if value is None:
        return NONE
    if isinstance(value, int):
        return f"{value:,}"
    return f"{value:,.0f}" if value >= 1000 else f"{value:,.1f}" if value >= 10 else f"{value:.2f}"


def ratio(value, base, digits=2):
    return NONE if value is None or not base else f"{value / base:,.{digits}f}"


def share(part, total):
    """A percentage which is 0 or 100 only if it is exactly that."""
    value = rd.percent(part, total)
    shown = f"{value:.2f}"
    if shown in ("0.00", "100.00") and 0 < part < total:
        shown = "<0.01" if value < 50 else ">99.99"
    return f"{shown} %"


def change(value):
    """A ratio as what it adds: 1.062 is +6.2 %."""
    return f"{100 * (value - 1):+.1f} %"


def text(value):
    return escape(value, quote=False)


def code(value):
    return NONE if value in ("", "-") else f"`{value}`"


def accelerated(accelerator):
    """The accelerator as people write it: TCG or KVM, and what may follow."""
    first, *more = accelerator.split(" ", 1)
    return " ".join([first.upper(), *more])


def table(header, rows):
    """A Markdown table; a column whose name begins with > is aligned to the right."""
    yield "| " + " | ".join(name.lstrip(">") for name in header) + " |"
    yield "| " + " | ".join("---:" if name.startswith(">") else "---" for name in header) + " |"
    for row in rows:
        yield "| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |"
    yield ""


def draw(script, title, axis, header, rows, colours, *more):
    """Returns the SVG that gnuplot makes of a table with one line for each group of bars."""
    bars = len(rows) * (1 if script == "coverage.gp" else max(len(colours), 1.4))
    height = round(140 + bars * (30 if script == "coverage.gp" else 13))
    with tempfile.NamedTemporaryFile("w", encoding="utf-8", suffix=".tsv") as file:
        for cells in (header, *rows):
            cells = [cell if isinstance(cell, str) else f"{cell:.6g}" for cell in cells]
            file.write("\t".join(cell.replace('"', "'") for cell in cells) + "\n")
        file.flush()
        try:
            done = subprocess.run(
                ["gnuplot", "-c", HERE / script, file.name, title, axis,
                 " ".join(colours), str(height), *more],
                capture_output=True, check=False, encoding="utf-8",
                env={**os.environ, "LC_ALL": "C.UTF-8"})
        except FileNotFoundError as error:
            raise rd.Bad("gnuplot is missing: install the package gnuplot-nox") from error
    if done.returncode or "</svg>" not in done.stdout:
        raise rd.Bad(f"{script}: gnuplot failed: {' '.join(done.stderr.split())}")
    svg = done.stdout.replace("<title>Gnuplot</title>", f"<title>{escape(title)}</title>", 1)
    return svg.replace("?>\n", "?>\n<!-- SPDX-License-Identifier: GPL-2.0 -->\n", 1)


class Report:
    """The Markdown's lines and the charts, as they are put together."""

    def __init__(self, data, quick):
        self.data, self.quick = data, quick
        self.meta = {row["key"]: row["value"] for row in data["meta"]}
        self.kernels = {row["kernel"]: row for row in data["kernels"]}
        self.lines, self.charts = [], {}

    def add(self, *lines):
        self.lines += lines

    def have(self, name):
        """Is there something to make this table of? If not, the report says so."""
        if name not in self.data:
            self.add(f"Not measured in this run: there is no `{name}.csv`.", "")
        return name in self.data

    def by_kernel(self, rows):
        """In the order of kernels.csv; what else there is keeps its order."""
        order = list(self.kernels)
        return sorted(rows, key=lambda row: order.index(row["kernel"]))

    def runs(self, rows):
        """Runs of the same configuration, CPU and command line next to each other."""
        found = {}
        for row in self.by_kernel(rows):
            place = (self.kernels[row["kernel"]]["config"], row["cpu"], row["cmdline"])
            found.setdefault(place, {}).setdefault(row["kernel"], []).append(row)
        for (_, cpu, cmdline), kernels in found.items():
            for kernel, lines in kernels.items():
                yield (kernel, cpu, cmdline), lines

    def origin(self, name):
        """Where a table's figures come from."""
        rows, meta = self.data[name], self.meta
        used = {row["kernel"]: self.kernels[row["kernel"]] for row in self.by_kernel(rows)}
        bases = rd.groups(used.values(), "base", "config")
        kernels = "; ".join(
            f"{', '.join(code(row['kernel']) for row in lines)}: {text(base)}, config {text(config)}"
            for (base, config), lines in bases.items())
        timed = "accelerator" in rows[0]
        accelerators = [a for (a,) in rd.groups(rows, "accelerator")] if timed else [meta["accelerator"]]
        counts = timed or name == "size"
        counted = "; ".join(accelerated(a) + (f": counts of {rd.unit_of(a)}" if counts else "")
                            for a in accelerators)
        self.add(
            f"Machine: {text(meta['host_cpu'])}, {text(meta['host_cores'])} cores, {text(meta['qemu'])}."
            f" Accelerator: {text(counted)}. Kernels: {kernels}. Commit {code(meta['commit'])},"
            f" {text(meta['clang'])}, {text(meta['gcc'])}, {text(meta['date'])}."
            f" Raw data: [{name}.csv](benchmarks/{name}.csv).",
            "")

    def chart(self, script, name, title, *drawing):
        """Draws a chart and shows it here."""
        name = re.sub(r"[^A-Za-z0-9._-]+", "_", name) + ".svg"
        if name in self.charts:
            raise rd.Bad(f"two charts would be called {name}: rename one of the CPUs")
        self.charts[name] = draw(script, title, *drawing)
        self.add(f"![{text(title)}](benchmarks/{name})", "")

    def head(self):
        self.add(
            "<!-- SPDX-License-Identifier: GPL-2.0 -->", "# Benchmarks", "",
            "Made by `bench/report` from the CSVs in [benchmarks](benchmarks); changes are lost.",
            f"The paper is {PAPER['source']}; its times are cycles.", "")
        if self.quick:
            self.add("This report was made with `--quick`: tables may be missing.", "")
        self.add(*table(["", "Measured on"], (
            [text(row["key"]), text(row["value"])] for row in self.data["meta"])))
        self.add(*table(["Kernel", "What", "Base", "Config", "Options"], (
            [code(row["kernel"])] + [text(row[c]) or NONE for c in ("what", "base", "config")]
            + [code(row["options"])] for row in self.data["kernels"])))
