"""Where a payment goes is data: a rule moves it, a closed processor moves it on, a lost answer never does; a host that is
down is passed over, and a BIN table that is loaded tells of the next payment."""
import pathlib
import tempfile
import time
import unittest

from stack import Stack, postern, wait_until

stack = None
PLACE = None
CARD = "4242424242424242"  # both sandboxes take it
SOON = 10  # seconds until a change of data is in use


def setUpModule():
    global stack, PLACE
    stack = Stack()
    PLACE = stack.new_store("mercury", "595901", "xyz")
    PLACE["stripe"] = stack.add_account(PLACE["store"], "stripe", "second", "acct_first", "sk_test_first")


def pay(**more):
    made = stack.payment_body(stack.tokenize(CARD), 1250, **more)
    made["tender"].update(store_id=PLACE["store"], device_id=PLACE["device"])
    return stack.create(made)


def charges_at_mercury(payment_id):
    wanted = {row[0].upper() for row in stack.rows(f"SELECT processor_identity FROM operations WHERE payment_id = '{payment_id}'")}
    return [row for row in stack.book()["charges"] if row["invoice"].upper() in wanted and not row["voided"]]


def charges_at_stripe(payment_id):
    names = [row[0] for row in stack.rows(f"SELECT processor_identity FROM operations WHERE payment_id = '{payment_id}'")]
    books = [stack.sandbox("GET", f"/sandbox/book?identity={name}", of="stripe") for name in names]
    return [one for book in books for one in book["intents"] if one["status"] not in ("canceled", "requires_payment_method")]


def close_hosts(hosts, seconds):
    stack.sandbox("POST", "/sandbox/hosts", {"closed": hosts, "for_ms": seconds * 1000})
    time.sleep(1.5)  # kept connections end within a second


class Routing(unittest.TestCase):
    def tearDown(self):
        for rule in postern("--json", "route", "list").splitlines():
            if '"enabled":true' in rule:
                postern("route", "disable", rule.split('"rule":"')[1].split('"')[0])
        stack.sandbox("DELETE", "/sandbox/faults")
        postern("bin", "restore", "shipped-1")
        time.sleep(3)  # the gateway remembers for two seconds

    def add_rule(self, *words):
        postern("route", "add", "--store", PLACE["store"], "--name", stack.name("rule"), *words)

    def test_moving_a_store_to_another_processor_is_data(self):
        self.assertEqual(pay().json["operation"]["processor"], "mercury")
        self.add_rule("--to", "stripe", "--brand", "visa", "--currency", "USD", "--max", "5000")
        moved = wait_until(lambda: next((p for p in [pay().json] if p["operation"]["processor"] == "stripe"), None), SOON,
                           "the rule is in use without a restart")
        self.assertEqual((moved["status"], moved["account_id"], moved["operation"]["account_id"]),
                         ("authorized", PLACE["stripe"], PLACE["stripe"]))
        explained = postern("--json", "route", "explain", "--store", PLACE["store"], "--amount", "1250", "--bin", CARD[:6])
        self.assertIn('"verdict":"decides"', explained)
        self.assertEqual(pay(account_id=PLACE["account"]).json["operation"]["processor"], "mercury", "a named account wins")

    def test_a_closed_processor_passes_the_payment_on_and_a_lost_answer_never_does(self):
        self.add_rule("--to", "mercury,stripe")
        wait_until(lambda: '"choice":2' in postern("--json", "route", "explain", "--store", PLACE["store"], "--amount", "1"), SOON, "")
        time.sleep(3)
        close_hosts(["first", "backup"], 12)
        passed_on = pay().json
        self.assertEqual((passed_on["status"], passed_on["operation"]["processor"]), ("authorized", "stripe"), passed_on)
        whole = stack.get(passed_on["payment_id"]).json
        self.assertEqual([(o["processor"], o["status"], o.get("failure_code")) for o in whole["operations"]],
                         [("mercury", "failed", "connect_refused"), ("stripe", "approved", None)])
        self.assertEqual(stack.rows(f"SELECT type FROM events WHERE payment_id = '{passed_on['payment_id']}' ORDER BY version"),
                         [["payment.rerouted"], ["payment.authorized"]])
        self.assertEqual(len(charges_at_stripe(passed_on["payment_id"])), 1)
        self.assertEqual(stack.act(passed_on["payment_id"], "capture").json["operation"]["processor"], "stripe")
        wait_until(lambda: pay().json["operation"]["processor"] == "mercury", 60, "Mercury takes payments again")

        stack.fault("lost_answer", 1)
        lost = pay().json
        final = wait_until(lambda: next((p for p in [stack.get(lost["payment_id"]).json] if p["status"] != "pending"), None), 120,
                           "the lost answer is found")
        self.assertEqual({o["processor"] for o in final["operations"]}, {"mercury"})
        self.assertEqual((len(charges_at_mercury(lost["payment_id"])), charges_at_stripe(lost["payment_id"])), (1, []))

    def test_a_host_that_is_down_is_passed_over(self):
        close_hosts(["first"], 6)
        for _ in range(3):
            taken = pay().json
            self.assertEqual((taken["status"], len(taken.get("operations", []))), ("authorized", 0), taken)
            self.assertEqual(len(charges_at_mercury_by_backup(taken["payment_id"])), 1)
        wait_until(first_host_is_open, 30, "the first host is open again")

    def test_a_bin_table_tells_of_the_next_payment(self):
        postern("bin", "restore", "shipped-1")
        wait_until(lambda: pay().json["card"].get("country") == "US", SOON, "the shipped table is in use")
        version = stack.name("v")
        with tempfile.TemporaryDirectory() as folder:
            file = pathlib.Path(folder, "bins.csv")
            file.write_text(f"version,{version}\nfirst,last,brand,funding,country,note\n424242,424242,visa,prepaid,CA,\n")
            postern("bin", "load", str(file))
            told = wait_until(lambda: next((p for p in [pay().json] if p["card"].get("funding") == "prepaid"), None), SOON, "in use")
            self.assertEqual(told["card"]["country"], "CA")
            file.write_text(f"version,{version}-2\nfirst,last,brand,funding,country,note\n424242,424242,viza,prepaid,CA,\n")
            with self.assertRaisesRegex(RuntimeError, "line 3: unknown brand"):
                postern("bin", "load", str(file))
            file.write_text(postern("bin", "export").replace(version, version + "-3").replace(",prepaid,CA,", ",debit,FR,"))
            postern("bin", "load", str(file))
            wait_until(lambda: pay().json["card"]["country"] == "FR", SOON, "the next version is in use")
            postern("bin", "restore", version)
            wait_until(lambda: pay().json["card"]["country"] == "CA", SOON, "the version before is in use again")


def charges_at_mercury_by_backup(payment_id):
    """The book is read through the backup host: the first is closed."""
    wanted = {row[0].upper() for row in stack.rows(f"SELECT processor_identity FROM operations WHERE payment_id = '{payment_id}'")}
    book = stack.sandbox("GET", "/sandbox/book", of="mercury_backup")
    return [row for row in book["charges"] if row["invoice"].upper() in wanted and not row["voided"]]


def first_host_is_open():
    try:
        return stack.book() is not None
    except OSError:
        return False


if __name__ == "__main__":
    unittest.main(warnings="ignore")
