"""Who was disabled is let in nowhere: neither by the vault's front nor by the gateway."""
import json
import unittest

from stack import VISA, Client, Stack, postern, wait_until

stack = None
CARD = {"number": VISA, "expiry_month": 12, "expiry_year": 2029}


def setUpModule():
    global stack
    stack = Stack()


def made(*words):
    return json.loads(postern(*words, "--json").splitlines()[0])


class Disabled(unittest.TestCase):
    def setUp(self):
        self.merchant = made("merchant", "add", "--name", stack.name("merchant"))["merchant"]

    def add_key(self, kind):
        key = made("key", "add", "--merchant", self.merchant, "--kind", kind, "--name", stack.name("key"))
        return key["key"], key["api_key"]

    def give_card(self, key):
        client = Client(stack.urls["vault"], stack.ca, key)
        answer = client.call("POST", "/v1/tokens", CARD)
        client.close()
        return answer.status, answer.json.get("code")

    def list_payments(self, key):
        client = Client(stack.urls["gateway"], stack.ca, key)
        answer = client.call("GET", "/v1/payments")
        client.close()
        return answer.status

    def test_a_disabled_merchant_gives_no_card_and_reads_no_payment(self):
        _, publishable = self.add_key("publishable")
        ended, other = self.add_key("publishable")
        _, secret = self.add_key("secret")
        self.assertEqual(self.give_card(publishable), (201, None))
        self.assertEqual(self.list_payments(secret), 200)

        postern("merchant", "disable", self.merchant)
        self.assertEqual(self.give_card(publishable), (401, "caller_key_unknown"), "from the next call on")
        wait_until(lambda: self.list_payments(secret) == 401, 5, "the gateway refuses the secret key")

        postern("key", "disable", ended)
        postern("merchant", "change", self.merchant, "--enabled", "true")
        self.assertEqual(self.give_card(publishable), (201, None))
        self.assertEqual(self.give_card(other), (401, "caller_key_unknown"), "disabled by itself")

    def test_a_disabled_key_gives_no_card(self):
        name, key = self.add_key("publishable")
        self.assertEqual(self.give_card(key), (201, None))
        postern("key", "disable", name)
        self.assertEqual(self.give_card(key), (401, "caller_key_unknown"), "from the next call on")


if __name__ == "__main__":
    unittest.main(warnings="ignore")
