#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Tests of bench/report: python3 -m unittest bench/test_report.py

The data is made up, with results that can be checked by hand; what is expected was
not computed by the code under test.
"""

import contextlib
import io
import os
import pathlib
import sys
import tempfile
import unittest
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from unittest import mock
from xml.etree import ElementTree

sys.dont_write_bytecode = True
HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
import report_data as rd  # noqa: E402
import report_format as rf  # noqa: E402

loader = SourceFileLoader("report", str(HERE / "report"))
report = module_from_spec(spec_from_loader("report", loader))
loader.exec_module(report)

DATA = {
    "meta": """key,value
host_cpu,A CPU
host_cores,2
qemu,QEMU 7.2
accelerator,tcg
commit,abc123
base,Linux 6.1
clang,clang 19
gcc,gcc 12
date,2024-01-02
""",
    "kernels": """kernel,what,base,config,options
vanilla,base and census,Linux 6.1,small,
off,series,Linux 6.1,small,CONFIG_KPROBES_UNO=n
uno,series,Linux 6.1,small,CONFIG_KPROBES_UNO=y
all,series,Linux 6.1,small,CONFIG_KPROBES_UNO=y
gcc-off,series,Linux 6.1,small,CONFIG_KPROBES_UNO=n
gcc-uno,series,Linux 6.1,small,CONFIG_KPROBES_UNO=y
clang-uno,series,Linux 6.1,small,CONFIG_KPROBES_UNO=y
defconfig-off,series,Linux 6.1,x86_64_defconfig,
defconfig-uno,series,Linux 6.1,x86_64_defconfig,
""",
    # vanilla: 1 of 3; uno on max: 980 of 1000, the target; on EPYC: 979 of 1000; gcc-uno: 960
    # of the 1000 that are not refused, and 571 of all 1040 at once, where it should be 572.
    "coverage": """kernel,cpu,cmdline,mechanism,reason,count
vanilla,max,-,jump,-,1
vanilla,max,-,emulated,a call,2
uno,max,-,ftrace,-,100
uno,max,-,uno,-,600
uno,max,-,jump,-,280
uno,max,-,boosted,"a target, near",15
uno,max,-,refused,blacklisted,4
uno,max,-,refused,a BUG(),1
uno,max,-,marker,-,600
uno,max,-,padding,-,50
uno,EPYC,mitigations=off,uno,-,979
uno,EPYC,mitigations=off,singlestep,an opcode,21
gcc-uno,max,-,jump-at-once,-,571
gcc-uno,max,-,jump,-,389
gcc-uno,max,-,emulated,a target,40
gcc-uno,max,-,refused,blacklisted,40
""",
    "sample": """kernel,cpu,cmdline,mechanism,count
vanilla,max,-,jump,1000
vanilla,max,-,int3,990
vanilla,max,-,refused,10
uno,max,-,ftrace,200
uno,max,-,uno,1200
uno,max,-,jump,560
uno,max,-,int3,40
""",
    "compare": """kernel,cpu,cmdline,instructions,differences
uno,max,,1600,4
vanilla,EPYC,,1000000,1
""",
    "hits": """kernel,cpu,accelerator,case,mechanism,probes,hits,traps,ticks
uno,max,tcg,two-trap,int3,1,10,20,6000
uno,max,tcg,two-trap,int3,1000,10,20,9000
uno,max,tcg,two-trap,uno,1,10,0,1500
uno,max,tcg,two-trap,uno,1000,10,0,1800
uno,max,tcg,one-trap,int3,1,10,10,3000
uno,max,tcg,one-trap,uno,1,20,0,2000
uno,max,tcg,jump,jump,1,10,0,1200
uno,max,tcg,call,jump,1,10,0,1000
uno,max,tcg,jcc,jump,1,10,0,1000
uno,max,tcg,return,jump,1,10,0,1000
uno,max,tcg,user,springboard,1,10,0,1100
uno,max,tcg,springboard,springboard,1,10,0,1100
vanilla,max,tcg,two-trap,int3,1,10,20,7500
vanilla,EPYC,kvm,ftrace,ftrace,1,10,0,3000
""",
    "registration": """kernel,cpu,accelerator,mechanism,probes,register_ticks,unregister_ticks,register_syncs,unregister_syncs,bytes
