# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# Site configuration for the tests of LLVM, clang and lld, for lit. It does with
# upstream's own lit.site.cfg.py.in what CMake does in a build, so that all other
# configuration is upstream's; the tools are those of the packages, some of them
# replaced. lit-tests.sh copies it to DIR/<suite>/test, next to DIR/bin.

import os
import re
import shutil
import subprocess
import sys

here = os.path.dirname(os.path.abspath(__file__))
build = os.path.dirname(here)
suite = os.path.basename(build)
tools = os.path.join(os.path.dirname(build), "bin")
tree = os.environ["UNO_TREE"]


def llvm_config(option):
    command = [os.path.join(tools, "llvm-config"), option]
    return subprocess.check_output(command, text=True).strip()


# What is not here is off or empty.
values = {
    "LIT_SITE_CFG_IN_HEADER": "path = str",
    "CMAKE_C_COMPILER": os.path.join(tools, "clang"),
    "CMAKE_CXX_COMPILER": os.path.join(tools, "clang++"),
    "CMAKE_SIZEOF_VOID_P": "8",
    "GOLD_EXECUTABLE": shutil.which("gold") or "/bin/false",
    "HOST_ARCH": "x86_64",
    "HOST_OS": "Linux",
    "LLVM_NATIVE_ARCH": "X86",
    "LLVM_PLUGIN_EXT": ".so",
    "LLVM_VERSION_MAJOR": llvm_config("--version").split(".")[0],
    "Python3_EXECUTABLE": sys.executable,
    "SHLIBEXT": ".so",
    "TARGETS_TO_BUILD": llvm_config("--targets-built"),
}
values.update(
    dict.fromkeys(["LLVM_HOST_TRIPLE", "LLVM_TARGET_TRIPLE"], llvm_config("--host-target"))
)
values.update(dict.fromkeys(["CURRENT_TOOLS_DIR", "LLVM_TOOLS_DIR"], tools))
for name in "CMAKE_LIBRARY_OUTPUT_DIRECTORY CURRENT_LIBS_DIR LLVM_LIBS_DIR SHLIBDIR".split():
    values[name] = llvm_config("--libdir")
for name in ["CLANG", "LLD", "LLVM"]:
    values[name + "_BINARY_DIR"] = build
    values[name + "_SOURCE_DIR"] = os.path.join(tree, name.lower())
# How Debian builds its packages.
for name in """CLANG_DEFAULT_PIE_ON_LINUX CLANG_ENABLE_ARCMT CLANG_ENABLE_STATIC_ANALYZER
        ENABLE_BACKTRACES ENABLE_SHARED LLVM_ENABLE_LIBXML2 LLVM_ENABLE_THREADS
        LLVM_ENABLE_ZLIB LLVM_ENABLE_ZSTD LLVM_WITH_Z3""".split():
    values[name] = "1"

template = os.path.join(tree, suite, "test/lit.site.cfg.py.in")
with open(template) as file:
    text = file.read()
text = re.sub(r"(?m)= @(\w+)@$", lambda m: "= " + values.get(m[1], "0"), text)
text = re.sub(r"@(\w+)@", lambda m: values.get(m[1], ""), text)
exec(compile(text, template, "exec"))

# The tests of the series that want assertions list passes, which works without.
if "asserts" in lit_config.params:
    config.available_features.add("asserts")
