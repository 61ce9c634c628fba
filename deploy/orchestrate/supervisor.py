"""The supervisor: a daemon that starts an instance's processes, each as its own user, and starts them again when they end.

It reads state/processes.json at start and on SIGHUP (new ones are started), keeps state/status.json true, and on
SIGTERM stops all in reverse order, as it does when the instance's folder is gone. Orphans of its processes fall to it
(child subreaper), so that nothing is left over.
"""
import ctypes
import json
import os
import pathlib
import resource
import shutil
import signal
import subprocess
import sys
import time

if __package__ is None:
    sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from orchestrate import paths  # noqa: E402

BACKOFF_SECONDS, BACKOFF_MAX_SECONDS, STEADY_SECONDS = 0.1, 5.0, 10.0
LOG_BYTES_MAX, LOGS_KEPT = 64 * 1024 * 1024, 3
POLL_SECONDS = 0.05
FILES_MAX, LOCKED_BYTES_MAX = 65536, 256 * 1024 * 1024
PR_SET_CHILD_SUBREAPER = 36
COULD_NOT_START = 127  # as a shell says it


def start_time(pid):
    """The kernel's start time of a process: with the pid, it names one process for ever. None for one that has ended,
    even where its parent has not asked how."""
    try:
        fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return None if fields[0] in "ZX" else fields[19]
    except (OSError, IndexError):
        return None


