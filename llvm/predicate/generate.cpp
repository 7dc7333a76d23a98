//===- generate.cpp - Every instruction for the predicate test ------------===//
//
// Part of the LLVM Project, under the Apache License v2.0 with LLVM Exceptions.
// See https://llvm.org/LICENSE.txt for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
/// \file
///
/// Writes MIR files in which each function has one instruction, twice: in front
/// of a 5-byte instruction, where only rule 1 asks for a nop, and at the end of
/// a block, where its length counts as well. Terminators have the latter only.
///
/// The instructions come from two sides:
///
///   - all encodings: prefixes, opcode maps, opcodes, ModRM bytes, and some SIB
///     bytes, displacements and immediates, through LLVM's disassembler;
///   - those of LLVM's instructions that no encoding led to (CodeGen's own
///     forms), with operands made up from their descriptions.
///
/// There is one function per instruction of LLVM and kind of operands: the
/// accumulator, an extended or another register; the shape of the memory
/// operand, its segment and address size; the width of the immediate.
///
/// For "pad", and for comparison for none, there is one in each function, between
/// two 5-byte instructions of which the second may be branched to.
///
//===----------------------------------------------------------------------===//

#include "llvm/ADT/STLExtras.h"
#include "llvm/Config/llvm-config.h"
#include "llvm/MC/MCAsmInfo.h"
#include "llvm/MC/MCContext.h"
#include "llvm/MC/MCDisassembler/MCDisassembler.h"
#include "llvm/MC/MCInst.h"
#include "llvm/MC/MCInstrInfo.h"
#include "llvm/MC/MCRegisterInfo.h"
#include "llvm/MC/MCSubtargetInfo.h"
#include "llvm/MC/MCTargetOptions.h"
#include "llvm/MC/TargetRegistry.h"
#include "llvm/Support/TargetSelect.h"
#include "llvm/Support/raw_ostream.h"
#include <algorithm>
#include <memory>
#include <regex>
#include <set>
#include <string>
#include <vector>

using namespace llvm;

static std::unique_ptr<MCRegisterInfo> MRI;
static std::unique_ptr<MCInstrInfo> MII;
static std::unique_ptr<MCDisassembler> Dis;

static std::set<std::string> Seen;
static std::vector<std::string> Functions, PadFunctions;
static std::vector<bool> Reached;
static unsigned NumTried, NumDecoded, NumPrefixes, NumShortPointers;

static constexpr unsigned FunctionsPerFile = 10000;
static constexpr char Separator[] =
    "$eax = MOV32ri 305419896, implicit-def $rax\n";

static std::string regName(unsigned Reg) {
  return Reg ? "$" + StringRef(MRI->getName(Reg)).lower() : "$noreg";
}

/// Adds a function for the instruction with \p Opc, unless there is one whose
/// \p Key is the same.
static void add(unsigned Opc, const std::string &Key,
                ArrayRef<std::string> Ops) {
  StringRef Name = MII->getName(Opc);
  const MCInstrDesc &Desc = MII->get(Opc);
  Reached[Opc] = true;
  if (!Seen.insert((Name + " " + Key).str()).second)
    return;
  // Not an instruction, but the first part of one.
  if (Name.ends_with("_PREFIX")) {
    ++NumPrefixes;
    return;
  }

  std::string Insn;
  raw_string_ostream OS(Insn);
  unsigned NumDefs = Desc.getNumDefs();
  for (unsigned I = 0; I < NumDefs; ++I)
    OS << (I ? ", " : "") << Ops[I];
  OS << (NumDefs ? " = " : "") << Name;
  const char *Sep = " ";
  for (unsigned I = NumDefs; I < Ops.size(); ++I, Sep = ", ")
    OS << Sep << Ops[I];
  for (MCPhysReg Reg : Desc.implicit_defs()) {
    OS << Sep << "implicit-def " << regName(Reg);
    Sep = ", ";
  }
  for (MCPhysReg Reg : Desc.implicit_uses()) {
    OS << Sep << "implicit undef " << regName(Reg);
    Sep = ", ";
  }

  std::string Function;
  raw_string_ostream FS(Function);
  FS << "---\nname: i" << Functions.size() << "_" << Name
     << "\nbody: |\n  bb.0:\n";
  if (!Desc.isTerminator())
    FS << "    " << Insn << "\n";
  FS << "    " << Separator << "  bb.1:\n    " << Insn << "\n...\n";
  Functions.push_back(Function);

  std::string PadFunction;
  raw_string_ostream PS(PadFunction);
  PS << "---\nname: i" << PadFunctions.size() << "_" << Name
     << "\nbody: |\n  bb.0:\n    successors: %bb.1\n    " << Separator
     << "  bb.1:\n";
  if (!Desc.isReturn())
    PS << "    successors: %bb.2\n";
  // Branches lead to the second block in place of the first one.
  PS << "    " << std::regex_replace(Insn, std::regex("%bb.0"), "%bb.2")
     << "\n  bb.2 (machine-block-address-taken):\n    " << Separator << "...\n";
  PadFunctions.push_back(PadFunction);
}

