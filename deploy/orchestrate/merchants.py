"""Two merchants to begin with: stores, tills, Mercury's published test accounts, and API keys in files."""
import json
import os
import tempfile

from . import paths

# name, time zone, Mercury merchant id and password (public test constants)
FIRST = (("Blue Door Diner", "America/New_York", "595901", "xyz"),
         ("Harbour Grill", "America/Chicago", "494901", "xyz"))


def made(instance, kind, *words):
    """The id of what the command line has made."""
    line = json.loads(instance.cli("--json", kind, "add", *words).splitlines()[0])
    return line.get(kind) or line[{"merchant": "tenant_id"}.get(kind, f"{kind}_id")]


def add_account(instance, store, merchant_id, password, processor="mercury"):
    with tempfile.TemporaryDirectory() as folder:
        files = {}
        for name, content in (("merchant-id", merchant_id), ("password", password)):
            files[name] = os.path.join(folder, name)
            paths.write(files[name], content + "\n", mode=0o600)
        return made(instance, "account", "--store", store, "--processor", processor, "--name", "main",
                    "--merchant-id-file", files["merchant-id"], "--password-file", files["password"])


def add_key(instance, merchant, kind, file):
    file.unlink(missing_ok=True)
    instance.cli("--json", "key", "add", "--merchant", merchant, "--name", f"{kind} key", "--kind", kind, "--out", file)
    who = paths.invoker()
    if who:
        os.chown(file, *who)


def load(instance):
    """Once an instance; what exists stays as it is. A load that was cut short is begun again under other names."""
    if instance.facts.get("merchants"):
        return
    tries = instance.facts.get("merchant_loads", 0)
    instance.save(merchant_loads=tries + 1)
    suffix = f" {tries + 1}" if tries else ""
    paths.folder(instance.credentials, mode=0o700, owner=paths.invoker() or (os.geteuid(), os.getegid()))
    loaded = []
    for n, (name, zone, merchant_id, password) in enumerate(FIRST):
        merchant = made(instance, "merchant", "--name", name + suffix)
        store = made(instance, "store", "--merchant", merchant, "--name", "Main Street", "--time-zone", zone)
        device = made(instance, "device", "--store", store, "--name", "till-1")
        account = add_account(instance, store, merchant_id, password)
        for kind, file in (("secret", "api_key"), ("publishable", "publishable_key")):
            add_key(instance, merchant, kind, instance.credentials / (file if n == 0 else f"{file}_{n + 1}"))
        loaded.append({"merchant": merchant, "store": store, "device": device, "account": account, "name": name})
    instance.save(merchants=loaded)
