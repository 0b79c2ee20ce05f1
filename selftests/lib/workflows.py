#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Checks the files that tell public forges what to run.

Usage: workflows.py            (from the top of the tree)
Not all of what a forge checks, but what breaks silently: keys that nobody knows,
jobs without steps, commands that are not there, the word "on" read as a boolean,
and that what CI runs here runs there.
"""

import os
import re
import sys

import yaml

GITHUB = ".github/workflows/check.yml"
GITLAB = ".gitlab-ci.yml"
TOP = {"name", "on", "permissions", "jobs", "env", "concurrency", "defaults"}
JOB = {"if", "runs-on", "timeout-minutes", "container", "steps", "needs", "strategy",
       "env", "name", "permissions", "services", "outputs"}
STEP = {"name", "run", "uses", "with", "if", "env", "shell", "working-directory", "id",
        "continue-on-error", "timeout-minutes"}
EVENTS = {"push", "pull_request", "schedule", "workflow_dispatch"}
GITLAB_TOP = {"stages", "default", "variables", "workflow", "include"}
GITLAB_JOB = {"stage", "timeout", "rules", "script", "artifacts", "image", "tags",
              "needs", "variables", "allow_failure", "before_script"}
bad = []


def need(good, where, what):
    if not good:
        bad.append(f"{where}: {what}")


def keys(mapping, known, where):
    need(isinstance(mapping, dict), where, "is no mapping")
    for key in mapping if isinstance(mapping, dict) else ():
        need(key in known, where, f"key {key!r} is not known")


class Once(yaml.SafeLoader):
    """A key that comes twice is an error, and "on" is a word."""


def once(loader, node):
    names = [key.value for key, _ in node.value]
    for name in names:
        if names.count(name) > 1:
            bad.append(f"line {node.start_mark.line + 1}: {name} comes twice")
    return loader.construct_mapping(node, deep=True)


Once.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, once)
Once.yaml_implicit_resolvers = {
    first: [(tag, exp) for tag, exp in rules if tag != "tag:yaml.org,2002:bool"]
    for first, rules in yaml.SafeLoader.yaml_implicit_resolvers.items()}
Once.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"^(true|false)$"), "tf")


def load(file):
    with open(file, encoding="utf-8") as f:
        try:
            return yaml.load(f, Once)
        except yaml.YAMLError as e:
            sys.exit(f"{file}: {e}")


def command(line, where, run):
    """What of the tree a command names is there; its targets, too."""
    m = re.match(r"(\.?[\w./-]+/[\w.-]+)((?: [\w-]+)*)$", line)
    if not m:
        return
    need(os.access(m[1], os.X_OK), where, f"{m[1]} is not there, or cannot be run")
    if m[1] == ".ci/run":
        with open("Makefile", encoding="utf-8") as f:
            text = f.read()
        for target in m[2].split():
            run.add(target)
            need(re.search(rf"^{target}:", text, re.M), where, f"no target {target}")


def github():
    top, run = load(GITHUB), set()
    keys(top, TOP, GITHUB)
    need({"on", "jobs"} <= set(top), GITHUB, "has no on or no jobs")
    keys(top.get("on"), EVENTS, f"{GITHUB}: on")
    for entry in top["on"].get("schedule") or []:
        need(re.fullmatch(r"(\S+ ){4}\S+", entry["cron"]), GITHUB, "cron has not 5 fields")
    for name, job in top["jobs"].items():
        where = f"{GITHUB}: {name}"
        keys(job, JOB, where)
        need(job.get("runs-on") and job.get("steps"), where, "has no runs-on or no steps")
        need(isinstance(job.get("timeout-minutes"), int), where, "has no time-out")
        for step in job.get("steps") or []:
            keys(step, STEP, where)
            need(("run" in step) != ("uses" in step), where, "a step runs or uses")
            need(re.fullmatch(r"[\w-]+/[\w./-]+@v\d+", step.get("uses", "a/b@v1")), where,
                 f"uses {step.get('uses')}")
            for line in step.get("run", "").splitlines():
                command(line, where, run)
    return run


def gitlab():
    top, run = load(GITLAB), set()
    for name, job in top.items():
        where = f"{GITLAB}: {name}"
        if name in GITLAB_TOP:
            continue
        keys(job, GITLAB_JOB, where)
        need(job.get("stage") in top["stages"], where, f"stage {job.get('stage')}")
        need(isinstance(job.get("script"), list) and job["script"], where, "no script")
        for line in job.get("script") or []:
            command(line, where, run)
    return run


def main():
    for file, run in ((GITHUB, github()), (GITLAB, gitlab())):
        need({"check", "matrix"} <= run, file, f"runs {sorted(run)}, not check and matrix")
    print("\n".join(bad))
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
