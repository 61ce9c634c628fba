"""The tour: real payments through every part, and what each part then holds. Fails when anything is not as said."""
import http.client
import json
import os
import pathlib
import ssl
import subprocess
import tempfile
import time
import urllib.parse

from . import clusters, paths, processes, settings, status

CARD, CODE = "4003000123456781", "123"  # a published test card
TOKENIZE_FIELDS = {"expiry_month": 12, "expiry_year": 2029, "security_code": CODE}


class Surprise(Exception):
    """Something was not as the tour says."""


def expect(claim, seen):
    if not claim:
        raise Surprise(str(seen)[:600])


class Service:
    """One HTTPS server of the instance, with the key that it wants."""

    def __init__(self, url, ca_file, key_file=None):
        self.at = urllib.parse.urlsplit(url)
        self.tls = ssl.create_default_context(cafile=ca_file)
        self.key = pathlib.Path(key_file).read_text().strip() if key_file else None

    def call(self, method, path, body=None, **headers):
        """Status, headers and bytes of the answer."""
        connection = http.client.HTTPSConnection(self.at.hostname, self.at.port, context=self.tls, timeout=60)
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if self.key:
            sent["Authorization"] = f"Bearer {self.key}"
        if body is not None:
            sent["Content-Type"] = "application/json"
        connection.request(method, path, json.dumps(body) if body is not None else None, sent)
        answer = connection.getresponse()
        content = answer.read()
        connection.close()
        return answer.status, answer.headers, content


