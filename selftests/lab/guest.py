#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Boots one guest inside the lab, runs a command in it and judges the run.

selftests/vm is the way in and documents options and exit statuses. This part
owns QEMU's command line, the initramfs, the time-outs and the verdict on the
kernel's log. It changes nothing outside build/ and the lab's /tmp.
"""

import argparse
import base64
import fcntl
import glob
import os
import re
import secrets
import shlex
import signal
import subprocess
import sys
import time

DIRTY, NO_GUEST, ENDED_EARLY, CRASHED, TIMEOUT = 99, 98, 97, 96, 124
KEEP_LOGS = 200
# A silent boot is given up when neither the report of the guest's init nor
# anything new on the console has come for so long.
SILENCE = 60
BOOT_MAX = 240
# The kernels with sanitizers, made by selftests/lab/debug, are in /run/vtd-KERNEL.
SANITIZED = ("debug", "kcsan")

OFFENCE = re.compile(
    r"\bWARNING:|\bBUG:|kernel BUG at|\bOops\b|Call Trace:|Kernel panic"
    r"|\bKASAN\b|\bUBSAN\b|\bKCSAN\b|\bKMSAN\b|\bKFENCE\b:"
    r"|possible circular locking|possible recursive locking|inconsistent lock"
    r"|suspicious RCU|\blockdep\b|DEBUG_LOCKS_WARN_ON|held lock freed"
    r"|sleeping function called|scheduling while atomic|bad unlock balance"
    r"|soft lockup|hard LOCKUP|rcu.*(?:stall|starved)"
    r"|blocked for more than|hung[ _]task:"
    r"|general protection|unable to handle|segfault at"
    r"|refcount_t:|list_(?:add|del) corruption|Bad page|bad page"
    r"|unreferenced object|new suspected memory leaks"
    r"|nobody cared|Disabling IRQ")
# Lines a stock kernel prints on a good boot, which match by their wording.
HARMLESS = re.compile(
    r"[Cc]ommand line:|RCU lockdep checking is enabled"
    r"|RCU CPU stall warnings timeout set"
    r"|KFENCE: initialized|kfence: initialized"
    r"|Unprivileged eBPF is enabled"
    r"|general protection for unsafe")
# A report of KCSAN: its title, and for each of the two accesses the stack, whose
# first function is the one that accessed, unless it did so for its caller.
RACE = re.compile(r"BUG: KCSAN: (.*)")
RACE_END = re.compile(r"={60,}")
ACCESS = re.compile(r"\bto 0x[0-9a-f]+ of \d+ bytes by ")
FRAME = re.compile(r" ([\w.]+)\+0x[0-9a-f]+/0x[0-9a-f]+(?: \[(\w+)\])?")
FOR_ITS_CALLER = re.compile(
    r"_*(?:mem(?:cpy|set|move|cmp|chr|scan)|str[a-z]+|list_|find_\w*bit|bitmap_"
    r"|rb_|sort|bsearch)")
# An out-of-tree module and an unsigned one are what these tests are about.
EXPECTED_TAINT = (1 << 12) | (1 << 13)
TAINTS = "PFSRMBUDAWCIOELKXTNJ"


def say(text):
    print(f"vm: {text}", file=sys.stderr, flush=True)


# --- the initramfs ----------------------------------------------------------


def cpio(entries):
    """The newc archive of (name, mode, data) entries."""
    out = bytearray()
    for number, (name, mode, data) in enumerate(
            entries + [("TRAILER!!!", 0, b"")], 1):
        raw = name.encode() + b"\0"
        fields = (number, mode, 0, 0, 1, 0, len(data), 0, 0, 0, 0, len(raw), 0)
        out += b"070701" + b"".join(b"%08x" % f for f in fields) + raw
        out += b"\0" * (-len(out) % 4)
        out += data
        out += b"\0" * (-len(out) % 4)
    out += b"\0" * (-len(out) % 512)
    return bytes(out)


def read(path):
    with open(path, "rb") as f:
        return f.read()


def initramfs(kernel, command, nonce, acpi):
    entries = []
    folders = ["bin", "modules", "vtd"]
    early = b""
    if acpi:
        # The kernel looks for tables in the first archive only.
        dirs = ["kernel", "kernel/firmware", "kernel/firmware/acpi"]
        early = cpio([(d, 0o40755, b"") for d in dirs] +
                     [(f"kernel/firmware/acpi/{i}.aml", 0o100644, read(p))
                      for i, p in enumerate(acpi)])
    entries += [(d, 0o40755, b"") for d in folders]
    entries.append(("bin/busybox", 0o100755, read("/bin/busybox")))
    entries.append(("init", 0o100755, read("/src/selftests/lab/guest-init")))
    if kernel in SANITIZED:
        # It has built in what it takes to reach the root.
        entries.append(("modules/order", 0o100644, b""))
    for path in glob.glob(f"/usr/lib/vtd-lab/initrd/{kernel}/*"):
        entries.append((f"modules/{os.path.basename(path)}", 0o100644,
                        read(path)))
    entries.append(("vtd/nonce", 0o100644, nonce.encode() + b"\n"))
    entries.append(("vtd/command", 0o100644,
                    ("exec " + shlex.join(command) + "\n").encode()))
    return early + cpio(entries)


# --- QEMU's command line ----------------------------------------------------


def image_of(kernel):
    if kernel in SANITIZED:
        return f"/run/vtd-{kernel}/bzImage"
    with open("/etc/vtd-lab/kernels", encoding="ascii") as f:
        release = dict(line.split() for line in f)[kernel]
    return f"/boot/vmlinuz-{release}"


def share_device(function, tag, path, readonly=True):
    # A slot far up, so that the devices of a test get the first ones.
    return ["-fsdev", f"local,id=fs-{tag},path={path},security_model=none,"
            "multidevs=remap" + (",readonly=on" if readonly else ""),
            "-device", f"virtio-9p-pci,fsdev=fs-{tag},mount_tag={tag},"
            f"addr=1e.{function},multifunction=on"]


def qemu_command(opts, overlay, extra, log, out_fd, initrd):
    given = set(extra)
    devices = [extra[i + 1] for i, a in enumerate(extra[:-1])
               if a in ("-device", "--device")]
    own_iommu = any(re.match(r"intel-iommu\b", d) for d in devices)
    thread = "single" if "-icount" in given else "multi"
    cmd = ["qemu-system-x86_64", "-machine", "q35,kernel-irqchip=split"]
    memory = "4G" if opts.kernel == "debug" else "2G"
    for flag, value in (("-accel", f"tcg,thread={thread}"), ("-cpu", "max"),
                        ("-m", memory), ("-smp", "2")):
        if flag not in given:
            cmd += [flag, value]
    cmd += ["-nographic", "-no-reboot", "-nic", "none", "-monitor", "none"]
    if not own_iommu and not opts.no_iommu:
        cmd += ["-device", "intel-iommu,intremap=on,aw-bits=48"]
    cmd += ["-chardev", f"file,id=con,path={log}",
            "-serial", "chardev:con",
            "-chardev", f"file,id=out,path=/proc/self/fd/{out_fd}",
            "-serial", "chardev:out"]
    words = ["console=ttyS0,115200", "panic=-1", "loglevel=8",
             "printk.devkmsg=on", "rdinit=/init"]
    # An emulated CPU on a busy machine can stand still for a while; a guest
    # that hangs for good is still told apart.
    words += ["rcupdate.rcu_cpu_stall_timeout=120", "watchdog_thresh=60"]
    # On a busy host the timer ticks too late for the kernel's check of it.
    words.append("no_timer_check")
    words += (["intel_iommu=on"] if opts.in_tree
              else ["intel_iommu=off", "intremap=off"])
    cmd += share_device(0, "lab", "/run/lab-root")
    cmd += share_device(1, "src", "/src")
    if overlay:
        cmd += share_device(2, "over", overlay)
        words.append("vtd.over")
    if opts.share:
        cmd += share_device(3, "share", opts.share, readonly=False)
        words.append("vtd.share")
    if opts.kernel == "kcsan":
        # Whoever loads vtd_kunit waits for each case, and some take long there.
        words.append("sysctl.kernel.hung_task_timeout_secs=900")
    if opts.kernel in SANITIZED:
        # Its modules are in usr/lib/modules there.
        cmd += share_device(4, "kernel", f"/run/vtd-{opts.kernel}")
        words.append("vtd.kernel")
    if opts.counters:
        words.append("vtd.counters")
    if opts.qmp:
        cmd += ["-qmp", f"unix:{opts.qmp},server=on,wait=off"]
    cmd += ["-kernel", image_of(opts.kernel),
            "-initrd", initrd, "-append", " ".join(words + opts.append)]
    return cmd + extra


# --- one boot ---------------------------------------------------------------


class Reports:
    """Splits the guest's output from the reports of its init."""

    def __init__(self, nonce):
        self.mark = b"\x1eVTD " + nonce.encode() + b" "
        self.held = b""
        self.hello = self.started = self.silent = False
        self.status = self.taint = self.trouble = None
        self.qemu_signal = None
        self.counters = ""

    def feed(self, data, last=False):
        """Returns what of the data is the command's output."""
        data = self.held + data
        out = b""
        while True:
            at = data.find(b"\x1e")
            if at < 0:
                break
            out, data = out + data[:at], data[at:]
            if data.startswith(self.mark):
                end = data.find(b"\n")
                if end < 0:
                    break
                self.note(data[len(self.mark):end].decode(errors="replace"))
                data = data[end + 1:]
            elif self.mark.startswith(data[:len(self.mark)]):
                break
            else:
                out, data = out + data[:1], data[1:]
        if b"\x1e" not in data or last:
            out, data = out + data, b""
        self.held = data
        return out

    def note(self, text):
        word, *rest = text.split()
        if word == "hello":
            self.hello = True
        elif word == "start":
            self.started = True
        elif word == "silent":
            self.silent = True
        elif word == "trouble":
            self.trouble = " ".join(rest)
        elif word == "counters":
            self.counters += rest[0]
        elif word == "exit":
            self.status, self.taint = int(rest[0]), int(rest[1])


