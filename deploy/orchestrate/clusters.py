"""Two private PostgreSQL clusters: another user, folder and WAL each; Unix sockets only; peer authentication."""
import shutil
import subprocess

from . import paths

# Durability is not traded for speed. Statements and parameters stay out of the log: it lies in a card-free zone.
SETTINGS = """\
listen_addresses = ''
unix_socket_directories = '{socket}'
unix_socket_permissions = 0777
max_connections = 200
shared_buffers = 128MB
fsync = on
full_page_writes = on
synchronous_commit = on
data_sync_retry = off
max_wal_size = 1GB
jit = off
log_destination = 'stderr'
logging_collector = off
log_line_prefix = '%m [%p] '
log_timezone = 'UTC'
timezone = 'UTC'
log_statement = 'none'
log_min_error_statement = panic
log_error_verbosity = terse
log_parameter_max_length = 0
log_parameter_max_length_on_error = 0
cluster_name = '{cluster}'
"""
# cluster -> database, its owner role, and the roles of services
ROLES = {"gateway": {"database": "gateway", "owner": "postern_admin",
                     "services": {"gateway": "postern_gateway", "relay": "postern_relay"}},
         "vault": {"database": "vault", "owner": "postern_vault_admin", "services": {"keeper": "postern_keeper"}}}


def folder_of(instance, cluster):
    return instance.data / f"pg-{cluster}"


def socket_of(instance, cluster):
    return instance.run / f"pg-{cluster}"


def as_cluster_user(instance, cluster):
    uid, gid = instance.owner(f"pg-{cluster}")
    return {"user": uid, "group": gid, "extra_groups": []} if paths.is_root() else {}


def identity_map(instance, cluster):
    """Which Unix user may be which role: each service its own; the administrator owns and migrates."""
    roles, admin = ROLES[cluster], paths.current_user()
    pairs = {(instance.user(service), role) for service, role in roles["services"].items()}
    pairs |= {(admin, roles["owner"]), (admin, "postgres"), (instance.user(f"pg-{cluster}"), "postgres")}
    return "".join(f"postern {user} {role}\n" for user, role in sorted(pairs))


def prepare(instance, cluster):
    folder, owner = folder_of(instance, cluster), instance.owner(f"pg-{cluster}")
    paths.folder(socket_of(instance, cluster), owner=owner)
    if not (folder / "PG_VERSION").exists():
        make(instance, cluster, folder, owner)
    settings = SETTINGS.format(socket=socket_of(instance, cluster), cluster=f"postern-{cluster}")
    paths.write(folder / "postgresql.auto.conf", settings, mode=0o600, owner=owner)
    paths.write(folder / "pg_hba.conf", "local all all peer map=postern\n", mode=0o600, owner=owner)
    paths.write(folder / "pg_ident.conf", identity_map(instance, cluster), mode=0o600, owner=owner)


def make(instance, cluster, folder, owner):
    """Under another name until it is whole: an interrupted initdb leaves nothing that looks like a cluster."""
    fresh = folder.with_name(f".{folder.name}.fresh")
    shutil.rmtree(fresh, ignore_errors=True)
    paths.folder(fresh, mode=0o700, owner=owner)
    paths.run([paths.PG_BIN / "initdb", "-D", fresh, "-U", "postgres", "--data-checksums", "--encoding=UTF8",
               "--no-locale", "--auth=peer", "--no-instructions"], cwd="/", **as_cluster_user(instance, cluster))
    fresh.rename(folder)


def process(instance, cluster):
    return {"name": f"{cluster}-postgres", "user": instance.user(f"pg-{cluster}"), "stop": "INT", "stop_seconds": 20,
            "command": [str(paths.PG_BIN / "postgres"), "-D", str(folder_of(instance, cluster))],
            "ready": {"command": [str(paths.PG_BIN / "pg_isready"), "-q", "-h", str(socket_of(instance, cluster))]}}


def psql(instance, cluster, database, sql):
    connection = f"host={socket_of(instance, cluster)} port=5432 user=postgres dbname={database}"
    return paths.run(["psql", "-XAtq", "-v", "ON_ERROR_STOP=1", connection, "-c", sql], stderr=subprocess.PIPE)


def create_roles(instance, cluster):
    """Roles and database, once; what exists stays."""
    roles = ROLES[cluster]
    wanted = [roles["owner"], *roles["services"].values()]
    have = set(psql(instance, cluster, "postgres", "SELECT rolname FROM pg_roles").split())
    for role in wanted:
        if role not in have:
            psql(instance, cluster, "postgres", f"CREATE ROLE {role} LOGIN NOINHERIT")
    databases = psql(instance, cluster, "postgres", "SELECT datname FROM pg_database").split()
    if roles["database"] not in databases:
        psql(instance, cluster, "postgres", f"CREATE DATABASE {roles['database']} OWNER {roles['owner']}")
    grants = [f"REVOKE ALL ON DATABASE {roles['database']} FROM PUBLIC", f"ALTER SCHEMA public OWNER TO {roles['owner']}"]
    grants += [f"GRANT CONNECT ON DATABASE {roles['database']} TO {role}" for role in roles["services"].values()]
    psql(instance, cluster, roles["database"], "; ".join(grants))
    instance.cli("migrate", cluster)
