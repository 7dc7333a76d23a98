#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# lit-compare.py UNPATCHED.json PATCHED.json: compares the results of two runs of
# lit, with unpatched and with patched tools. Fails if a test that passes with the
# unpatched tools does not pass with the patched ones, or has not been run.

import collections
import json
import sys

GOOD = {"PASS", "XFAIL", "FLAKYPASS"}
NOT_RUN = {"UNSUPPORTED", "SKIPPED", "EXCLUDED"}


def load(path):
    with open(path) as file:
        return {t["name"]: t["code"] for t in json.load(file)["tests"]}


def kind(code):
    if code in GOOD:
        return "passed"
    return "unsupported" if code in NOT_RUN else "failed"


unpatched, patched = map(load, sys.argv[1:])
for title, results in ("unpatched", unpatched), ("patched", patched):
    count = collections.Counter(map(kind, results.values()))
    print(
        f"lit-compare: {title}: {len(results)} tests, {count['passed']} passed,"
        f" {count['unsupported']} unsupported, {count['failed']} failed"
    )

groups = collections.defaultdict(list)
for name in sorted(unpatched.keys() | patched.keys()):
    old = kind(unpatched.get(name, "SKIPPED"))
    new = kind(patched.get(name, "SKIPPED"))
    if old == "passed" and new != "passed":
        groups["no longer passes with the patched tools"].append(name)
    elif old != "passed" and new == "passed":
        groups["passes only with the patched tools"].append(name)
    elif new == "failed":
        groups["fails with both"].append(name)
for title, names in groups.items():
    for name in names:
        print(f"lit-compare: {title}: {name}")

broken = len(groups["no longer passes with the patched tools"])
print(f"lit-compare: {broken} tests that pass with the unpatched tools do not with the patched")
passed = sum(kind(code) == "passed" for code in patched.values())
sys.exit(1 if broken or not passed else 0)