def size_of(path):
    try:
        return os.stat(path).st_size
    except OSError:
        return 0


def emit(data):
    if data:
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()


def boot(command, out_pipe, reports, log, timeout, slow):
    """Runs QEMU to its end. Returns "ended", "hung" or "time-out"."""
    reader, writer = out_pipe
    with open(log + ".qemu", "wb") as errors:
        qemu = subprocess.Popen(command, stdin=subprocess.DEVNULL,
                                stdout=errors, stderr=errors,
                                pass_fds=[writer])
    os.close(writer)
    os.set_blocking(reader, False)
    start = moved = time.monotonic()
    size = 0
    over = None
    verdict = "ended"
    while True:
        done = qemu.poll() is not None
        data = b""
        try:
            data = os.read(reader, 65536)
        except BlockingIOError:
            pass
        emit(reports.feed(data, last=done and not data))
        if data:
            continue
        if done:
            if qemu.returncode < 0:
                reports.qemu_signal = signal.Signals(-qemu.returncode).name
            break
        now = time.monotonic()
        if size_of(log) != size:
            size, moved = size_of(log), now
        if reports.status is not None and over is None:
            over = now
        if now - start > timeout and reports.status is None:
            verdict = "time-out"
        elif not reports.hello and (now - moved > SILENCE * slow or
                                    now - start > BOOT_MAX * slow):
            verdict = "hung"
        elif over is None or now - over < 30:
            time.sleep(0.02)
            continue
        else:
            reports.trouble = "the guest did not power off"
        qemu.kill()
        qemu.wait()
        # Whatever the pipe still holds is the command's.
        try:
            while data := os.read(reader, 65536):
                emit(reports.feed(data))
        except BlockingIOError:
            pass
        emit(reports.feed(b"", last=True))
        break
    os.close(reader)
    return verdict


