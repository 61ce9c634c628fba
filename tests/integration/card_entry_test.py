"""Cards that were swiped or that a reader encrypted: they go once as they came, and nothing of them is kept."""
import os
import signal
import unittest

from books import assert_books_agree
from readers import encrypted, track1, track2
from stack import VISA, Stack, wait_until

stack = None


def setUpModule():
    global stack
    stack = Stack()


def token_of(**body):
    answer = stack.give_card(**body)
    assert answer.status == 201, answer
    return answer.json["token"]


def sale(token, amount, **more):
    return stack.create(stack.payment_body(token, amount, intent="sale", **more)).json


def charge_of(payment):
    """What the processor booked for the payment's first operation."""
    (row,) = stack.rows("SELECT processor_identity FROM operations WHERE payment_id = "
                        f"'{payment['payment_id']}' ORDER BY created_at LIMIT 1")
    (charge,) = [c for c in stack.book()["charges"] if c["invoice"].upper() == row[0].upper()]
    return charge


def kill_keeper():
    name = next(name for name in stack.processes() if "keeper" in name)
    pid = stack.processes()[name]["pid"]
    os.kill(pid, signal.SIGKILL)
    wait_until(lambda: stack.processes()[name]["pid"] not in (None, pid), 30, "the keeper is started again")
    wait_until(lambda: stack.gateway().call("GET", "/readyz").status == 200, 30, "the gateway reaches its vault")


class Swiped(unittest.TestCase):
    def test_the_stripe_goes_with_the_first_charge_and_the_number_with_the_next(self):
        answer = stack.give_card(track1=track1(VISA), track2=track2(VISA))
        self.assertEqual(answer.json["card"], {"bin6": VISA[:6], "last4": VISA[-4:], "brand": "visa", "entry": "swiped",
                                               "expiry_month": 12, "expiry_year": 2029})
        token = answer.json["token"]
        self.assertEqual(charge_of(sale(token, 4100))["carried"], "Track2")
        self.assertEqual(charge_of(sale(token, 4101))["carried"], "")

    def test_a_hold_of_track_1_is_captured_and_refunded(self):
        token = token_of(track1=track1(VISA))
        payment = stack.create(stack.payment_body(token, 4110)).json
        self.assertEqual(charge_of(payment)["carried"], "Track1")
        self.assertEqual(stack.act(payment["payment_id"], "capture").json["status"], "captured")
        self.assertEqual(stack.act(payment["payment_id"], "refund").json["status"], "refunded")

    def test_a_lost_answer_is_found_under_the_number(self):
        token = token_of(track2=track2(VISA))
        stack.fault("lost_answer", tran_code="Sale")
        payment = sale(token, 4120)
        wait_until(lambda: stack.get(payment["payment_id"]).json["status"] == "captured", 60, "the sale is known")
        self.assertEqual(charge_of(payment)["carried"], "Track2", "and booked once")

    def test_a_lost_track_fails_the_charge(self):
        token = token_of(track2=track2(VISA))
        kill_keeper()
        booked = stack.book()["last"]
        answer = sale(token, 4130)
        self.assertEqual((answer["status"], answer["operation"]["failure_code"]), ("failed", "track_expired"))
        self.assertEqual(stack.book()["last"], booked, "nothing was sent")

    def test_a_bad_track_is_refused_without_a_digit_of_it(self):
        for field, text, code in (("track2", track2(VISA[:-1] + "2"), "card_number_invalid"),
                                  ("track2", track2(VISA)[:20], "track_malformed"),
                                  ("track1", track2(VISA), "track_malformed"),
                                  ("track2", track2(VISA, expiry="2001"), "card_expired")):
            answer = stack.give_card(**{field: text})
            self.assertEqual(answer.status, 400)
            self.assertEqual(answer.json["errors"], [{"field": f"/{field}", "code": code}])
            self.assertNotIn(VISA[:6], answer.body.decode())


class Encrypted(unittest.TestCase):
    def test_a_block_goes_through_once_and_nothing_is_known_of_it(self):
        answer = stack.give_card(encrypted=encrypted(VISA, "Contactless"))
        self.assertEqual(answer.json["card"], {"brand": "unknown", "entry": "encrypted"})
        payment = sale(answer.json["token"], 4200)
        self.assertEqual(payment["status"], "captured")
        self.assertEqual(charge_of(payment)["carried"], "EncryptedBlock")

    def test_what_follows_goes_by_the_processor_s_record(self):
        token = token_of(encrypted=encrypted(VISA))
        payment = stack.create(stack.payment_body(token, 4300)).json
        self.assertEqual(stack.act(payment["payment_id"], "capture").json["status"], "captured")
        refunded = stack.act(payment["payment_id"], "refund", 300).json
        self.assertEqual((refunded["status"], refunded["operation"]["status"]), ("partially_refunded", "approved"))
        again = sale(token, 4301)
        self.assertEqual(again["status"], "captured", again)
        self.assertEqual(charge_of(again)["carried"], "")
        self.assertEqual(stack.act(again["payment_id"], "void").json["status"], "voided")
        records = [c["record_no"] for c in stack.book()["charges"] if c.get("record_no")]
        self.assertGreaterEqual(len(records), 4, "each use brought a new one")
        kept = stack.vault_rows(f"SELECT count(*) FROM processor_tokens JOIN tokens USING (card_id) WHERE token = '{token}'")
        self.assertEqual(kept, [["1"]])
        assert_books_agree(self, stack)

    def test_a_lost_answer_of_an_encrypted_sale_is_looked_up(self):
        stack.fault("lost_answer", tran_code="Sale")
        payment = sale(token_of(encrypted=encrypted(VISA)), 4310)
        wait_until(lambda: stack.get(payment["payment_id"]).json["status"] == "captured", 60, "the sale is known")
        refund = stack.act(payment["payment_id"], "refund").json["operation"]
        self.assertEqual((refund["status"], refund["failure_code"]), ("failed", "card_number_unknown"), "its record was lost too")

    def test_a_block_that_the_processor_cannot_open_is_its_refusal(self):
        token = token_of(encrypted={**encrypted(VISA), "block": "AB" * 40})
        self.assertEqual(sale(token, 4210)["status"], "failed")


if __name__ == "__main__":
    unittest.main(warnings="ignore")
