# SPDX-License-Identifier: GPL-2.0
"""What bench/report knows of the raw data: the columns, reading them, the arithmetic.

Everything that comes out of here was either read from a CSV or computed from it. A
cell that is not what its column promises ends the run, as a benchmark that was cut
off or ran twice must not become a table.
"""

import csv
import io
import math
import re

# Columns before the bar tell the measurements apart: no two lines may agree in all of
# them. A column is text, or a whole number (#), one that is divided by (+), or a
# decimal that is divided by (%).
SCHEMAS = {
    "meta": "key | value",
    "kernels": "kernel | what base config options",
    "coverage": "kernel cpu cmdline mechanism reason | count#",
    "sample": "kernel cpu cmdline mechanism | count#",
    "compare": "kernel cpu cmdline | instructions+ differences#",
    "hits": "kernel cpu accelerator case mechanism probes+ | hits+ traps# ticks+",
    "registration": "kernel cpu accelerator mechanism probes+ | register_ticks#"
    " unregister_ticks# register_syncs# unregister_syncs# bytes#",
    "attach": "kernel cpu accelerator way probes+ phase | ticks# idle_ticks# syncs# rcu# rcu_tasks# hold_ns#",
    "space": "kernel cpu accelerator probes+ | slab_kb# vmalloc_kb# percpu_kb#",
    "memory": "kernel cpu accelerator | kprobe+ slot+ optimized_kprobe+ detour+",
    "icall": "kernel cpu accelerator probes op | iterations+ ticks%",
    "icall_stat": "kernel cpu accelerator name | value#",
    "idle": "kernel cpu accelerator op | iterations+ ticks%",
    "native": "program build | runs+ seconds% ratio%",
    "size": "kernel | text_bytes+ image_bytes+ boot_ticks# boot_idle_ticks#",
}
# Without these no table can say where it comes from.
ALWAYS = ("meta", "kernels")
META = ("host_cpu", "host_cores", "qemu", "accelerator", "commit", "base", "clang", "gcc", "date")

AT_ONCE = ("ftrace", "uno", "jump-at-once")  # when the probe is registered
TRAPLESS = AT_ONCE + ("jump",)
MECHANISMS = TRAPLESS + ("boosted", "emulated", "singlestep", "refused")
APART = ("marker", "padding")  # counted, but not in the total
SAMPLED = ("ftrace", "uno", "jump", "int3", "refused")
BY_JUMP = ("jump", "springboard")
RELOCATED = ("call", "jcc", "return", "user", "springboard")
UNITS = {"tcg": "instructions", "kvm": "TSC ticks"}
CHOICES = {
    ("coverage", "mechanism"): MECHANISMS + APART,
    ("sample", "mechanism"): SAMPLED,
    ("hits", "case"): ("two-trap", "one-trap", "jump", "ftrace") + RELOCATED,
    ("hits", "mechanism"): ("uno", "int3") + BY_JUMP + ("ftrace",),
    ("hits", "accelerator"): tuple(UNITS),
    ("registration", "accelerator"): tuple(UNITS),
    ("attach", "accelerator"): tuple(UNITS),
    ("attach", "way"): ("tracefs", "truncate", "perf", "perf4", "kill", "bpf", "settings"),
    ("attach", "phase"): ("first", "make", "enable", "disable", "remove", "attach", "detach",
                           "enabled=0", "enabled=1", "optimization=0", "optimization=1", "unregister"),
    ("icall", "accelerator"): tuple(UNITS),
    ("icall", "kernel"): ("off", "pad", "uno", "gcc-off", "gcc-uno"),
    ("icall", "probes"): ("none", "icall"),
    ("icall_stat", "accelerator"): tuple(UNITS),
    ("idle", "accelerator"): tuple(UNITS),
    ("memory", "accelerator"): tuple(UNITS),
    ("space", "accelerator"): tuple(UNITS),
    ("idle", "kernel"): ("off", "pad", "uno", "all", "gcc-off", "gcc-uno"),
    ("native", "build"): ("none", "again", "pad", "minimal"),
}
MAY_BE_EMPTY = ("cmdline", "what", "options")


class Bad(Exception):
    """The data is not what it should be; the text is the sentence for the user."""


