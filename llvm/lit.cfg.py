# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# lit configuration for the tests of the LLVM patches, and for LLVM's own X86
# CodeGen and clang tests with the patched tools. `make -C llvm lit` uses it.

import os
import subprocess

import lit.formats

out = os.environ["UNO_OUT"]
prefix = os.environ["UNO_LLVM_PREFIX"]

config.name = "Uno-LLVM"
config.test_format = lit.formats.ShTest(execute_external=False)
config.suffixes = [".c", ".cpp", ".ll", ".mir", ".s"]
config.excludes = ["Inputs"]
config.test_source_root = os.path.join(out, "tree")
config.test_exec_root = os.path.join(out, "lit")
config.environment["PATH"] = os.pathsep.join(
    [os.path.join(out, "bin"), os.path.join(prefix, "bin"), os.environ["PATH"]]
)
config.substitutions += [
    ("%clang_cc1", "clang -cc1 -internal-isystem "
     + os.path.join(out, "lib/clang/19/include") + " -nostdsysteminc"),
    ("%clangxx", "clang++"),
    ("%clang", "clang"),
    ("%itanium_abi_triple", "x86_64-unknown-linux-gnu"),
]

targets = subprocess.check_output(
    [os.path.join(prefix, "bin/llvm-config"), "--targets-built"], text=True
)
config.available_features |= {t.lower() + "-registered-target" for t in targets.split()}
# The tests of the series that want assertions list passes, which works without.
if "asserts" in lit_config.params:
    config.available_features.add("asserts")
config.available_features |= {"clang-driver", "x86_64-linux", "shell", "system-linux"}
