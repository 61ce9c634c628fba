"""Who was disabled is let in nowhere: neither by the vault's front nor by the gateway. A page that a key does not list
is not let in either."""
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

    def give_card(self, key, headers=None):
        client = Client(stack.urls["vault"], stack.ca, key)
        answer = client.call("POST", "/v1/tokens", CARD, headers)
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

    def test_a_page_gives_a_card_where_the_key_lists_its_origin(self):
        name, key = self.add_key("publishable")
        page = f"https://{stack.name('shop').lower()}.example"
        preflight = Client(stack.urls["vault"], stack.ca)

        def may_ask():
            answer = preflight.call("OPTIONS", "/v1/tokens", None, {"Origin": page, "Access-Control-Request-Method": "POST"})
            return answer.status, answer.headers.get("access-control-allow-origin")

        self.assertEqual(self.give_card(key, {"Origin": page}), (403, "origin_not_allowed"), "no list: no browser")
        self.assertEqual(may_ask(), (403, None))
        self.assertEqual(made("key", "origins", name, page)["origins"], page)
        self.assertEqual(self.give_card(key, {"Origin": page}), (201, None))
        self.assertEqual(may_ask(), (204, page))
        self.assertEqual(self.give_card(key, {"Origin": "https://other.example"}), (403, "origin_not_allowed"))
        self.assertEqual(self.give_card(key), (201, None), "a program names no origin")
        postern("key", "origins", name)
        self.assertEqual(self.give_card(key, {"Origin": page}), (403, "origin_not_allowed"), "from the next call on")
        preflight.close()


if __name__ == "__main__":
    unittest.main(warnings="ignore")