def columns(name):
    """Returns ({column: kind}, columns of the key) of one CSV."""
    before, after = SCHEMAS[name].split("|")
    kinds = {c.rstrip("#+%"): c[-1] if c[-1] in "#+%" else "" for c in (before + after).split()}
    return kinds, [c.rstrip("#+%") for c in before.split()]


def value(name, column, kind, text, where):
    """Returns what a cell means, or tells what is wrong with it."""
    if kind == "":
        if not text and column not in MAY_BE_EMPTY:
            raise Bad(f"{where}: column '{column}' is empty")
        if not text.isprintable():
            raise Bad(f"{where}: column '{column}' has a control character")
        allowed = CHOICES.get((name, column))
        if allowed and text not in allowed:
            raise Bad(f"{where}: '{text}' in column '{column}' is not one of {', '.join(allowed)}")
        return text
    pattern = r"\d+(\.\d+)?([eE][+-]?\d+)?" if kind == "%" else r"\d+"
    if not re.fullmatch(pattern, text, re.ASCII):
        what = "a number" if kind == "%" else "a whole number"
        raise Bad(f"{where}: '{text}' in column '{column}' is not {what} of zero or more")
    number = float(text) if kind == "%" else int(text)
    if kind in "+%" and not 0 < number < math.inf:
        raise Bad(f"{where}: '{text}' in column '{column}' has to be finite and more than zero")
    return number


def read_csv(path, content):
    """Returns the lines of one CSV as a list of dicts; 'where' names the line."""
    kinds, key = columns(path.stem)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise Bad(f"{path}, line {line}: this is not UTF-8 text") from error
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    rows, seen = [], {}
    try:
        header = [cell.strip() for cell in next(reader, [])]
        for column in kinds:
            if header.count(column) != 1:
                raise Bad(f"{path}, line 1: the header has to name column '{column}' once,"
                          f" not {header.count(column)} times")
        for cells in reader:
            where = f"{path}, line {reader.line_num}"
            if len(cells) != len(header):
                raise Bad(f"{where}: {len(cells)} cells, but the header has {len(header)}")
            raw = dict(zip(header, (cell.strip() for cell in cells)))
            row = {c: value(path.stem, c, kind, raw[c], where) for c, kind in kinds.items()}
            row["where"] = where
            first = seen.setdefault(tuple(row[c] for c in key), row)
            if first is not row:
                raise Bad(f"{where}: the same measurement is in"
                          f" {first['where'].rpartition(', ')[2]}: delete one of them")
            rows.append(row)
    except csv.Error as error:
        raise Bad(f"{path}, line {reader.line_num}: this is not CSV: {error}") from error
    if not rows:
        raise Bad(f"{path}, line 2: there is nothing behind the header: measure it again,"
                  " or delete the file and pass --quick")
    return rows


def load(directory, quick):
    """Returns {name: rows} and {name: bytes} of the CSVs; quick leaves out what is missing."""
    data, raw = {}, {}
    for name in SCHEMAS:
        path = directory / f"{name}.csv"
        if path.exists():
            raw[name] = path.read_bytes()
            data[name] = read_csv(path, raw[name])
        elif name in ALWAYS:
            raise Bad(f"{path} is missing, and no table can do without it: run the benchmark first")
        elif not quick:
            raise Bad(f"{path} is missing: measure it, or pass --quick to leave its table out")
    check(directory, data)
    return data, raw


def check(directory, data):
    """What concerns more than one cell."""
    meta = {row["key"]: row for row in data["meta"]}
    for key in META:
        if key not in meta:
            raise Bad(f"{directory / 'meta.csv'}, line {len(meta) + 1}: behind it, a line with"
                      f" the key '{key}' is missing")
    if unit_of(meta["accelerator"]["value"]) is None:
        raise Bad(f"{meta['accelerator']['where']}: the accelerator is neither tcg nor kvm")
    known = {row["kernel"] for row in data["kernels"]}
    for rows in data.values():
        for row in rows:
            if row.get("kernel", "") not in known and "kernel" in row:
                raise Bad(f"{row['where']}: kernel '{row['kernel']}' is not in kernels.csv")
    for row in data.get("coverage", ()):
        if row["mechanism"] not in APART and \
                (row["mechanism"] in TRAPLESS) != (row["reason"] == "-"):
            raise Bad(f"{row['where']}: '{row['mechanism']}' does not go with the reason"
                      f" '{row['reason']}': only what is trapless has '-'")
    check_mechanisms(data)
    for row in data.get("size", ()):
        if row["boot_ticks"] <= row["boot_idle_ticks"]:
            raise Bad(f"{row['where']}: boot_ticks has to be more than boot_idle_ticks")
    for row in data.get("compare", ()):
        if row["differences"] > row["instructions"]:
            raise Bad(f"{row['where']}: there are more differences than instructions")


