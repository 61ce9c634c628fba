"""Every shell line of the README and of docs/ does what it says, in order, on the running instance."""
import os
import re
import subprocess
import unittest

from stack import DATA, INSTANCE, ROOT, Stack, wait_until

FENCED = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)
NAMED_COMMAND = re.compile(r"`(\./postern[^`]*)`")
A_COMMAND = re.compile(r"^\s*(sudo |\./postern |curl |cmake |psql |kcat |\w+=\$\()", re.MULTILINE)
# How many shell blocks each document has: a new one wants a test below.
BLOCKS = {"README.md": 3, "docs/api.md": 1, "docs/dependencies.md": 0, "docs/mercury.md": 1, "docs/operate.md": 5,
          "docs/performance.md": 0, "docs/write-an-adapter.md": 1}  # the last: tests/deploy/adapter_new_test.py
# On an instance where all is well there is nothing to show, and nothing of that name to repair.
MAY_LIST_NOTHING = ("./postern events blocked",)
ENDS_WITH = {command: 66 for command in ("./postern events retry PAYMENT", "./postern merchant disable MERCHANT",
                                         "./postern merchant change MERCHANT --enabled true", "./postern key disable KEY",
                                         "./postern key show KEY", "./postern key origins KEY https://shop.example")}
# What starts and ends whole instances: the fixture does that with the same program.
FIXTURES = ("./postern", "./postern up", "./postern test", "./postern down", "./postern down --wipe")


def documents():
    """Their names under the root."""
    return ["README.md", *sorted(f"docs/{file.name}" for file in (ROOT / "docs").glob("*.md"))]


def blocks(document):
    return [text for language, text in FENCED.findall((ROOT / document).read_text()) if language == "sh"]


def run(script):
    environment = {**os.environ, "POSTERN_INSTANCE": INSTANCE, "POSTERN_DATA": str(DATA)}
    return subprocess.run(["bash", "-euo", "pipefail", "-c", script], cwd=ROOT, env=environment, capture_output=True,
                          text=True, errors="replace", timeout=240)


def takes_connections():
    try:
        return Stack().book() is not None
    except OSError:
        return False


class Documents(unittest.TestCase):
    def lines(self, document, number):
        """Runs one block to a good end; gives what it printed."""
        done = run(blocks(document)[number])
        self.assertEqual(done.returncode, 0, f"{document}, block {number}:\n{done.stdout}\n{done.stderr}")
        return done.stdout.splitlines()

    def test_readme_first_payment(self):
        lines = self.lines("README.md", 1)
        self.assertEqual(lines[:3], ["captured", "partially_refunded", "voided"], lines)
        self.assertEqual([line.split("\t")[1] for line in lines[3:]], ["voided", "partially_refunded"], lines)

    def test_readme_a_third_merchant(self):
        self.assertEqual(self.lines("README.md", 2)[-1], "captured")

    def test_readme_the_other_lines_are_the_two_commands(self):
        words = [line.split("#")[0].strip() for line in blocks("README.md")[0].splitlines()]
        self.assertEqual(words, ["./postern up", "./postern test"])
        help_text = run("./postern --help").stdout
        for word in ("up", "down", "test", "tour", "status", "doctor", "env"):
            self.assertIn(word, help_text)

    def test_api_first_payment(self):
        lines = self.lines("docs/api.md", 0)
        self.assertEqual([lines[0].lower(), *lines[1:]], ["idempotency-replayed: true", "304", "voided", "voided", "200"])

    def test_mercury_sandbox(self):
        self.assertEqual(self.lines("docs/mercury.md", 0), ["captured", "true", "declined", "200"])

    def test_operate_daily_work(self):
        text = "\n".join(self.lines("docs/operate.md", 0))
        for said in ("vault-keeper", "All as it should be", '"ce_type"', '"sha256"'):
            self.assertIn(said, text)

    def test_operate_two_people_decide(self):
        stack = Stack()
        wait_until(lambda: not stack.rows("SELECT 1 FROM operations WHERE status IN ('prepared', 'unknown')"), 60,
                   "no operation of another test is open")
        stack.fault("drop_before_booking", tran_code="Sale")  # unknown to us, not booked there: "failed" is the truth
        body = stack.payment_body(stack.tokenize(), 777, intent="sale")
        answer = stack.create(body, headers={"Postern-Timeout-Ms": "1000"})
        self.assertEqual(answer.status, 202, answer)
        lines = self.lines("docs/operate.md", 1)
        self.assertIn("2", lines[-1], lines)
        payment = answer.json["payment_id"]
        wait_until(lambda: stack.get(payment).json["status"] == "failed", 90, "what two people said stands")

    def test_commands_named_within_sentences(self):
        """As they stand; one that follows a log has a moment to show something."""
        named = {command for document in documents() for command in NAMED_COMMAND.findall((ROOT / document).read_text())}
        for command in sorted(named - set(FIXTURES)):
            with self.subTest(command):
                endless = command.endswith(" -f")
                ends_with = 124 if endless else ENDS_WITH.get(command, 0)
                done = run(("timeout 2 " if endless else "") + command)
                self.assertEqual(done.returncode, ends_with, f"{done.stdout[-2000:]}\n{done.stderr[-2000:]}")
                self.assertTrue(done.stdout or command in MAY_LIST_NOTHING or ends_with, "it says nothing")
                wait_until(takes_connections, 30, "the sandbox is there again, if this closed it")

    def test_no_block_is_left_out(self):
        """A block without a language is a drawing, not commands that nobody runs."""
        self.assertEqual({document: len(blocks(document)) for document in documents()}, BLOCKS)
        for document in documents():
            for language, text in FENCED.findall((ROOT / document).read_text()):
                self.assertIn(language, ("", "sh"), document)
                self.assertFalse(not language and A_COMMAND.search(text), f"{document}: {text}")


if __name__ == "__main__":
    unittest.main(warnings="ignore")
