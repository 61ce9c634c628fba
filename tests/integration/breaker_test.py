"""A processor that takes messages and never answers: soon new payments are refused with nothing written, and once it
answers again they go through, and nothing stays unknown."""
import concurrent.futures
import unittest

from stack import Stack, wait_until

FAULTS = 60  # 20 in a row open the breaker
CLIENTS = 30
RESOLVER_SECONDS = 300  # it asks again at growing distance, and "not found" proves nothing in the first minute
stack = None


def setUpModule():
    global stack
    stack = Stack()


def attempt(headers):
    return stack.create(stack.payment_body(TOKEN, 1100), headers=headers)


def breaker_metric():
    text = stack.gateway().call("GET", "/metrics").body
    text = text.decode() if isinstance(text, bytes) else text
    return [line.split()[-1] for line in text.splitlines() if line.startswith("postern_breaker_open{")]


class Breaker(unittest.TestCase):
    def test_opens_refuses_and_closes(self):
        global TOKEN
        TOKEN = stack.tokenize(code=None)
        stack.fault("lost_answer", FAULTS)
        impatient = {"Postern-Timeout-Ms": "1000"}
        with concurrent.futures.ThreadPoolExecutor(CLIENTS) as clients:  # at once: the resolver has no word between them
            list(clients.map(lambda _: attempt(impatient), range(CLIENTS)))
        refused = attempt(impatient)
        self.assertEqual(refused.status, 503, refused)
        self.assertEqual(refused.json["code"], "processor_unreachable")
        self.assertEqual(refused.json["retry"], "wait")
        self.assertIn("1", breaker_metric())
        written = stack.rows("SELECT count(*) FROM idempotency_keys")
        again = attempt(impatient)
        self.assertEqual(again.status, 503, again)
        self.assertEqual(stack.rows("SELECT count(*) FROM idempotency_keys"), written)
        wait_until(lambda: attempt({}).status == 201, 120, "a payment goes through again")
        self.assertEqual(breaker_metric(), ["0"])
        wait_until(lambda: not stack.rows("SELECT 1 FROM operations WHERE status IN ('prepared', 'unknown')"), RESOLVER_SECONDS,
                   "nothing stays unknown")


if __name__ == "__main__":
    unittest.main(warnings="ignore")
