"""A hijacked gateway: a client on the keeper's socket, as the gateway's own Unix user, that tries what no gateway may.
Judged by the keeper's answer and by what the processor received. And the door before it: another user's connect."""
import contextlib
import json
import os
import pathlib
import random
import signal
import socket
import subprocess
import tempfile
import threading
import unittest

import messages
from card_traces_test import luhn_complete
from frames import INQUIRE, RESEND, SEND, Gateway, Peer, decode, encode, word
from sightings import shows
from stack import Client, Stack, wait_until

stack = None
SOCKETS = {"front": "vault/front.sock", "gateway": "vault/gateway.sock", "admin": "vault/admin.sock",
           "egress": "egress/egress.sock"}
USERS = ("root", "nobody", "postern-front", "postern-gateway", "postern-keeper", "postern-egress", "postern-relay",
         "postern-sandbox", "postern-stripe-sandbox", "postern-pg-gateway", "postern-pg-vault")
ALLOWED = {"front": {"postern-front"}, "gateway": {"postern-gateway"}, "admin": {"root", "postern-keeper"},
           "egress": {"postern-keeper"}}


def setUpModule():
    global stack
    stack = Stack()
    wait_until(lambda: not stack.rows("SELECT 1 FROM operations WHERE status IN ('prepared', 'unknown') LIMIT 1"), 120,
               "nothing is open that a resolver would send for")


def path_of(name):
    return os.path.join(stack.data["run"], SOCKETS[name])


def received():
    return stack.sandbox("GET", "/sandbox/received")


def booked(invoice):
    """How many requests of that invoice are in the processor's book."""
    return stack.sandbox("GET", f"/sandbox/book?invoice={invoice}&totals=1")["totals"]["requests"]


def fresh_number():
    chooser = random.SystemRandom()
    return luhn_complete("4" + "".join(str(chooser.randrange(10)) for _ in range(14)))


class Doors(unittest.TestCase):
    """Each of the vault's sockets answers its own caller; every other user is turned away without a byte."""

    # Harmless, and answered by whoever serves the socket.
    QUESTIONS = {"gateway": ("GatewayRequest", {"hello": {}}),
                 "admin": ("AdminRequest", {"verify_journal": {}, "operator": "test"}),
                 "front": ("FrontRequest", {"delete_token": {"caller_key": "none", "token": "none", "request_id": "none"}}),
                 "egress": ("EgressRequest", {"host": "elsewhere.example", "port": 443, "time_left_ms": 1000})}

    def answered(self, user, name):
        try:
            peer = Peer(user, path_of(name))
        except PermissionError:
            return False
        with contextlib.closing(peer):
            try:
                return bool(peer.call(encode(*self.QUESTIONS[name])))
            except (ConnectionError, BrokenPipeError):
                return False

    def refusals_logged(self):
        logs = [stack.processes()[name]["log"] for name in ("vault-keeper", "vault-egress")]
        return sum(pathlib.Path(log).read_text().count('"msg":"peer refused"') for log in logs)

    def test_a_wrong_user_is_refused_at_each_socket(self):
        before, refused = self.refusals_logged(), 0
        for name in SOCKETS:
            for user in USERS:
                with self.subTest(socket=name, user=user):
                    self.assertEqual(self.answered(user, name), user in ALLOWED[name])
                    refused += user not in ALLOWED[name]
        wait_until(lambda: self.refusals_logged() >= before + refused, 10, "each refusal is in a log")
        print(f"{len(SOCKETS)} sockets, {len(USERS)} users: {refused} refused and logged")

    def test_the_gateways_socket_knows_no_other_callers_requests(self):
        with contextlib.closing(Gateway("postern-gateway", path_of("gateway"))) as gateway:
            before = received()["messages"]
            for message, fields in (
                    ("FrontRequest", {"tokenize": {"caller_key": "k" * 32, "request_id": "1", "origin": "1"}}),
                    ("FrontRequest", {"delete_token": {"caller_key": "k" * 32, "token": messages.random_id("tok_")}}),
                    ("AdminRequest", {"put_account": {"account_id": stack.ids["account"], "tenant_id": stack.ids["merchant"],
                                                      "destination": "mercury"}}),
                    ("AdminRequest", {"put_caller_key": {"key_id": messages.random_id("key_"),
                                                         "tenant_id": stack.ids["merchant"], "key_digest": "d" * 32}}),
                    ("EgressRequest", {"host": "mercury.localhost", "port": 443, "time_left_ms": 1000})):
                for secret in (b"", b"\0\x06595901\0\x03xyz"):
                    with self.subTest(message=message, fields=list(fields), secret=bool(secret)):
                        reply = decode("GatewayReply", gateway.call(encode(message, fields), secret))
                        # At best it reads as a hello, never as what it was meant to be.
                        harmless = ("hello" in reply and not secret) or word(reply) == "failure malformed_request"
                        self.assertTrue(harmless, reply)
            self.assertIn("hello", gateway.ask_for({"hello": {}})[0], "and goes on serving")
            self.assertEqual(received()["messages"], before)


