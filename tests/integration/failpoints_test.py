"""Every failpoint K0-K16 x kill, stop past every lease, error: wherever a process is struck, the books agree, nothing is
charged twice, and the same key ends with a final answer at the other gateway."""
import http.client
import os
import pathlib
import signal
import threading
import time
import unittest

from books import assert_books_agree
from stack import FULL, Stack, wait_until

PROCESS_OF = {**{f"K{n}": "gateway" for n in (0, 1, 2, 3, 8, 9, 10, 11)}, **{f"K{n}": "vault-egress" for n in (4, 5, 6, 7)},
              **{f"K{n}": "relay" for n in (12, 13, 14, 15, 16)}}
STEPS = sorted(PROCESS_OF, key=lambda step: int(step[1:]))
# A stopped process must sleep past its lease before the other takes over: the small run stops one step of each kind.
STOPPED = STEPS if FULL else ["K2", "K6", "K9", "K13"]
LEASE_SECONDS = 11  # a live request's: its time-out and ten seconds
TIMEOUT = {"Postern-Timeout-Ms": "1000"}
stack = None


def setUpModule():
    global stack
    stack = Stack()


def open_operations():
    return stack.rows("SELECT operation_id FROM operations WHERE status IN ('prepared', 'unknown')")


def pending_events():
    return stack.rows("SELECT 1 FROM events_pending LIMIT 1")


class Failpoints(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.token, cls.sent = stack.tokenize(code=None), []

    def send(self, body, key):
        """What the struck gateway made of it does not matter here."""
        try:
            stack.create(body, key, headers=TIMEOUT)
        except (OSError, http.client.HTTPException):
            stack.gateway().close()

    def strike(self, step, action):
        """One sale that runs into the failpoint; gives the struck process as it was."""
        process = stack.processes()[PROCESS_OF[step]]
        order = pathlib.Path(stack.data["faults"], process["name"])
        fresh = order.with_name(order.name + ".new")
        fresh.write_text(f"{step} {action} once\n")
        os.chmod(fresh, 0o666)
        fresh.rename(order)
        body, key = stack.payment_body(self.token, 3000 + 10 * len(self.sent), intent="sale"), stack.name(f"{step}-{action}")
        self.sent.append((body, key))
        sender = threading.Thread(target=self.send, args=(body, key))
        sender.start()
        wait_until(lambda: not order.exists(), 30, f"{step} {action} has struck")
        return process, sender

    def works_again(self):
        try:
            answer = stack.create(stack.payment_body(self.token, 1000, intent="sale"), headers={"Postern-Timeout-Ms": "5000"})
            return answer.status == 201 and answer.json["status"] == "captured"
        except (OSError, http.client.HTTPException):
            stack.gateway().close()
            return False

    def test_every_step_and_action(self):
        for step in STEPS:
            for action in ("kill", "throw"):
                _, sender = self.strike(step, action)
                sender.join()
                wait_until(self.works_again, 60, f"payments after {step} {action}")
        for step in STOPPED:
            process, sender = self.strike(step, "stop")
            time.sleep(LEASE_SECONDS)
            if PROCESS_OF[step] == "gateway":
                wait_until(lambda: not open_operations(), 120, f"the second gateway resolves what {step} left")
            os.kill(process["pid"], signal.SIGCONT)
            sender.join()
            wait_until(self.works_again, 60, f"payments after {step} stop")
        wait_until(lambda: not open_operations(), 120, "every operation is final")
        wait_until(lambda: not pending_events(), 60, "every event is published")
        self.every_key_has_a_final_answer()
        assert_books_agree(self, stack)
        print(f"{len(self.sent)} strikes: {len(STEPS)} steps killed and thrown at, {len(STOPPED)} stopped past their lease")

    def every_key_has_a_final_answer(self):
        for body, key in self.sent:
            answer = stack.create(body, key, gateway=1)
            self.assertEqual(answer.status, 201, (key, answer))
            self.assertIn(answer.json["status"], ("captured", "voided", "failed"), (key, answer))


if __name__ == "__main__":
    unittest.main(warnings="ignore")
