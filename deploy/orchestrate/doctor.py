"""What this machine has and lacks. Each finding names its cure; what development mode can do without is said by name."""
import ctypes
import os
import pathlib
import platform
import resource
import shutil
import socket
import subprocess
import time

from . import packages, paths, processes, users

FINE, WEAKER, MISSING = "ok", "weaker", "missing"
SYS_LANDLOCK_CREATE_RULESET, SYS_MEMFD_SECRET, LANDLOCK_VERSION = 444, 447, 1
SYS_SECCOMP, SECCOMP_GET_ACTION_AVAIL, SECCOMP_RET_ERRNO = 317, 2, 0x50000
CAP_SYS_RESOURCE = 24
LOCKED_BYTES_MIN = 8 * 1024**2
GIB = 1024**3
libc = ctypes.CDLL(None, use_errno=True)


def finding(name, state, detail, cure=""):
    return {"name": name, "state": state, "detail": detail, "cure": cure}


def system():
    about = dict(line.rstrip().split("=", 1) for line in open("/etc/os-release") if "=" in line)
    name, version = about.get("ID", "?").strip('"'), about.get("VERSION_ID", "?").strip('"')
    good = (name, version) == ("debian", "12")
    return finding("system", FINE if good else WEAKER, f"{name} {version}, {platform.machine()}",
                   "" if good else "made and tested on Debian 12; package names differ elsewhere")


def rights():
    if paths.is_root():
        return finding("rights", FINE, "root")
    if may_sudo():
        return finding("rights", FINE, "sudo, taken by up")
    if shutil.which("sudo"):
        return finding("rights", WEAKER, "sudo wants a password: where it is not given, all processes run as you",
                       "run ./postern up at a terminal, or as root")
    return finding("rights", WEAKER, "neither root nor sudo: all processes run as you", "run as root, or install sudo")


def may_sudo():
    """Without a password: what up takes without asking."""
    return shutil.which("sudo") is not None and subprocess.run(
        ["sudo", "-n", "true"], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        check=False).returncode == 0


def user_creation():
    if not paths.is_root() and not may_sudo():
        return finding("users", WEAKER, "services share your user", "run as root, or with sudo")
    if all(users.exists(f"postern-{service}") for service in paths.SERVICES):
        return finding("users", FINE, "each service has a Unix user of its own")
    if users.may_create() or not paths.is_root():
        return finding("users", FINE, "can be created")
    return finding("users", WEAKER, "no user can be created: services share one", "run as root with the package passwd")


def locked_memory():
    hard = resource.getrlimit(resource.RLIMIT_MEMLOCK)[1]
    text = "unlimited" if hard == resource.RLIM_INFINITY else f"at most {hard // 1024} KiB a process"
    if hard == resource.RLIM_INFINITY or hard >= LOCKED_BYTES_MIN or may_raise_limits():
        return finding("locked memory", FINE, text + (", raised by the supervisor" if may_raise_limits() else ""))
    return finding("locked memory", WEAKER, f"{text}: the vault wants {LOCKED_BYTES_MIN // 1024} KiB",
                   "raise `memlock` in /etc/security/limits.conf, or LimitMEMLOCK= of the service")


def may_raise_limits():
    capabilities = next(line for line in open("/proc/self/status") if line.startswith("CapEff:")).split()[1]
    return bool(int(capabilities, 16) >> CAP_SYS_RESOURCE & 1)


def memfd_secret():
    descriptor = libc.syscall(SYS_MEMFD_SECRET, 0)
    if descriptor >= 0:
        os.close(descriptor)
        return finding("memfd_secret", FINE, "secrets can be hidden from the kernel's own map")
    return finding("memfd_secret", WEAKER, "guarded mlock is used instead", "boot with secretmem.enable=1, kernel 5.14 or newer")


def seccomp():
    action = ctypes.c_uint32(SECCOMP_RET_ERRNO)
    if libc.syscall(SYS_SECCOMP, SECCOMP_GET_ACTION_AVAIL, 0, ctypes.byref(action)) == 0:
        return finding("seccomp", FINE, "system calls can be filtered")
    return finding("seccomp", WEAKER, "system calls cannot be filtered", "use a kernel with CONFIG_SECCOMP_FILTER, and a container that allows seccomp()")