class Process:
    """One supervised program."""

    def __init__(self, instance, spec):
        self.instance, self.spec, self.name = instance, spec, spec["name"]
        self.child, self.probe, self.ready = None, None, False
        self.restarts, self.delay, self.due, self.begun = 0, BACKOFF_SECONDS, 0.0, 0.0
        self.last_end = None  # as subprocess tells it: below zero a signal
        self.next_probe = 0.0

    def ready_file(self):
        return self.instance.run / "ready" / self.name / "ready"

    def environment(self):
        """Nothing is inherited: secrets and settings come from files."""
        base = {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "TZ": "UTC", "HOME": "/nonexistent",
                "POSTERN_READY_FILE": str(self.ready_file())}
        return {**base, **self.spec.get("environment", {})}

    def start(self):
        self.ready = False
        self.ready_file().unlink(missing_ok=True)
        uid_gid = self.instance.owner_of_user(self.spec["user"])
        who = {"user": uid_gid[0], "group": uid_gid[1], "extra_groups": []} if paths.is_root() else {}
        log = os.open(self.instance.log(self.name), os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
        self.begun = time.monotonic()
        try:
            self.child = subprocess.Popen(self.spec["command"], stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd="/",
                                          env=self.environment(), start_new_session=True, **who)
        except (OSError, subprocess.SubprocessError) as problem:
            os.write(log, f"supervisor: cannot start: {problem}\n".encode())
            self.restarts, self.last_end = self.restarts + 1, COULD_NOT_START
            self.back_off()
        finally:
            os.close(log)

    def back_off(self):
        if time.monotonic() - self.begun > STEADY_SECONDS:
            self.delay = BACKOFF_SECONDS
        self.due = time.monotonic() + self.delay
        self.delay = min(self.delay * 2, BACKOFF_MAX_SECONDS)

    def ended(self):
        """Notes the end of the child, if it has ended."""
        if self.child is None or self.child.poll() is None:
            return False
        with open(self.instance.log(self.name), "a") as log:
            print(f"supervisor: {self.name} ended with {self.child.returncode}", file=log)
        self.last_end = self.child.returncode
        kill_group(self.child.pid)  # what it left behind must not hold its port or folder
        self.child, self.ready, self.restarts = None, False, self.restarts + 1
        self.back_off()
        return True

    def look_ready(self):
        """Gives whether it has become ready just now."""
        if self.child is None or self.ready or time.monotonic() < self.next_probe:
            return False
        self.next_probe = time.monotonic() + POLL_SECONDS
        rule = self.spec.get("ready", {})
        if "command" not in rule:
            self.ready = self.ready_file().exists()
            return self.ready
        if self.probe is None:
            self.probe = subprocess.Popen(rule["command"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        elif self.probe.poll() is not None:
            self.ready, self.probe = self.probe.returncode == 0, None
        return self.ready

    def stop(self):
        if self.child is None:
            return
        self.child.send_signal(getattr(signal, "SIG" + self.spec.get("stop", "TERM")))
        try:
            self.child.wait(self.spec.get("stop_seconds", 35))
        except subprocess.TimeoutExpired:
            self.child.kill()
            self.child.wait()
        kill_group(self.child.pid)
        self.child, self.ready = None, False

    def row(self):
        pid = self.child.pid if self.child else None
        state = "ready" if self.ready else "starting" if self.child else "waiting"
        return {"name": self.name, "pid": pid, "user": self.spec["user"], "log": str(self.instance.log(self.name)),
                "state": state, "restarts": self.restarts, "last_end": self.last_end,
                "start_time": start_time(pid) if pid else None}


def kill_group(pid):
    try:
        os.killpg(pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        pass


def rotate(path):
    """Copies and cuts: programs go on appending to the same file."""
    try:
        if path.stat().st_size < LOG_BYTES_MAX:
            return
    except FileNotFoundError:
        return
    for n in range(LOGS_KEPT - 1, 0, -1):
        older = path.with_name(f"{path.name}.{n}")
        if older.exists():
            older.rename(path.with_name(f"{path.name}.{n + 1}"))
    shutil.copyfile(path, path.with_name(f"{path.name}.1"))
    os.truncate(path, 0)


class Supervisor:
    def __init__(self, instance):
        self.instance, self.processes, self.stopping, self.reload = instance, [], False, True
        signal.signal(signal.SIGTERM, lambda *_: setattr(self, "stopping", True))
        signal.signal(signal.SIGINT, lambda *_: setattr(self, "stopping", True))
        signal.signal(signal.SIGHUP, lambda *_: setattr(self, "reload", True))

    def read_specs(self):
        known = {process.name for process in self.processes}
        for spec in paths.read_json(self.instance.state / "processes.json", []):
            if spec["name"] not in known:
                owner = self.instance.owner_of_user(spec["user"])
                paths.folder(self.instance.run / "ready" / spec["name"], owner=owner)
                self.processes.append(Process(self.instance, spec))

    def write_status(self):
        rows = [process.row() for process in self.processes]
        paths.write(self.instance.state / "status.json", json.dumps(
            {"supervisor": {"pid": os.getpid(), "start_time": start_time(os.getpid())}, "processes": rows}, indent=1))

    def reap_orphans(self):
        ours = {process.child.pid for process in self.processes if process.child}
        ours |= {process.probe.pid for process in self.processes if process.probe}
        for pid in children():
            if pid in ours:
                continue
            try:
                os.waitpid(pid, os.WNOHANG)
            except ChildProcessError:
                pass

    def step(self):
        changed = self.reload
        if self.reload:
            self.reload = False
            self.read_specs()
        for process in self.processes:
            changed |= process.ended()
            if process.child is None and time.monotonic() >= process.due:
                process.start()
                changed = True
            changed |= process.look_ready()
        if changed:
            self.write_status()

    def run(self):
        """Until told to stop or its folder is deleted; whatever ends it, its processes do not outlive it."""
        try:
            self.watch()
            self.stop_in_order()
        finally:
            end_leftovers()

    def watch(self):
        next_housekeeping = 0.0
        while not self.stopping and self.instance.state.exists():
            self.step()
            if time.monotonic() >= next_housekeeping:
                next_housekeeping = time.monotonic() + 5
                self.reap_orphans()
                for process in self.processes:
                    rotate(self.instance.log(process.name))
            time.sleep(POLL_SECONDS)

    def stop_in_order(self):
        for process in reversed(self.processes):
            process.stop()
            if self.instance.state.exists():
                self.write_status()
        (self.instance.state / "status.json").unlink(missing_ok=True)


def children():
    me, found = str(os.getpid()), []
    for entry in pathlib.Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                if (entry / "stat").read_text().rpartition(")")[2].split()[1] == me:
                    found.append(int(entry.name))
            except (OSError, IndexError):
                pass
    return found


def end_leftovers():
    """Whatever our processes left behind is our child by now."""
    for _ in range(50):
        left = children()
        if not left:
            return
        for pid in left:
            try:
                os.kill(pid, signal.SIGKILL)
                os.waitpid(pid, 0)
            except (ProcessLookupError, ChildProcessError):
                pass


def raise_limits():
    """Inherited by all: locked memory for the vault's secrets, files for connections. As far as the machine lets us:
    a container's root may lack the right, which doctor says."""
    for what, wanted in ((resource.RLIMIT_NOFILE, FILES_MAX), (resource.RLIMIT_MEMLOCK, LOCKED_BYTES_MAX)):
        hard = resource.getrlimit(what)[1]
        if hard == resource.RLIM_INFINITY or hard >= wanted:
            resource.setrlimit(what, (wanted, hard))
            continue
        try:
            resource.setrlimit(what, (wanted, wanted))
        except (ValueError, OSError):
            resource.setrlimit(what, (hard, hard))


def main():
    instance = paths.Instance(sys.argv[1], sys.argv[2])
    raise_limits()
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    Supervisor(instance).run()


if __name__ == "__main__":
    main()
