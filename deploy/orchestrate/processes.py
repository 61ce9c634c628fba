"""Starting, asking and ending the supervisor from the command line."""
import json
import os
import pathlib
import signal
import subprocess
import sys
import time

from . import paths, supervisor


def status(instance):
    return paths.read_json(instance.state / "status.json", {})


def is_alive(row):
    return bool(row.get("pid")) and row.get("start_time") and supervisor.start_time(row["pid"]) == row["start_time"]


def is_running(instance):
    return is_alive(status(instance).get("supervisor", {}))


def rows(instance):
    """The processes as they are; one whose supervisor is gone still shows while it lives."""
    return [row if is_alive(row) else {**row, "pid": None, "state": "waiting"} for row in status(instance).get("processes", [])]


def start(instance, specs):
    """Adds processes to an instance, and starts the supervisor where there is none. Gives back at once."""
    if not is_running(instance):
        end_leftovers(instance)
        (instance.state / "status.json").unlink(missing_ok=True)
        known = []
    else:
        known = paths.read_json(instance.state / "processes.json", [])
    names = {spec["name"] for spec in specs}
    kept = [spec for spec in known if spec["name"] not in names]
    paths.write(instance.state / "processes.json", json.dumps(kept + specs, indent=1))
    if is_running(instance):
        os.kill(status(instance)["supervisor"]["pid"], signal.SIGHUP)
        return
    with open(instance.logs / "supervisor.log", "a") as log:
        daemon = subprocess.Popen([sys.executable, pathlib.Path(supervisor.__file__), instance.name, instance.data], cwd="/",
                                  stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
                                  env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C.UTF-8",
                                       "PYTHONDONTWRITEBYTECODE": "1"})
    while not is_running(instance):
        if daemon.poll() is not None:
            raise paths.Failure(f"the supervisor does not start:\n{last_words(instance, 'supervisor')}")
        time.sleep(0.02)


def last_words(instance, name, lines=12):
    log = instance.log(name if instance.log(name).exists() else "supervisor")
    try:
        return "\n".join("    " + line for line in log.read_text(errors="replace").splitlines()[-lines:])
    except OSError:
        return "    (no log)"


def wait_ready(instance, names, seconds=60):
    end = time.monotonic() + seconds
    while True:
        seen = {row["name"]: row for row in rows(instance)}
        late = [name for name in names if seen.get(name, {}).get("state") != "ready"]
        if not late:
            return
        broken = [name for name in late if seen.get(name, {}).get("restarts", 0) >= 4]
        if broken or time.monotonic() > end:
            name = (broken or late)[0]
            raise paths.Failure(f"{name} does not become ready; its log ({instance.log(name)}) ends:\n"
                                f"{last_words(instance, name)}")
        time.sleep(0.05)


def stop(instance):
    """Ends all, in order; nothing is left. Gives whether anything ran."""
    if not is_running(instance):
        return end_leftovers(instance)
    row = status(instance)["supervisor"]
    os.kill(row["pid"], signal.SIGTERM)
    while is_alive(row):
        time.sleep(0.05)
    return True


def end_leftovers(instance):
    """Processes whose supervisor was killed: ended by pid and start time, so never a stranger's."""
    found = [row for row in status(instance).get("processes", []) if is_alive(row)]
    for row in found:
        supervisor.kill_group(row["pid"])
    for cluster in ("gateway", "vault"):  # backends have sessions of their own; their folder names them
        end_by_folder(instance.data / f"pg-{cluster}")
    while any(is_alive(row) for row in found):
        time.sleep(0.05)
    return bool(found)


def end_by_folder(folder):
    for entry in pathlib.Path("/proc").iterdir():
        try:
            if entry.name.isdigit() and os.readlink(entry / "cwd") == str(folder):
                os.kill(int(entry.name), signal.SIGKILL)
        except OSError:
            pass
