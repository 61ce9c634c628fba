"""Payments through every real part: vault, gateway, processor sandbox, ledger, events."""
import json
import unittest

from stack import VISA, Stack, in_parallel, wait_until

stack = None


def setUpModule():
    global stack
    stack = Stack()


def charges_of(invoices):
    """What the sandbox's book holds for these processor identities, whatever their case."""
    wanted = {invoice.upper() for invoice in invoices}
    return [row for row in stack.book()["charges"] if row["invoice"].upper() in wanted]


def invoices_of(payment_id):
    return [row[0] for row in
            stack.rows(f"SELECT processor_identity FROM operations WHERE payment_id = '{payment_id}' ORDER BY created_at")]


class Life(unittest.TestCase):
    def test_authorize_capture_refund(self):
        created = stack.create(stack.payment_body(stack.tokenize(), 1250, order_reference="table 7"))
        self.assertEqual(created.status, 201, created)
        payment = created.json
        self.assertEqual((payment["status"], payment["approved_minor"], payment["capturable_minor"]),
                         ("authorized", 1250, 1250))
        self.assertEqual(payment["operation"]["status"], "approved")
        self.assertEqual((payment["card"]["bin6"], payment["card"]["last4"]), (VISA[:6], VISA[-4:]))

        captured = stack.act(payment["payment_id"], "capture", 1000).json
        self.assertEqual((captured["status"], captured["captured_minor"]), ("partially_captured", 1000))
        refunded = stack.act(payment["payment_id"], "refund", 400).json
        self.assertEqual((refunded["status"], refunded["refundable_minor"]), ("partially_refunded", 600))
        rest = stack.act(payment["payment_id"], "refund").json
        self.assertEqual((rest["status"], rest["refunded_minor"]), ("refunded", 1000))

        seen = stack.get(payment["payment_id"], gateway=1).json
        self.assertEqual([op["verb"] for op in seen["operations"]], ["authorize", "capture", "refund", "refund"])
        self.assertTrue(all(op["status"] == "approved" for op in seen["operations"]))

    def test_sale_and_void(self):
        sale = stack.create(stack.payment_body(stack.tokenize(), 1300, intent="sale")).json
        self.assertEqual(sale["status"], "captured")
        voided = stack.act(sale["payment_id"], "void")
        self.assertEqual((voided.status, voided.json["status"]), (201, "voided"), voided)
        self.assertEqual(stack.act(sale["payment_id"], "refund").status, 409)

    def test_void_of_an_authorization_releases_the_hold(self):
        payment = stack.create(stack.payment_body(stack.tokenize(), 1400)).json
        voided = stack.act(payment["payment_id"], "void").json
        self.assertEqual((voided["status"], voided["released_minor"], voided["operation"]["verb"]),
                         ("voided", 1400, "reverse"))

    def test_decline_is_an_outcome(self):
        declined = stack.create(stack.payment_body(stack.tokenize(), 257))
        self.assertEqual((declined.status, declined.json["status"]), (201, "declined"), declined)
        self.assertIn("DECLINE", declined.json["operation"]["decline"]["raw_code"])

    def test_a_declined_tender_may_be_tried_again(self):
        tender = stack.name("tender")
        self.assertEqual(stack.create(stack.payment_body(stack.tokenize(), 257, tender=tender)).json["status"], "declined")
        again = stack.create(stack.payment_body(stack.tokenize(), 1100, tender=tender))
        self.assertEqual(again.json["status"], "authorized", again)

    def test_list_shows_newest_first_and_pages(self):
        ids = [stack.create(stack.payment_body(stack.tokenize(), 1500 + i)).json["payment_id"] for i in range(3)]
        first = stack.gateway().call("GET", "/v1/payments?page_size=2").json
        self.assertEqual(len(first["payments"]), 2)
        self.assertEqual(first["payments"][0]["payment_id"], ids[-1])
        second = stack.gateway().call("GET", f"/v1/payments?page_size=2&page_token={first['next_page_token']}").json
        self.assertFalse({p["payment_id"] for p in first["payments"]} & {p["payment_id"] for p in second["payments"]})


