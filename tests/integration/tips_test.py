"""Tips and increments through every real part, on both processors: what the processor has is what the books have."""
import html
import re
import unittest

from stack import Client, Stack, in_parallel, wait_until

stack = None
CARD = {"mercury": "4003000123456781", "stripe": "4242424242424242"}
SERVICE = "http://www.mercurypay.com"


def setUpModule():
    global stack
    stack = Stack()


def usd(minor):
    return {"amount_minor": minor, "currency": "USD"}


def tip(payment_id, minor, gateway=0, headers=None):
    return stack.post(f"/v1/payments/{payment_id}/tip", {"tip": usd(minor)}, gateway=gateway, headers=headers)


def capture(payment_id, minor, tip_minor):
    return stack.post(f"/v1/payments/{payment_id}/capture", {"amount": usd(minor), "tip": usd(tip_minor)})


def ledger(payment_id, account):
    """What the account owes more than it is owed, by the payment."""
    return int(stack.rows(f"SELECT coalesce(sum(CASE WHEN credit_account = '{account}' THEN amount_minor WHEN debit_account"
                          f" = '{account}' THEN -amount_minor ELSE 0 END), 0) FROM ledger_entries"
                          f" WHERE payment_id = '{payment_id}'")[0][0])


def settled(payment_id):
    """The payment once nothing of it is open."""
    def look():
        payment = stack.get(payment_id).json
        return payment if all("unresolved" not in operation for operation in payment["operations"]) else None
    return wait_until(look, 120, "no operation is open")


class TipsCase(unittest.TestCase):
    place = None

    def pay(self, amount, intent="authorize", processor="mercury"):
        body = stack.payment_body(stack.tokenize(CARD[processor]), amount, intent)
        if self.place:
            body["tender"].update(store_id=self.place["store"], device_id=self.place["device"])
        answer = stack.create(body)
        self.assertEqual(answer.status, 201, answer)
        return answer.json["payment_id"]

    def assert_done(self, answer):
        self.assertEqual((answer.status, answer.json["operation"]["status"]), (201, "approved"), answer)
        return answer.json

    def assert_refused(self, answer, status, code, rule=None):
        self.assertEqual((answer.status, answer.json["code"], answer.json.get("rule")), (status, code, rule), answer)

    def assert_ledger(self, payment_id, bought, tipped):
        self.assertEqual((ledger(payment_id, "merchant_payable"), ledger(payment_id, "tip"),
                          -ledger(payment_id, "processor_receivable")), (bought, tipped, bought + tipped))


class Mercury(TipsCase):
    def items(self, payment_id):
        """What stands of the payment in the host's book: each purchase with its tip."""
        wanted = {row[0].upper() for row in
                  stack.rows(f"SELECT processor_identity FROM operations WHERE payment_id = '{payment_id}'")}
        return [(row["captured"], row["gratuity"]) for row in stack.book()["charges"] if row["invoice"].upper() in wanted
                and row["tran_code"] in ("Sale", "PreAuthCapture") and row["captured"] and not row["voided"]]

    def assert_books(self, payment_id, bought, tipped):
        payment = stack.get(payment_id).json
        self.assertEqual((payment["captured_minor"], payment["tip_minor"]), (bought + tipped, tipped), payment)
        self.assertEqual(self.items(payment_id), [(bought + tipped, tipped)])
        self.assert_ledger(payment_id, bought, tipped)

    def test_captured_then_changed_twice(self):
        paid = self.pay(1000)
        captured = self.assert_done(capture(paid, 1200, 200))  # above what was held, as far as the rule says
        self.assertEqual((captured["status"], captured["approved_minor"], captured["operation"]["tip_minor"]),
                         ("captured", 1200, 200))
        self.assert_books(paid, 1000, 200)
        self.assertEqual(self.assert_done(tip(paid, 50))["status"], "captured")
        self.assert_books(paid, 1000, 50)
        self.assert_done(tip(paid, 150))
        self.assert_books(paid, 1000, 150)
        types = [row[0] for row in stack.rows(f"SELECT type FROM events WHERE payment_id = '{paid}' ORDER BY version")]
        self.assertEqual(types, ["payment.authorized", "payment.captured", "payment.tip_adjusted", "payment.tip_adjusted"])

    def test_refunded_with_the_sale(self):
        sold = self.pay(1000, "sale")
        self.assert_done(tip(sold, 150))
        self.assert_books(sold, 1000, 150)
        self.assertEqual(self.assert_done(stack.act(sold, "refund"))["refunded_minor"], 1150)
        self.assert_ledger(sold, 0, 0)
        self.assert_refused(tip(sold, 10), 409, "payment_partly_refunded")

    def test_voided_with_the_sale(self):
        sold = self.pay(1000, "sale")
        self.assert_done(tip(sold, 150))
        self.assertEqual(self.assert_done(stack.act(sold, "void"))["status"], "voided")
        self.assertEqual(self.items(sold), [])
        self.assert_ledger(sold, 0, 0)

    def test_a_lost_answer_ends_with_one_tip(self):
        for kind in ("lost_answer", "garbage", "html_500", "drop_before_booking"):
            with self.subTest(kind):
                sold = self.pay(1000, "sale")
                stack.fault(kind, tran_code="Adjust")
                answer = tip(sold, 120)
                self.assertIn(answer.status, (201, 202), answer)
                settled(sold)
                self.assert_books(sold, 1000, 120)

    def test_nothing_starts_beside_a_tip_without_an_answer(self):
        sold = self.pay(1000, "sale")
        stack.fault("drop_before_booking", count=2, tran_code="Adjust")
        answer = tip(sold, 120, headers={"Postern-Timeout-Ms": "1000"})
        self.assertEqual((answer.status, answer.json["operation"]["status"]), (202, "unknown"), answer)
        self.assert_refused(tip(sold, 130), 409, "operation_in_progress")
        self.assert_refused(stack.act(sold, "refund"), 409, "operation_in_progress")

    def test_tips_at_once_come_one_after_the_other(self):
        sold = self.pay(1000, "sale")
        answers = in_parallel(8, lambda i: tip(sold, 100 + i, gateway=i % 2))
        done = [answer for answer in answers if answer.status == 201]
        self.assertGreater(len(done), 0, answers)
        self.assertEqual({answer.json["code"] for answer in answers if answer.status != 201} - {"operation_in_progress"}, set())
        last = stack.get(sold).json["tip_minor"]
        self.assert_books(sold, 1000, last)

    def test_a_stale_version_is_refused(self):
        sold = self.pay(1000, "sale")
        etag = stack.get(sold).headers["ETag"]
        self.assert_done(tip(sold, 100, headers={"If-Match": etag}))
        self.assert_refused(tip(sold, 110, headers={"If-Match": etag}), 412, "precondition_failed")
        self.assert_books(sold, 1000, 100)

    def test_the_rule_that_refuses_is_named(self):
        sold = self.pay(1000, "sale")
        self.assert_refused(tip(sold, 201), 422, "tip_exceeds_tolerance", "tipped_trades")
        held = self.pay(1000)
        self.assert_refused(capture(held, 1201, 201), 422, "tip_exceeds_tolerance", "tipped_trades")
        self.assert_refused(stack.act(held, "increment", 100), 400, "verb_not_supported")


