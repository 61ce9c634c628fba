"""Debian packages: the exact list, installed once; a second run only looks."""
import os
import signal
import subprocess
import time

from . import paths

BUILD = """clang-19 llvm-19 libclang-rt-19-dev cmake ninja-build ccache mold pkg-config
libboost1.81-dev libboost-json1.81-dev libboost-url1.81-dev libboost-system1.81-dev libssl-dev libsodium-dev
libpqxx-dev libpq-dev libprotobuf-dev protobuf-compiler libspdlog-dev libfmt-dev libgtest-dev libgmock-dev
librapidcheck-dev libpugixml-dev prometheus-cpp-dev librdkafka-dev libcli11-dev libtomlplusplus-dev
libhowardhinnant-date-dev libseccomp-dev zlib1g-dev libjemalloc-dev""".split()
RUN = "postgresql-15 postgresql-client-15 openjdk-17-jre-headless kcat openssl passwd procps tzdata ca-certificates".split()
FETCH = "maven".split()
USE = "curl jq".split()  # the README's first payment
TEST = "python3-pip".split()  # fetches what tests speak with
ALL = BUILD + RUN + FETCH + USE + TEST


def missing():
    done = subprocess.run(["dpkg-query", "-W", "-f", "${db:Status-Abbrev} ${Package}\n", *ALL],
                          stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, check=False)
    installed = {line.split()[1] for line in done.stdout.splitlines() if line.startswith("ii ")}
    return [name for name in ALL if name not in installed]


def keep_debian_from_starting_a_cluster():
    """Ours are private; Debian's default one would only take memory."""
    conf = "/etc/postgresql-common/createcluster.conf"
    if not os.path.exists(conf):
        os.makedirs(os.path.dirname(conf), exist_ok=True)
        paths.write(conf, "create_main_cluster = false\n")


def apt(*words):
    """Says each quarter minute what apt is at. Ctrl-C is passed on to it alone: it ends after the step that dpkg is at, and
    the next run begins with what that left."""
    command = ["apt-get", "-y", "-q", "-o", "DPkg::Lock::Timeout=600", "-o", "Dpkg::Options::=--force-confold", *words]
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C.UTF-8"}
    started = last = time.monotonic()
    kept, interrupted = [], False
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          errors="replace", env=quiet, start_new_session=True) as process:
        while True:
            try:
                line = process.stdout.readline()
            except KeyboardInterrupt:
                if not interrupted:
                    process.send_signal(signal.SIGINT)
                    paths.say("  ending when apt-get has ended what it is at")
                interrupted = True
                continue
            if not line:
                break
            kept = (kept + [line.rstrip()])[-25:]
            if time.monotonic() - last > 15:
                last = time.monotonic()
                paths.say(f"  {last - started:.0f} s: {line.strip()[:100]}")
    if interrupted:
        raise KeyboardInterrupt
    if process.returncode != 0:
        raise paths.Failure(f"apt-get {words[0]} ended with {process.returncode}; does this machine reach its Debian mirror"
                            f" (/etc/apt)? It said:\n" + "\n".join(kept))


def end_what_was_cut_short():
    if subprocess.run(["dpkg", "--audit"], stdout=subprocess.PIPE, check=False).stdout:
        paths.run(["dpkg", "--configure", "-a"], env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"})


def install():
    wanted = missing()
    if not wanted:
        return
    if not paths.is_root():
        raise paths.Failure("packages are missing; as root:\n  apt-get install --no-install-recommends " + " ".join(wanted))
    paths.say(f"  installing {len(wanted)} packages: {' '.join(wanted[:6])}{' …' if len(wanted) > 6 else ''}")
    if any(name.startswith("postgresql-15") for name in wanted):
        keep_debian_from_starting_a_cluster()
    end_what_was_cut_short()
    apt("update")
    apt("install", "--no-install-recommends", "--fix-broken", *wanted)
