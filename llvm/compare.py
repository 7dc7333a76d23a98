#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Checks that -mkprobe-nops adds marker nops and changes nothing else.

usage: compare.py OBJDUMP PLAIN.o NOPS.o [pad]

Compares the code of two objects that were compiled from the same source, once
with the flag. After the nops are taken out, both must have the same
instructions, byte by byte, in the same functions, with the same relocations. What
may differ is the encoding of a direct branch, and a distance, if it leads to the
same instruction. Data must be the same, too, but for debug and unwind tables. Padding is
only expected at the ends of functions: compile with -falign-loops=1.

With "pad", int3 and the nops that make room are taken out of both, and an instruction
may have a wider displacement, or prefixes without effect, if it says the same.

Prints one line with the counts and fails on a difference.
"""

import re
import subprocess
import sys

MARKER = "0f 1f 44 6d 55"
# What makes a short return long enough, behind it.
ROOM = "0f 1f 04 00"
# What -mkprobe-nops=pad puts behind other instructions.
ROOMS = (ROOM, "0f 1f 00")
SECTION = re.compile(r"^Disassembly of section (\S+):")
SYMBOL = re.compile(r"^[0-9a-f]+ <(.*)>:$")
INSN = re.compile(r"^ *([0-9a-f]+):\s+((?:[0-9a-f]{2} )*[0-9a-f]{2})\s+(.*)$")
TABLE = re.compile(r"^RELOCATION RECORDS FOR \[(.*)\]:$")
CONTENTS = re.compile(r"^Contents of section (.*):$")
# Sections with lengths of code, or with what does not reach memory.
IGNORED = re.compile(r"^\.(debug_|discard|eh_frame|orc_|comment|symtab|strtab|shstrtab|llvm_|rela?[._])")
RELOC = re.compile(r"^\s+([0-9a-f]+):\s+(R_X86_64_\S+)\s+(\S+)")
# An address in this section, by which a direct branch or a %rip-relative operand
# goes: 0x123 <f+0x12>.
TARGET = re.compile(r"(?:# )?0x([0-9a-f]+) <[^>]*>")
PADDING = re.compile(r"^(nop|int3|(data16 )*(cs )?nop|xchgw?\s+%ax, %ax)")


class Insn:
    """An instruction: its address, bytes, text and relocations."""

    def __init__(self, addr, code, text):
        self.addr, self.code, self.text = addr, code, text
        self.relocs = []


def disassemble(objdump, name):
    """Returns a list of (section, functions), where a function is (name, Insns)."""
    out = subprocess.run(
        [objdump, "-dr", name], check=True, capture_output=True, text=True
    ).stdout
    sections = []
    for line in out.splitlines():
        if m := SECTION.match(line):
            sections.append((m.group(1), []))
        elif m := SYMBOL.match(line):
            sections[-1][1].append((m.group(1), []))
        elif m := INSN.match(line):
            insn = Insn(int(m.group(1), 16), m.group(2).strip(), m.group(3))
            sections[-1][1][-1][1].append(insn)
        elif m := RELOC.match(line):
            insn = sections[-1][1][-1][1][-1]
            offset = int(m.group(1), 16) - insn.addr
            insn.relocs.append((offset, m.group(2), m.group(3)))
    return sections


class Object:
    """An object without its marker nops and padding."""

    def __init__(self, objdump, name, pad):
        self.nops = self.int3 = 0
        self.places = {}  # section -> address -> "function+index of instruction"
        self.functions = []
        for section, functions in disassemble(objdump, name):
            places = self.places.setdefault(section, {})
            for function, insns in functions:
                self.int3 += sum(insn.code == "cc" for insn in insns)
                while insns and self.is_padding(insns[-1]):
                    insns.pop()
                kept = []
                for insn in insns:
                    places[insn.addr] = f"{function}+{len(kept)}"
                    behind_return = kept and kept[-1].text.startswith("ret")
                    if insn.code == MARKER or insn.code == ROOM and behind_return or \
                       pad and insn.code in ROOMS:
                        self.nops += 1
                    elif not pad or insn.code != "cc":
                        kept.append(insn)
                self.functions.append((section, function, kept))
        self.data = self.read_data(objdump, name)

    def read_data(self, objdump, name):
        """Returns the lines that describe the contents of data sections."""
        out = subprocess.run(
            [objdump, "-sr", name], check=True, capture_output=True, text=True
        ).stdout
        lines, section = [], None
        for line in out.splitlines():
            if m := TABLE.match(line) or CONTENTS.match(line):
                section = m.group(1)
                if section in self.places or IGNORED.match(section):
                    section = None
            elif section and len(fields := line.split()) == 3 and fields[1][:2] == "R_":
                offset, kind, symbol = fields
                code = symbol.partition("+")[0] in self.places
                if code and kind == "R_X86_64_PC32" and section.startswith(".rodata"):
                    symbol = "code"  # Relative to the start of a jump table.
                elif code:
                    symbol = self.operand("", (0, "", symbol))[2]
                lines.append((section, offset, kind, symbol))
            elif section:
                lines.append((section, line))
        return lines

    @staticmethod
    def is_padding(insn):
        return bool(PADDING.match(insn.text)) and insn.code != MARKER

    def place(self, section, addr):
        """The instruction at an address, or the address if there is none."""
        return self.places.get(section, {}).get(addr, f"{section}:{addr:#x}")

    def operand(self, section, reloc):
        """A relocation, by instruction if it goes into code."""
        offset, kind, symbol = reloc
        name, _, addend = symbol.partition("+")
        if name in self.places:
            addr = int(addend or "0", 0)
            if kind in ("R_X86_64_PC32", "R_X86_64_PLT32"):
                addr += 4
            symbol = self.place(name, addr)
        return (offset, kind, symbol)

    def canonical(self, section, insn):
        """What of an instruction must not change, and if it is a branch."""
        mnemonic = insn.text.split()[0] if insn.text else ""
        target = None if insn.relocs else TARGET.search(insn.text)
        relocs = [self.operand(section, r) for r in insn.relocs]
        branch = re.match(r"^(j\w+|loop\w*|callq?|xbegin)$", mnemonic)
        if target:
            text = insn.text[: target.start()] + insn.text[target.end() :]
            # The distance is a number in front of (%rip).
            text = re.sub(r"-?0x[0-9a-f]+\(%rip\)", "(%rip)", text)
            return (text, self.place(section, int(target.group(1), 16)), relocs)
        if branch and insn.relocs:
            return (mnemonic, [r[1:] for r in relocs])
        return (insn.code, relocs)


def form(x, y):
    """How a padded instruction is wider than without that, or None if it says another thing."""
    a, b = x.code.split(), y.code.split()
    prefixes = len(b) - len(a)
    if prefixes > 0 and b == ["3e"] * prefixes + a:
        return "prefixes"
    # Nothing but the displacement: the text says of which value it is.
    if x.text == y.text and "(" in x.text and len(b) in (len(a) + 3, len(a) + 4) and \
       [r[1:] for r in x.relocs] == [r[1:] for r in y.relocs]:
        return "displacements"
    return None


def main():
    pad = sys.argv[4:] == ["pad"]
    if len(sys.argv) != 4 + pad:
        sys.exit(__doc__)
    objdump, names = sys.argv[1], sys.argv[2:4]
    plain, nops = (Object(objdump, name, pad) for name in names)
    errors = []
    if plain.nops and not pad:
        errors.append("marker nops without the flag")
    if [f[:2] for f in plain.functions] != [f[:2] for f in nops.functions]:
        errors.append("not the same functions")
    count = encodings = 0
    forms = {"displacements": 0, "prefixes": 0}
    for (section, name, a), (_, _, b) in zip(plain.functions, nops.functions):
        if len(a) != len(b):
            errors.append(f"{name}: {len(a)} and {len(b)} instructions")
        for x, y in zip(a, b):
            count += 1
            same = plain.canonical(section, x) == nops.canonical(section, y)
            if pad and not same and (wider := form(x, y)):
                forms[wider] += 1
                continue
            # Assembly may have alignment of its own.
            if not same and not (plain.is_padding(x) and nops.is_padding(y)):
                errors.append(f"{name}: '{x.text}' at {x.addr:#x}, "
                              f"'{y.text}' at {y.addr:#x}")
                break
            encodings += same and len(x.code) != len(y.code)
    if plain.data != nops.data:
        differ = [x for x, y in zip(plain.data, nops.data) if x != y]
        errors.append(f"data: {differ[0] if differ else 'not as many lines'}")
    for error in errors:
        print(f"compare: {names[1]}: {error}")
    more = "".join(f"{number} {what}, " for what, number in forms.items()) + \
           f"{nops.int3 - plain.int3} int3, " if pad else ""
    print(f"compare: {names[1]}: {count} instructions, {nops.nops - plain.nops} nops, {more}"
          f"{encodings} branches encoded otherwise, {len(errors)} differences")
    return bool(errors)


if __name__ == "__main__":
    sys.exit(main())
