"""kill -9 of each process at random under load: nothing is charged twice, nothing is forgotten, and the resolver alone
empties the list of unknowns. Judged by comparing the processor's book, our ledger, the event table and Kafka."""
import collections
import http.client
import json
import os
import random
import signal
import subprocess
import threading
import time
import unittest

from books import assert_books_agree
from stack import Stack, postern, rounds, wait_until

IN_FLIGHT = 50  # at least, when a process is killed
CLIENTS = 80
stack = None


def setUpModule():
    global stack
    stack = Stack()


class Load:
    """Clients that create sales without pause and keep what they were told."""

    def __init__(self):
        self.token, self.stopping = stack.tokenize(code=None), threading.Event()
        self.answers, self.lock, self.in_flight = [], threading.Lock(), 0
        self.threads = [threading.Thread(target=self.run, args=(n,), daemon=True) for n in range(CLIENTS)]
        for thread in self.threads:
            thread.start()

    def run(self, n):
        while not self.stopping.is_set():
            body = stack.payment_body(self.token, 1000 + random.randrange(50) * 10, intent="sale")
            key = stack.name("kill")
            begun = time.monotonic()
            with self.lock:
                self.in_flight += 1
            try:
                answer = stack.create(body, key, gateway=n % 2, headers={"Postern-Timeout-Ms": "8000"})
                told = answer.status
            except (OSError, http.client.HTTPException):
                told, answer = None, None
            with self.lock:
                self.in_flight -= 1
                self.answers.append((begun, told, answer.json if answer and answer.status < 300 else None, body, key))
            if told is None:
                time.sleep(0.05)

    def stop(self):
        self.stopping.set()
        for thread in self.threads:
            thread.join()


def victims():
    names = [name for name in stack.processes() if not name.endswith("-sandbox")]
    return sorted(names)


def kill(name):
    pid = stack.processes()[name]["pid"]
    os.kill(pid, signal.SIGKILL)
    if "postgres" in name:  # the whole cluster dies, not only its parent
        subprocess.run(["pkill", "-KILL", "-P", str(pid)], check=False)


def unknowns():
    return stack.rows("SELECT operation_id FROM operations WHERE status IN ('prepared', 'unknown')")


def consumed():
    """What a fresh Kafka consumer rebuilds: the id of each event by payment and version."""
    seen = collections.defaultdict(dict)
    for line in postern("events", "tail", "--from-beginning", "--idle", "5").splitlines():
        event = json.loads(line)["event"]
        seen[event["payment_id"]][int(event["version"])] = event["event_id"]
    return seen


class Kills(unittest.TestCase):
    def test_kill_each_process_under_load(self):
        count, load, chooser = rounds(60), Load(), random.Random(60)
        names = victims()
        chooser.shuffle(names)
        killed, least = collections.Counter(), CLIENTS
        try:
            for i in range(count):
                time.sleep(chooser.uniform(0.5, 1.5))
                name = names[i % len(names)]
                wait_until(lambda: load.in_flight >= IN_FLIGHT, 20, f"{IN_FLIGHT} payments are in flight")
                least = min(least, load.in_flight)
                kill(name)
                killed[name] += 1
                wait_until(self.answering, 60, f"payments are approved again after {name} was killed")
        finally:
            load.stop()
        fresh = self.approved_share_of_new_payments()
        self.assertGreaterEqual(fresh, 0.95)
        wait_until(lambda: not unknowns(), 120, "the resolver alone has ended every unknown")
        wait_until(lambda: stack.rows("SELECT 1 FROM events_pending LIMIT 1") == [], 60, "the relay has published all")
        self.compare_books(load)
        self.compare_events()
        print(f"{count} kills {dict(killed)}; {len(load.answers)} payments sent, at least {least} in flight at each; "
              f"new ones approved {fresh:.0%}")

    def answering(self):
        try:
            answer = stack.create(stack.payment_body(stack.tokenize(code=None), 1000, intent="sale"),
                                  headers={"Postern-Timeout-Ms": "5000"})
            return answer.status == 201 and answer.json["status"] == "captured"
        except (OSError, http.client.HTTPException, AssertionError):
            return False

    def approved_share_of_new_payments(self):
        token = stack.tokenize(code=None)
        answers = [stack.create(stack.payment_body(token, 1000, intent="sale")) for _ in range(100)]
        return sum(a.status == 201 and a.json["status"] == "captured" for a in answers) / len(answers)

    def compare_books(self, load):
        assert_books_agree(self, stack)
        for begun, told, payment, body, key in load.answers:
            if told == 201:
                self.assertEqual(stack.get(payment["payment_id"]).json["status"], payment["status"], key)

    def compare_events(self):
        table = collections.defaultdict(dict)
        for payment_id, version, event_id in stack.rows("SELECT payment_id, version, event_id FROM events"):
            table[payment_id][int(version)] = event_id
        seen = consumed()
        self.assertEqual({k: v for k, v in table.items()}, {k: v for k, v in seen.items()})
        for payment_id, versions in seen.items():
            self.assertEqual(sorted(versions), list(range(1, len(versions) + 1)), payment_id)


if __name__ == "__main__":
    unittest.main(warnings="ignore")
