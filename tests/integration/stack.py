"""A running Postern and the clients that the integration tests drive it with. Standard library only.

One instance serves all tests of a build: ctest's fixture starts it (`stack.py up`) and ends it (`stack.py down`).
"""
import concurrent.futures
import http.client
import itertools
import json
import os
import pathlib
import random
import ssl
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse

ROOT = pathlib.Path(__file__).resolve().parents[2]
INSTANCE = os.environ.get("POSTERN_TEST_INSTANCE", "integration")
DATA = pathlib.Path(os.environ.get("POSTERN_TEST_DATA", f"/var/tmp/postern-{INSTANCE}"))
PRESET = os.environ.get("POSTERN_TEST_PRESET", "faults")
FULL = os.environ.get("POSTERN_TEST_SIZE") == "full"  # `./postern test --all`

VISA = "4003000123456781"
CARDS = (VISA, "5499990123456781", "6011000997235373", "4895281000000006")


def rounds(full):
    """The size of an acceptance run: whole in `test --all`, a tenth otherwise."""
    return full if FULL else max(1, full // 10)


def postern(*words, check=True):
    command = [str(ROOT / "postern"), *words, "--instance", INSTANCE, "--data", str(DATA)]
    done = subprocess.run(command, capture_output=True, text=True)
    if check and done.returncode != 0:
        raise RuntimeError(f"{' '.join(command)} ended with {done.returncode}\n{done.stdout}\n{done.stderr}")
    return done.stdout


class Answer:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    @property
    def json(self):
        return json.loads(self.body) if self.body else None

    def __repr__(self):
        return f"{self.status} {self.body[:300]!r}"


class Client:
    """One kept connection; a new one where it was idle for so long that the server may be about to close it."""

    IDLE_SECONDS_MAX = 20

    def __init__(self, url, ca_file, key=None, timeout=90):
        parts = urllib.parse.urlsplit(url)
        self.host, self.port = parts.hostname, parts.port
        self.context = ssl.create_default_context(cafile=ca_file)
        self.key, self.timeout, self.connection, self.last_used = key, timeout, None, 0

    def call(self, method, path, body=None, headers=None):
        """Raises OSError or http.client.HTTPException where no answer came: the caller must not know better."""
        headers = dict(headers or {})
        if self.key:
            headers.setdefault("Authorization", f"Bearer {self.key}")
        payload = None
        if body is not None:
            payload = body if isinstance(body, (bytes, str)) else json.dumps(body)
            headers.setdefault("Content-Type", "application/json")
        if time.monotonic() - self.last_used > self.IDLE_SECONDS_MAX:
            self.close()
        if self.connection is None:
            self.connection = http.client.HTTPSConnection(self.host, self.port, context=self.context,
                                                          timeout=self.timeout)
        try:
            self.connection.request(method, path, payload, headers)
            answer = self.connection.getresponse()
            self.last_used = time.monotonic()
            return Answer(answer.status, answer.headers, answer.read())
        except BaseException:
            self.close()
            raise

    def close(self):
        if self.connection is not None:
            self.connection.close()
            self.connection = None


class Stack:
    """The instance's addresses and credentials, read once from `postern status --json`."""

    def __init__(self):
        self.status = json.loads(postern("status", "--json"))
        self.urls, self.data, self.ids = self.status["urls"], self.status["data"], self.status["ids"]
        self.ca = self.status["credentials"]["ca_file"]
        self.secret_key = pathlib.Path(self.status["credentials"]["api_key_file"]).read_text().strip()
        self.publishable_key = pathlib.Path(self.status["credentials"]["publishable_key_file"]).read_text().strip()
        self._counter = itertools.count()
        self._run = "%08x" % random.SystemRandom().getrandbits(32)
        self._local = threading.local()

    # -- addresses ---------------------------------------------------------------------------------------------------
    def gateways(self):
        """URLs of all gateway processes, the first first."""
        others = sorted(name for name in self.urls if name.startswith("gateway-"))
        return [self.urls["gateway"]] + [self.urls[name] for name in others]

    def processes(self):
        return {p["name"]: p for p in json.loads(postern("status", "--json"))["processes"]}

    def gateway(self, index=0):
        """This thread's client of a gateway."""
        clients = self._local.__dict__.setdefault("clients", {})
        if index not in clients:
            clients[index] = Client(self.gateways()[index], self.ca, self.secret_key)
        return clients[index]

    # -- names -------------------------------------------------------------------------------------------------------
    def name(self, prefix):
        return f"{prefix}-{self._run}-{next(self._counter)}"

    # -- calls -------------------------------------------------------------------------------------------------------
    def tokenize(self, number=VISA, code="123", **more):
        client = Client(self.urls["vault"], self.ca, self.publishable_key)
        body = {"number": number, "expiry_month": 12, "expiry_year": 2029, **more}
        if code:
            body["security_code"] = code
        answer = client.call("POST", "/v1/tokens", body)
        client.close()
        assert answer.status == 201, answer
        return answer.json["token"]

    def give_card(self, **body):
        """The vault's answer to a card that comes in any of its ways."""
        client = Client(self.urls["vault"], self.ca, self.publishable_key)
        answer = client.call("POST", "/v1/tokens", body)
        client.close()
        return answer

    def payment_body(self, token, amount, intent="authorize", tender=None, **more):
        return {"intent": intent, "amount": {"amount_minor": amount, "currency": "USD"}, "token": token,
                "tender": {"store_id": self.ids["store"], "device_id": self.ids["device"],
                           "tender_id": tender or self.name("tender")}, **more}

    def create(self, body, key=None, gateway=0, headers=None):
        return self.post("/v1/payments", body, key, gateway, headers)

    def post(self, path, body, key=None, gateway=0, headers=None):
        headers = {"Idempotency-Key": key or self.name("key"), **(headers or {})}
        return self.gateway(gateway).call("POST", path, body, headers)

    def get(self, payment_id, gateway=0):
        return self.gateway(gateway).call("GET", f"/v1/payments/{payment_id}")

    def act(self, payment_id, verb, amount=None, key=None, gateway=0):
        body = {} if amount is None else {"amount": {"amount_minor": amount, "currency": "USD"}}
        return self.post(f"/v1/payments/{payment_id}/{verb}", body, key, gateway)

    def new_store(self, processor, merchant_id, password):
        """A store of the first merchant with a device and an account at that processor; their ids."""
        store = self._made("store", "--merchant", self.ids["merchant"], "--name", self.name("store"), "--time-zone", "UTC")
        device = self._made("device", "--store", store, "--name", "till-1")
        return {"store": store, "device": device,
                "account": self.add_account(store, processor, "main", merchant_id, password)}

    def add_account(self, store, processor, name, merchant_id, password):
        with tempfile.TemporaryDirectory() as folder:
            files = []
            for what, content in (("merchant-id", merchant_id), ("password", password)):
                files.append(os.path.join(folder, what))
                with open(os.open(files[-1], os.O_WRONLY | os.O_CREAT, 0o600), "w") as file:
                    file.write(content + "\n")
            return self._made("account", "--store", store, "--processor", processor, "--name", name,
                              "--merchant-id-file", files[0], "--password-file", files[1])

    @staticmethod
    def _made(kind, *words):
        return json.loads(postern("--json", kind, "add", *words).splitlines()[0])[kind]

    # -- the other side's books ----------------------------------------------------------------------------------------
    def sandbox(self, method, path, body=None, of="mercury"):
        where = {**self.urls, **self.status["admin_urls"]}
        client = Client(where.get(f"{of}_sandbox") or where[of], self.ca)
        answer = client.call(method, path, body)
        client.close()
        assert answer.status < 300, answer
        return answer.json

    def book(self):
        return self.sandbox("GET", "/sandbox/book")

    def fault(self, kind, count=1, **more):
        return self.sandbox("POST", "/sandbox/faults", {"kind": kind, "count": count, **more})

    def rows(self, query):
        """Rows of the gateway's database as lists of text."""
        return self._rows(f"host={self.data['gateway_socket']} dbname=gateway user=postern_admin", query)

    def vault_rows(self, query):
        """The same of the vault's."""
        return self._rows(f"host={self.data['vault_socket']} dbname=vault user=postern_vault_admin", query)

    @staticmethod
    def _rows(connection, query):
        done = subprocess.run(["psql", "-XAtq", "-F", "\x1f", connection, "-c", query], capture_output=True, text=True)
        if done.returncode != 0:
            raise RuntimeError(done.stderr)
        return [line.split("\x1f") for line in done.stdout.splitlines()]


def wait_until(condition, seconds, what):
    """Polls; fails with `what` when the time is over."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        value = condition()
        if value:
            return value
        time.sleep(0.1)
    raise AssertionError(f"not within {seconds} s: {what}")


# Idle threads are used again, with the connections that they keep; enough for calls within calls.
THREADS = concurrent.futures.ThreadPoolExecutor(max_workers=512)


def in_parallel(count, work):
    """Runs work(i) on `count` threads that start together; results in order, the first exception raised."""
    barrier = threading.Barrier(count)

    def run(i):
        barrier.wait()
        return work(i)

    return [future.result() for future in [THREADS.submit(run, i) for i in range(count)]]


def main():
    if sys.argv[1:] == ["up"]:
        postern("down", "--wipe", check=False)
        postern("up", "--preset", PRESET, "--gateways", "2", "--no-tour")
    elif sys.argv[1:] == ["down"]:
        postern("down", "--wipe")
    else:
        sys.exit("usage: stack.py up|down")


if __name__ == "__main__":
    main()
