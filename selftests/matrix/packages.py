# SPDX-License-Identifier: GPL-2.0
"""Which kernel headers Debian offers, and a root with each, made with apt.

Nothing is installed: packages are fetched, checked by apt against the archive's
signature, and unpacked below the store. Kernels that need the same compiler and
libraries share a root.
"""

import functools
import hashlib
import importlib.machinery
import os
import re
import subprocess

tables = importlib.machinery.SourceFileLoader("tables", "Documentation/tables").load_module()

KEYS = "/usr/share/keyrings/debian-archive-keyring.gpg"
# What a build runs beside the compiler, which the headers ask for themselves.
TOOLS = ("base-files dash bash coreutils sed grep mawk findutils make diffutils "
         "tar gzip hostname perl-base libc-bin binutils").split()
# What belongs to one kernel, and is not shared.
KERNEL = re.compile(r"^linux-(?:headers|kbuild|base|compiler|config|image)-\d")
HEADERS = re.compile(r"^linux-headers-((\d+)\.(\d+)(?:[.~+][^-\s]*)?-(?:(cloud|rt)-)?amd64)$")


class CannotGet(Exception):
    """Something cannot be had; the text says what and why."""


def complaint(text):
    """The one line of apt's that says why."""
    lines = [line.strip() for line in text.split("\n") if line.strip()]
    for start in ("E: ", "Err:", "W: "):
        hit = [line for line in lines if line.startswith(start)]
        if hit:
            break
    else:
        hit = lines[-1:] or ["apt said nothing"]
    depends = [line for line in lines if "Depends:" in line]
    return re.sub(r"^[EW]: ", "", (depends or hit)[0])[:300]


class Suite:
    """One suite of the archive, and those it builds upon."""

    def __init__(self, name, sources, store):
        self.name = name
        self.dir = f"{store}/suites/{name}"
        self.store = store
        for sub in ("lists/partial", "archives/partial", "etc"):
            os.makedirs(f"{self.dir}/{sub}", exist_ok=True)
        with open(f"{self.dir}/etc/sources.list", "w", encoding="utf-8") as f:
            for mirror, suite in sources:
                f.write(f"deb [signed-by={KEYS}] {mirror} {suite} main\n")
        open(f"{self.dir}/status", "a", encoding="utf-8").close()

    def options(self):
        own = {
            "Dir::State": self.dir, "Dir::State::lists": f"{self.dir}/lists",
            "Dir::State::status": f"{self.dir}/status",
            "Dir::Cache": self.dir, "Dir::Cache::archives": f"{self.dir}/archives",
            "Dir::Etc::sourcelist": f"{self.dir}/etc/sources.list",
            "Dir::Etc::sourceparts": "-", "Dir::Etc::preferencesparts": "-",
            "APT::Architecture": "amd64", "APT::Architectures": "amd64",
            "APT::Sandbox::User": "root", "Acquire::Languages": "none",
            "Acquire::Retries": "2", "APT::Install-Recommends": "0",
            "Debug::NoLocking": "1",
        }
        words = [f"-o{key}={value}" for key, value in own.items()]
        extra = f"{self.store}/apt.conf"
        return ["-c", extra, *words] if os.path.exists(extra) else words

    def apt(self, *words):
        try:
            done = subprocess.run([words[0], *self.options(), *words[1:]],
                                  stdin=subprocess.DEVNULL, capture_output=True,
                                  text=True, timeout=1200, check=False)
        except subprocess.TimeoutExpired:
            return 1, "E: apt was not done after 1200 s"
        return done.returncode, done.stdout + done.stderr

    def update(self):
        rc, said = self.apt("apt-get", "update", "--error-on=any")
        if rc:
            raise CannotGet(f"the package lists: {complaint(said)}")

    def kernels(self):
        """(package, version) of each kernel's headers that this suite has."""
        rc, files = self.apt("apt-get", "indextargets", "--format", "$(FILENAME)",
                             "Created-By: Packages", f"Suite: {self.name}")
        if rc or not files.strip():
            # Who names a suite by its code name calls it something else.
            rc, files = self.apt("apt-get", "indextargets", "--format", "$(FILENAME)",
                                 "Created-By: Packages")
        files = [f for f in files.split() if f"_dists_{self.name}_" in f]
        if not files:
            raise CannotGet("apt has no package list of it")
        found = []
        for file in files:
            rc, text = self.apt("/usr/lib/apt/apt-helper", "cat-file", file)
            if rc:
                raise CannotGet(f"its package list: {complaint(text)}")
            for entry in text.split("\n\n"):
                package = re.search(r"^Package: (\S+)$", entry, re.M)
                version = re.search(r"^Version: (\S+)$", entry, re.M)
                if package and version and HEADERS.match(package[1]):
                    found.append((package[1], version[1]))
        return found


