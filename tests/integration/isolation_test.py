"""A processor that takes messages and does not answer holds up its own payments and nobody else's: while more payments
than the vault, the egress and the gateway have threads wait for it, the other processor's are answered one after another."""
import concurrent.futures
import unittest

from stack import Stack, wait_until

stack = None
PLACES = None
WAITING = 60
BESIDE = 5
CARD = "4242424242424242"  # both sandboxes take it
PATIENCE_MS, LATE_MS = "12000", 15000  # of the callers; of the answers


def setUpModule():
    global stack, PLACES
    stack = Stack()
    PLACES = {"mercury": {name: stack.ids[name] for name in ("store", "device")},
              "stripe": stack.new_store("stripe", "acct_first", "sk_test_first")}


def pay(processor, token, headers=None):
    made = stack.payment_body(token, 1100)
    made["tender"].update(store_id=PLACES[processor]["store"], device_id=PLACES[processor]["device"])
    return stack.create(made, headers=headers)


class Isolation(unittest.TestCase):
    def tearDown(self):
        for side in PLACES:
            stack.sandbox("DELETE", "/sandbox/faults", of=side)

    def beside(self, hanging, other):
        token = stack.tokenize(CARD, code=None)
        stack.sandbox("POST", "/sandbox/faults", {"kind": "late_answer", "rate": 1.0, "delay_ms": LATE_MS}, of=hanging)
        with concurrent.futures.ThreadPoolExecutor(WAITING) as clients:
            waiting = [clients.submit(pay, hanging, token, {"Postern-Timeout-Ms": PATIENCE_MS}) for _ in range(WAITING)]
            rounds = 0
            while not any(one.done() for one in waiting) and rounds < BESIDE:
                self.assertEqual(pay(other, token).status, 201)
                rounds += 1
            answered = [one.result() for one in waiting]
        self.assertEqual(rounds, BESIDE, f"so many at {other} before the first at {hanging} gave up")
        self.assertEqual({answer.status for answer in answered}, {202})
        stack.sandbox("DELETE", "/sandbox/faults", of=hanging)
        wait_until(lambda: pay(hanging, token).status == 201, 120, f"{hanging} takes payments again")

    def test_mercury_hangs(self):
        self.beside("mercury", "stripe")

    def test_stripe_hangs(self):
        self.beside("stripe", "mercury")


if __name__ == "__main__":
    unittest.main(warnings="ignore")
