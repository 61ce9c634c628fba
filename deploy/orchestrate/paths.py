"""Where things of an instance are, who runs what, and the few helpers that all modules share."""
import json
import os
import pathlib
import pwd
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
TOPIC = "postern.payments.v1"
PG_BIN = pathlib.Path("/usr/lib/postgresql/15/bin")
PROGRAMS = ("postern", "postern-gateway", "postern-vault", "postern-relay", "mercury-sandbox", "stripe-sandbox",
            "postern-scan")
SERVICES = ("front", "keeper", "egress", "gateway", "relay", "sandbox", "stripe-sandbox", "kafka", "pg-gateway", "pg-vault")
SOCKET_PATH_BYTES_MAX = 107


class Failure(Exception):
    """Something that a person must know and can act on; shown without a stack."""


def say(text=""):
    print(text, file=sys.stderr, flush=True)


def is_root():
    return os.geteuid() == 0


def invoker():
    """Who asked, when through sudo: builds and credentials belong to them."""
    uid, gid = os.environ.get("SUDO_UID"), os.environ.get("SUDO_GID")
    return (int(uid), int(gid)) if is_root() and uid and gid and uid != "0" else None


def invoker_home():
    return pathlib.Path(pwd.getpwuid((invoker() or (os.geteuid(),))[0]).pw_dir)


def cache_folder():
    if is_root():
        return pathlib.Path("/var/cache/postern")
    return pathlib.Path.home() / ".cache" / "postern"


def current_user():
    return pwd.getpwuid(os.geteuid()).pw_name


def run(command, what=None, **options):
    """Runs to the end, quiet; on failure says what was tried and what it said."""
    options.setdefault("stdout", subprocess.PIPE)
    options.setdefault("stderr", subprocess.STDOUT)
    try:
        done = subprocess.run([str(word) for word in command], text=True, **options)
    except FileNotFoundError as problem:
        raise Failure(f"{problem.filename} is missing (./postern doctor)") from problem
    if done.returncode != 0:
        tail = "\n".join((done.stdout or done.stderr or "").splitlines()[-25:])
        raise Failure(f"{what or ' '.join(str(word) for word in command)}: ended with {done.returncode}\n{tail}")
    return done.stdout


def write(path, content, mode=0o644, owner=None):
    """Replaces a file whole: a reader sees the old or the new one."""
    path = pathlib.Path(path)
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    data = content if isinstance(content, bytes) else content.encode()
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
    if owner is not None and is_root():
        os.chown(fresh, *owner)
    os.chmod(fresh, mode)
    os.replace(fresh, path)


def folder(path, mode=0o755, owner=None):
    path = pathlib.Path(path)
    path.mkdir(parents=True, exist_ok=True)
    if owner is not None and is_root():
        os.chown(path, *owner)
    os.chmod(path, mode)
    return path


def read_json(path, fallback=None):
    try:
        return json.loads(pathlib.Path(path).read_text())
    except (OSError, ValueError):
        return fallback


class Instance:
    """One running Postern: its folder tree, ports and users. Several live side by side under other names."""

    def __init__(self, name=None, data=None, to_start=False):
        self.name = name or os.environ.get("POSTERN_INSTANCE") or "main"
        given = data or os.environ.get("POSTERN_DATA")
        self.usual_data = self.usual_place(to_start)
        self.data = pathlib.Path(given or self.usual_data).absolute()
        self.run = self.data / "run"
        self.state = self.data / "state"
        self.logs = self.data / "logs"
        self.config = self.data / "config"
        self.secrets = self.data / "secrets"
        self.certificates = self.data / "certificates"
        self.credentials = self.data / "credentials"
        self.programs = self.data / "programs" / "bin"
        self.share = self.data / "share"
        self.faults = self.data / "faults"
        self.facts = read_json(self.state / "instance.json", {})

    def usual_place(self, to_start):
        """Root's; or one at home, where root is not to be had. Who looks without root sees root's where there is no other:
        `up` goes through sudo, `status` and `env` do not need it."""
        end = "" if self.name == "main" else f"-{self.name}"
        roots = pathlib.Path(f"/var/lib/postern{end}")
        own = roots if is_root() else pathlib.Path.home() / f".local/share/postern{end}"
        if not to_start and not (own / "state/instance.json").exists() and (roots / "state/instance.json").exists():
            return roots
        return own

    def words(self):
        """What a command line adds to mean this instance."""
        name = "" if self.name == "main" else f" --instance {self.name}"
        return name if self.data == self.usual_data else f"{name} --data {self.data}"

    def save(self, **facts):
        self.facts.update(facts)
        write(self.state / "instance.json", json.dumps(self.facts, indent=2))

    def user(self, service):
        """The Unix user of a service: its own where users can be made, else the one who runs this."""
        return self.facts.get("users", {}).get(service, current_user())

    def owner(self, service):
        return self.owner_of_user(self.user(service))

    @staticmethod
    def owner_of_user(name):
        entry = pwd.getpwnam(name)
        return entry.pw_uid, entry.pw_gid

    def log(self, process):
        return self.logs / f"{process}.log"

    def cli(self, *words, **options):
        return run([self.programs / "postern", "--config", self.config / "cli.toml", *words],
                   what="postern " + " ".join(str(word) for word in words), stderr=subprocess.PIPE, **options)

    def check_path_length(self):
        longest = self.run / "pg-gateway" / ".s.PGSQL.5432"
        if len(os.fsencode(longest)) > SOCKET_PATH_BYTES_MAX:
            raise Failure(f"{self.data} is too long for Unix sockets; choose a shorter --data")
