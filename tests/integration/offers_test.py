"""What ends without a caller: partial approvals that nobody accepts, holds that nobody captures, voids that come after the
batch's close, approvals whose comparisons failed. Each against the processor's book."""
import random
import time
import unittest

from stack import Stack, in_parallel, postern, rounds, wait_until

PART = {"number": "4005550000000480", "amount": 2354, "approved": 2000}  # the sandbox approves 20.00 of it
stack = None


def setUpModule():
    global stack
    stack = Stack()


def offer(intent="authorize", tender=None, **more):
    token = stack.tokenize(number=PART["number"])
    body = stack.payment_body(token, PART["amount"], intent=intent, tender=tender, **more)
    return stack.create(body)


def charge_of(payment):
    """The processor's entry of the payment's first operation."""
    (row,) = stack.rows("SELECT processor_identity FROM operations WHERE verb IN ('authorize', 'sale') AND "
                        f"payment_id = '{payment['payment_id']}'")
    (charge,) = [c for c in stack.book()["charges"]
                 if c["invoice"].upper() == row[0].upper() and c["tran_code"] in ("PreAuth", "Sale")]
    return charge


def status_is(payment, status):
    return wait_until(lambda: (found := stack.get(payment["payment_id"]).json)["status"] == status and found, 60, status)


def make_due(payment):
    """Its time is over now, by the database's clock."""
    stack.rows("UPDATE payments SET due_at = now() - interval '1 second', "
               "expires_at = CASE WHEN partial_approval = 'allowed' THEN expires_at ELSE now() - interval '1 second' END "
               f"WHERE payment_id = '{payment['payment_id']}'")


def balance(payment, account):
    (row,) = stack.rows("SELECT coalesce(sum(CASE WHEN debit_account = '%s' THEN amount_minor ELSE 0 END) - "
                        "sum(CASE WHEN credit_account = '%s' THEN amount_minor ELSE 0 END), 0) "
                        "FROM ledger_entries WHERE payment_id = '%s'" % (account, account, payment["payment_id"]))
    return int(row[0])


class Offers(unittest.TestCase):
    def test_without_the_word_a_part_goes_back_and_its_tender_is_free(self):
        tender = stack.name("tender")
        answer = offer(tender=tender)
        self.assertEqual((answer.status, answer.json["status"]), (201, "voided"), answer)
        self.assertEqual(answer.json["operation"]["failure_code"], "partial_approval_reversed")
        again = stack.create(stack.payment_body(stack.tokenize(), PART["amount"], tender=tender))
        self.assertEqual(again.json["status"], "authorized", again)

    def test_an_accepted_part_is_captured_like_any_other(self):
        payment = offer(partial_approval=True)
        self.assertEqual((payment.status, payment.json["status"]), (201, "partially_authorized"), payment)
        self.assertEqual(payment.json["approved_minor"], PART["approved"])
        self.assertIn("accept_until", payment.json)
        early = stack.act(payment.json["payment_id"], "capture")
        self.assertEqual((early.status, early.json["code"]), (409, "partial_approval_not_accepted"))
        accepted = stack.act(payment.json["payment_id"], "accept", key=stack.name("accept"))
        self.assertEqual((accepted.status, accepted.json["status"]), (201, "authorized"), accepted)
        self.assertNotIn("accept_until", accepted.json)
        captured = stack.act(payment.json["payment_id"], "capture")
        self.assertEqual((captured.json["status"], captured.json["captured_minor"]), ("captured", PART["approved"]))

    def test_a_void_takes_an_offer_back(self):
        payment = offer("sale", partial_approval=True).json
        self.assertEqual(stack.act(payment["payment_id"], "void").json["status"], "voided")
        self.assertTrue(charge_of(payment)["voided"])

    def test_the_deadline_takes_an_offer_back(self):
        payment = offer("sale", partial_approval=True).json
        make_due(payment)
        ended = status_is(payment, "voided")
        self.assertEqual(ended["operation"]["cause"], "partial_approval")
        self.assertTrue(charge_of(payment)["voided"])
        self.assertEqual(balance(payment, "processor_receivable"), 0)

    def test_of_acceptance_and_deadline_one_wins(self):
        for _ in range(rounds(50)):
            payment = offer(partial_approval=True).json
            stack.rows(f"UPDATE payments SET due_at = now() + interval '1.2 seconds' WHERE payment_id = '{payment['payment_id']}'")
            answers = in_parallel(4, lambda i: self.accept_late(payment, i))
            won = [a for a in answers if a.status == 201]
            self.assertLessEqual(len(won), 1, answers)
            status_is(payment, "authorized" if won else "voided")
            self.assertEqual(charge_of(payment)["voided"], not won)

    @staticmethod
    def accept_late(payment, i):
        time.sleep(1.0 + 0.12 * i)
        return stack.act(payment["payment_id"], "accept", gateway=i % 2)


