"""Where the run's card numbers, security codes, tracks, encrypted blocks and processor tokens are not: the gateway's database (dump, raw files, WAL), logs, topics
and the memory of gateway, relay, Kafka and the gateway's PostgreSQL, under load and after cards came in wrong fields.
The same scan finds what is planted."""
import base64
import json
import pathlib
import random
import re
import subprocess
import tempfile
import threading
import unittest

from readers import discretionary, encrypted, track1, track2
from stack import Stack

stack = None
CARD_FREE = ("gateway", "relay", "kafka", "gateway-postgres")


def setUpModule():
    global stack
    stack = Stack()


def luhn_complete(start):
    """The 16-digit number that begins with these 15 digits."""
    digits = [int(d) for d in start]
    total = sum(d if i % 2 else (d * 2 - 9 if d > 4 else d * 2) for i, d in enumerate(digits))
    return start + str(-total % 10)


def numbers_of_the_run(count, chooser):
    return [luhn_complete("4" + "".join(str(chooser.randrange(10)) for _ in range(14))) for _ in range(count)]


class Traces(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        chooser = random.Random()
        cls.numbers = numbers_of_the_run(40, chooser)
        cls.codes = [f"{chooser.randrange(100, 1000)}" for _ in cls.numbers]
        cls.folder = tempfile.TemporaryDirectory()
        cls.needles = pathlib.Path(cls.folder.name, "numbers")
        cls.needles.write_text("\n".join(cls.numbers) + "\n")
        cls.code_file = pathlib.Path(cls.folder.name, "codes")
        cls.code_file.write_text("\n".join(cls.codes) + "\n")
        cls.issuers_parts = [discretionary(chooser) for _ in cls.numbers]
        cls.blocks = [encrypted(number) for number in cls.numbers]
        cls.text_file = pathlib.Path(cls.folder.name, "texts")
        cls.text_file.write_text("\n".join(cls.issuers_parts + [b["block"] for b in cls.blocks]) + "\n")
        cls.scan_program = pathlib.Path(stack.data["programs"], "postern-scan")

    def scan(self, *words, stdin=None):
        done = subprocess.run([self.scan_program, "--numbers", self.needles, "--codes", self.code_file,
                               "--texts", self.text_file, "--json", *words],
                              input=stdin, capture_output=True)
        self.assertIn(done.returncode, (0, 1), done)
        return json.loads(done.stdout)

    def assert_clean(self, report, what):
        self.assertEqual(report["finds"], [], what)
        self.assertEqual(report["unreadable"], [], what)
        self.assertGreater(report["bytes_read"], 0, what)

    def pay_with_every_card(self):
        for number, code in zip(self.numbers, self.codes):
            token = stack.tokenize(number, code, name="Ada Example", address="123 Main Street", postal_code="45209")
            payment = stack.create(stack.payment_body(token, 1000)).json
            stack.act(payment["payment_id"], "capture")
        for number, part, block in list(zip(self.numbers, self.issuers_parts, self.blocks))[::2]:
            swiped = stack.give_card(track1=track1(number), track2=track2(number, data=part)).json["token"]
            read = stack.give_card(encrypted=block).json["token"]
            for token in (swiped, read):
                self.assertEqual(stack.create(stack.payment_body(token, 1000, intent="sale")).json["status"], "captured")

    def send_cards_to_wrong_fields(self):
        token = stack.tokenize(self.numbers[0])
        for number in self.numbers:
            spaced = " ".join(number[i:i + 4] for i in range(0, 16, 4))
            escaped = "".join(f"\\u00{ord(d):02x}" for d in number)
            body = stack.payment_body(token, 1000)
            for field, text in (("order_reference", number), ("order_reference", spaced), ("token", number)):
                self.assertEqual(stack.create({**body, field: text}).status, 400)
            raw = json.dumps({**body, "order_reference": "@"}).replace("@", escaped)
            self.assertEqual(stack.post("/v1/payments", raw).status, 400)
            self.assertEqual(stack.create(body, key=number).status, 400)
            self.assertEqual(stack.gateway().call("GET", f"/v1/payments/{number}").status, 400)
            self.assertEqual(stack.gateway().call("GET", f"/v1/payments?order_reference={number}").status, 400)
            self.assertIn(stack.gateway().call("GET", "/v1/payments", headers={"X-Note": number}).status, (400,))
            self.assertEqual(stack.post("/v1/payments", f'{{"broken": {number}').status, 400)

    def test_nothing_outside_the_vault_holds_a_card(self):
        self.pay_with_every_card()
        self.send_cards_to_wrong_fields()
        records = [charge["record_no"] for charge in stack.book()["charges"] if charge.get("record_no")]
        self.assertGreaterEqual(len(records), len(self.blocks) // 2)
        self.text_file.write_text(self.text_file.read_text() + "\n".join(records) + "\n")
        load = threading.Thread(target=self.pay_with_every_card)
        load.start()
        processes = stack.processes()
        pids = [p["pid"] for name, p in processes.items() if name.startswith(CARD_FREE)]
        pids += [int(child) for pid in pids for child in
                 subprocess.run(["pgrep", "-P", str(pid)], capture_output=True, text=True).stdout.split()]
        self.assertGreaterEqual(len(pids), 8)
        memory = self.scan(*[word for pid in pids for word in ("--memory", str(pid))])
        load.join()
        self.assertEqual(memory["finds"], [], "memory")
        self.assertGreater(memory["bytes_read"], 100_000_000)

        self.assert_clean(self.scan(*{p["log"] for p in processes.values()}), "logs")
        self.assert_clean(self.scan(stack.data["kafka"]), "topics")
        self.assert_clean(self.scan(stack.data["gateway_postgres"]), "raw heap and WAL of the gateway's cluster")
        dump = subprocess.run(["pg_dump", f"host={stack.data['gateway_socket']} dbname=gateway user=postern_admin"],
                              capture_output=True, check=True).stdout
        self.assert_clean(self.scan("--stdin", stdin=dump), "dump")
        digit_runs = [line for line in dump.splitlines() if re.search(rb"[0-9]{12}", line)]
        self.assertEqual(digit_runs, [], "12 digits in a row in a card-free zone")

    def test_the_same_scan_finds_what_is_planted(self):
        number = self.numbers[0]
        forms = [number, " ".join(number[i:i + 4] for i in range(0, 16, 4)), number.encode().hex(),
                 base64.b64encode(number.encode()).decode(), base64.b64encode(b"x" + number.encode()).decode(),
                 base64.b64encode(b"xy" + number.encode()).decode(), number.encode("utf-16le").decode("latin-1"),
                 bytes.fromhex(number).decode("latin-1"), f'"security_code":"{self.codes[0]}"']
        for track in (track1(number), track2(number), "1234567=" + self.issuers_parts[0], self.blocks[0]["block"]):
            forms += [track, track.encode().hex(), base64.b64encode(track.encode()).decode(),
                      base64.b64encode(b"x" + track.encode()).decode(), track.encode("utf-16le").decode("latin-1"),
                      "".join(f"%{byte:02x}" for byte in track.encode()), track[::-1]]
        for form in forms:
            planted = pathlib.Path(self.folder.name, "planted")
            planted.write_text("before " + form + " after", encoding="latin-1")
            self.assertGreaterEqual(self.scan(str(planted))["finds_total"], 1, form)

    def test_the_vault_s_own_database_holds_no_clear_number(self):
        self.assert_clean(self.scan(stack.data["vault_postgres"]), "vault heap and WAL")
        self.assert_clean(self.scan(stack.data["vault_journal"]), "journal")


if __name__ == "__main__":
    unittest.main(warnings="ignore")
