# SPDX-License-Identifier: GPL-2.0
"""The tables of bench/report, each with its charts and where its figures come from."""

import report_data as rd
from report_format import (
    COLOURS, NONE, PAPER, TARGETS, WORDS, accelerated, change, code, number, ratio, share, table, text)

# What counts of instructions do not tell, once for each table that has them
EXCEPTIONS = ("Where these are counts of instructions, an exception and its return count as next to"
              " nothing, but cost hundreds of cycles or more: they flatter int3.")
REPEATS = ("A repeated string instruction counts once for each repetition: copying and zeroing weigh"
           " more than they do in cycles, by bytes on a CPU with ERMS (`max`) and by words on others.")


def spread(report):
    """How far apart are two boots of the same kernel, where both measured without probes?"""
    names = ("kernel", "cpu", "accelerator", "op")
    other = {tuple(row[c] for c in names): row["ticks"]
             for row in report.data.get("icall", ()) if row["probes"] == "none"}
    found = sorted((abs(row["ticks"] / other[key] - 1), row["op"], row["kernel"])
                   for row in report.data["idle"] for key in [tuple(row[c] for c in names)] if key in other)
    if found:
        middle, (most, op, kernel) = found[len(found) // 2][0], found[-1]
        report.add("Each is from one boot. Where another one of the same kernel measured the same, for the"
                   f" table above, the two differ by {100 * middle:.2f} % (median of {len(found)}), at most"
                   f" by {100 * most:.1f} % ({code(op)}, kernel {code(kernel)}).", "")


def coverage(report):
    report.add("## Coverage (the paper's Table 3)", "",
               "What a probe on each instruction of the kernel's text becomes, by the kernel's own"
               " census. Trapless are ftrace, marker nop and both kinds of jump; all but those jumps that"
               " replace several instructions are armed at once, when the probe is registered. Marker"
               " nops themselves and padding are not in the total.", "")
    if not report.have("coverage"):
        return
    rows, mechanisms, bars, goals = [], [], [], []
    for (kernel, cpu, cmdline), lines in report.runs(report.data["coverage"]):
        counts, total, trapless = rd.totals(lines, rd.MECHANISMS, rd.APART)
        run = [code(kernel), text(cpu), code(cmdline)]
        accepted, at_once = total - counts["refused"], sum(counts[m] for m in rd.AT_ONCE)
        parts = {"trapless": (trapless, total), "trapless of those accepted": (trapless, accepted),
                 "armed at once": (at_once, total)}
        rows.append(run + [number(total), number(counts["refused"]), number(trapless)]
                    + [share(*part) for part in parts.values()])
        mechanisms.append(run + [number(counts[m]) for m in rd.MECHANISMS + rd.APART])
        bars.append([", ".join(x for x in (kernel, cpu, cmdline) if x not in ("", "-")),
                     share(trapless, total)]
                    + [rd.percent(counts[m], total) for m in rd.MECHANISMS])
        for what, target in next((TARGETS[end] for end in TARGETS if kernel.endswith(end)), {}).items():
            short = rd.shortfall(*parts[what], target)
            goals.append(", ".join(x for x in run if x != NONE) + f": {target} % {what}: "
                         + (f"not reached, short of it by {number(short)}" if short else "reached"))
    for name, value in PAPER["coverage"].items():
        rows.append([f"paper, {name}", "bare metal", NONE, PAPER["instructions"], NONE, NONE, f"{value} %"]
                    + [NONE] * 2)
    report.add(*table(["Kernel", "CPU", "Command line", ">Instructions", ">Refused", ">Trapless", ">Share",
                       ">Of those accepted", ">Armed at once"], rows))
    if goals:
        report.add("Targets:", "", *(f"- {goal}" for goal in goals), "")
    report.chart("coverage.gp", "coverage",
                 f"What a probe becomes ({accelerated(report.meta['accelerator'])}); at the right: trapless",
                 "instructions, %", ["", ""] + [WORDS[m] for m in rd.MECHANISMS], bars,
                 [COLOURS[m] for m in rd.MECHANISMS])
    report.add(*table(["Kernel", "CPU", "Command line"]
                      + [f">{WORDS[m]}" for m in rd.MECHANISMS + rd.APART], mechanisms))
    report.origin("coverage")
    reasons(report)


def reasons(report):
    report.add("### What is left, and why", "",
               "Instructions without a trapless probe, and their share of the total.", "")
    for (kernel,), lines in rd.groups(report.by_kernel(report.data["coverage"]), "kernel").items():
        runs = rd.groups(lines, "cpu", "cmdline")
        all_of = {run: rd.totals(rows, rd.MECHANISMS, rd.APART) for run, rows in runs.items()}
        left = rd.groups((row for row in lines if row["mechanism"] in rd.MECHANISMS
                          and row["mechanism"] not in rd.TRAPLESS), "mechanism", "reason")
        cells = []
        for (mechanism, reason), found in sorted(
                left.items(), key=lambda item: -sum(row["count"] for row in item[1])):
            count = {(row["cpu"], row["cmdline"]): row["count"] for row in found}
            cells.append([WORDS[mechanism], text(reason)] + [
                f"{number(count.get(run, 0))} ({share(count.get(run, 0), all_of[run][1])})"
                for run in runs])
        cells.append(["all", ""] + [
            f"{number(total - trapless)} ({share(total - trapless, total)})"
            for _, total, trapless in all_of.values()])
        report.add(f"Kernel {code(kernel)}:", "", *table(
              ["Becomes", "Reason"] + [f">{text(cpu)}" + (f", {code(cmdline)}" if code(cmdline) != NONE else "")
                                       for cpu, cmdline in runs], cells))


def sample(report):
    report.add("### A random sample beside", "",
               "Probes on random instructions through tracefs, and what `kprobes/list` says of"
               " each. The interval is Wilson's, for 95 % and for the share of all, as are the census' figures.",
               "")
    if not report.have("sample"):
        return
    census = {run: rd.totals(lines, rd.MECHANISMS, rd.APART)
              for run, lines in report.runs(report.data.get("coverage", ()))}
    rows = []
    for run, lines in report.runs(report.data["sample"]):
        counts, total, trapless = rd.totals(lines, rd.SAMPLED)
        low, high = rd.interval(trapless, total)
        beside = [NONE, NONE]
        if run in census:
            _, instructions, without = census[run]
            inside = low <= rd.percent(without, instructions) <= high
            beside = [share(without, instructions), "inside" if inside else "outside"]
        rows.append([code(run[0]), text(run[1]), code(run[2]), number(total)]
                    + [number(counts[m]) for m in rd.SAMPLED]
                    + [share(trapless, total - counts["refused"]), share(trapless, total),
                       f"{low:.2f} to {high:.2f} %"] + beside)
    report.add(*table(["Kernel", "CPU", "Command line", ">Probes"]
                      + [f">{WORDS[m]}" for m in rd.SAMPLED]
                      + [">Trapless of those accepted", ">of all", ">Interval", ">Census", "Census is"], rows))
    report.origin("sample")


def compare(report):
    report.add("### The census and `uno-coverage`, instruction by instruction", "")
    if report.have("compare"):
        report.add(*table(["Kernel", "CPU", "Command line", ">Instructions", ">Differences", ">Share"], (
              [code(row["kernel"]), text(row["cpu"]), code(row["cmdline"]),
               number(row["instructions"]), number(row["differences"]),
               share(row["differences"], row["instructions"])]
              for row in report.by_kernel(report.data["compare"]))))
        report.origin("compare")


def hits(report):
    report.add("## Cost of a hit (the paper's Table 4)", "",
               "An empty handler. The ratio is to a marker nop with as many probes in the same case; where"
               " that was not measured, to one in the case two-trap, and at last to that of kernel"
               " `uno`. What is in the cases call, jcc (a conditional jump), return and user (an access"
               " to user memory) is relocated where a jump or a springboard arms it; that of the case"
               " jump any kernel copies. The other probes are disabled, half of them registered before"
               " and half after the one that is hit, which looks it up behind these.", "", EXCEPTIONS, "")
    if not report.have("hits"):
        return
    rows = report.by_kernel(report.data["hits"])

    def place(row):
        return [rd.CHOICES["hits", c].index(row[c]) for c in ("case", "mechanism")] + [row["probes"]]

    per_hit = {tuple(row[c] for c in ("kernel", "cpu", "accelerator", "case", "mechanism", "probes")):
               row["ticks"] / row["hits"] for row in rows}
    for (kernel, cpu, accelerator), lines in rd.groups(rows, "kernel", "cpu", "accelerator").items():
        cells, seen = [], set()
        for row in sorted(lines, key=place):
            uno = next((per_hit[key] for k in (kernel, "uno") for case in (row["case"], "two-trap")
                        if (key := (k, cpu, accelerator, case, "uno", row["probes"])) in per_hit), None)
            what = (row["case"], row["mechanism"])
            paper = NONE
            if what in PAPER["cycles"] and what not in seen:
                base = PAPER["cycles"][row["case"], "uno"]
                paper = f"{number(PAPER['cycles'][what])} ({ratio(PAPER['cycles'][what], base)})"
            seen.add(what)
            ticks = row["ticks"] / row["hits"]
            cells.append([row["case"], WORDS[row["mechanism"]], number(row["probes"]),
                          f"{row['traps'] / row['hits']:.2f}", number(ticks), ratio(ticks, uno), paper])
        unit = rd.unit_of(accelerator)
        report.add(f"Kernel {code(kernel)}, CPU {text(cpu)}, {accelerated(accelerator)}:", "", *table(
              ["Case", "Mechanism", ">Probes", ">Traps per hit", f">{unit[0].upper() + unit[1:]} per hit",
               ">Ratio to marker nop", ">Paper: cycles (ratio)"], cells))
    report.origin("hits")


def registration(report):
    report.add("## Registration", "",
               "For each probe, of as many registered in one go; syncs are for all of them. The"
               " ratios are to marker nops with as many probes. Unregistering waits for a grace"
               " period, which is in the figures: with one probe there is little else in them. int3"
               " is by a `post_handler`, so that nothing else is tried; kernels without marker nops take"
               " instructions that are not boostable. They are in code"
               " that should not run meanwhile, as far as the kernel has enough of it. Bytes are those"
               " of `struct kprobe` and of the instruction's slot.", "")
    if not report.have("registration"):
        return
    for (cpu, accelerator), lines in rd.groups(
            report.by_kernel(report.data["registration"]), "cpu", "accelerator").items():
        unit = rd.unit_of(accelerator)
        cells = []
        for (probes,), rows in sorted(rd.groups(lines, "probes").items()):
            uno = [row for row in rows if row["mechanism"] == "uno"]
            uno = next((row for row in uno if row["kernel"] == "uno"), uno[0] if uno else {})
            for row in rows:
                each = [x for c in ("register_ticks", "unregister_ticks", "bytes")
                        for x in (number(row[c] / probes), ratio(row[c], uno.get(c)))]
                mechanism = WORDS.get(row["mechanism"], text(row["mechanism"]))
                cells.append([number(probes), code(row["kernel"]), mechanism, *each[:4],
                              number(row["register_syncs"]), number(row["unregister_syncs"]), *each[4:]])
        report.add(f"CPU {text(cpu)}, {accelerated(accelerator)}; {unit}:", "", *table(
              [">Probes", "Kernel", "Mechanism", ">Register", ">ratio", ">Unregister", ">ratio",
               ">Register: syncs", ">Unregister: syncs", ">Bytes", ">ratio"], cells))
    report.origin("registration")


WAYS = {
    "tracefs": "events of tracefs, removed by a write each",
    "truncate": "the same, removed all at once",
    "perf": "`perf_event_open()`, closed one by one",
    "perf4": "the same by four processes",
    "kill": "the same by one process that SIGKILL ends",
    "bpf": "the same with a BPF program on each",
    "settings": "`kprobes/enabled` and `debug.kprobes-optimization`, with probes that are registered at once",
}


def attach(report):
    report.add("## Attaching and detaching as tools do it", "",
               "To random instructions of functions that nobody calls meanwhile. For each probe, what the process and the kernel"
               " execute until the last call has returned, without what the CPU idles; and for all of them"
               " together, how often all CPUs had to synchronize for a change of text, and how often"
               " somebody waited for a grace period. The last column is the longest time for which anybody held"
               " `text_mutex`, in nanoseconds, which are instructions under TCG. The ratio is to the base by the same compiler. The first"
               " probe of all has the text decoded once, where kprobes knows branch targets. What is"
               " done later, by the optimizer or by who frees what was removed, is counted as far as it falls"
               " into that time.", "")
    if not report.have("attach"):
        return
    for (cpu, accelerator, way), lines in rd.groups(
            report.by_kernel(report.data["attach"]), "cpu", "accelerator", "way").items():
        base = {(row["kernel"].startswith("gcc-"), row["phase"], row["probes"]): row for row in lines
                if row["kernel"] in ("vanilla", "gcc-base")}
        cells = []
        for row in lines:
            of = base.get((row["kernel"].startswith("gcc-"), row["phase"], row["probes"]))
            each = (row["ticks"] - row["idle_ticks"]) / row["probes"]
            cells.append([number(row["probes"]), row["phase"], code(row["kernel"]), number(each),
                          ratio(each, of and (of["ticks"] - of["idle_ticks"]) / of["probes"]), number(row["syncs"]),
                          number(row["rcu"] + row["rcu_tasks"]),
                          ratio(row["rcu"] + row["rcu_tasks"], of and of["rcu"] + of["rcu_tasks"]),
                          number(row["hold_ns"]) if way == "settings" else NONE])
        report.add(f"{WAYS[way][0].upper()}{WAYS[way][1:]}; CPU {text(cpu)}, {accelerated(accelerator)},"
                   f" {rd.unit_of(accelerator)}:", "", *table(
                       [">Probes", "Phase", "Kernel", ">For each", ">ratio", ">Syncs", ">Grace periods", ">ratio",
                        ">text_mutex, ns"],
                       sorted(cells, key=lambda cell: int(cell[0].replace(",", "")))))
    report.origin("attach")


def memory(report):
    report.add("### Memory", "", "Bytes for each probe: an `int3` takes the first two, a jump all but the slot"
               " as well.", "")
    if report.have("memory"):
        of = {row["kernel"]: row for row in report.by_kernel(report.data["memory"])}
        report.add(*table(["Kernel", ">`struct kprobe`", ">Slot", ">`struct optimized_kprobe`", ">Detour buffer",
                           ">Jump-optimized, together"], (
              [code(kernel)] + [number(row[c]) for c in ("kprobe", "slot", "optimized_kprobe", "detour")]
              + [number(row["kprobe"] + row["optimized_kprobe"] + row["detour"])]
              for kernel, row in of.items())))
        report.origin("memory")
    report.add("What the kernel has allocated more than without a probe, in KiB: probes, buffers and"
               " slots, and all that kprobes has to know of the text, most of which comes with the first one.", "")
    if report.have("space"):
        report.add(*table(["Kernel", ">Probes", ">Slab", ">vmalloc", ">Per CPU", ">Together", ">Bytes for each"], (
              [code(row["kernel"]), number(row["probes"])] + [number(row[c]) for c in ("slab_kb", "vmalloc_kb", "percpu_kb")]
              + [number(sum(row[c] for c in ("slab_kb", "vmalloc_kb", "percpu_kb"))),
                 number(sum(row[c] for c in ("slab_kb", "vmalloc_kb", "percpu_kb")) * 1024 / row["probes"])]
              for row in report.by_kernel(report.data["space"]))))
        report.origin("space")


def icall(report):
    report.add("## Probes on every indirect call (the paper's Figure 6)", "",
               "A handler at each indirect call of the kernel checks its target. The ratio is that of a"
               " kernel with probes to the same one without. `off`, by clang, and `gcc-off` stand for vanilla,"
               " as the base panics when a call of a retpoline is probed that has a prefix (the series'"
               " second patch mends it). The last columns divide these, with probes, by the others with"
               " probes.", "", EXCEPTIONS, REPEATS, "")
    if not report.have("icall"):
        return
    for (cpu, accelerator), lines in rd.groups(report.data["icall"], "cpu", "accelerator").items():
        unit, ticks = rd.unit_of(accelerator), rd.per_op(lines, "kernel", "probes")
        kernels = [k for k in rd.CHOICES["icall", "kernel"] if any((k, "icall") in of for of in ticks.values())]
        ratios = {k: [of[k, "icall"] / of[k, "none"] for of in ticks.values()] for k in kernels}
        against = [k for k in kernels if k != rd.off_of(k) and rd.off_of(k) in kernels]
        gains = {k: [of[rd.off_of(k), "icall"] / of[k, "icall"] for of in ticks.values()] for k in against}
        cells = [[code(op)] + [cell for k in kernels for cell in
                               (number(of[k, "none"]), ratio(of[k, "icall"], of[k, "none"]))]
                 + [ratio(of[rd.off_of(k), "icall"], of[k, "icall"]) for k in against] for op, of in ticks.items()]
        for name, mean in (("geometric mean", rd.geomean), ("maximum", max)):
            cells.append([name] + [cell for k in kernels for cell in ("", f"{mean(ratios[k]):,.2f}")]
                         + [f"{mean(gains[k]):,.2f}" for k in against])
        for name, key in (("paper, average", "mean"), ("paper, maximum", "max")):
            cells.append([name] + ["", NONE] * len(kernels) + [str(PAPER["icall"][key])] * len(against))
        report.add(f"CPU {text(cpu)}, {accelerated(accelerator)}; {unit} per operation:", "", *table(
              ["Operation"] + [head for k in kernels for head in (f">`{k}`, no probes", ">ratio")]
              + [f">`{rd.off_of(k)}` / `{k}`" for k in against], cells))
        bars = [[op] + [ratios[k][i] for k in kernels] for i, op in enumerate(ticks)]
        bars += [[""] + ["NaN"] * len(kernels),
                 ["geometric mean"] + [rd.geomean(ratios[k]) for k in kernels]]
        report.chart("bars.gp", f"icall-{cpu}-{accelerator}",
                     f"Probes on every indirect call ({accelerated(accelerator)}, -cpu {cpu})",
                     f"{unit} per operation, ratio to no probes (1)", ["", *kernels], bars,
                     [COLOURS[k] for k in kernels], "1", "%.2f")
    report.origin("icall")


def icall_cycles(report):
    """What the exceptions would add, which counts of instructions leave out."""
    # The paper's hits of one trap each, by int3 and by a marker nop
    cost = PAPER["cycles"]["one-trap", "int3"] - PAPER["cycles"]["one-trap", "uno"]
    cells = []
    for (kernel, cpu, accelerator), rows in rd.groups(
            report.by_kernel(report.data.get("icall_stat", ())), "kernel", "cpu", "accelerator").items():
        of = {row["name"]: row["value"] for row in rows}
        none, probed = of.get("ticks with none"), of.get("ticks with icall")
        if accelerator == "tcg" and none and "trapped" in of:
            cells.append([code(kernel), text(cpu), number(of["trapped"]), ratio(probed, none),
                          ratio(probed + of["trapped"] * cost, none)])
    if cells:
        report.add("### An estimate in cycles", "",
                   f"No measurement: the whole workload, with an instruction taken for a cycle, and {number(cost)}"
                   " cycles added for each hit that took an exception. That is what the paper's hits by int3 took"
                   " more than those by a marker nop, for instructions with a single trap.", "",
                   *table(["Kernel", "CPU", ">Hits with an exception", ">Instructions, ratio",
                           ">Estimated cycles, ratio"], cells))


def icall_stat(report):
    report.add("### What the probes saw", "")
    if report.have("icall_stat"):
        rows = report.by_kernel(report.data["icall_stat"])
        names = [name for (name,) in rd.groups(rows, "name")]
        report.add(*table(["Kernel", "CPU", "Accelerator"] + [f">{text(name)}" for name in names], (
              [code(kernel), text(cpu), accelerated(accelerator)] + [number(found.get(name)) for name in names]
              for (kernel, cpu, accelerator), lines in rd.groups(rows, "kernel", "cpu", "accelerator").items()
              for found in [{row["name"]: row["value"] for row in lines}])))
        report.origin("icall_stat")


def idle(report):
    report.add("## Idle cost", "",
               "The same operations without a probe. Kernel `pad` has wider encodings, `uno` the marker"
               " nops that probes need, `all` one in front of every instruction, and `off` none of"
               " that; ratios are to `off`."
               " `gcc-uno` has the relocating optimizer alone; its ratio is to `gcc-off`.",
               "", REPEATS, "")
    if not report.have("idle"):
        return
    spread(report)
    for (cpu, accelerator), lines in rd.groups(report.data["idle"], "cpu", "accelerator").items():
        unit, ticks = rd.unit_of(accelerator), rd.per_op(lines, "kernel")
        kernels = [k for k in rd.CHOICES["idle", "kernel"] if any((k,) in of for of in ticks.values())]
        values = {k: [] for k in kernels if k != rd.off_of(k)}
        if not values or any(rd.off_of(k) not in kernels for k in kernels):
            raise rd.Bad(f"{lines[0]['where']}: with -cpu {cpu} and {accelerator}, there has to be"
                         " kernel 'off' of each compiler and another one to compare")
        for k, found in values.items():
            found += [of[k,] / of[rd.off_of(k),] for of in ticks.values()]
        means = {k: rd.geomean(found) for k, found in values.items()}

        def row(name, per_kernel, compared):
            return [name] + [cell for k in kernels
                             for cell in [per_kernel(k)] + ([compared(k)] if k in values else [])]

        cells = [row(code(op), lambda k: number(of[k,]), lambda k: ratio(of[k,], of[rd.off_of(k),], 3))
                 for op, of in ticks.items()]
        cells.append(row("geometric mean", lambda k: "", lambda k: f"{means[k]:,.3f} ({change(means[k])})"))
        cells.append(row("paper, average", lambda k: "", lambda k: NONE if k not in PAPER["idle"] else
                         f"{1 + PAPER['idle'][k] / 100:.2f} (+{PAPER['idle'][k]} %)"))
        report.add(f"CPU {text(cpu)}, {accelerated(accelerator)}; {unit} per operation:", "", *table(
              row("Operation", lambda k: f">`{k}`", lambda k: ">ratio"), cells))
        series = [k for k in values if k in PAPER["idle"] or k == "pad"]
        if not series:
            continue
        bars = [[op] + [100 * (values[k][i] - 1) for k in series] for i, op in enumerate(ticks)]
        bars += [[""] + ["NaN"] * len(series),
                 ["geometric mean"] + [100 * (means[k] - 1) for k in series],
                 ["paper, average (cycles)"] + [PAPER["idle"].get(k, "NaN") for k in series]]
        report.chart("bars.gp", f"idle-{cpu}-{accelerator}",
                     f"Idle cost: what is there without a probe ({accelerated(accelerator)}, -cpu {cpu})",
                     f"{unit} per operation, % more than without", ["", *series], bars,
                     [COLOURS[k] for k in series], "0", "%.1f")
    report.origin("idle")


def native(report):
    report.add("### Programs, natively", "",
               "Seconds of CPU time of programs that the patched clang has built with `-O2` and each value"
               " of `-mkprobe-nops`, on the machine itself. All builds ran in turn; the seconds are the"
               " median, the ratio is the median of those to `none` in the same turn. `again` is `none`"
               " once more: how far that is from 1 is what cannot be told from chance.", "")
    if not report.have("native"):
        return
    builds = rd.CHOICES["native", "build"]
    cells = []
    for (program,), rows in rd.groups(report.data["native"], "program").items():
        of = {row["build"]: row for row in rows}
        cells.append([code(program), number(rows[0]["runs"])] + [
            cell for build in builds if build in of for cell in
            (f"{of[build]['seconds']:.3f}", f"{of[build]['ratio']:.3f}")])
    report.add(*table(["Program", ">Runs"] + [cell for build in builds for cell in (f">`{build}`", ">ratio")], cells))
    report.add(f"Machine: {text(report.meta['host_cpu'])}, {text(report.meta['host_cores'])} cores."
               f" Compiler: {text(report.meta['clang'])}. Commit {code(report.meta['commit'])}. Raw data:"
               " [native.csv](benchmarks/native.csv).", "")


def size(report):
    report.add("### Size and boot", "",
               f"Boot is in {rd.unit_of(report.meta['accelerator'])} from the reset to the guest's first"
               " command, without those of the idle loop; the waits of calibrations, which take as long"
               " on any kernel, are in it, and so is unpacking the image, by LZ4. Text is without what"
               " fills it up to large pages. The image is the compressed one. Ratios are to `off` of the same compiler.", "")
    if not report.have("size"):
        return
    rows = report.by_kernel(report.data["size"])
    parts = {"text": {}, "image": {}, "boot": {}}
    for row in rows:
        parts["text"][row["kernel"]] = row["text_bytes"]
        parts["image"][row["kernel"]] = row["image_bytes"]
        parts["boot"][row["kernel"]] = row["boot_ticks"] - row["boot_idle_ticks"]
    base = {row["kernel"]: rd.off_of(row["kernel"]) for row in rows}
    report.add(*table(["Kernel", ">Text, bytes", ">ratio", ">Image, bytes", ">ratio", ">Boot", ">ratio"], (
          [code(k)] + [cell for of in parts.values() for cell in
                       (number(of[k]), ratio(of[k], of.get(base[k]), 3))] for k in base)))
    series = [k for k in ("pad", "uno", "all") if k in base]
    if "clang-uno" in base and series:
        report.add("The kernel's part of KPROBES_UNO is in these as well. Beside `clang-uno`, which has just"
                   " that, the compiler's part is:", "")
        report.add(*table(["Kernel", *(f">{part.capitalize()}" for part in parts)], (
            [code(k)] + [ratio(of[k], of["clang-uno"], 3) for of in parts.values()] for k in series)))
    bars = []
    for prefix in ("", "defconfig-"):
        for part, of in parts.items():
            cells = [100 * (of[prefix + k] / of[prefix + "off"] - 1)
                     if prefix + k in of and prefix + "off" in of else "NaN" for k in series]
            if set(cells) - {"NaN"}:
                bars.append([prefix + part, *cells])
    if bars:
        report.chart("bars.gp", "size",
                     f"Size and boot by what the compiler does ({accelerated(report.meta['accelerator'])})",
                     "% more than without", ["", *series], bars,
                     [COLOURS[k] for k in series], "0", "%.1f")
    report.origin("size")


# In the order of the report.
ALL = (coverage, sample, compare, hits, registration, attach, memory, icall, icall_cycles, icall_stat, idle, native, size)