class Holds(unittest.TestCase):
    def test_a_hold_past_its_life_is_let_go(self):
        payment = stack.create(stack.payment_body(stack.tokenize(), 4100)).json
        self.assertIn("capture_until", payment)
        make_due(payment)
        ended = status_is(payment, "expired")
        self.assertEqual((ended["released_minor"], ended["operation"]["cause"]), (4100, "expiry"))
        self.assertTrue(charge_of(payment)["voided"])
        self.assertEqual(balance(payment, "hold"), 0)
        (last,) = stack.rows(f"SELECT type FROM events WHERE payment_id = '{payment['payment_id']}' ORDER BY version DESC LIMIT 1")
        self.assertEqual(last, ["payment.expired"])
        late = stack.act(payment["payment_id"], "capture")
        self.assertEqual((late.status, late.json["code"]), (409, "authorization_expired"))

    def test_what_was_captured_in_part_is_kept(self):
        payment = stack.create(stack.payment_body(stack.tokenize(), 4200)).json
        self.assertEqual(stack.act(payment["payment_id"], "capture", 1200).json["status"], "partially_captured")
        make_due(payment)
        ended = wait_until(lambda: (found := stack.get(payment["payment_id"]).json)["released_minor"] and found, 60, "released")
        self.assertEqual((ended["status"], ended["released_minor"], ended["capturable_minor"]), ("captured", 3000, 0))
        self.assertFalse(charge_of(payment)["voided"])
        self.assertEqual((balance(payment, "hold"), balance(payment, "processor_receivable")), (0, 1200))

    def test_of_capture_and_expiry_one_wins(self):
        for round_ in range(rounds(50)):
            payment = stack.create(stack.payment_body(stack.tokenize(), 4300 + round_)).json
            stack.rows(f"UPDATE payments SET due_at = now() WHERE payment_id = '{payment['payment_id']}'")
            time.sleep(random.random() * 1.2)  # the clock looks once a second
            captured = stack.act(payment["payment_id"], "capture", gateway=round_ % 2)
            self.assertIn(captured.status, (201, 409), captured)
            status_is(payment, "captured" if captured.status == 201 else "expired")
            self.assertEqual(charge_of(payment)["voided"], captured.status != 201)


class LateVoids(unittest.TestCase):
    def test_a_void_after_the_close_becomes_a_refund(self):
        payment = stack.create(stack.payment_body(stack.tokenize(), 4400, intent="sale")).json
        postern("sandbox", "clock", "--advance", "26h")
        answer = stack.act(payment["payment_id"], "void")
        self.assertEqual((answer.status, answer.json["status"]), (201, "refunded"), answer)
        self.assertEqual((answer.json["operation"]["verb"], answer.json["operation"]["cause"]), ("refund", "batch_closed"))
        self.assertFalse(charge_of(payment)["voided"])
        self.assertEqual(balance(payment, "processor_receivable"), 0)


class Checks(unittest.TestCase):
    def pay(self, avs, cvv):
        made = stack.new_store("mercury", "595901", "xyz")
        postern("store", "change", made["store"], "--avs-no-match", avs, "--cvv-no-match", cvv)
        token = stack.tokenize(code="999", address="9 Elsewhere", postal_code="99999")  # neither matches
        body = stack.payment_body(token, 4500, intent="sale")
        body["tender"].update(store_id=made["store"], device_id=made["device"])
        return stack.create(body)

    def test_each_rule(self):
        for avs, cvv, status, flags in (("accept", "accept", "captured", None),
                                        ("flag", "accept", "captured", ["avs_no_match"]),
                                        ("flag", "flag", "captured", ["avs_no_match", "cvv_no_match"]),
                                        ("flag", "void", "voided", ["avs_no_match"])):
            with self.subTest(avs=avs, cvv=cvv):
                answer = self.pay(avs, cvv)
                self.assertEqual((answer.status, answer.json["status"]), (201, status), answer)
                self.assertEqual(answer.json.get("flags"), flags)
                self.assertEqual(answer.json["operation"]["checks"], {"avs": "no_match", "cvv": "no_match"})
                code = "checks_failed" if status == "voided" else None
                self.assertEqual(answer.json["operation"].get("failure_code"), code)
                self.assertEqual(charge_of(answer.json)["voided"], status == "voided")


if __name__ == "__main__":
    unittest.main(warnings="ignore")
