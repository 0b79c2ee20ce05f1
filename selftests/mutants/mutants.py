#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Small wrong changes to the driver, each of which a test must catch.

Usage: mutants.py [-j N] [--list] [--every-test] [NAME...]

Makes a copy of the sources with all mutants of the lists woven in
(build/mutants/src), builds the native tests from it once, and runs, for each
mutant, the tests that its list says catch it. Runs in the lab.

  -j N          programs at a time (2)
  --list        print numbers, names and what is wrong, run nothing
  --every-test  run every program for each mutant, and say which ones catch it
  NAME          only mutants whose name matches this glob

Prints KTAP; closes with the survivors and "N passed, N failed, N skipped".
A survivor that its list explains, and Documentation/mutants.rst too, counts as
skipped; one of these that is caught after all is a failure of the list.
"""
import argparse
import concurrent.futures
import fnmatch
import glob
import os
import re
import select
import shutil
import signal
import subprocess
import sys
import time

import weave

HERE = os.path.dirname(os.path.abspath(__file__))
TREE = os.path.dirname(os.path.dirname(HERE))
OUT = os.path.join(TREE, 'build', 'mutants')
SRC = os.path.join(OUT, 'src')
TABLE = os.path.join(TREE, 'Documentation', 'mutants.rst')
COPIED = ['dmar', 'include', 'intr_remap', 'kunit/model', 'posted_intr',
          'selftests/native']

# What a program may take, seconds: of a CPU, and in all, however busy the
# machine is.
CPU_LIMIT = 30
LIMIT = 200


def write_if_changed(path, data):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    try:
        with open(path, 'rb') as f:
            if f.read() == data:
                return
    except FileNotFoundError:
        pass
    with open(path, 'wb') as f:
        f.write(data)


def copy_sources(mutants):
    """The tree as the native tests need it; make sees what has changed."""
    wanted = {}
    for top in COPIED:
        for folder, _, names in os.walk(os.path.join(TREE, top)):
            for name in names:
                path = os.path.relpath(os.path.join(folder, name), TREE)
                wanted.setdefault(path, [])
    for m in mutants:
        if m.path not in wanted:
            raise weave.Problem(f'{m.where}: no file {m.path}')
        wanted[m.path].append(m)
    for path, inside in wanted.items():
        with open(os.path.join(TREE, path), 'rb') as f:
            data = f.read()
        if inside:
            data = weave.weave(data.decode(), inside).encode()
        to = os.path.join(SRC, path)
        write_if_changed(to, data)
        shutil.copymode(os.path.join(TREE, path), to)
    for top in COPIED:
        for folder, _, names in os.walk(os.path.join(SRC, top)):
            for name in names:
                path = os.path.join(folder, name)
                if os.path.relpath(path, SRC) not in wanted:
                    os.remove(path)
    header = os.path.join(HERE, 'vtd_mutant.h')
    with open(header, 'rb') as f:
        write_if_changed(os.path.join(OUT, 'vtd_mutant.h'), f.read())


class Run:
    """A test program, its variant, and which of its tests."""

    def __init__(self, text):
        text, _, self.filter = text.partition(':')
        self.filter = self.filter.replace('+', ' ')
        self.name, _, variant = text.partition('@')
        self.variant = variant or 'asan'

    def key(self):
        return self.name, self.variant, self.filter

    def program(self):
        return os.path.join(SRC, 'build', 'native', self.variant, self.name,
                            self.name)

    def __str__(self):
        return self.name + ('' if self.variant == 'asan' else
                            '@' + self.variant)


def build(runs, jobs):
    programs = sorted({r.program() for r in runs})
    flags = f'clang -w -include {OUT}/vtd_mutant.h'
    make = ['make', '-s', f'-j{jobs}', '--no-print-directory',
            '-C', os.path.join(SRC, 'selftests', 'native'), f'CC={flags}']
    done = subprocess.run(make + programs, check=False)
    if done.returncode:
        raise weave.Problem(
            'the sources with mutants do not build: a "+" text is no C at '
            'that place (the message shows the woven line), or it needs to be '
            'a whole expression or statement')


def environment(number):
    env = dict(os.environ)
    env.update(
        VTD_MUTANT=str(number), CMOCKA_MESSAGE_OUTPUT='TAP',
        ASAN_OPTIONS='detect_leaks=1:allocator_may_return_null=1'
                     ':symbolize=0:handle_abort=0',
        UBSAN_OPTIONS='print_stacktrace=0:symbolize=0',
        TSAN_OPTIONS='halt_on_error=1:symbolize=0')
    return env


def execute(run, number):
    """Run one program: (what was wrong or '', the output)."""
    env = environment(number)
    if run.filter:
        env['VTD_TEST'] = run.filter
    output, wrong = b'', ''
    end = time.monotonic() + LIMIT
    command = ['prlimit', f'--cpu={CPU_LIMIT}', run.program()]
    with subprocess.Popen(command, env=env, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT) as p:
        while True:
            left = end - time.monotonic()
            if left <= 0:
                wrong = 'hangs'
            elif select.select([p.stdout], [], [], left)[0]:
                data = os.read(p.stdout.fileno(), 65536)
                output += data
                found = re.search(rb'^not ok (?:\d+ )?-? ?(.*)$', output,
                                  re.M)
                if found and found.end() < len(output):
                    wrong = found[1].decode(errors='replace')
                elif not data:
                    break
            if wrong:
                p.kill()
                break
    if not wrong and -p.returncode == signal.SIGXCPU:
        wrong = 'hangs'
    if not wrong and p.returncode:
        wrong = died(output, p.returncode)
    if not wrong and not re.search(rb'^ok ', output, re.M):
        wrong = 'ran no test'
    wrong = wrong.replace(' Could not run test', '')
    return wrong, output.decode(errors='replace')


def died(output, status):
    for name in ('AddressSanitizer', 'ThreadSanitizer', 'LeakSanitizer'):
        found = re.search(name + r': ([^\n(]*)', output.decode('latin-1'))
        if found:
            return f'{name}: {found[1].strip()}'
    found = re.search(r'runtime error: ([^\n]*)', output.decode('latin-1'))
    if found:
        return f'UBSan: {found[1]}'
    return f'ended with status {status}'


def test_mutant(m, runs, every):
    """(result, what caught it): result is caught, survived or hangs."""
    caught, hung = [], []
    for run in runs:
        wrong, _ = execute(run, m.number)
        # All programs run for it: one may fail for want of time, not of it.
        if wrong and m.survives:
            wrong, _ = execute(run, m.number)
        if wrong == 'hangs':
            hung.append(str(run))
        elif wrong:
            caught.append(f'{run}: {wrong}')
        if caught and not every:
            break
    if caught:
        return 'caught', caught + [f'{h}: hangs' for h in hung]
    if hung:
        return 'hangs', hung
    return 'survived', []


def explained(m):
    try:
        with open(TABLE, encoding='utf-8') as f:
            return re.search(r'\b' + re.escape(m.name) + r'\b', f.read())
    except FileNotFoundError:
        return False


def judge(m, result, by, runs):
    """(kind, line): kind is ok, not ok or skip."""
    title = f'{m.name}: {m.why}'
    if m.survives:
        if result == 'survived' and explained(m):
            return 'skip', f'{title} # SKIP survives: {m.survives}'
        if result == 'survived':
            return 'not ok', f'{title}: survives, and {TABLE} does not say why'
        return 'not ok', (f'{title}: should survive but does not ({by[0]}): '
                          'put "caught:" into the list')
    if result == 'caught':
        return 'ok', f'{title} # caught by {by[0]}'
    if result == 'hangs':
        return 'not ok', (f'{title}: {", ".join(by)} hangs: have a test fail '
                          'before')
    return 'not ok', (f'{title}: SURVIVED {" ".join(str(r) for r in runs)}: '
                      'write the test that is missing')


def every_program(source):
    """All native tests that are linked with a source, or include it."""
    out = []
    for path in sorted(glob.glob(f'{TREE}/selftests/native/test_*.c')):
        with open(path, encoding='utf-8') as f:
            head = f.read(2000)
        sources = re.findall(r'^ \* SRCS:(.*)', head, re.M)
        if source not in ' '.join(sources).split():
            continue
        name = os.path.basename(path)[:-2]
        out.append(Run(name))
        if re.search(r'^ \* TSAN:', head, re.M):
            out.append(Run(name + '@tsan'))
    return out


def baseline(runs, pool, seconds):
    """Whether the driver as it is passes all that is needed, and how fast."""
    unique = {r.key(): r for r in runs}
    good = True

    def one(r):
        since = time.monotonic()
        return r, *execute(r, 0), time.monotonic() - since

    for r, wrong, output, took in pool.map(one, unique.values()):
        seconds[r.key()] = took
        if wrong:
            good = False
            print('\n'.join('# ' + x for x in output.splitlines()[-20:]))
            print(f'# {r} {r.filter} with no mutant switched on: {wrong}')
    return good


def arguments():
    p = argparse.ArgumentParser(add_help=False)
    p.add_argument('-h', '--help', action='store_true')
    p.add_argument('-j', type=int, default=2)
    p.add_argument('--list', action='store_true')
    p.add_argument('--every-test', action='store_true')
    p.add_argument('name', nargs='*')
    args = p.parse_args()
    if args.help:
        print(__doc__)
        sys.exit(0)
    return args


def main():
    args = arguments()
    began = time.monotonic()
    mutants = weave.read_lists(sorted(glob.glob(f'{HERE}/*.list')))
    if args.list:
        for m in mutants:
            print(f'{m.number:3} {m.name:32} {m.path}: {m.why}')
        return 0
    copy_sources(mutants)
    if args.name:
        mutants = [m for m in mutants if
                   any(fnmatch.fnmatch(m.name, n) for n in args.name)]
    runs = {}
    for m in mutants:
        runs[m] = [Run(c) for c in m.caught]
        if args.every_test or m.survives:
            runs[m] = every_program(m.path)
    needed = [r for rs in runs.values() for r in rs]
    build(needed, args.j)
    built = time.monotonic()
    print(f'KTAP version 1\n1..{len(mutants) + 1}', flush=True)
    with concurrent.futures.ThreadPoolExecutor(args.j) as pool:
        return run_all(mutants, runs, args, pool, (began, built))


def run_all(mutants, runs, args, pool, times):
    # The fastest first: most mutants are caught by the first that is run.
    seconds = {}
    good = baseline([r for rs in runs.values() for r in rs], pool, seconds)
    for rs in runs.values():
        rs.sort(key=lambda r: seconds[r.key()])
    if not good:
        print('not ok 1 - no mutant: the tests must pass before they can '
              'catch anything')
        print('0 passed, 1 failed, 0 skipped')
        return 1
    print('ok 1 - no mutant: all tests pass')
    count = {'ok': 1, 'not ok': 0, 'skip': 0}
    survivors = []
    jobs = {pool.submit(test_mutant, m, runs[m], args.every_test): m
            for m in mutants}
    done = concurrent.futures.as_completed(jobs)
    for number, job in enumerate(done, 2):
        m, (result, by) = jobs[job], job.result()
        kind, line = judge(m, result, by, runs[m])
        count[kind] += 1
        print(f'{"ok" if kind == "skip" else kind} {number} - {line}',
              flush=True)
        if args.every_test:
            for b in by:
                print(f'#    {b}')
        if result == 'survived' or kind == 'not ok':
            survivors.append(m.name)
    began, built = times
    print(f'# {len(mutants)} mutants, {built - began:.0f} s to build them and '
          f'{time.monotonic() - built:.0f} s to run them, '
          f'survivors: {" ".join(survivors) or "none"}')
    print(f'{count["ok"]} passed, {count["not ok"]} failed, '
          f'{count["skip"]} skipped')
    return 1 if count['not ok'] else 0


if __name__ == '__main__':
    try:
        sys.exit(main())
    except weave.Problem as problem:
        print(f'mutants: {problem}', file=sys.stderr)
        sys.exit(2)