vanilla,max,tcg,int3,1000,6000000,2500000,3000,2000,400000
uno,max,tcg,uno,1000,2000000,1000000,6,5,160000
""",
    "attach": """kernel,cpu,accelerator,way,probes,phase,ticks,idle_ticks,syncs,rcu,rcu_tasks,hold_ns
vanilla,max,tcg,perf,1000,attach,5200000,200000,1100,20,5,0
uno,max,tcg,perf,1000,attach,1500000,500000,2100,4,1,0
uno,max,tcg,settings,50000,enabled=0,1500000,1000000,600,4,1,2345678
""",
    "space": """kernel,cpu,accelerator,probes,slab_kb,vmalloc_kb,percpu_kb
gcc-off,max,tcg,1,100,20,0
gcc-uno,max,tcg,1000,300,700,24
""",
    "memory": """kernel,cpu,accelerator,kprobe,slot,optimized_kprobe,detour
gcc-off,max,tcg,136,15,176,124
gcc-uno,max,tcg,136,15,176,64
""",
    # Ratios to no probes: off 2 and 8, mean 4; uno 1 and 4, mean 2; off / uno: 1 and 4, mean 2.
    "icall": """kernel,cpu,accelerator,probes,op,iterations,ticks
off,max,tcg,none,getpid,10,100
off,max,tcg,icall,getpid,10,200
uno,max,tcg,none,getpid,10,200
uno,max,tcg,icall,getpid,10,200.0
off,max,tcg,none,fork_big,10,1000
off,max,tcg,icall,fork_big,10,8000
uno,max,tcg,none,fork_big,10,500
uno,max,tcg,icall,fork_big,10,2e3
""",
    "icall_stat": """kernel,cpu,accelerator,name,value
off,max,tcg,sites,12345
off,max,tcg,hits,7654321
off,max,tcg,trapped,20
off,max,tcg,ticks with none,11000
off,max,tcg,ticks with icall,82000
off,max,tcg,armed,12345
uno,max,tcg,sites,12346
uno,max,tcg,armed,12346
uno,max,tcg,by uno,6174
uno,EPYC,tcg,sites,12347
uno,EPYC,tcg,armed,12347
uno,EPYC,tcg,by uno,12347
""",
    # uno: 1.21 and 1, mean 1.1; all: 1.69 and 1, mean 1.3; gcc-uno: 0.81 and 1, mean 0.9.
    "idle": """kernel,cpu,accelerator,op,iterations,ticks
off,max,tcg,getpid,10,100
uno,max,tcg,getpid,10,121
all,max,tcg,getpid,10,169
off,max,tcg,fork_big,10,2000
uno,max,tcg,fork_big,10,2000
all,max,tcg,fork_big,10,2000
gcc-off,max,tcg,getpid,10,1000
gcc-uno,max,tcg,getpid,10,810
gcc-off,max,tcg,fork_big,10,3000
gcc-uno,max,tcg,fork_big,10,3000
""",
    "native": """program,build,runs,seconds,ratio
lua,none,21,0.800,1.0000
lua,again,21,0.804,1.0050
lua,pad,21,0.802,1.0025
lua,minimal,21,0.960,1.2000
""",
    "size": """kernel,text_bytes,image_bytes,boot_ticks,boot_idle_ticks