static std::string branchTarget(const MCInstrDesc &Desc) {
  return Desc.isCall() || !Desc.isTerminator() ? "@g" : "%bb.0";
}

/// What the encoding of a register depends on.
static char regKind(unsigned Reg) {
  if (!Reg)
    return '-';
  StringRef Name = MRI->getName(Reg);
  if (Name == "AL" || Name == "AX" || Name == "EAX" || Name == "RAX")
    return 'a';
  if (Name == "CS" || Name == "GS" || Name == "RIP" || Name == "EIP")
    return Name[0];
  return MRI->getEncodingValue(Reg) >= 8 ? 'x' : 'r';
}

static bool is32Bit(unsigned Reg) {
  StringRef Name = Reg ? MRI->getName(Reg) : "";
  return (Name.starts_with("E") && Name.size() == 3) ||
         (Name.starts_with("R") && Name.ends_with("D"));
}

/// Adds a function for \p Inst, which has the opcode byte \p Opcode.
static void addDecoded(const MCInst &Inst, uint8_t Opcode) {
  const MCInstrDesc &Desc = MII->get(Inst.getOpcode());
  if (Inst.getNumOperands() != Desc.getNumOperands())
    report_fatal_error(Twine("operands of ") + MII->getName(Inst.getOpcode()));
  std::string Key = std::to_string(Opcode);
  std::vector<std::string> Ops;
  for (unsigned I = 0; I < Inst.getNumOperands(); ++I) {
    const MCOperand &Op = Inst.getOperand(I);
    if (Op.isReg()) {
      Key += regKind(Op.getReg());
      // CodeGen for this target has no instruction with a 32-bit address.
      if ((Desc.operands()[I].OperandType == MCOI::OPERAND_MEMORY &&
           is32Bit(Op.getReg())) ||
          regKind(Op.getReg()) == 'E') {
        ++NumShortPointers;
        return;
      }
      Ops.push_back(regName(Op.getReg()));
    } else if (Desc.operands()[I].OperandType == MCOI::OPERAND_PCREL) {
      Ops.push_back(branchTarget(Desc));
    } else {
      int64_t Imm = Op.getImm();
      // No class for scales and rounding modes: their values change no length.
      Key += isInt<8>(Imm) ? Imm ? 'b' : '0' : 'i';
      Ops.push_back(std::to_string(Imm));
    }
  }
  add(Inst.getOpcode(), Key, Ops);
}

static void decode(ArrayRef<uint8_t> Bytes, uint8_t Opcode) {
  MCInst Inst;
  uint64_t Size;
  ++NumTried;
  if (Dis->getInstruction(Inst, Size, Bytes, 0, nulls()) !=
      MCDisassembler::Success)
    return;
  ++NumDecoded;
  addDecoded(Inst, Opcode);
}

/// Decodes \p Head with each ModRM byte of \p ModRMs, and with two variants of
/// what may follow it.
static void decodeAll(std::vector<uint8_t> Head, ArrayRef<uint8_t> ModRMs) {
  static const std::vector<uint8_t> Tails[] = {
      {0x37, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11},
      {0x11, 0, 0, 0, 0, 0, 0, 0, 0, 0},
  };
  for (uint8_t ModRM : ModRMs)
    for (const std::vector<uint8_t> &Tail : Tails) {
      std::vector<uint8_t> Bytes = Head;
      Bytes.push_back(ModRM);
      Bytes.insert(Bytes.end(), Tail.begin(), Tail.end());
      decode(Bytes, Head.back());
    }
}

