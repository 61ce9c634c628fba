"""A Unix user for each service, so that one broken into cannot read another's files or sockets."""
import pwd
import shutil

from . import paths


def exists(name):
    try:
        pwd.getpwnam(name)
        return True
    except KeyError:
        return False


def may_create():
    return paths.is_root() and shutil.which("useradd") is not None


def fallback(service):
    """Where no users can be made. PostgreSQL refuses root, so its clusters run as Debian's own user then."""
    if service.startswith("pg-") and paths.is_root():
        return "postgres" if exists("postgres") else "nobody"
    return paths.current_user()


def prepare(instance):
    """Gives the names of those that had to fall back."""
    weaker, chosen, creates = [], {}, may_create()
    for service in paths.SERVICES:
        name = f"postern-{service}"
        if creates and not exists(name):
            try:
                paths.run(["useradd", "--system", "--user-group", "--no-create-home", "--home-dir", "/nonexistent",
                           "--shell", "/usr/sbin/nologin", name])
            except paths.Failure as failure:
                paths.say(f"  {str(failure).strip()}")
                creates = False  # the next ones would say the same
        usable = paths.is_root() and exists(name)
        chosen[service] = name if usable else fallback(service)
        if not usable:
            weaker.append(service)
    instance.facts["users"] = chosen
    return weaker