class ClosedBatch(TipsCase):
    """On a merchant id of its own: closing its batch is nobody else's matter."""

    def setUp(self):
        self.place = stack.new_store("mercury", "494901", "xyz")
        self.client = Client(stack.urls["mercury_sandbox"], stack.ca)

    def admin(self, code, **figures):
        fields = {"MerchantID": "494901", "TranCode": code, "Memo": "test", **figures}
        inner = "".join(f"<{name}>{value}</{name}>" for name, value in fields.items())
        tran = html.escape(f"<TStream><Admin>{inner}</Admin></TStream>", quote=False)
        body = (f'<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"><soap:Body><CreditTransaction'
                f' xmlns="{SERVICE}"><tran>{tran}</tran><pw>xyz</pw></CreditTransaction></soap:Body></soap:Envelope>')
        answer = self.client.call("POST", "/ws/ws.asmx", body, {"Content-Type": "text/xml; charset=utf-8",
                                                                "SOAPAction": f'"{SERVICE}/CreditTransaction"'})
        return dict(re.findall(r"<(\w+)>([^<]*)</\1>", html.unescape(answer.body.decode())))

    def test_a_tip_comes_too_late(self):
        sold = self.pay(1000, "sale")
        self.assert_done(tip(sold, 100))
        summary = self.admin("BatchSummary")
        closed = self.admin("BatchClose", **{name: summary[name] for name in ("BatchNo", "BatchItemCount", "NetBatchTotal")})
        self.assertEqual(closed["CmdStatus"], "Success", closed)
        late = tip(sold, 150)
        self.assertEqual((late.status, late.json["operation"]["decline"]["reason"], late.json["tip_minor"]),
                         (201, "not_in_open_batch", 100), late)
        self.assert_ledger(sold, 1000, 100)
        self.client.close()


class Stripe(TipsCase):
    place = None

    def setUp(self):
        if Stripe.place is None:
            Stripe.place = stack.new_store("stripe", "acct_first", "sk_test_first")

    def intent(self, payment_id):
        identity = stack.rows(f"SELECT processor_identity FROM operations WHERE payment_id = '{payment_id}'"
                              " AND verb = 'authorize'")[0][0]
        return stack.sandbox("GET", f"/sandbox/book?identity={identity}", of="stripe")["intents"][0]

    def test_raised_then_captured_with_a_tip(self):
        held = self.pay(1000, processor="stripe")
        raised = self.assert_done(stack.act(held, "increment", 300))
        self.assertEqual((raised["status"], raised["approved_minor"]), ("authorized", 1300))
        self.assertEqual(self.intent(held)["amount"], 1300)
        self.assert_refused(capture(held, 1301, 301), 422, "tip_exceeds_tolerance", "tipped_trades")
        captured = self.assert_done(capture(held, 1300, 300))
        self.assertEqual((captured["status"], captured["tip_minor"]), ("captured", 300))
        self.assertEqual(self.intent(held)["received"], 1300)
        self.assert_ledger(held, 1000, 300)
        self.assert_refused(tip(held, 200), 400, "verb_not_supported")

    def test_a_lost_answer_of_an_increment(self):
        held = self.pay(1000, processor="stripe")
        stack.sandbox("POST", "/sandbox/faults", {"kind": "lost_answer", "path": "/v1/payment_intents/"}, of="stripe")
        self.assertIn(stack.act(held, "increment", 250).status, (201, 202))
        self.assertEqual(settled(held)["approved_minor"], 1250)
        self.assertEqual(self.intent(held)["amount"], 1250)
        self.assertEqual(self.assert_done(stack.act(held, "void"))["status"], "voided")
        self.assertEqual(self.intent(held)["status"], "canceled")


if __name__ == "__main__":
    unittest.main(warnings="ignore")