class OnTheSocket(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.publishable_key_2 = pathlib.Path(stack.status["credentials"]["publishable_key_file_2"]).read_text().strip()
        cls.token, cls.token_2 = stack.tokenize(), cls.token_of_second(fresh_number())

    @classmethod
    def token_of_second(cls, number):
        client = Client(stack.urls["vault"], stack.ca, cls.publishable_key_2)
        with contextlib.closing(client):
            body = {"number": number, "expiry_month": 12, "expiry_year": 2029}
            return client.call("POST", "/v1/tokens", body).json["token"]

    def setUp(self):
        self.gateway = Gateway("postern-gateway", path_of("gateway"))
        self.addCleanup(self.gateway.close)
        self.invoice = stack.name("hj")[-16:]

    def forward(self, message=None, **other):
        """A Forward that would be sent as it is, but for what the test changes; None leaves a field out."""
        fields = {"operation_id": messages.random_id("op_"), "attempt": 1, "kind": SEND,
                  "tenant_id": stack.ids["merchant"], "account_id": stack.ids["account"], "token": self.token,
                  "destination": "mercury", "operation": "authorize",
                  "message": message or messages.authorize(self.invoice), "time_left_ms": 20000, **other}
        return {"forward": {name: value for name, value in fields.items() if value is not None}}

    def ask(self, forward, **other):
        asked = {name: forward["forward"][name] for name in ("tenant_id", "operation_id", "attempt")}
        epoch = self.gateway.ask_for({"hello": {}})[0]["hello"]["epoch"].decode()
        return {"ask": {**asked, "known_epoch": epoch, **other}}

    @contextlib.contextmanager
    def nothing_arrives(self):
        before = received()["messages"]
        yield
        self.assertEqual(received()["messages"], before, "a message reached the processor")
        self.assertEqual(booked(self.invoice), 0)


class Hijacked(OnTheSocket):
    def test_an_honest_message_is_sent(self):
        """What the others bend, so that they fail for their bend alone."""
        before = received()["messages"]
        self.assertEqual(self.gateway.verdict(self.forward()), "sent")
        self.assertEqual(received()["messages"], before + 1)
        self.assertEqual(booked(self.invoice), 1)

    def test_no_slot_stands_off_policy(self):
        tried = 0
        with self.nothing_arrives():
            for what, message in messages.slots_off_policy(messages.authorize(self.invoice)):
                tried += 1
                self.assertEqual(self.gateway.verdict(self.forward(message)), "not_sent policy_refused", what)
            for what, message in messages.slots_off_policy(messages.inquiry(self.invoice)):
                tried += 1
                bent = self.forward(message, operation="inquire", token=None, kind=INQUIRE)
                self.assertEqual(self.gateway.verdict(bent), "not_sent policy_refused", what)
        print(f"{tried} messages with a slot off policy: none arrived")

    def test_no_other_shape_passes(self):
        with self.nothing_arrives():
            for what, message in messages.shapes_off_policy(messages.authorize(self.invoice)):
                self.assertEqual(self.gateway.verdict(self.forward(message)), "not_sent policy_refused", what)
            for what, other in (("another operation", {"operation": "sale"}), ("an unknown one", {"operation": "steal"}),
                                ("no token", {"token": None}), ("a token for an inquiry", {"operation": "inquire"})):
                self.assertEqual(self.gateway.verdict(self.forward(**other)), "not_sent policy_refused", what)
            unknown_slot = messages.bent(messages.authorize(self.invoice), lambda m: messages.find(m, "AcctNo").update(
                leaf=messages.slot("card.everything")))
            self.assertTrue(self.gateway.verdict(self.forward(unknown_slot)).startswith("failure "))

    def test_no_other_host_can_be_named(self):
        with socket.create_server(("127.0.0.1", 0)) as elsewhere, self.nothing_arrives():
            elsewhere.settimeout(0.2)
            there = "127.0.0.1:%d" % elsewhere.getsockname()[1]
            for name in ("elsewhere", "mercury2", "sandbox"):
                self.assertEqual(self.gateway.verdict(self.forward(destination=name)), "not_sent destination_unknown")
            for name in (there, f"https://{there}/", "mercury." + there, "mercury\n", "Mercury", "../mercury", ""):
                self.assertEqual(self.gateway.verdict(self.forward(destination=name)), "failure malformed_request", name)
            honest = messages.authorize(self.invoice)
            for what, change in (
                    ("path", lambda m: m.update(path_template=f"https://{there}/ws/ws.asmx")),
                    ("authority in path", lambda m: m.update(path_template=f"//{there}/ws/ws.asmx")),
                    ("Host", lambda m: m["headers"].append({"name": "Host", "value": messages.text(there)})),
                    ("method", lambda m: m.update(method="CONNECT")),
                    ("SOAPAction", lambda m: m["headers"][0].update(value=messages.text(f"\"x\"\r\nHost: {there}")))):
                self.assertEqual(self.gateway.verdict(self.forward(messages.bent(honest, change))),
                                 "not_sent policy_refused", what)
            with self.assertRaises(TimeoutError):
                elsewhere.accept()

    def test_no_token_goes_to_another_tenants_merchant_id(self):
        first, second = stack.ids["merchant"], stack.ids["merchant_2"]
        account, account_2 = stack.ids["account"], stack.ids["account_2"]
        honest = {(first, self.token, account), (second, self.token_2, account_2)}
        with self.nothing_arrives():
            for tenant in (first, second):
                for token in (self.token, self.token_2):
                    for merchant_id in (account, account_2):
                        if (tenant, token, merchant_id) in honest:
                            continue
                        mixed = self.forward(tenant_id=tenant, token=token, account_id=merchant_id)
                        self.assertEqual(self.gateway.verdict(mixed), "not_sent tenant_mismatch", mixed)
            unknown = self.forward(account_id=messages.random_id("acct_"))
            self.assertTrue(self.gateway.verdict(unknown).startswith("not_sent "))
            unknown = self.forward(token=messages.random_id("tok_"))
            self.assertTrue(self.gateway.verdict(unknown).startswith("not_sent "))
            described = self.gateway.ask_for({"describe_token": {"tenant_id": first, "token": self.token_2}})[0]
            self.assertEqual(word(described), "failure token_not_found")

    def test_no_attempt_is_repeated(self):
        once = self.forward()
        self.assertEqual(self.gateway.verdict(once), "sent")
        before = received()["messages"]
        for what, again in (("as it was", {}), ("as a resend", {"kind": RESEND}),
                            ("as another message", {"message": messages.authorize(self.invoice, "2.67")}),
                            ("as another tenant's", {"tenant_id": stack.ids["merchant_2"], "token": self.token_2,
                                                     "account_id": stack.ids["account_2"]}),
                            ("off policy", {"operation": "sale"})):
            repeated = {"forward": {**once["forward"], **again}}
            self.assertEqual(self.gateway.verdict(repeated), "maybe_sent attempt_repeated", what)
        self.assertEqual(received()["messages"], before)
        self.assertEqual(booked(self.invoice), 1)
        # Its kept reply is its tenant's alone.
        self.assertEqual(self.gateway.verdict(self.ask(once)), "sent")
        self.assertEqual(self.gateway.verdict(self.ask(once, tenant_id=stack.ids["merchant_2"])), "maybe_sent no_reply")

    def test_twins_of_one_attempt_are_one_message(self):
        once, before = encode("GatewayRequest", self.forward()), received()["messages"]
        peers = [Gateway("postern-gateway", path_of("gateway")) for _ in range(4)]
        verdicts, lock = [], threading.Lock()

        def race(peer):
            for _ in range(5):
                peer.send(once)
            for _ in range(5):
                reply = peer.receive()[1]
                with lock:
                    verdicts.append(b"attempt_repeated" not in reply)

        racers = [threading.Thread(target=race, args=(peer,)) for peer in peers]
        for racer in racers:
            racer.start()
        for racer in racers:
            racer.join()
        for peer in peers:
            peer.close()
        self.assertEqual((len(verdicts), sum(verdicts)), (20, 1))
        self.assertEqual(received()["messages"], before + 1)

    def test_nothing_is_sent_after_not_sent(self):
        with self.nothing_arrives():
            fenced = self.forward()
            self.assertEqual(self.gateway.verdict(self.ask(fenced)), "not_sent never_arrived")
            self.assertEqual(self.gateway.verdict(fenced), "not_sent attempt_closed")
            refused = self.forward(operation="sale")
            self.assertEqual(self.gateway.verdict(refused), "not_sent policy_refused")
            righted = {"forward": {**refused["forward"], "operation": "authorize"}}
            self.assertEqual(self.gateway.verdict(righted), "not_sent attempt_closed")

    def test_a_killed_keeper_forgets_neither(self):
        sent, fenced = self.forward(), self.forward()
        self.assertEqual(self.gateway.verdict(sent), "sent")
        self.assertEqual(self.gateway.verdict(self.ask(fenced)), "not_sent never_arrived")
        before = received()["messages"]
        os.kill(stack.processes()["vault-keeper"]["pid"], signal.SIGKILL)
        self.gateway = wait_until(self.back_again, 60, "the keeper serves again")
        self.addCleanup(self.gateway.close)
        self.assertEqual(self.gateway.verdict(sent), "maybe_sent attempt_repeated")
        self.assertEqual(self.gateway.verdict(fenced), "not_sent attempt_closed")
        self.assertEqual(received()["messages"], before)
        self.assertEqual(booked(self.invoice), 1)

    @staticmethod
    def back_again():
        try:
            gateway = Gateway("postern-gateway", path_of("gateway"))
            gateway.ask_for({"hello": {}})
            return gateway
        except OSError:
            return None


class Echoes(OnTheSocket):
    """A processor that hands the number back, in each form that the sandbox knows, to a gateway that wants it."""

    MESSAGE = """<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"><soap:Body>
<CreditTransaction xmlns="http://www.mercurypay.com"><tran>&lt;TStream>&lt;Transaction>&lt;TranType>Credit&lt;/TranType>
&lt;TranCode>Sale&lt;/TranCode>&lt;InvoiceNo>{invoice}&lt;/InvoiceNo>&lt;RefNo>1&lt;/RefNo>&lt;Memo>x&lt;/Memo>
&lt;MerchantID>595901&lt;/MerchantID>&lt;Purchase>{amount}&lt;/Purchase>&lt;AcctNo>{number}&lt;/AcctNo>
&lt;ExpDate>1229&lt;/ExpDate>&lt;/Transaction>&lt;/TStream></tran><pw>xyz</pw></CreditTransaction></soap:Body></soap:Envelope>"""

    @staticmethod
    def order(form, code):
        stack.fault("echo_card", form=form, tran_code=code)

    def straight_from_the_sandbox(self, number, form):
        """The reply's headers and body with no vault in between."""
        self.order(form, "Sale")
        with contextlib.closing(Client(stack.urls["mercury_sandbox"], stack.ca)) as client:
            body = self.MESSAGE.format(invoice=stack.name("hj")[-16:], number=number, amount=messages.DECLINED)
            answer = client.call("POST", "/ws/ws.asmx", body, {"Content-Type": "text/xml"})
        return answer.headers.get("Content-Type").encode(), answer.body

    def through_the_keeper(self, number, form):
        """All bytes that the socket gave, and the verdicts: of the forward, and of asking for it afterwards."""
        token = stack.tokenize(number, None)
        self.order(form, "PreAuth")
        forward = self.forward(messages.authorize(stack.name("hj")[-16:]), token=token)
        replies = [self.gateway.ask_for(forward), self.gateway.ask_for(self.ask(forward))]
        sent = [reply["verdict"].get("sent", {}) for reply, _ in replies]
        texts = [reply.get(part, b"") for reply in sent for part in ("content_type", "body")]
        return [raw for _, raw in replies] + texts, [word(reply) for reply, _ in replies]

    def scanned(self, number, data):
        with tempfile.NamedTemporaryFile("w") as numbers:
            numbers.write(number + "\n")
            numbers.flush()
            scan = pathlib.Path(stack.data["programs"], "postern-scan")
            done = subprocess.run([scan, "--numbers", numbers.name, "--json", "--stdin"], input=data, capture_output=True)
        self.assertIn(done.returncode, (0, 1), done)
        return json.loads(done.stdout)["finds"]

    def test_no_form_of_the_number_comes_back(self):
        before, known = received()["echoes"], received()
        forms, shown, withheld = known["echo_forms"] + known["reply_forms"], [], []
        for form in forms:
            with self.subTest(form=form):
                number = fresh_number()
                straight = [shows(number, part) for part in self.straight_from_the_sandbox(number, form)]
                self.assertNotEqual(straight, [None, None], "the sandbox shows it, and this test can read it")
                replies, verdicts = self.through_the_keeper(number, form)
                for data in replies:
                    self.assertIsNone(shows(number, data), data)
                    self.assertEqual(self.scanned(number, data), [], data)
                self.assertIn(verdicts[0], ("sent", "maybe_sent reply_withheld", "maybe_sent reply_encoded"))
                (shown if verdicts[0] == "sent" else withheld).append(form)
        after = received()["echoes"]
        echoed = [form for form in forms if after.get(form, 0) == before.get(form, 0) + 2]
        self.assertEqual(echoed, forms, "each was really sent, once to this test and once to the vault")
        self.assertGreaterEqual(len(echoed), 40)
        print(f"{len(echoed)} forms echoed: {len(shown)} scrubbed, withheld {withheld}")


if __name__ == "__main__":
    unittest.main(warnings="ignore")
