"""Many clients at once, over two gateways: one key charges once; limits hold; one tender charges once. Judged by
comparing the processor's book with ours."""
import random
import unittest

from stack import Stack, in_parallel, rounds

CLIENTS = 64
# Cards without a security code: a code serves one authorization, and these tokens serve thousands at once.
stack = None


def setUpModule():
    global stack
    stack = Stack()


def charges_by_invoice():
    book = {}
    for row in stack.book()["charges"]:
        book.setdefault(row["invoice"].upper(), []).append(row)
    return book


class OneKey(unittest.TestCase):
    def test_64_clients_one_key_one_charge_same_bytes(self):
        count, token, ids = rounds(1000), stack.tokenize(code=None), []
        for i in range(count):
            body, key = stack.payment_body(token, 1000 + i % 50 * 10), stack.name("race")
            answers = in_parallel(CLIENTS, lambda n: stack.create(body, key, gateway=n % 2))
            self.assertEqual({a.status for a in answers}, {201}, [a for a in answers if a.status != 201][:3])
            self.assertEqual(len({a.body for a in answers}), 1, "all clients get the same final bytes")
            ids.append(answers[0].json["payment_id"])
        book = charges_by_invoice()
        wanted = "', '".join(ids)
        identities = stack.rows(f"SELECT processor_identity FROM operations WHERE payment_id IN ('{wanted}')")
        self.assertEqual(len(identities), count, "one operation a payment")
        self.assertEqual([len(book.get(i.upper(), [])) for i, in identities], [1] * count)
        print(f"{count} rounds of {CLIENTS} clients: {count} charges")


class Limits(unittest.TestCase):
    def race(self, verb, prepare, limit_of, done_of):
        """Two clients ask for parts of what only allows one or both; never above the limit."""
        both = one = 0
        count = rounds(10_000)
        workers = 16
        each = max(1, count // workers)

        def work(n):
            seen = []
            chooser = random.Random(n)
            for _ in range(each):
                payment_id = prepare()
                # Equal halves and unequal parts; about half of the pairs fit together.
                first, second = chooser.choice(((500, 500), (600, 600), (300, 700), (400, 601), (999, 1), (1000, 1)))
                answers = in_parallel(2, lambda i: stack.act(payment_id, verb, (first, second)[i], gateway=i))
                seen.append((payment_id, first, second, sorted(a.status for a in answers)))
            return seen

        for seen in in_parallel(workers, work):
            for payment_id, first, second, statuses in seen:
                self.assertIn(statuses, ([201, 201], [201, 409]), (payment_id, first, second))
                self.assertFalse(statuses == [201, 201] and first + second > 1000, "above the limit")
                both += statuses == [201, 201]
                one += statuses == [201, 409]
                done = done_of(stack.get(payment_id).json)
                self.assertLessEqual(done, limit_of)
        total = both + one
        print(f"{total} racing pairs of {verb}: both in {both}, one in {one}")
        self.assertGreaterEqual(both, total // 20)
        self.assertGreaterEqual(one, total // 20)
        over = stack.rows("SELECT count(*) FROM payments WHERE captured_minor > approved_minor OR refunded_minor > captured_minor")
        self.assertEqual(over, [["0"]])

    def test_refunds_never_exceed_what_was_captured(self):
        token = stack.tokenize(code=None)
        self.race("refund", lambda: stack.create(stack.payment_body(token, 1000, intent="sale")).json["payment_id"],
                  1000, lambda p: p["refunded_minor"])

    def test_captures_never_exceed_what_was_approved(self):
        token = stack.tokenize(code=None)
        self.race("capture", lambda: stack.create(stack.payment_body(token, 1000)).json["payment_id"],
                  1000, lambda p: p["captured_minor"])


class Offline(unittest.TestCase):
    def test_eight_orders_sent_19_times_with_fresh_keys_are_8_charges(self):
        token = stack.tokenize(code=None)
        orders = [stack.payment_body(token, 3000 + 10 * n, intent="sale", accepted_offline_at="2026-01-01T00:00:00Z",
                                     device_sequence=n + 1) for n in range(8)]
        sends = orders * 2 + orders[:3]
        random.Random(19).shuffle(sends)
        self.assertEqual(len(sends), 19)
        answers = in_parallel(19, lambda i: stack.create(sends[i], gateway=i % 2))
        self.assertEqual({a.status for a in answers}, {201}, answers)
        ids = {a.json["payment_id"] for a in answers}
        self.assertEqual(len(ids), 8)
        self.assertTrue(all(a.json["late"] for a in answers), "accepted offline long ago: marked")
        book = charges_by_invoice()
        wanted = "', '".join(ids)
        identities = stack.rows(f"SELECT processor_identity FROM operations WHERE payment_id IN ('{wanted}')")
        self.assertEqual([len(book.get(i.upper(), [])) for i, in identities], [1] * 8)


if __name__ == "__main__":
    unittest.main(warnings="ignore")