# --- the verdict ------------------------------------------------------------


def taint_letters(taint):
    return "".join(c for i, c in enumerate(TAINTS) if taint >> i & 1)


def is_ours(stack):
    """Is it one of our modules that made the access?"""
    for function, module in stack:
        if module or not FOR_ITS_CALLER.match(function):
            return module is not None and module.startswith("vtd_")
    return False


def split_races(lines):
    """The log without the reports of KCSAN that are none of ours: what is left,
    and how often each of the others came."""
    left, others, report, stacks = [], {}, [], []
    for line in lines:
        if RACE.search(line):
            report, stacks = [line], []
            continue
        if not report:
            left.append(line)
            continue
        if RACE_END.search(line):
            title = RACE.search(report[0])[1]
            if any(map(is_ours, stacks)):
                left += report
            else:
                others[title] = others.get(title, 0) + 1
            report = []
            continue
        report.append(line)
        if ACCESS.search(line):
            stacks.append([])
        elif stacks and (frame := FRAME.search(line)):
            stacks[-1].append(frame.groups())
    return left + report, others


def offences(log, taint, allow):
    with open(log, encoding="utf-8", errors="replace") as f:
        lines, others = split_races([line.rstrip("\r\n") for line in f])
    if others:
        say(f"kcsan: {sum(others.values())} reports of races in the kernel's own "
            f"code, {len(others)} of them different")
        for title, count in sorted(others.items()):
            say(f"kcsan: {count} {title}")
    found = [line for line in lines
             if OFFENCE.search(line) and not HARMLESS.search(line)]
    bad = (taint or 0) & ~EXPECTED_TAINT
    if bad:
        found.append(f"tainted: {taint_letters(bad)} ({bad:#x})")
    return [line for line in found if not any(a.search(line) for a in allow)]