class Repeats(unittest.TestCase):
    def test_same_key_same_bytes_over_both_gateways(self):
        body, key = stack.payment_body(stack.tokenize(), 1600), stack.name("key")
        first = stack.create(body, key)
        # The same meaning in another spelling: other key order and spaces.
        again = stack.post("/v1/payments", json.dumps(dict(reversed(body.items())), indent=3), key, gateway=1)
        self.assertEqual((again.status, again.body), (first.status, first.body))
        self.assertEqual(again.headers.get("Idempotency-Replayed"), "true")
        self.assertEqual(len(charges_of(invoices_of(first.json["payment_id"]))), 1)

    def test_same_key_other_meaning_names_the_field(self):
        body, key = stack.payment_body(stack.tokenize(), 1700), stack.name("key")
        stack.create(body, key)
        body["amount"]["amount_minor"] = 1701
        refused = stack.create(body, key)
        self.assertEqual((refused.status, refused.json["code"]), (422, "idempotency_key_reused"), refused)
        self.assertEqual(refused.json["errors"][0]["field"], "/amount/amount_minor")

    def test_a_missing_key_is_refused(self):
        refused = stack.gateway().call("POST", "/v1/payments", stack.payment_body(stack.tokenize(), 1000))
        self.assertEqual((refused.status, refused.json["code"]), (400, "idempotency_key_missing"))

    def test_same_tender_new_keys_is_one_charge(self):
        token, tender = stack.tokenize(), stack.name("tender")
        answers = in_parallel(8, lambda i: stack.create(stack.payment_body(token, 1800, tender=tender), gateway=i % 2))
        ids = {a.json["payment_id"] for a in answers if a.status == 201}
        self.assertEqual(len(ids), 1, answers)
        self.assertEqual(len(charges_of(invoices_of(ids.pop()))), 1)
        other = stack.create(stack.payment_body(token, 1801, tender=tender))
        self.assertEqual((other.status, other.json["code"]), (422, "tender_meaning_differs"), other)


class LostAnswers(unittest.TestCase):
    def test_a_lost_answer_ends_with_one_charge(self):
        stack.fault("lost_answer")
        answer = stack.create(stack.payment_body(stack.tokenize(), 1900))
        self.assertIn(answer.status, (201, 202), answer)
        payment_id = answer.json["payment_id"]
        final = wait_until(lambda: stack.get(payment_id).json if stack.get(payment_id).json["status"] != "pending" else None,
                           120, "the payment is final")
        self.assertEqual(final["status"], "authorized")
        charges = [c for c in charges_of(invoices_of(payment_id)) if c["authorized"] and not c["voided"]]
        self.assertEqual(len(charges), 1, charges)

    def test_an_unreadable_answer_never_reads_as_a_decline(self):
        for kind in ("cut", "garbage", "html_500"):
            with self.subTest(kind):
                stack.fault(kind)
                answer = stack.create(stack.payment_body(stack.tokenize(), 2100))
                self.assertIn(answer.status, (201, 202), answer)
                self.assertIn(answer.json["status"], ("authorized", "pending"), answer)


class Refusals(unittest.TestCase):
    def test_card_numbers_in_wrong_fields(self):
        forms = (VISA, "4003 0001 2345 6781", "4003-0001-2345-6781", f"order {VISA} table 4")
        for form in forms:
            with self.subTest(form):
                refused = stack.create(stack.payment_body(stack.tokenize(), 1000, order_reference=form))
                self.assertEqual((refused.status, refused.json["code"]), (400, "card_number_refused"), refused)
                self.assertNotIn("400300012345", refused.body.decode().replace(" ", "").replace("-", ""))

    def test_unknown_fields_floats_and_wrong_types(self):
        good = stack.payment_body(stack.tokenize(), 1000)
        cases = {"/surprise": {**good, "surprise": 1},
                 "/amount/amount_minor": {**good, "amount": {"amount_minor": 10.0, "currency": "USD"}},
                 "/token": {**good, "token": 5}}
        for field, body in cases.items():
            with self.subTest(field):
                refused = stack.create(body)
                self.assertEqual(refused.status, 400, refused)
                self.assertEqual(refused.json["errors"][0]["field"], field)

    def test_no_key_no_entry(self):
        client = stack.gateway()
        self.assertEqual(client.call("GET", "/v1/payments", headers={"Authorization": "Bearer sk_wrong"}).status, 401)

    def test_limits_hold(self):
        payment = stack.create(stack.payment_body(stack.tokenize(), 1200)).json
        over = stack.act(payment["payment_id"], "capture", 1201)
        self.assertEqual((over.status, over.json["code"]), (409, "amount_exceeds_capturable"), over)
        early = stack.act(payment["payment_id"], "refund", 1)
        self.assertEqual(early.status, 409, early)


class Books(unittest.TestCase):
    def test_entries_versions_and_hashes(self):
        payment_id = stack.create(stack.payment_body(stack.tokenize(), 2500)).json["payment_id"]
        stack.act(payment_id, "capture")
        stack.act(payment_id, "refund", 300)
        versions = stack.rows(f"SELECT version, type FROM events WHERE payment_id = '{payment_id}' ORDER BY version")
        self.assertEqual([int(v) for v, _ in versions], list(range(1, len(versions) + 1)))
        self.assertEqual(len(versions), 3)
        receivable = stack.rows(
            "SELECT coalesce(sum(CASE WHEN debit_account = 'processor_receivable' THEN amount_minor"
            " WHEN credit_account = 'processor_receivable' THEN -amount_minor ELSE 0 END), 0)"
            f" FROM ledger_entries WHERE payment_id = '{payment_id}'")
        self.assertEqual(int(receivable[0][0]), 2200)
        wait_until(lambda: stack.rows(f"SELECT 1 FROM events_pending WHERE payment_id = '{payment_id}'") == [], 10,
                   "the relay has published all")


if __name__ == "__main__":
    unittest.main(warnings="ignore")
