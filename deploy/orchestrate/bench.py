"""./postern bench authorize: authorizations per second, all in, against pgbench writing the same rows in the same cluster.

Both sides run on the same machine and disk, one after the other in turns; the figure is a ratio of medians. Ours is
everything: TLS, two durable commits, the vault's journal, the processor's stand-in, the relay draining to Kafka, and
the load tool. pgbench's is the two transactions alone, prepared, with ready values bound.
"""
import json
import pathlib
import statistics
import subprocess
import tempfile

from . import build, clusters, paths, processes, status, tour

CLIENTS = (8, 16, 64)
TOKENS = 200
DATABASE = "bench"
CARD = {"number": "4003000123456781", "expiry_month": 12, "expiry_year": 2029}

# Each row's id, as ours: a prefix, then text that grows. Ours grow in 32 places of an index (their first character is
# drawn), and so does :id.
IDS = {"payment_id": "pay_m1m895er", "operation_id": "op_t1m895er", "evidence_id": "evi_n1m895er",
       "entry_id": "ent_21m895er", "event_id": "evt_31m895er", "tender_id": "load-123456789", "key": "load-123456789",
       "processor_identity": ""}
# What commit 1 cannot know yet; commit 2 writes it.
OUTCOME = {"idempotency_keys": ("answer_status", "answer_body", "answer_final"),
           "payments": ("approved_minor", "standing", "version", "event_version", "last_event_hash"),
           "operations": ("status", "approved_minor", "reference")}
FIRST = {"payments": {"standing": "pending", "version": 1}, "operations": {"status": "prepared"}}
TABLES = ("tenders", "idempotency_keys", "payments", "operations", "evidence", "ledger_entries", "events")
WIDTHS_DIFFER_MAX = 0.03
GUARD = {"idempotency_keys": "tenant_id = {tenant_id} AND key = {key}",
         "payments": "payment_id = {payment_id} AND version = 1",
         "operations": "operation_id = {operation_id} AND status IN ('prepared', 'unknown') AND lease_epoch = 0"}


def literal(name, value):
    if name in IDS:
        return f"('{IDS[name]}' || :id)" if IDS[name] else "(:id)::text"
    if isinstance(value, str):  # pgbench takes every :word for a variable, in quotes too
        return "U&'" + value.replace("\\", "\\\\").replace("'", "''").replace(":", "\\003a") + "'"
    return json.dumps(value)


def insert(table, row):
    values = ", ".join(literal(name, value) for name, value in row.items())
    return f"INSERT INTO {table} ({', '.join(row)}) VALUES ({values});"


def insert_first(table, row):
    return insert(table, {name: v for name, v in row.items() if name not in OUTCOME.get(table, ())} | FIRST.get(table, {}))


def update(table, row):
    values = ", ".join(f"{name} = {literal(name, row[name])}" for name in OUTCOME[table])
    return f"UPDATE {table} SET {values} WHERE {GUARD[table].format(**{n: literal(n, v) for n, v in row.items()})};"


def real_rows(instance):
    """The rows of the newest authorization, a table each."""
    newest = "(SELECT payment_id FROM payments ORDER BY created_at DESC LIMIT 1)"
    rows = {}
    for table in TABLES:
        text = clusters.psql(instance, "gateway", "gateway", f"SELECT row_to_json(t) FROM {table} t WHERE payment_id = {newest}")
        rows[table] = {name: value for name, value in json.loads(text).items() if value is not None}
    event = rows["events"]
    rows["events_pending"] = {"payment_id": event["payment_id"], "version": event["version"], "slot": 3,
                              "recorded_at": event["recorded_at"]}
    return rows


def write_script(rows):
    """One authorization's two transactions, row for row as the gateway wrote them."""
    lines = ["\\set n :n + 1", "\\set id 100000000000000000 + (:client_id % 32) * 10000000000000000 + :n * 1000 + :client_id"]
    lines += ["BEGIN;", *(insert_first(t, rows[t]) for t in ("tenders", "idempotency_keys", "payments", "operations")), "COMMIT;"]
    lines += ["BEGIN;", insert("evidence", rows["evidence"]), *(update(table, rows[table]) for table in OUTCOME)]
    lines += [*(insert(table, rows[table]) for table in ("ledger_entries", "events", "events_pending")), "COMMIT;"]
    return "\n".join(lines) + "\n"


def prepare_pgbench(instance):
    """A scratch database with the gateway's own tables in the gateway's own cluster."""
    clusters.psql(instance, "gateway", "postgres", f"DROP DATABASE IF EXISTS {DATABASE}")
    clusters.psql(instance, "gateway", "postgres", f"CREATE DATABASE {DATABASE}")
    for file in sorted((paths.ROOT / "gateway/storage/migrations").glob("*.sql")):
        clusters.psql(instance, "gateway", DATABASE, file.read_text())


def run_pgbench(instance, script, run, clients, seconds):
    done = paths.run([paths.PG_BIN / "pgbench", "-n", "-M", "prepared", "-f", script, "-D", f"n={run * 10_000_000}",
                      "-c", clients, "-j", 2, "-T", seconds, "-h", clusters.socket_of(instance, "gateway"), "-U", "postgres", DATABASE])
    return next(float(line.split()[2]) for line in done.splitlines() if line.startswith("tps ="))