def age(path):
    """For sorting. Another guest may have taken the file away just now."""
    try:
        return os.path.getmtime(path)
    except FileNotFoundError:
        return 0


def prune(folder):
    logs = sorted(glob.glob(f"{folder}/*.log"), key=age)
    for path in logs[:-KEEP_LOGS]:
        for name in (path, path + ".qemu", path + ".hung"):
            try:
                os.unlink(name)
            except FileNotFoundError:
                pass


def modules(kernel):
    """Builds what is older than its source. Returns the overlay to share."""
    build = f"/src/build/{kernel}"
    stamp = f"{build}/.stamp"
    if os.path.exists("/src/Kbuild") and not os.environ.get("VTD_NO_BUILD"):
        parts = [f"/src/{p}" for p in
                 ("Kbuild", "compat", "dmar", "intr_remap", "posted_intr",
                  "vfio_glue", "include", "kunit", "tools/vtdctl")
                 if os.path.exists(f"/src/{p}")]
        stale = not os.path.exists(stamp) or subprocess.run(
            ["find"] + parts + ["-newer", stamp, "-print", "-quit"],
            capture_output=True, check=True).stdout
        if stale:
            say(f"building the modules for {kernel}")
            done = subprocess.run(["selftests/lab/modules", kernel],
                                  stdout=sys.stderr, check=False)
            if done.returncode:
                say("the modules do not build")
                sys.exit(NO_GUEST)
    overlay = f"{build}/overlay"
    if not os.path.exists(overlay):
        return None
    # The link moves on with the next build; this guest stays where it is.
    return os.path.realpath(overlay)