static void decodeEncodings() {
  std::vector<uint8_t> AllModRMs, SomeModRMs;
  for (unsigned I = 0; I < 256; ++I)
    AllModRMs.push_back(I);
  // Each reg field, with a register, (%rdi), (%rip), and a displacement.
  for (unsigned Reg = 0; Reg < 8; ++Reg)
    for (unsigned RM : {0xc0, 0xc1, 0x07, 0x05, 0x47, 0x04})
      SomeModRMs.push_back(RM | Reg << 3);

  static const std::vector<uint8_t> Prefixes[] = {
      {},           {0x66},       {0xf2},       {0xf3},       {0x67},
      {0x2e},       {0x65},       {0xf0},       {0x48},       {0x41},
      {0x44},       {0x66, 0x48}, {0xf2, 0x48}, {0xf3, 0x48}, {0x66, 0x41},
      {0x66, 0x67}, {0xf2, 0x67}, {0xf3, 0x67}, {0x66, 0x2e}, {0xf3, 0x2e},
  };
  // Prefixes; VEX, EVEX and XOP have loops of their own.
  static constexpr uint8_t NoOpcodes[] = {
      0x26, 0x2e, 0x36, 0x3e, 0x40, 0x41, 0x42, 0x43, 0x44, 0x45,
      0x46, 0x47, 0x48, 0x49, 0x4a, 0x4b, 0x4c, 0x4d, 0x4e, 0x4f,
      0x62, 0x64, 0x65, 0x66, 0x67, 0xc4, 0xc5, 0xf0, 0xf2, 0xf3};
  static const std::vector<uint8_t> Maps[] = {
      {}, {0x0f}, {0x0f, 0x38}, {0x0f, 0x3a}};
  for (const std::vector<uint8_t> &Prefix : Prefixes)
    for (const std::vector<uint8_t> &Map : Maps)
      for (unsigned Opcode = 0; Opcode < 256; ++Opcode) {
        if (Map.empty() && is_contained(NoOpcodes, Opcode))
          continue;
        std::vector<uint8_t> Head = Prefix;
        Head.insert(Head.end(), Map.begin(), Map.end());
        Head.push_back(Opcode);
        decodeAll(Head, AllModRMs);
      }
  // 3DNow!: the opcode is the last byte.
  for (unsigned Opcode = 0; Opcode < 256; ++Opcode)
    for (uint8_t ModRM : {0xc1, 0x07})
      decode({0x0f, 0x0f, ModRM, uint8_t(Opcode)}, Opcode);

  for (unsigned Opcode = 0; Opcode < 256; ++Opcode)
    for (unsigned PP = 0; PP < 4; ++PP)
      for (unsigned W = 0; W < 2; ++W)
        for (unsigned L = 0; L < 2; ++L) {
          // An operand register that only matters where there is one.
          for (unsigned V : {0xe, 0xf}) {
            uint8_t B2 = W << 7 | V << 3 | L << 2 | PP;
            for (uint8_t Map : {1, 2, 3})
              decodeAll({0xc4, uint8_t(0xe0 | Map), B2, uint8_t(Opcode)},
                        SomeModRMs);
            for (uint8_t Map : {8, 9, 10})
              decodeAll({0x8f, uint8_t(0xe0 | Map), B2, uint8_t(Opcode)},
                        SomeModRMs);
          }
          // z, L'L, b, V', aaa: masks, and broadcast or rounding.
          for (uint8_t P2 :
               {0x08, 0x48, 0x28, 0x18, 0x38, 0x58, 0x09, 0x89, 0x29, 0xa9,
                0x49, 0xc9, 0x19, 0x39, 0x59, 0x99, 0xb9, 0xd9})
            for (uint8_t Map : {1, 2, 3, 5, 6}) {
              if (L)
                continue;
              for (unsigned V : {0xe, 0xf})
                decodeAll({0x62, uint8_t(0xf0 | Map),
                           uint8_t(W << 7 | V << 3 | 4 | PP), P2,
                           uint8_t(Opcode)},
                          {0xc1, 0x07, 0x47, 0x04, 0xc9, 0xd1, 0xd9, 0xe1,
                           0xe9, 0xf1, 0xf9, 0x0f, 0x17, 0x1f, 0x27, 0x2f,
                           0x37, 0x3f, 0x4c, 0x54, 0x6c, 0x74});
            }
        }
}

/// The register class of pointers depends on the mode.
static bool isPointer(const MCOperandInfo &Info) {
#if LLVM_VERSION_MAJOR >= 22
  return Info.isLookupRegClassByHwMode();
#else
  return Info.isLookupPtrRegClass();
#endif
}