off,1000,4000,5000,1000
uno,1310,4400,5500,500
all,2000,5000,9000,1000
clang-uno,1040,4000,4800,800
defconfig-off,2000,8000,7000,2000
defconfig-uno,2500,8800,8000,2000
""",
}


class Case(unittest.TestCase):
    def setUp(self):
        self.top = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.csv, self.out = self.top / "csv", self.top / "out"
        self.csv.mkdir()
        for name, content in DATA.items():
            (self.csv / f"{name}.csv").write_text(content, encoding="utf-8")

    def edit(self, name, old, new):
        path = self.csv / f"{name}.csv"
        content = path.read_text(encoding="utf-8")
        self.assertIn(old, content)
        path.write_text(content.replace(old, new, 1), encoding="utf-8")

    def run_main(self, *args):
        """Returns what the user sees on failure, or None."""
        with mock.patch.object(sys, "argv", ["report", *args, str(self.csv), str(self.out)]), \
                contextlib.redirect_stderr(io.StringIO()):
            try:
                report.main()
            except SystemExit as stop:
                return stop.code
        return None


class Arithmetic(Case):
    """The figures in the tables and in what the charts are drawn from."""

    def setUp(self):
        super().setUp()
        self.drawn = {}

        def draw(script, title, axis, header, rows, colours, *more):
            self.drawn[title] = (header, rows)
            return "<svg/>"
        self.enterContext(mock.patch.object(rf, "draw", draw))

    def markdown(self, *args):
        self.assertIsNone(self.run_main(*args))
        return (self.out / "benchmarks.md").read_text(encoding="utf-8")

    def has(self, *lines):
        text = self.markdown().splitlines()
        for line in lines:
            self.assertIn(line, text)

    def rows(self, title):
        return {row[0]: row[1:] for row in self.drawn[title][1]}

    def test_coverage(self):
        self.has("| `vanilla` | max | – | 3 | 0 | 1 | 33.33 % | 33.33 % | 0.00 % |",
                 "| `uno` | max | – | 1,000 | 5 | 980 | 98.00 % | 98.49 % | 70.00 % |",
                 "| `uno` | EPYC | `mitigations=off` | 1,000 | 0 | 979 | 97.90 % | 97.90 % | 97.90 % |",
                 "| `gcc-uno` | max | – | 1,040 | 40 | 960 | 92.31 % | 96.00 % | 54.90 % |",
                 "| paper, vanilla | bare metal | – | 6.63 million | – | – | 79 % | – | – |",
                 "| paper, Uno | bare metal | – | 6.63 million | – | – | 96 % | – | – |",
                 "- `uno`, max: 98 % trapless: reached",
                 "- `uno`, EPYC, `mitigations=off`: 98 % trapless: not reached, short of it by 1",
                 "- `gcc-uno`, max: 96 % trapless of those accepted: reached",
                 "- `gcc-uno`, max: 55 % armed at once: not reached, short of it by 1",
                 "| `uno` | max | – | 100 | 600 | 0 | 280 | 15 | 0 | 0 | 5 | 600 | 50 |",
                 "| `gcc-uno` | max | – | 0 | 0 | 571 | 389 | 0 | 40 | 0 | 40 | 0 | 0 |")
        rows = self.rows("What a probe becomes (TCG); at the right: trapless")
        self.assertEqual(rows["uno, max"], ["98.00 %", 10.0, 60.0, 0.0, 28.0, 1.5, 0.0, 0.0, 0.5])
        self.assertAlmostEqual(rows["vanilla, max"][4], 33.3333, 3)

    def test_reasons(self):
        self.has("| Becomes | Reason | max | EPYC, `mitigations=off` |",
                 "| int3, boosted | a target, near | 15 (1.50 %) | 0 (0.00 %) |",
                 "| int3, single-step | an opcode | 0 (0.00 %) | 21 (2.10 %) |",
                 "| refused | a BUG() | 1 (0.10 %) | 0 (0.00 %) |",
                 "| all |  | 20 (2.00 %) | 21 (2.10 %) |")

    def test_sample(self):
        # Wilson's interval for 1960 of 2000, by hand: 97.288 to 98.528 %; for a half,
        # 1.96 * sqrt(0.25 / (2000 + 3.84)) = 2.189 to either side.
        self.has("| `uno` | max | – | 2,000 | 200 | 1,200 | 560 | 40 | 0 | 98.00 % | 98.00 % | 97.29 to 98.53 %"
                 " | 98.00 % | inside |",
                 "| `vanilla` | max | – | 2,000 | 0 | 0 | 1,000 | 990 | 10 | 50.25 % | 50.00 % | 47.81 to 52.19 %"
                 " | 33.33 % | outside |")

    def test_compare(self):
        self.has("| `uno` | max | – | 1,600 | 4 | 0.25 % |", "| `vanilla` | EPYC | – | 1,000,000 | 1 | <0.01 % |")

    def test_hits(self):
        self.has("| two-trap | marker nop | 1 | 0.00 | 150.0 | 1.00 | 612 (1.00) |",
                 "| two-trap | marker nop | 1,000 | 0.00 | 180.0 | 1.00 | – |",
                 "| two-trap | int3 | 1 | 2.00 | 600.0 | 4.00 | 6,235 (10.19) |",
                 "| two-trap | int3 | 1,000 | 2.00 | 900.0 | 5.00 | – |",
                 "| one-trap | int3 | 1 | 1.00 | 300.0 | 3.00 | 2,625 (4.67) |",
                 "| jump | jump | 1 | 0.00 | 120.0 | 0.80 | – |",  # to two-trap
                 "| two-trap | int3 | 1 | 2.00 | 750.0 | 5.00 | 6,235 (10.19) |",  # to kernel uno
                 "| user | springboard | 1 | 0.00 | 110.0 | 0.73 | – |",
                 "| ftrace | ftrace | 1 | 0.00 | 300.0 | – | – |",  # nothing to divide by
                 "Kernel `vanilla`, CPU EPYC, KVM:",
                 "| Case | Mechanism | Probes | Traps per hit | TSC ticks per hit | Ratio to marker nop"
                 " | Paper: cycles (ratio) |")

    def test_registration(self):
        self.has("| 1,000 | `vanilla` | int3 | 6,000 | 3.00 | 2,500 | 2.50 | 3,000 | 2,000 | 400.0 | 2.50 |",
                 "| 1,000 | `uno` | marker nop | 2,000 | 1.00 | 1,000 | 1.00 | 6 | 5 | 160.0 | 1.00 |")

    def test_attach(self):
        self.has("`perf_event_open()`, closed one by one; CPU max, TCG, instructions:",
                 "| 1,000 | attach | `vanilla` | 5,000 | 1.00 | 1,100 | 25 | 1.00 | – |",
                 "| 1,000 | attach | `uno` | 1,000 | 0.20 | 2,100 | 5 | 0.20 | – |",
                 "| 50,000 | enabled=0 | `uno` | 10.0 | – | 600 | 5 | – | 2,345,678 |")

    def test_memory(self):
        self.has("| `gcc-off` | 136 | 15 | 176 | 124 | 436 |", "| `gcc-uno` | 136 | 15 | 176 | 64 | 376 |",
                 "| `gcc-off` | 1 | 100 | 20 | 0 | 120 | 122,880 |",
                 "| `gcc-uno` | 1,000 | 300 | 700 | 24 | 1,024 | 1,049 |")

    def test_icall(self):
        self.has("| Operation | `off`, no probes | ratio | `uno`, no probes | ratio | `off` / `uno` |",
                 "| `getpid` | 100.0 | 2.00 | 200.0 | 1.00 | 1.00 |",
                 "| `fork_big` | 1,000 | 8.00 | 500.0 | 4.00 | 4.00 |",
                 "| geometric mean |  | 4.00 |  | 2.00 | 2.00 |",
                 "| maximum |  | 8.00 |  | 4.00 | 4.00 |",
                 "| paper, average |  | – |  | – | 1.4 |",
                 "| paper, maximum |  | – |  | – | 3 |",
                 "| Kernel | CPU | Accelerator | sites | hits | trapped | ticks with none | ticks with icall | armed"
                 " | by uno |",
                 "| `off` | max | TCG | 12,345 | 7,654,321 | 20 | 11,000 | 82,000 | 12,345 | – |",
                 "| `uno` | max | TCG | 12,346 | – | – | – | – | 12,346 | 6,174 |",
                 "| `uno` | EPYC | TCG | 12,347 | – | – | – | – | 12,347 | 12,347 |",
                 # 82,000 instructions after 11,000, and 20 exceptions of 2,063 cycles
                 "| `off` | max | 20 | 7.45 | 11.21 |")
        rows = self.rows("Probes on every indirect call (TCG, -cpu max)")
        self.assertEqual(rows["fork_big"], [8.0, 4.0])
        for value, expected in zip(rows["geometric mean"], (4, 2), strict=True):
            self.assertAlmostEqual(value, expected)

    def test_icall_of_all_kernels(self):
        path = self.csv / "icall.csv"
        lines = DATA["icall"].splitlines(True)
        path.write_text("".join(lines[:1] + [
            line.replace("off,", f"{kernel},", 1) for kernel in ("off", "uno", "gcc-off", "gcc-uno")
            for line in lines if line.startswith("off")]), encoding="utf-8")
        self.has("| `getpid` | 100.0 | 2.00 | 100.0 | 2.00 | 100.0 | 2.00 | 100.0 | 2.00"
                 " | 1.00 | 1.00 |")

    def test_icall_of_one_kernel(self):
        path = self.csv / "icall.csv"
        path.write_text("".join(line for line in DATA["icall"].splitlines(True)
                                if not line.startswith("off")), encoding="utf-8")
        self.has("| Operation | `uno`, no probes | ratio |", "| `getpid` | 200.0 | 1.00 |",
                 "| geometric mean |  | 2.00 |")

    def test_idle(self):
        self.has("| Operation | `off` | `uno` | ratio | `all` | ratio | `gcc-off` | `gcc-uno` | ratio |",
                 "| `getpid` | 100.0 | 121.0 | 1.210 | 169.0 | 1.690 | 1,000 | 810.0 | 0.810 |",
                 "| geometric mean |  |  | 1.100 (+10.0 %) |  | 1.300 (+30.0 %) |  |  | 0.900 (-10.0 %) |",
                 "| paper, average |  |  | 1.10 (+10 %) |  | 1.30 (+30 %) |  |  | – |",
                 "Each is from one boot. Where another one of the same kernel measured the same, for the"
                 " table above, the two differ by 100.00 % (median of 4), at most by 300.0 % (`fork_big`,"
                 " kernel `uno`).")
        rows = self.rows("Idle cost: what is there without a probe (TCG, -cpu max)")
        for value, expected in zip(rows["getpid"] + rows["geometric mean"], (21, 69, 10, 30), strict=True):
            self.assertAlmostEqual(value, expected)

    def test_native(self):
        self.has("| `lua` | 21 | 0.800 | 1.000 | 0.804 | 1.005 | 0.802 | 1.002 | 0.960 | 1.200 |")

    def test_size(self):
        self.has("| `off` | 1,000 | 1.000 | 4,000 | 1.000 | 4,000 | 1.000 |",
                 "| `uno` | 1,310 | 1.310 | 4,400 | 1.100 | 5,000 | 1.250 |",
                 "| `clang-uno` | 1,040 | – | 4,000 | – | 4,000 | – |",
                 "| `defconfig-uno` | 2,500 | 1.250 | 8,800 | 1.100 | 6,000 | 1.200 |",
                 # Beside clang-uno
                 "| `uno` | 1.260 | 1.100 | 1.250 |")
        rows = self.rows("Size and boot by what the compiler does (TCG)")
        self.assertAlmostEqual(rows["text"][0], 31)
        self.assertAlmostEqual(rows["boot"][1], 100)
        self.assertAlmostEqual(rows["defconfig-text"][0], 25)
        self.assertEqual(rows["defconfig-text"][1], "NaN")

    def test_origin(self):
        self.has("Machine: A CPU, 2 cores, QEMU 7.2. Accelerator: TCG: counts of instructions;"
                 " KVM: counts of TSC ticks. Kernels: `vanilla`, `uno`: Linux 6.1, config small."
                 " Commit `abc123`, clang 19, gcc 12, 2024-01-02. Raw data: [hits.csv](benchmarks/hits.csv).")

    def test_quick(self):
        (self.csv / "idle.csv").unlink()
        (self.csv / "coverage.csv").unlink()
        text = self.markdown("--quick")
        self.assertIn("Not measured in this run: there is no `idle.csv`.", text)
        self.assertIn("Not measured in this run: there is no `coverage.csv`.", text)
        self.assertIn("97.29 to 98.53 % | – | – |", text)

    def test_numbers(self):
        self.assertEqual([rf.number(x) for x in (0, 1234567, 1234.5, 12.34, 1.234, None)],
                         ["0", "1,234,567", "1,234", "12.3", "1.23", "–"])
        self.assertEqual([rf.share(*x) for x in ((0, 5), (5, 5), (1, 10**6), (10**6 - 1, 10**6))],
                         ["0.00 %", "100.00 %", "<0.01 %", ">99.99 %"])
        self.assertEqual(rf.change(0.985), "-1.5 %")

    def test_target_is_exact(self):
        for trapless, total, short in ((98, 100, 0), (97, 100, 1), (97, 99, 1), (979999, 10**6, 1)):
            self.assertEqual(rd.shortfall(trapless, total, 98), short)


class Errors(Case):
    """One sentence that names file and line; nothing written."""

    def fails(self, *expected, args=()):
        message = self.run_main(*args)
        self.assertIsInstance(message, str, "it did not fail")
        for part in expected:
            self.assertIn(part, message)
        self.assertTrue(message.startswith("report: ") and message.endswith(".") and "\n" not in message)
        self.assertFalse(self.out.exists(), "something was written")

    def test_cells(self):
        for name, old, new, *expected in (
                ("hits", "10,20,6000", "10,20,many", "hits.csv, line 2", "'many'", "'ticks'"),
                ("hits", "10,20,6000", "10,20,-1", "hits.csv, line 2", "'-1'"),
                ("hits", "10,20,6000", "0,20,6000", "hits.csv, line 2", "more than zero"),
                ("hits", "10,20,6000", "10,20,1_0", "hits.csv, line 2", "'1_0'"),
                ("hits", "10,20,6000", "10,20", "hits.csv, line 2", "8 cells"),
                ("hits", "two-trap,int3,1,", "3-trap,int3,1,", "hits.csv, line 2", "'3-trap'"),
                ("hits", "EPYC,kvm", "EPYC,xen", "hits.csv, line 15", "'xen'"),
                ("hits", "10,20,6000", "10,20,0", "hits.csv, line 2", "more than zero"),
                ("hits", "10,0,1500", "10,1,1500", "hits.csv, line 4", "no traps"),
                ("hits", "one-trap,uno,1,20,0", "one-trap,int3,2,20,20", "hits.csv, line 2", "'one-trap' by Uno"),
                ("hits", "jcc,jump,1,10,0", "jcc,int3,1,10,10", "hits.csv, line 2", "'jcc' by a jump"),
                ("hits", "user,springboard,1,10,0", "user,springboard,1,10,1", "hits.csv, line 12", "no traps"),
                ("icall_stat", "by uno,6174", "by uno,6173", "icall_stat.csv, line 8", "6173 of 12346"),
                ("icall_stat", "uno,EPYC,tcg,by uno", "uno,EPYC,tcg,by int3", "icall_stat.csv, line 11", "0 of 12347"),
                ("icall_stat", "off,max,tcg,hits,7654321", "off,max,tcg,by uno,1", "icall_stat.csv, line 2", "1 of 12345"),
                ("icall", "200.0", "nan", "icall.csv, line 5", "'nan'"),
                ("icall", "200.0", "1e999", "icall.csv, line 5", "finite"),
                ("icall", "200.0", "0.0", "icall.csv, line 5", "more than zero"),
                ("icall", "getpid", "", "icall.csv, line 2", "empty"),
                ("coverage", "padding", "air", "coverage.csv, line 11", "'air'"),
                ("coverage", "jump,-,280", "jump,why,280", "coverage.csv, line 6", "'why'"),
                ("coverage", "a BUG()", "-", "coverage.csv, line 9", "'-'"),
                ("sample", "uno,max", "mine,max", "sample.csv, line 5", "'mine'", "kernels.csv"),
                ("size", "5500,500", "5500,5500", "size.csv, line 3", "boot_idle_ticks"),
                ("compare", "1600,4", "1600,1601", "compare.csv, line 2"),
                ("meta", "accelerator,tcg", "accelerator,xen", "meta.csv, line 5"),
                ("meta", "date,2024-01-02\n", "", "meta.csv, line 9", "'date'")):
            with self.subTest(name=name, new=new):
                self.edit(name, old, new)
                self.fails(*expected)
                (self.csv / f"{name}.csv").write_text(DATA[name], encoding="utf-8")

    def test_columns(self):
        for name, old, new in (("idle", "ticks", "tocks"), ("meta", "key,value", ""),
                               ("size", "image_bytes", "text_bytes")):
            with self.subTest(name=name):
                self.edit(name, old, new)
                self.fails(f"{name}.csv, line 1", "column '")
                (self.csv / f"{name}.csv").write_text(DATA[name], encoding="utf-8")

    def test_same_twice(self):
        self.edit("idle", "off,max,tcg,fork_big,10,2000\n", "off,max,tcg,getpid,10,2000\n")
        self.fails("idle.csv, line 5", "line 2")

    def test_incomplete(self):
        self.edit("icall", "uno,max,tcg,icall,fork_big,10,2e3\n", "")
        self.fails("icall.csv, line 6", "'fork_big'", "kernel uno, probes icall")
        (self.csv / "icall.csv").write_text(DATA["icall"], encoding="utf-8")
        path = self.csv / "idle.csv"
        path.write_text("".join(line for line in DATA["idle"].splitlines(True)
                                if not line.startswith("off")), encoding="utf-8")
        self.fails("idle.csv, line 2", "kernel 'off'")

    def test_nothing_counted(self):
        path = self.csv / "sample.csv"
        path.write_text("kernel,cpu,cmdline,mechanism,count\nuno,max,-,uno,0\n", encoding="utf-8")
        self.fails("sample.csv, line 2", "counts nothing")

    def test_missing(self):
        (self.csv / "size.csv").unlink()
        self.fails("size.csv is missing", "--quick")
        (self.csv / "meta.csv").unlink()
        self.fails("meta.csv is missing", args=["--quick"])

    def test_not_csv(self):
        path = self.csv / "size.csv"
        for content, where in ((b"", "line 1"), (DATA["size"].splitlines()[0].encode(), "line 2"),
                               (DATA["size"].replace("uno", "u\xe4").encode("latin-1"), "line 3"),
                               (DATA["size"].replace("uno", '"u"x').encode(), "line 3")):
            with self.subTest(content=content):
                path.write_bytes(content)
                self.fails(f"size.csv, {where}")

    def test_no_gnuplot(self):
        with mock.patch.dict(os.environ, {"PATH": "/nonexistent"}):
            self.fails("gnuplot-nox")

    def test_unwritable(self):
        self.out.write_text("a file, not a directory", encoding="utf-8")
        self.assertIn(str(self.out), self.run_main())


class Files(Case):
    """What lies in OUTDIR, drawn by gnuplot."""

    CHARTS = ["coverage.svg", "icall-max-tcg.svg", "idle-max-tcg.svg", "size.svg"]

    def listing(self):
        return sorted(str(path.relative_to(self.out)) for path in self.out.rglob("*") if path.is_file())

    def test_all(self):
        self.assertIsNone(self.run_main())
        self.assertEqual(self.listing(), sorted(
            ["benchmarks.md"] + [f"benchmarks/{name}" for name in self.CHARTS + [f"{n}.csv" for n in DATA]]))
        text = (self.out / "benchmarks.md").read_text(encoding="utf-8")
        for name in self.CHARTS:
            self.assertIn(f"](benchmarks/{name})", text)
        for name, content in DATA.items():
            self.assertEqual((self.out / "benchmarks" / f"{name}.csv").read_text(encoding="utf-8"), content)

    def test_charts(self):
        self.assertIsNone(self.run_main())
        for name, *words in (("coverage.svg", "uno, max", "98.00 %", "int3, single-step", "TCG"),
                             ("icall-max-tcg.svg", "fork_big", "8.00", "off", "geometric mean", "TCG"),
                             ("idle-max-tcg.svg", "fork_big", "21.0", "paper, average (cycles)", "TCG"),
                             ("size.svg", "boot", "100.0", "defconfig-image", "TCG")):
            root = ElementTree.parse(self.out / "benchmarks" / name).getroot()
            shown = " ".join("".join(node.itertext()) for node in root.iter() if node.tag.endswith("}text"))
            for word in words:
                self.assertIn(word, " ".join(shown.split()), name)
            self.assertNotIn("nan", shown.lower())

    def bars(self, name, what):
        """Returns (from, to) of the bars that have the colour of something, from the top."""
        red, green, blue = bytes.fromhex(rf.COLOURS[what][1:])
        fill = f"rgb({red:3}, {green:3}, {blue:3})"
        root = ElementTree.parse(self.out / "benchmarks" / name).getroot()
        found = []
        for node in root.iter("{http://www.w3.org/2000/svg}polygon"):
            if node.get("fill") == fill:
                points = [tuple(map(float, point.split(","))) for point in node.get("points").split()]
                found.append((min(y for _, y in points), min(points)[0], max(points)[0]))
        return [bar[1:] for bar in sorted(found)[1:]]  # the first is the legend's

    def test_lengths(self):
        self.assertIsNone(self.run_main())
        # Shares of jump, behind those of ftrace and Uno: the whole of a bar is 3 of vanilla.
        (vanilla, third), (start, end) = self.bars("coverage.svg", "jump")[:2]
        percent = (third - vanilla) / 100 * 3
        self.assertAlmostEqual((start - vanilla) / percent, 70, 1)
        self.assertAlmostEqual((end - start) / percent, 28, 1)
        for name, what, *expected in (("icall-max-tcg.svg", "off", 2, 8, 4),
                                      ("icall-max-tcg.svg", "uno", 1, 4, 2),
                                      ("idle-max-tcg.svg", "all", 69, 0, 30, 30)):
            bars = [end - start for start, end in self.bars(name, what)]
            unit = bars[0] / expected[0]
            for length, value in zip(filter(None, bars), filter(None, expected), strict=True):
                self.assertAlmostEqual(length / unit, value, 1)

    def test_disk_full(self):
        """What was there stays, and nothing half-written lies about."""
        self.assertIsNone(self.run_main())
        before = {name: (self.out / name).read_bytes() for name in self.listing()}
        self.edit("hits", "10,20,6000", "10,20,6001")
        write = pathlib.Path.write_bytes

        def full(path, content):
            write(path, content[:10])
            if path.name.endswith(".svg.new"):
                raise OSError(28, "No space left on device")
        with mock.patch.object(pathlib.Path, "write_bytes", full):
            self.assertIn("No space left", self.run_main())
        self.assertEqual(before, {name: (self.out / name).read_bytes() for name in self.listing()})

    def test_again(self):
        """The CSVs that were kept make the same report, in place."""
        self.assertIsNone(self.run_main())
        before = {name: (self.out / name).read_bytes() for name in self.listing()}
        self.csv = self.out / "benchmarks"
        self.assertIsNone(self.run_main())
        self.assertEqual(before, {name: (self.out / name).read_bytes() for name in self.listing()})

    def test_stale(self):
        """Nothing of an earlier run stays, and nothing of other people goes."""
        self.assertIsNone(self.run_main())
        (self.out / "benchmarks" / "notes.csv").write_text("mine", encoding="utf-8")
        (self.csv / "idle.csv").unlink()
        self.assertIsNone(self.run_main("--quick"))
        self.assertNotIn("benchmarks/idle.csv", self.listing())
        self.assertNotIn("benchmarks/idle-max-tcg.svg", self.listing())
        self.assertIn("benchmarks/notes.csv", self.listing())

    def test_failure_keeps_what_was_there(self):
        self.assertIsNone(self.run_main())
        before = {name: (self.out / name).read_bytes() for name in self.listing()}
        self.edit("hits", "10,20,6000", "10,20,x")
        self.assertIsNotNone(self.run_main())
        self.assertEqual(before, {name: (self.out / name).read_bytes() for name in self.listing()})


if __name__ == "__main__":
    unittest.main()
