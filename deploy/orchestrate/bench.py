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

# The rows of one authorization, of the sizes that the gateway writes (answer, sealed evidence, event).
SCRIPT = """\
\\set id random(1000000000, 9000000000000000)
BEGIN;
INSERT INTO tenders VALUES ('ten_bench', 'sto_bench', 'dev_bench', :id, :id, 'authorize 1000 USD');
INSERT INTO idempotency_keys (tenant_id, key, path, fingerprint, meaning, payment_id, operation_id)
  VALUES ('ten_bench', :id, '/v1/payments', '{digest}', '{meaning}', :id, :id);
INSERT INTO payments (payment_id, tenant_id, store_id, device_id, tender_id, token, card_bin6, card_last4, card_brand,
    card_expiry_month, card_expiry_year, processor, account_id, order_reference, currency, requested_minor, standing,
    version, created_at, expires_at, business_date)
  VALUES (:id, 'ten_bench', 'sto_bench', 'dev_bench', :id, 'tok_bench', '400300', '6781', 'visa', 12, 2029, 'mercury',
    'acct_bench', '', 'USD', 1000, 'pending', 1, now(), now(), '2026-11-25');
INSERT INTO operations (operation_id, payment_id, tenant_id, verb, status, requested_minor, processor, account_id,
    processor_identity, lease_until, vault_epoch, created_at, deadline)
  VALUES (:id, :id, 'ten_bench', 'authorize', 'prepared', 1000, 'mercury', 'acct_bench', :id, now(), '{digest}', now(),
    now());
COMMIT;
BEGIN;
INSERT INTO evidence VALUES (:id, :id, :id, 1, 'send', 'reply', 'approved', '{sealed}', now());
UPDATE payments SET approved_minor = 1000, standing = 'live', version = version + 1, event_version = 1,
    last_event_hash = '{digest}' WHERE payment_id = :id AND version = 1;
UPDATE operations SET status = 'approved', approved_minor = 1000, reference = '{reference}'
  WHERE operation_id = :id AND status IN ('prepared', 'unknown') AND lease_epoch = 0;
UPDATE idempotency_keys SET answer_status = 201, answer_body = '{answer}', answer_final = true
  WHERE tenant_id = 'ten_bench' AND key = :id;
INSERT INTO ledger_entries VALUES (:id, :id, :id, 'ten_bench', 'sto_bench', 'hold', 'hold_offset', 1000, 'USD',
    '2026-11-25', now());
INSERT INTO events VALUES (:id, 1, :id, 'ten_bench', 'payment.authorized', '{payload}', '{digest}', now());
INSERT INTO events_pending VALUES (:id, 1, 3, now());
COMMIT;
"""
SIZES = {"digest": 58, "meaning": 160, "sealed": 1100, "reference": 180, "answer": 960, "payload": 640}


def prepare_pgbench(instance):
    """A scratch database with the gateway's own tables in the gateway's own cluster."""
    clusters.psql(instance, "gateway", "postgres", f"DROP DATABASE IF EXISTS {DATABASE}")
    clusters.psql(instance, "gateway", "postgres", f"CREATE DATABASE {DATABASE}")
    for file in sorted((paths.ROOT / "gateway/storage/migrations").glob("*.sql")):
        clusters.psql(instance, "gateway", DATABASE, file.read_text())


def run_pgbench(instance, script, clients, seconds):
    done = paths.run([paths.PG_BIN / "pgbench", "-n", "-M", "prepared", "-f", script, "-c", clients, "-j", 2, "-T", seconds,
                      "-h", clusters.socket_of(instance, "gateway"), "-U", "postgres", DATABASE])
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


def drained(instance):
    return clusters.psql(instance, "gateway", "gateway", "SELECT count(*) FROM events_pending").strip() == "0"


def measure(instance, rounds, seconds):
    prepare_pgbench(instance)
    with tempfile.TemporaryDirectory() as folder:
        script = pathlib.Path(folder, "authorize.sql")
        script.write_text(SCRIPT.format(**{name: ("abcdefgh-" * 200)[:size] for name, size in SIZES.items()}))
        tokens = make_tokens(instance, folder)
        run_load(instance, tokens, 16, 2)  # warm
        before, figures = totals(instance), {"ours": {}, "pgbench": {}}
        answered = 0
        for turn in range(rounds):
            for clients in CLIENTS:
                paths.say(f"  turn {turn + 1} of {rounds}, {clients} clients")
                report = run_load(instance, tokens, clients, seconds)
                bad = {code: n for code, n in report["by_status"].items() if code != "201"}
                if bad or report["broken_connections"]:
                    raise paths.Failure(f"not every authorization was answered 201: {report}")
                answered += report["answered"]
                figures["ours"].setdefault(clients, []).append(report)
                figures["pgbench"].setdefault(clients, []).append(run_pgbench(instance, script, clients, seconds))
        after = totals(instance)
    grown = [new - old for new, old in zip(after, before)]
    if grown != [answered, answered]:
        raise paths.Failure(f"{answered} were answered, the processor's book grew by {grown[0]}, ours by {grown[1]}")
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