def landlock():
    version = libc.syscall(SYS_LANDLOCK_CREATE_RULESET, None, 0, LANDLOCK_VERSION)
    if version > 0:
        return finding("Landlock", FINE, f"ABI {version}")
    return finding("Landlock", WEAKER, "file access cannot be fenced", "boot with lsm=landlock,…, kernel 5.13 or newer")


def ports(instance):
    if processes.is_running(instance):
        return finding("ports", FINE, "in use by this instance")
    wanted = instance.facts.get("ports") or {"gateway": 8443, "vault": 8444, "sandbox": 9443, "kafka": 19092}
    taken = [str(port) for port in wanted.values() if not port_is_free(port)]
    if not taken:
        return finding("ports", FINE, ", ".join(str(port) for port in wanted.values()))
    return finding("ports", FINE, f"{', '.join(taken)} taken: free ones are chosen instead")


def port_is_free(port):
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
            return True
        except OSError:
            return False


def disk(instance):
    """What `up` still has to put there: packages, a build, an instance; by file system."""
    wanted = [(instance.data, GIB)]
    if shutil.which("dpkg-query") and packages.missing():
        wanted.append((pathlib.Path("/usr"), 3 * GIB))
    if not (paths.ROOT / "build/release/bin/postern").exists():
        wanted.append((paths.ROOT, GIB))
    needs, places = {}, {}
    for place, needed in wanted:
        while not place.exists():
            place = place.parent
        device = place.stat().st_dev
        places.setdefault(device, place)
        needs[device] = needs.get(device, 0) + needed
    free = {device: shutil.disk_usage(place).free for device, place in places.items()}
    said = ", ".join(f"{free[device] / GIB:.1f} GiB free at {place}" for device, place in places.items())
    short = [f"{needs[device] / GIB:.0f} GiB must be free at {places[device]}" for device in needs if free[device] < needs[device]]
    return finding("disk", MISSING if short else FINE, said, ", ".join(short) + "; or choose another --data" if short else "")


def clock():
    """Certificates, business dates and keys' ages need one; leases and deadlines do not."""
    now = time.time()
    built = max((paths.ROOT / name).stat().st_mtime for name in ("CMakeLists.txt", "postern"))
    if now + 86400 < built:
        return finding("clock", MISSING, "behind this checkout's own files", "set the clock: timedatectl set-ntp true")
    return finding("clock", FINE, time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime(now)))


def package_state():
    if not shutil.which("apt-get") or not shutil.which("dpkg-query"):
        return finding("packages", MISSING, "no apt-get", "use Debian 12: a container or a debootstrap root will do")
    lacking = packages.missing()
    if not lacking:
        return finding("packages", FINE, "all installed")
    if paths.is_root() or may_sudo():
        return finding("packages", FINE, f"{len(lacking)} to be installed by up")
    return finding("packages", MISSING, f"{len(lacking)} not installed",
                   "apt-get install --no-install-recommends " + " ".join(lacking))


def examine(instance):
    return [system(), rights(), user_creation(), package_state(), locked_memory(), memfd_secret(), seccomp(), landlock(),
            ports(instance), disk(instance), clock()]


def show(findings):
    mark = {FINE: "ok     ", WEAKER: "weaker ", MISSING: "missing"}
    for one in findings:
        print(f"  {mark[one['state']]}  {one['name']:<14} {one['detail']}")
        if one["cure"] and one["state"] != FINE:
            print(f"                          cure: {one['cure']}")


def judge(findings, mode):
    """Refuses what cannot work; says, and gives the names of, what development mode runs without."""
    missing = [one for one in findings if one["state"] == MISSING]
    weaker = [one for one in findings if one["state"] == WEAKER]
    if missing:
        raise paths.Failure("this machine cannot run it:\n" + reasons(missing))
    if weaker and mode == "production":
        raise paths.Failure("production mode refuses to start without:\n" + reasons(weaker))
    names = [one["name"] for one in weaker]
    if names:
        banner(names)
    return names


def reasons(findings):
    return "\n".join(f"    {one['name']}: {one['detail']}\n        cure: {one['cure']}" for one in findings)


def banner(names):
    paths.say(f"  *** DEVELOPMENT MODE, WEAKER PROTECTION: {', '.join(names)}. Not for real cards. ***")