def make_tokens(instance, folder):
    seller = tour.Tour(instance)
    tokens = []
    for _ in range(TOKENS):
        code, _, content = seller.vault.call("POST", "/v1/tokens", CARD)
        if code != 201:
            raise paths.Failure(f"the vault answered {code}: {content[:300]}")
        tokens.append(json.loads(content)["token"])
    file = pathlib.Path(folder, "tokens")
    file.write_text("\n".join(tokens) + "\n")
    return file


def run_load(instance, tokens, clients, seconds):
    keys, ids = status.credentials(instance), status.ids(instance)
    port = instance.facts["ports"]["gateway"]
    done = paths.run([paths.ROOT / "build/release/bin/postern-load", "--port", port, "--ca", keys["ca_file"], "--key-file",
                      keys["api_key_file"], "--tokens", tokens, "--store", ids["store"], "--device", ids["device"],
                      "--clients", clients, "--seconds", seconds])
    return json.loads(done)


def totals(instance):
    """Approvals in the processor's book and in ours, which must have grown alike."""
    book = json.loads(tour.Tour(instance).sandbox.call("GET", "/sandbox/book?totals=1")[2])["totals"]["charges"]
    ours = clusters.psql(instance, "gateway", "gateway", "SELECT count(*) FROM operations WHERE status = 'approved'").strip()
    return int(book), int(ours)


def bytes_written(instance, database):
    """The rows of one authorization of the load, as this database keeps them."""
    load = "(SELECT payment_id FROM payments WHERE tender_id LIKE 'load-%' ORDER BY created_at DESC LIMIT 500)"
    sums = " + ".join(f"(SELECT avg(pg_column_size(t.*)) FROM {table} t WHERE payment_id IN {load})" for table in TABLES)
    return round(float(clusters.psql(instance, "gateway", database, f"SELECT {sums}")))


def drained(instance):
    return clusters.psql(instance, "gateway", "gateway", "SELECT count(*) FROM events_pending").strip() == "0"


def measure(instance, rounds, seconds):
    prepare_pgbench(instance)
    with tempfile.TemporaryDirectory() as folder:
        script = pathlib.Path(folder, "authorize.sql")
        tokens = make_tokens(instance, folder)
        run_load(instance, tokens, 16, 2)  # warm
        script.write_text(write_script(real_rows(instance)))
        before, figures = totals(instance), {"ours": {}, "pgbench": {}}
        answered = runs = 0
        for turn in range(rounds):
            for clients in CLIENTS:
                paths.say(f"  turn {turn + 1} of {rounds}, {clients} clients")
                report = run_load(instance, tokens, clients, seconds)
                bad = {code: n for code, n in report["by_status"].items() if code != "201"}
                if bad or report["broken_connections"]:
                    raise paths.Failure(f"not every authorization was answered 201: {report}")
                answered += report["answered"]
                figures["ours"].setdefault(clients, []).append(report)
                runs += 1
                figures["pgbench"].setdefault(clients, []).append(run_pgbench(instance, script, runs, clients, seconds))
        after = totals(instance)
    grown = [new - old for new, old in zip(after, before)]
    if grown != [answered, answered]:
        raise paths.Failure(f"{answered} were answered, the processor's book grew by {grown[0]}, ours by {grown[1]}")
    figures["bytes"] = {"ours": bytes_written(instance, "gateway"), "pgbench": bytes_written(instance, DATABASE)}
    if abs(figures["bytes"]["ours"] / figures["bytes"]["pgbench"] - 1) > WIDTHS_DIFFER_MAX:
        raise paths.Failure(f"the rows are not the same: bytes of one authorization {figures['bytes']}")
    return figures, answered


def run(instance, what, as_json, rounds, seconds):
    if what != "authorize":
        raise paths.Failure("there is one benchmark: authorize")
    if not processes.is_running(instance):
        raise paths.Failure("nothing runs: ./postern up")
    build.build("release", ["postern-load"])
    figures, answered = measure(instance, rounds, seconds)
    ours = {clients: statistics.median(r["per_second"] for r in reports) for clients, reports in figures["ours"].items()}
    peer = {clients: statistics.median(values) for clients, values in figures["pgbench"].items()}
    best = max(ours, key=ours.get)
    result = {"ratio": round(max(ours.values()) / max(peer.values()), 3), "authorizations_per_second": ours,
              "pgbench_per_second": peer, "best_clients": best, "authorizations": answered, "rounds": rounds,
              "bytes_per_authorization": figures["bytes"],
              "p50_ms": statistics.median(r["p50_ms"] for r in figures["ours"][best]),
              "p99_ms": statistics.median(r["p99_ms"] for r in figures["ours"][best]), "relay_drained": drained(instance)}
    if as_json:
        print(json.dumps(result, indent=2))
        return 0
    for clients in CLIENTS:
        print(f"  {clients:>3} clients: {ours[clients]:8.0f} authorizations/s   pgbench {peer[clients]:8.0f}/s")
    print(f"  ratio {result['ratio']} (best of each), p50 {result['p50_ms']:.1f} ms, p99 {result['p99_ms']:.1f} ms at {best} clients;"
          f" {answered} authorizations, all in the processor's book")
    return 0
