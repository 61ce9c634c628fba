"""What goes with a charge beside number and expiry: a security code once, or the charge fails; name and address."""
import os
import signal
import unittest

from stack import Stack, in_parallel, wait_until

EXTRAS = {"name": "A. O'Guest", "address": "123 Main <Street>", "postal_code": "45209"}
stack = None


def setUpModule():
    global stack
    stack = Stack()


def sale(token, amount, **more):
    """A sale's answer, asked again while the vault is not there: nothing was done."""
    body, key = stack.payment_body(token, amount, intent="sale", **more), stack.name("extras")

    def ask():
        answer = stack.create(body, key)
        return None if answer.status == 503 else answer

    return wait_until(ask, 30, "the gateway reaches its vault")


def carried(payment):
    """The optional elements that reached the processor with this payment's charge, by name."""
    (row,) = stack.rows(f"SELECT processor_identity FROM operations WHERE payment_id = '{payment['payment_id']}'")
    (charge,) = [c for c in stack.book()["charges"] if c["invoice"].upper() == row[0].upper()]
    return charge["carried"].split()


def is_marked_used(token):
    return stack.vault_rows(f"SELECT security_code_used FROM tokens WHERE token = '{token}'") == [["t"]]


def kill_keeper():
    name = next(name for name in stack.processes() if "keeper" in name)
    pid = stack.processes()[name]["pid"]
    os.kill(pid, signal.SIGKILL)
    wait_until(lambda: stack.processes()[name]["pid"] not in (None, pid), 30, "the keeper is started again")


class CardExtras(unittest.TestCase):
    def test_all_go_with_the_first_charge_and_all_but_the_code_with_the_next(self):
        token = stack.tokenize(**EXTRAS)
        self.assertEqual(carried(sale(token, 3100).json), ["CVVData", "Name", "Address", "Zip"])
        self.assertEqual(carried(sale(token, 3101).json), ["Name", "Address", "Zip"])

    def test_only_what_was_given_goes(self):
        self.assertEqual(carried(sale(stack.tokenize(code=None), 3110).json), [])
        self.assertEqual(carried(sale(stack.tokenize(code=None, postal_code="45209"), 3111).json), ["Zip"])
        self.assertEqual(carried(sale(stack.tokenize(), 3112).json), ["CVVData"])

    def test_charges_at_once_use_the_code_once_and_none_fails(self):
        for round_ in range(5):
            token = stack.tokenize()
            answers = in_parallel(6, lambda i: stack.create(
                stack.payment_body(token, 3120 + i, intent="sale"), gateway=i % 2))
            self.assertEqual([a.json["status"] for a in answers], ["captured"] * 6, answers)
            codes = sum("CVVData" in carried(a.json) for a in answers)
            self.assertEqual(codes, 1, f"round {round_}")


class LostCodes(unittest.TestCase):
    def test_a_lost_code_fails_the_charge_and_a_new_token_takes_the_tender(self):
        token, tender = stack.tokenize(**EXTRAS), stack.name("tender")
        kill_keeper()
        booked = stack.book()["last"]
        answer = sale(token, 3200, tender=tender)
        self.assertEqual((answer.status, answer.json["status"]), (201, "failed"), answer)
        self.assertEqual((answer.json["operation"]["status"], answer.json["operation"]["failure_code"]),
                         ("failed", "security_code_expired"))
        self.assertEqual(stack.book()["last"], booked, "nothing was sent")
        again = sale(stack.tokenize(**EXTRAS), 3200, tender=tender)
        self.assertEqual((again.json["status"], carried(again.json)[0]), ("captured", "CVVData"))

    def test_that_a_code_was_used_is_remembered(self):
        token = stack.tokenize()
        self.assertEqual(carried(sale(token, 3210).json), ["CVVData"])
        wait_until(lambda: is_marked_used(token), 10, "the keeper has written down that the code was used")
        kill_keeper()
        answer = sale(token, 3211)
        self.assertEqual((answer.json["status"], carried(answer.json)), ("captured", []), answer)


if __name__ == "__main__":
    unittest.main(warnings="ignore")
