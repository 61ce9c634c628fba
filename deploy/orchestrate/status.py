"""What runs, where its data and logs are, how to reach it: for people, for programs and for a shell."""
import json
import random
import shlex
import signal
import sys
import time

from . import clusters, paths, processes, settings


def admin_urls(instance):
    """What is beside the product's own doors: the relay's health and metrics, and the other processors' sandboxes."""
    ports = instance.facts.get("ports", {})  # an instance of before lacks some, until its next `up`
    found = {"relay": ("http", "relay"), "stripe_sandbox": ("https", "stripe-sandbox"),
             "mercury_backup": ("https", "sandbox-backup")}
    return {name: f"{scheme}://127.0.0.1:{ports[port]}" for name, (scheme, port) in found.items() if port in ports}


def urls(instance):
    ports = instance.facts.get("ports", {})
    if not ports:
        return {}
    found = {"gateway": f"https://127.0.0.1:{ports['gateway']}", "vault": f"https://127.0.0.1:{ports['vault']}",
             "mercury_sandbox": f"https://127.0.0.1:{ports['sandbox']}", "kafka": settings.broker(instance)}
    for n in range(2, instance.facts.get("gateways", 1) + 1):
        found[f"gateway-{n}"] = f"https://127.0.0.1:{ports[f'gateway_{n}']}"
    return found


def folders(instance):
    found = {"root": instance.data, "programs": instance.programs, "config": instance.config, "logs": instance.logs,
             "gateway_postgres": clusters.folder_of(instance, "gateway"),
             "vault_postgres": clusters.folder_of(instance, "vault"),
             "gateway_socket": clusters.socket_of(instance, "gateway"), "vault_socket": clusters.socket_of(instance, "vault"),
             "run": instance.run, "vault_journal": instance.data / "journal", "kafka": instance.data / "kafka",
             "sandbox_book": instance.data / "sandbox" / "book.jsonl",
             "stripe_sandbox_book": instance.data / "stripe-sandbox" / "book.jsonl"}
    if instance.facts.get("external_kafka"):
        del found["kafka"]
    if instance.facts.get("preset") == "faults":
        found["faults"] = instance.faults
    return {name: str(path) for name, path in found.items()}


def ids(instance):
    """The first merchant's, and the others' with a number behind."""
    found = {}
    for n, merchant in enumerate(instance.facts.get("merchants", [])):
        for name in ("merchant", "store", "device", "account"):
            found[name if n == 0 else f"{name}_{n + 1}"] = merchant[name]
    return found


def credentials(instance):
    found = {"ca_file": instance.certificates / "ca.pem"}
    for n in range(len(instance.facts.get("merchants", []))):
        end = "" if n == 0 else f"_{n + 1}"
        found[f"api_key_file{end}"] = instance.credentials / f"api_key{end}"
        found[f"publishable_key_file{end}"] = instance.credentials / f"publishable_key{end}"
    return {name: str(path) for name, path in found.items()}


def whole(instance):
    return {"instance": instance.name, "mode": instance.facts.get("mode"), "weaker": instance.facts.get("weaker", []),
            "processes": processes.rows(instance),
            "data": folders(instance), "urls": urls(instance), "admin_urls": admin_urls(instance),
            "credentials": credentials(instance), "ids": ids(instance)}


def again(row):
    if not row["restarts"]:
        return ""
    code = row.get("last_end")
    how = signal.Signals(-code).name if isinstance(code, int) and code < 0 else f"code {code}"
    return f"   restarted {row['restarts']}×, last ended with {how}"


def show(instance, as_json):
    """Exits like systemctl: 0 where all are ready, 3 where not."""
    facts = whole(instance)
    all_ready = bool(facts["processes"]) and all(row["state"] == "ready" for row in facts["processes"])
    if as_json:
        print(json.dumps(facts, indent=2))
        return 0
    if not facts["processes"]:
        print(f"instance {instance.name}: nothing runs (data: {instance.data}); start it with ./postern up{instance.words()}")
        return 3
    print(f"instance {instance.name}, {facts['mode']} mode, data in {instance.data}")
    if facts["weaker"]:
        print(f"  *** WEAKER PROTECTION: {', '.join(facts['weaker'])}. Not for real cards. ***")
    for row in facts["processes"]:
        print(f"  {row['name']:<17} {row['state']:<9} pid {row['pid'] or '-':<8} {row['user']:<23} {row['log']}{again(row)}")
    for name, url in {**facts["urls"], **facts["admin_urls"]}.items():
        print(f"  {name:<17} {url}")
    return 0 if all_ready else 3


def environment(instance):
    """`eval "$(./postern env)"`: what the README's commands use."""
    if not instance.facts.get("merchants"):
        raise paths.Failure("nothing is loaded yet: ./postern up")
    where, who, keys = urls(instance), ids(instance), credentials(instance)
    values = {"GATEWAY": where["gateway"], "VAULT": where["vault"], "SANDBOX": where["mercury_sandbox"],
              "KAFKA": where["kafka"], "CA": keys["ca_file"], "API_KEY_FILE": keys["api_key_file"],
              "PUBLISHABLE_KEY_FILE": keys["publishable_key_file"], "MERCHANT": who["merchant"], "STORE": who["store"],
              "DEVICE": who["device"], "RUN": f"{int(time.time()) % 100000}-{random.randrange(16**4):04x}",
              "POSTERN_INSTANCE": instance.name, "POSTERN_DATA": str(instance.data)}
    for name, value in values.items():
        print(f"export {name}={shlex.quote(value)}")


def show_logs(instance, name, follow):
    """One process's log, or all of them with the name before each line."""
    import subprocess
    files = [instance.log(name)] if name else sorted(instance.logs.glob("*.log"))
    if name and not files[0].exists():
        known = " ".join(sorted(file.stem for file in instance.logs.glob("*.log")))
        raise paths.Failure(f"no log of {name}; there are: {known}")
    sys.stdout.flush()
    return subprocess.run(["tail", "-n", "200" if name else "20", *(["-F"] if follow else []), *files], check=False).returncode