class Kernel:
    """One header package."""

    def __init__(self, suite, package, version):
        self.suite, self.package, self.version = suite, package, version
        m = HEADERS.match(package)
        self.release = m[1]
        self.series = (int(m[2]), int(m[3]))
        self.flavour = m[4] or "amd64"

    def order(self):
        numbers = [int(n) for n in re.findall(r"\d+", self.release)]
        return self.series, numbers, self.flavour, self.version

    def wanted(self):
        rc, said = self.suite.apt(
            "apt-get", "install", "-y", "--print-uris", "-t", self.suite.name,
            f"{self.package}={self.version}", *TOOLS)
        uris = re.findall(r"^'[^']+' (\S+\.deb) ", said, re.M)
        if rc or not uris:
            raise CannotGet(complaint(said))
        return uris

    def root(self):
        """A root with this kernel's headers and what builds with them."""
        files = self.wanted()
        shared = sorted(f for f in files if not KERNEL.match(f))
        key = hashlib.sha256("\n".join(shared).encode()).hexdigest()[:12]
        root = f"{self.suite.store}/roots/{key}"
        marks = f"{root}/.unpacked"
        os.makedirs(marks, exist_ok=True)
        missing = [f for f in files if not os.path.exists(f"{marks}/{f}")]
        if missing:
            self.fetch(missing)
        # The links of /bin and /lib come first.
        for file in sorted(missing, key=lambda f: not f.startswith("base-files_")):
            unpack(f"{self.suite.dir}/archives/{file}", root)
            open(f"{marks}/{file}", "w", encoding="utf-8").close()
        if not os.path.lexists(f"{root}/usr/bin/awk"):
            os.symlink("mawk", f"{root}/usr/bin/awk")
        for sub in ("proc", "dev", "tmp", "build"):
            os.makedirs(f"{root}/{sub}", exist_ok=True)
        self.suite.apt("apt-get", "clean")
        return root

    def fetch(self, missing):
        rc, said = self.suite.apt(
            "apt-get", "install", "-y", "-d", "-t", self.suite.name,
            f"{self.package}={self.version}", *TOOLS)
        for file in missing:
            if not os.path.exists(f"{self.suite.dir}/archives/{file}"):
                raise CannotGet(complaint(said) if rc else f"{file} was not fetched")

    @functools.cached_property
    def known(self):
        first, last = tables.supported()
        return first <= self.series <= last


def unpack(file, root):
    with subprocess.Popen(["dpkg-deb", "--fsys-tarfile", file],
                          stdout=subprocess.PIPE) as tar:
        done = subprocess.run(
            ["tar", "-C", root, "-x", "--keep-directory-symlink", "--no-same-owner",
             "--exclude=./usr/share/doc", "--exclude=./usr/share/man",
             "--exclude=./usr/share/locale", "--exclude=./usr/share/info", "-f", "-"],
            stdin=tar.stdout, capture_output=True, text=True, check=False)
    if done.returncode or tar.returncode:
        raise CannotGet(f"{os.path.basename(file)} cannot be unpacked: "
                        f"{done.stderr.strip()[:200]}")