class Tour:
    def __init__(self, instance):
        self.instance = instance
        where, keys, self.ids = status.urls(instance), status.credentials(instance), status.ids(instance)
        self.vault = Service(where["vault"], keys["ca_file"], keys["publishable_key_file"])
        self.gateway = Service(where["gateway"], keys["ca_file"], keys["api_key_file"])
        self.sandbox = Service(where["mercury_sandbox"], keys["ca_file"])
        self.run_name = os.urandom(4).hex()
        self.token, self.payments, self.steps = None, [], 0

    # -- telling ----------------------------------------------------------------------------------------------------
    def tell(self, did, saw):
        self.steps += 1
        print(f" {self.steps:>2}  {did:<50} {saw}", flush=True)

    def money(self, payment):
        parts = [f"{name} {payment[f'{name}_minor'] / 100:.2f}" for name in ("approved", "captured", "tip", "refunded", "released")
                 if payment.get(f"{name}_minor")]
        return f"{payment['status']}" + (f" ({', '.join(parts)})" if parts else "")

    # -- calls ------------------------------------------------------------------------------------------------------
    def post(self, path, body, key):
        code, headers, content = self.gateway.call("POST", path, body, Idempotency_Key=f"{key}-{self.run_name}")
        expect(code in (201, 202), (code, content))
        return code, headers, content

    def create(self, intent, amount_minor, name):
        body = {"intent": intent, "amount": {"amount_minor": amount_minor, "currency": "USD"}, "token": self.token,
                "tender": {"store_id": self.ids["store"], "device_id": self.ids["device"],
                           "tender_id": f"{name}-{self.run_name}"}}
        code, headers, content = self.post("/v1/payments", body, name)
        payment_id = json.loads(content)["payment_id"]
        if payment_id not in self.payments:
            self.payments.append(payment_id)
        return code, headers, content

    def act(self, payment_id, verb, key, amount_minor=None):
        body = {} if amount_minor is None else {"amount": {"amount_minor": amount_minor, "currency": "USD"}}
        return json.loads(self.post(f"/v1/payments/{payment_id}/{verb}", body, key)[2])

    def payment(self, payment_id):
        return json.loads(self.gateway.call("GET", f"/v1/payments/{payment_id}")[2])

    def charges(self):
        return json.loads(self.sandbox.call("GET", "/sandbox/book")[2])["charges"]

    # -- the story --------------------------------------------------------------------------------------------------
    def tokenize(self):
        code, _, content = self.vault.call("POST", "/v1/tokens", {"number": CARD, **TOKENIZE_FIELDS})
        expect(code == 201, (code, content))
        self.token = json.loads(content)["token"]
        self.tell(f"The vault takes card {CARD[:6]}…{CARD[-4:]}", f"token {self.token[:16]}…")

    def pay(self):
        first = self.create("authorize", 1250, "table-7")
        payment = json.loads(first[2])
        expect(payment["status"] == "authorized", payment)
        self.tell("Authorize 12.50", self.money(payment))
        payment_id = payment["payment_id"]
        captured = self.act(payment_id, "capture", "capture")
        expect(captured["status"] == "captured", captured)
        self.tell("Capture it", self.money(captured))
        tipped = json.loads(self.post(f"/v1/payments/{payment_id}/tip", {"tip": {"amount_minor": 200, "currency": "USD"}}, "tip")[2])
        expect((tipped["captured_minor"], tipped["tip_minor"]) == (1450, 200), tipped)
        self.tell("The guest adds a tip of 2.00", self.money(tipped))
        refunded = self.act(payment_id, "refund", "refund", 250)
        expect((refunded["status"], refunded["refunded_minor"]) == ("partially_refunded", 250), refunded)
        self.tell("Refund 2.50 of it", self.money(refunded))
        self.repeat(first)

    def repeat(self, first):
        before = len(self.charges())
        again = self.create("authorize", 1250, "table-7")
        expect(again[2] == first[2] and again[1].get("Idempotency-Replayed") == "true", again)
        expect(len(self.charges()) == before, "the repeat reached the processor")
        self.tell("Send the first request again, same key", "the same bytes; the processor heard nothing")

    def void(self):
        sold = json.loads(self.create("sale", 900, "table-8")[2])
        expect(sold["status"] == "captured", sold)
        voided = self.act(sold["payment_id"], "void", "void")
        expect(voided["status"] == "voided", voided)
        self.tell("Sell 9.00, then void it", self.money(voided))

    def lose_a_reply(self):
        last = max((charge["number"] for charge in self.charges()), default=0)
        code, _, content = self.sandbox.call("POST", "/sandbox/faults", {"kind": "lost_answer", "count": 1})
        expect(code < 300, (code, content))
        code, _, content = self.create("sale", 1900, "table-9")
        payment = json.loads(content)
        end = time.monotonic() + 30
        while payment["status"] == "pending" and time.monotonic() < end:
            time.sleep(0.2)
            payment = self.payment(payment["payment_id"])
        expect(payment["status"] == "captured", payment)
        fresh = [charge for charge in self.charges() if charge["number"] > last]
        standing = [charge for charge in fresh if charge["captured"] and not charge["voided"]]
        expect(len(standing) == 1 and standing[0]["captured"] == 1900, fresh)
        self.tell("Sell 19.00; the processor books, its reply is lost", f"{self.money(payment)}; in the processor's book: once")

    # -- what the parts hold ----------------------------------------------------------------------------------------
    def wanted_events(self):
        ids = ", ".join(f"'{payment_id}'" for payment_id in self.payments)
        rows = clusters.psql(self.instance, "gateway", "gateway",
                             f"SELECT event_id, payment_id FROM events WHERE payment_id IN ({ids}) ORDER BY payment_id, version")
        return dict(row.split("|") for row in rows.split())

    def consumed(self):
        """What a fresh consumer reads: headers of all events in the topic, in order."""
        text = paths.run(["kcat", "-C", "-q", "-e", "-o", "beginning", "-b", settings.broker(self.instance), "-t", paths.TOPIC,
                          "-f", "%h\n"], stderr=subprocess.PIPE)
        return [dict(part.split("=", 1) for part in line.split(",") if "=" in part) for line in text.splitlines()]

    def read_events(self):
        wanted, end = self.wanted_events(), time.monotonic() + 20
        while True:
            seen = [event for event in self.consumed() if event.get("ce_subject") in self.payments]
            if {event["ce_id"] for event in seen} >= set(wanted):
                break
            expect(time.monotonic() < end, f"{len(seen)} of {len(wanted)} events came to Kafka")
            time.sleep(0.2)
        first = [event["ce_type"].removeprefix("payment.") for event in seen if event["ce_subject"] == self.payments[0]]
        self.tell("Read the events back from Kafka", f"{len(wanted)} events; the first payment: {' → '.join(dict.fromkeys(first))}")

    def find_the_card(self):
        sealed = clusters.psql(self.instance, "vault", "vault", "SELECT count(*) || ' ' || substr(encode((array_agg("
                               "sealed_number))[1], 'hex'), 1, 16) FROM cards").split()
        expect(int(sealed[0]) >= 1, sealed)
        self.tell("Where the card is: the vault's database, sealed", f"{sealed[0]} card, ciphertext {sealed[1]}…")
        with tempfile.TemporaryDirectory() as folder:
            needles = pathlib.Path(folder, "numbers")
            needles.write_text(CARD + "\n")
            planted = pathlib.Path(folder, "planted")
            planted.write_text(f"note: {CARD[:4]} {CARD[4:8]} {CARD[8:12]} {CARD[12:]}\n")
            expect(self.scan(needles, planted)["finds_total"] >= 1, "the scanner missed a planted number")
            self.look_elsewhere(needles)

    def scan(self, needles, *words, stdin=None):
        done = subprocess.run([self.instance.programs / "postern-scan", "--numbers", needles, "--json", *words], input=stdin,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
        expect(done.returncode in (0, 1), done.stderr)
        return json.loads(done.stdout)

    def look_elsewhere(self, needles):
        """The places that must not hold it; also the vault's own files, where it stands only sealed."""
        dump = subprocess.run(["pg_dump", f"host={clusters.socket_of(self.instance, 'gateway')} dbname=gateway user=postgres"],
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
        expect(dump.returncode == 0 and dump.stdout, dump.stderr)
        places = {"gateway's database": (["--stdin"], dump.stdout),
                  "its raw files and WAL": ([clusters.folder_of(self.instance, "gateway")], None),
                  "all logs": ([self.instance.logs], None),
                  "the vault's files in clear": ([clusters.folder_of(self.instance, "vault")], None)}
        if not self.instance.facts.get("external_kafka"):
            places["Kafka"] = ([self.instance.data / "kafka"], None)
        read = 0
        for place, (words, stdin) in places.items():
            report = self.scan(needles, *words, stdin=stdin)
            expect(report["finds_total"] == 0, f"{place}: {report['finds']}")
            expect(report["bytes_read"] > 0, f"{place}: nothing was read")
            read += report["bytes_read"]
        self.tell("Where it is not (plain, hex, base64, BCD, UTF-16)", f"{', '.join(places)}: {read / 1e6:.0f} MB read")

    def run(self):
        for step in (self.tokenize, self.pay, self.void, self.lose_a_reply, self.read_events, self.find_the_card):
            step()


def run(instance):
    if not processes.is_running(instance) or not instance.facts.get("merchants"):
        raise paths.Failure("nothing runs: ./postern up")
    started = time.monotonic()
    print(f"\n  A tour of Postern: a till's card payments at {instance.facts['merchants'][0]['name']}, through every real part"
          " but the processor,\n  whose stand-in keeps a book of its own.\n", flush=True)
    try:
        Tour(instance).run()
    except PermissionError as problem:
        raise paths.Failure(f"{problem.filename} belongs to who ran up: sudo ./postern tour{instance.words()}") from problem
    except (Surprise, OSError, ValueError, KeyError, http.client.HTTPException) as surprise:
        print(f"\n  NOT AS IT SHOULD BE: {type(surprise).__name__}: {surprise}", flush=True)
        return 1
    print(f"\n  All as it should be, in {time.monotonic() - started:.0f} s.", flush=True)
    return 0