/// Adds instruction \p Opc with operands made up from its description. Returns
/// false if it has one that is not understood.
static bool addFromDesc(unsigned Opc) {
  const MCInstrDesc &Desc = MII->get(Opc);
  ArrayRef<MCOperandInfo> Info = Desc.operands();
  std::vector<std::string> Ops;
  for (unsigned I = 0; I < Info.size(); ++I) {
    if (Info[I].OperandType == MCOI::OPERAND_MEMORY) {
      unsigned Num = 0;
      while (I + Num < Info.size() &&
             Info[I + Num].OperandType == MCOI::OPERAND_MEMORY)
        ++Num;
      if (Num != 5)
        return false;
      // Gathers and scatters have vector registers as index.
      const MCOperandInfo &Index = Info[I + 2];
      bool IsVector =
          !isPointer(Index) && Index.RegClass >= 0 &&
          StringRef(MRI->getRegClassName(&MRI->getRegClass(Index.RegClass)))
              .starts_with("V");
      Ops.insert(Ops.end(),
                 {"$rdi", "1",
                  IsVector ? regName(*MRI->getRegClass(Index.RegClass).begin())
                           : "$noreg",
                  "0", "$noreg"});
      I += Num - 1;
    } else if (Info[I].OperandType == MCOI::OPERAND_PCREL) {
      Ops.push_back(branchTarget(Desc));
    } else if (isPointer(Info[I])) {
      Ops.push_back("$rdi");
    } else if (Info[I].RegClass >= 0) {
      Ops.push_back(regName(*MRI->getRegClass(Info[I].RegClass).begin()));
    } else {
      Ops.push_back("1");
    }
  }
  add(Opc, "synthesized", Ops);
  return true;
}

int main(int argc, char **argv) {
  if (argc != 2) {
    errs() << "usage: " << argv[0] << " <directory>\n";
    return 2;
  }
  LLVMInitializeX86TargetInfo();
  LLVMInitializeX86TargetMC();
  LLVMInitializeX86Disassembler();
  const char *Triple = "x86_64-unknown-linux-gnu";
  std::string Error;
  const Target *T = TargetRegistry::lookupTarget(Triple, Error);
  if (!T)
    report_fatal_error(Twine(Error));
  MRI.reset(T->createMCRegInfo(Triple));
  MII.reset(T->createMCInstrInfo());
  std::unique_ptr<MCAsmInfo> MAI(
      T->createMCAsmInfo(*MRI, Triple, MCTargetOptions()));
  std::unique_ptr<MCSubtargetInfo> STI(
      T->createMCSubtargetInfo(Triple, "", "+64bit"));
  MCContext Ctx(llvm::Triple(Triple), MAI.get(), MRI.get(), STI.get());
  Dis.reset(T->createMCDisassembler(*STI, Ctx));
  Reached.resize(MII->getNumOpcodes());

  decodeEncodings();
  unsigned NumReached = std::count(Reached.begin(), Reached.end(), true);
  size_t FromEncodings = Functions.size();

  unsigned NumSynthesized = 0, NumPseudos = 0, NumOdd = 0;
  for (unsigned Opc = 0; Opc < MII->getNumOpcodes(); ++Opc) {
    if (Reached[Opc])
      continue;
    // The format of an instruction is in the low seven bits; 0 is a pseudo. Of
    // these, the pass knows the tail jumps.
    const MCInstrDesc &Desc = MII->get(Opc);
    if ((Desc.isPseudo() || !(Desc.TSFlags & 0x7f)) &&
        !MII->getName(Opc).starts_with("TAILJMP"))
      ++NumPseudos;
    else if (addFromDesc(Opc))
      ++NumSynthesized;
    else
      ++NumOdd;
  }

  auto Write = [&](ArrayRef<std::string> Functions, StringRef Mode) {
    for (size_t I = 0; I < Functions.size(); I += FunctionsPerFile) {
      std::error_code EC;
      raw_fd_ostream OS((Twine(argv[1]) + "/" + Mode + "-" +
                         Twine(I / FunctionsPerFile) + ".mir")
                            .str(),
                        EC);
      if (EC)
        report_fatal_error(Twine(EC.message()));
      size_t End = std::min(Functions.size(), I + FunctionsPerFile);
      OS << "--- |\n  target triple = \"" << Triple
         << "\"\n  declare void @g()\n";
      for (size_t J = I; J < End; ++J) {
        StringRef Name = StringRef(Functions[J]).split("name: ").second;
        OS << "  define void @" << Name.split('\n').first
           << "() #0 { unreachable }\n";
      }
      OS << "  attributes #0 = { nounwind ";
      if (Mode != "none")
        OS << "\"kprobe-nops\"=\"" << Mode << "\" ";
      OS << "}\n...\n";
      for (size_t J = I; J < End; ++J)
        OS << Functions[J];
    }
  };
  Write(Functions, "minimal");
  Write(PadFunctions, "pad");
  Write(PadFunctions, "none");

  outs() << "predicate: " << NumTried << " encodings tried, " << NumDecoded
         << " decoded to " << NumReached << " LLVM instructions ("
         << NumPrefixes << " bare prefixes) in " << FromEncodings
         << " functions; left out: " << NumShortPointers
         << " with a 32-bit address\npredicate: " << NumSynthesized
         << " LLVM instructions that no encoding led to; left out: "
         << NumPseudos << " pseudo instructions, " << NumOdd
         << " with odd operands\n";
  return 0;
}
