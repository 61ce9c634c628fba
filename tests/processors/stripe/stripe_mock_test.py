"""Every message of the Stripe adapter before Stripe's own checker. It keeps no state, so acceptance is all that it proves."""
import pathlib
import re
import socket
import subprocess
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[3] / "deploy"))
from orchestrate import stripe_mock  # noqa: E402

MESSAGES = sys.argv.pop(1)
READY_SECONDS = 20


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def messages():
    """The program's output: name and bytes of each."""
    rest = subprocess.run([MESSAGES], stdout=subprocess.PIPE, check=True).stdout
    found = {}
    while rest:
        line, rest = rest.split(b"\n", 1)
        name, length = line.decode().split()
        found[name], rest = rest[:int(length)], rest[int(length):]
    return found


class StripeMock(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.port = free_port()
        cls.mock = subprocess.Popen([stripe_mock.program(), "-http-addr", f"127.0.0.1:{cls.port}"], stdout=subprocess.DEVNULL,
                                    stderr=subprocess.DEVNULL)
        until = time.monotonic() + READY_SECONDS
        while True:
            try:
                socket.create_connection(("127.0.0.1", cls.port), 1).close()
                return
            except OSError:
                if time.monotonic() > until or cls.mock.poll() is not None:
                    raise
                time.sleep(0.1)

    @classmethod
    def tearDownClass(cls):
        cls.mock.terminate()
        cls.mock.wait()

    def answer(self, request):
        """Status and text of one raw request."""
        with socket.create_connection(("127.0.0.1", self.port), 10) as connection:
            connection.sendall(request.replace(b"\r\n", b"\r\nConnection: close\r\n", 1))
            got = b""
            while part := connection.recv(65536):
                got += part
        return int(got.split()[1]), got.decode(errors="replace")

    def test_every_message_is_accepted(self):
        sent = messages()
        self.assertGreaterEqual(len(sent), 40)
        for name, request in sent.items():
            with self.subTest(name):
                status, text = self.answer(request)
                self.assertEqual(status, 200, text)

    def test_the_checker_checks(self):
        sent = messages()
        bent = {"unknown_field": sent["card"].replace(b"card%5Bnumber%5D", b"card%5Bnumbre%5D"),
                "mistyped": sent["authorize_usd"].replace(b"amount=1250", b"amount=12.5"),
                "other_value": sent["authorize_usd"].replace(b"capture_method=manual", b"capture_method=manuel"),
                "no_content_type": re.sub(rb"Content-Type: [^\r]+\r\n", b"", sent["capture"]),
                "no_key": sent["capture"].replace(b"Bearer sk_test_postern", b"Bearer nobody"),
                "other_path": sent["cancel"].replace(b"/cancel ", b"/cancle ")}
        wanted = {"no_key": 401, "other_path": 404}
        for name, request in bent.items():
            with self.subTest(name):
                head, _, body = request.partition(b"\r\n\r\n")
                head = re.sub(rb"Content-Length: \d+", b"Content-Length: %d" % len(body), head)
                self.assertEqual(self.answer(head + b"\r\n\r\n" + body)[0], wanted.get(name, 400))


if __name__ == "__main__":
    unittest.main()
