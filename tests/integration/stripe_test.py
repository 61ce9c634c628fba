"""One payment, two processors: a store at Stripe and a store at Mercury live through the same, and so do their books."""
import unittest

from stack import Stack, rounds, wait_until

stack = None
PLACES = None
TEST_CARD = {"mercury": "4003000123456781", "stripe": "4242424242424242"}


def setUpModule():
    global stack, PLACES
    stack = Stack()
    PLACES = {"mercury": {name: stack.ids[name] for name in ("store", "device", "account")},
              "stripe": stack.new_store("stripe", "acct_first", "sk_test_first")}


def body(processor, amount, intent="authorize", **more):
    place = PLACES[processor]
    made = stack.payment_body(stack.tokenize(TEST_CARD[processor], name="A. Guest", address="1 Main St", postal_code="38401"),
                              amount, intent, **more)
    made["tender"].update(store_id=place["store"], device_id=place["device"])
    return made


def identities(payment_id):
    return [row[0] for row in stack.rows(f"SELECT processor_identity FROM operations WHERE payment_id = '{payment_id}'")]


def processor_book(processor, payment_id):
    """What the processor says of the payment: charged, captured, refunded, and whether nothing of it is left standing."""
    if processor == "mercury":
        wanted = {name.upper() for name in identities(payment_id)}
        rows = [row for row in stack.book()["charges"] if row["invoice"].upper() in wanted]
        first = [row for row in rows if row["tran_code"] in ("Sale", "PreAuth")]
        taken = sum(row["authorized"] for row in rows if row["tran_code"] in ("Sale", "PreAuthCapture") and not row["voided"])
        return {"charges": len(first), "captured": taken, "refunded": sum(row["refunded"] for row in rows),
                "voided": all(row["voided"] for row in first)}
    books = [stack.sandbox("GET", f"/sandbox/book?identity={name}", of="stripe") for name in identities(payment_id)]
    intents = [intent for book in books for intent in book["intents"] if intent["status"] != "requires_payment_method"]
    refunds = sum(refund["amount"] for book in books for refund in book["refunds"])
    whole = all(i["status"] == "canceled" or (i["received"] and i["refunded"] == i["received"]) for i in intents)
    return {"charges": len(intents), "captured": sum(i["received"] for i in intents), "refunded": refunds, "voided": whole}


def our_book(payment_id):
    """What the ledger says: what a processor owes for the payment."""
    owed = stack.rows("SELECT coalesce(sum(CASE WHEN debit_account = 'processor_receivable' THEN amount_minor"
                      " WHEN credit_account = 'processor_receivable' THEN -amount_minor ELSE 0 END), 0)"
                      f" FROM ledger_entries WHERE payment_id = '{payment_id}'")
    return int(owed[0][0])


def life(processor):
    """Authorize, capture a part, refund a part of it; a hold let go; a sale taken back; a decline. What is seen of each."""
    seen = []

    def note(payment):
        payment_id = payment["payment_id"]
        book = processor_book(processor, payment_id)
        seen.append([payment["status"], payment["captured_minor"], payment["refunded_minor"], book["charges"], our_book(payment_id)])
        return payment_id, book

    paid = stack.create(body(processor, 1250)).json["payment_id"]
    stack.act(paid, "capture", 1000)
    _, book = note(stack.act(paid, "refund", 400).json)
    seen.append([book["captured"], book["refunded"]])
    held = stack.create(body(processor, 1400)).json["payment_id"]
    _, book = note(stack.act(held, "void").json)
    seen.append([book["captured"], book["voided"]])
    sold = stack.create(body(processor, 1300, "sale")).json["payment_id"]
    _, book = note(stack.act(sold, "void").json)
    seen.append([book["captured"] - book["refunded"] if processor == "stripe" else book["captured"], book["voided"]])
    return seen


class TwoProcessors(unittest.TestCase):
    def test_the_same_life_gives_the_same_books(self):
        mercury, stripe = life("mercury"), life("stripe")
        self.assertEqual(stripe, mercury)
        self.assertEqual(stripe, [["partially_refunded", 1000, 400, 1, 600], [1000, 400], ["voided", 0, 0, 1, 0], [0, True],
                                  ["voided", 0, 0, 1, 0], [0, True]])

    def test_a_decline_is_an_outcome(self):
        declined = stack.create(body("stripe", 4003)).json
        self.assertEqual((declined["status"], declined["operation"]["decline"]["reason"]), ("declined", "insufficient_funds"), declined)

    def test_what_was_given_with_the_card_reaches_the_processor(self):
        payment_id = stack.create(body("stripe", 1100)).json["payment_id"]
        book = stack.sandbox("GET", f"/sandbox/book?identity={identities(payment_id)[0]}", of="stripe")
        self.assertEqual((book["intents"][0]["carried"], book["intents"][0]["last4"]), ("cvc name line1 postal_code", "4242"))

    def test_no_unknown_is_written_between_card_and_charge(self):
        payment_id = stack.create(body("stripe", 1150)).json["payment_id"]
        self.assertEqual(stack.rows(f"SELECT type FROM events WHERE payment_id = '{payment_id}'"), [["payment.authorized"]])
        self.assertEqual(stack.rows(f"SELECT attempts FROM operations WHERE payment_id = '{payment_id}'"), [["2"]])

    def test_faults_end_with_one_charge_or_none(self):
        for kind in ("lost_answer", "cut", "garbage", "html_502", "server_error", "rate_limit", "drop_before_booking"):
            for path in ("/v1/payment_methods", "/v1/payment_intents"):
                for _ in range(rounds(10)):
                    with self.subTest(kind, path=path):
                        stack.sandbox("POST", "/sandbox/faults", {"kind": kind, "path": path}, of="stripe")
                        answer = stack.create(body("stripe", 1900))
                        self.assertIn(answer.status, (201, 202), answer)
                        payment_id = answer.json["payment_id"]
                        final = wait_until(lambda: next((p for p in [stack.get(payment_id).json] if p["status"] != "pending"), None),
                                           120, f"{kind} at {path} comes to an end")
                        self.assertEqual(final["status"], "authorized", final)
                        self.assertEqual(processor_book("stripe", payment_id)["charges"], 1)

    def test_an_unknown_processor_is_refused(self):
        with self.assertRaisesRegex(RuntimeError, "unknown_processor"):
            stack.new_store("nowhere", "a", "b")


if __name__ == "__main__":
    unittest.main(warnings="ignore")