def parse():
    ap = argparse.ArgumentParser()
    ap.add_argument("--kernel", required=True)
    ap.add_argument("--log", required=True)
    ap.add_argument("--in-tree", action="store_true")
    ap.add_argument("--no-iommu", action="store_true")
    ap.add_argument("--append", action="append", default=[])
    ap.add_argument("--qemu", action="append", default=[])
    ap.add_argument("--allow", action="append", default=[])
    ap.add_argument("--acpi", action="append", default=[])
    ap.add_argument("--share")
    ap.add_argument("--qmp")
    ap.add_argument("--timeout", type=float, default=300)
    at = sys.argv.index("--")
    opts = ap.parse_args(sys.argv[1:at])
    opts.command = sys.argv[at + 1:]
    opts.counters = os.environ.get("VTD_COUNTERS")
    try:
        opts.allow = [re.compile(a) for a in opts.allow]
    except re.error as e:
        ap.error(f"--allow {e.pattern}: {e}")
    words = [w for q in opts.qemu for w in shlex.split(q)]
    if not opts.share and any("@share" in w for w in words):
        ap.error("--qemu names @share, but there is no --share")
    opts.qemu = [w.replace("@share", opts.share or "") for w in words]
    return opts


def run_once(opts, overlay):
    reports = Reports(secrets.token_hex(6))
    initrd = "/tmp/initrd." + secrets.token_hex(6)
    with open(initrd, "wb") as f:
        f.write(initramfs(opts.kernel, opts.command,
                          reports.mark.split()[1].decode(), opts.acpi))
    pipe = os.pipe()
    fcntl.fcntl(pipe[0], fcntl.F_SETPIPE_SZ, 1 << 20)
    command = qemu_command(opts, overlay, opts.qemu, opts.log, pipe[1],
                           initrd)
    if os.environ.get("VTD_VERBOSE"):
        say(shlex.join(command))
    try:
        slow = 4 if opts.kernel in SANITIZED else 1
        return boot(command, pipe, reports, opts.log, opts.timeout,
                    slow), reports
    finally:
        os.unlink(initrd)


def judge(opts, verdict, reports):
    """The exit status, with its reason said."""
    log = opts.log
    found = offences(log, reports.taint, opts.allow)
    for line in found[:40]:
        say(f"log: {line}")
    if len(found) > 40:
        say(f"log: and {len(found) - 40} more lines")
    if verdict == "time-out":
        where = "the command" if reports.started else "the boot"
        say(f"time-out: {where} was not done after {opts.timeout:g} s")
        return TIMEOUT
    if found:
        if reports.status is None:
            say("the guest died before the command was done")
        else:
            say("the kernel's log is not clean (the command's status was "
                f"{reports.status})")
        return DIRTY
    if reports.status is None and reports.qemu_signal:
        say(f"QEMU itself crashed ({reports.qemu_signal})")
        return CRASHED
    if verdict == "hung" or not reports.hello:
        with open(log + ".qemu", errors="replace", encoding="utf-8") as f:
            text = f.read().strip()
        say("the guest's init was not reached" +
            (f"; QEMU says: {text}" if text else ""))
        return NO_GUEST
    if reports.trouble:
        say(reports.trouble)
        if reports.status is None:
            return NO_GUEST
    if reports.status is None:
        say("the guest ended before the command did")
        return ENDED_EARLY
    return reports.status


def keep_counters(folder, text):
    """For selftests/coverage: what the guest's modules counted, one file each."""
    os.makedirs(folder, exist_ok=True)
    with open(f"{folder}/{secrets.token_hex(6)}.tar.gz", "wb") as f:
        f.write(base64.b64decode(text))


def main():
    opts = parse()
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    overlay = modules(opts.kernel)
    prune(os.path.dirname(opts.log))
    verdict, reports = run_once(opts, overlay)
    # Nothing under test runs before init: a kernel that dies there is QEMU's.
    if reports.silent or not reports.hello and verdict != "time-out":
        os.replace(opts.log, opts.log + ".hung")
        why = "QEMU's monitor is silent" if reports.silent else \
            f"the guest {'hung' if verdict == 'hung' else 'died'} before its init"
        say(f"{why}, trying once more ({opts.log}.hung)")
        verdict, reports = run_once(opts, overlay)
    status = judge(opts, verdict, reports)
    if opts.counters and reports.counters:
        keep_counters(opts.counters, reports.counters)
    if size_of(opts.log + ".qemu") == 0:
        os.unlink(opts.log + ".qemu")
    if status:
        say(f"kernel log: {opts.log}")
    return status


sys.exit(main())