def check_mechanisms(data):
    """Was what is called Uno armed by a marker nop, or by a jump? Otherwise all of it is int3 again."""
    for row in data.get("hits", ()):
        if row["mechanism"] != "int3" and row["traps"]:
            raise Bad(f"{row['where']}: '{row['mechanism']}' has no traps, but this has {row['traps']}")
    for rows in groups(data.get("hits", ()), "kernel", "cpu", "accelerator").values():
        measured = {(row["case"], row["mechanism"]) for row in rows}
        for case in ("two-trap", "one-trap"):
            if rows[0]["kernel"] == "uno" and (case, "uno") not in measured:
                raise Bad(f"{rows[0]['where']}: kernel 'uno' has not the case '{case}' by Uno")
        for case in RELOCATED:
            if variant(rows[0]["kernel"]) == "uno" and not measured & {(case, by) for by in BY_JUMP}:
                raise Bad(f"{rows[0]['where']}: kernel '{rows[0]['kernel']}' has not the case '{case}' by a jump")
    for rows in groups(data.get("icall_stat", ()), "kernel", "cpu", "accelerator").values():
        of = {row["name"]: row["value"] for row in rows}
        by_uno, armed = of.get("by uno", 0), of.get("armed", 0)
        if 2 * by_uno <= armed if rows[0]["kernel"] == "uno" else by_uno:
            raise Bad(f"{rows[0]['where']}: kernel '{rows[0]['kernel']}' has {by_uno} of {armed} probes by Uno")


def variant(kernel):
    """What the kernel is, whoever has compiled it: "uno" of "gcc-uno"."""
    return kernel.rpartition("-")[2]


def off_of(kernel):
    """The kernel without the option to compare one with: "gcc-off" for "gcc-uno"."""
    return kernel.removesuffix(variant(kernel)) + "off"


def unit_of(accelerator):
    """What a tick is: the accelerator's first word decides."""
    return UNITS.get(accelerator.lower().replace(",", " ").split(" ")[0])


def groups(rows, *names):
    """Splits rows by the values of some columns: {values: rows}, in order of appearance."""
    found = {}
    for row in rows:
        found.setdefault(tuple(row[name] for name in names), []).append(row)
    return found


def totals(rows, known, apart=()):
    """Adds up the counts of one run: ({mechanism: count}, total, trapless)."""
    counts = dict.fromkeys(known + apart, 0)
    for row in rows:
        counts[row["mechanism"]] += row["count"]
    total = sum(counts[m] for m in known)
    if not total:
        raise Bad(f"{rows[0]['where']}: this run of kernel '{rows[0]['kernel']}' counts nothing")
    return counts, total, sum(counts[m] for m in TRAPLESS if m in counts)


def percent(part, total):
    return 100 * part / total


def shortfall(trapless, total, target):
    """How many instructions are missing to the target in percent; 0 if it is reached."""
    return max(0, -(-target * total // 100) - trapless)


def geomean(values):
    values = list(values)
    return math.exp(math.fsum(map(math.log, values)) / len(values))


def interval(part, total, z=1.959964):
    """Wilson's interval in percent, 95 % by default, for a share seen in a sample."""
    share, square = part / total, z * z
    middle = (share + square / (2 * total)) / (1 + square / total)
    half = z / (1 + square / total) * math.sqrt(
        share * (1 - share) / total + square / (4 * total * total))
    return 100 * max(0, middle - half), 100 * min(1, middle + half)


def per_op(rows, *names):
    """Returns {op: {values of the columns: ticks}}; each op has to have all of the values."""
    needed = list(groups(rows, *names))
    table = {}
    for (op,), lines in groups(rows, "op").items():
        found = groups(lines, *names)
        for values in needed:
            if values not in found:
                raise Bad(f"{lines[0]['where']}: operation '{op}' was not measured with"
                          f" {', '.join(f'{n} {v}' for n, v in zip(names, values))} as others were")
        table[op] = {values: found[values][0]["ticks"] for values in needed}
    return table
