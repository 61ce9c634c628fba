"""Several relays on one database and one broker, one asleep past its lease, one killed under load: no event is lost, and a
consumer meets each payment's events first in the order of their versions."""
import collections
import json
import os
import pathlib
import pwd
import signal
import subprocess
import threading
import time
import unittest

from stack import Stack, postern, wait_until

LEASE_SECONDS = 10
CLIENTS = 16
stack = None


def setUpModule():
    global stack
    stack = Stack()


class Relay:
    """A relay beside the instance's own, under another name."""

    def __init__(self, name, slots_max):
        own = stack.processes()["relay"]
        first = pathlib.Path(stack.data["config"], "relay.toml").read_text()
        kept = first.split("[admin]")[0].replace(f'instance = "{stack.status["instance"]}"', f'instance = "{name}"')
        config = pathlib.Path(stack.data["run"], f"relay-{name}.toml")
        config.write_text(f"{kept}\n[relay]\nslots_max = {slots_max}\n")
        as_user = {}
        if os.geteuid() == 0:
            entry = pwd.getpwnam(own["user"])
            as_user = {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}
        with open(os.path.join(stack.data["logs"], f"relay-{name}.log"), "a") as log:
            self.process = subprocess.Popen([os.path.join(stack.data["programs"], "postern-relay"), "--config", str(config)],
                                            stdout=log, stderr=log, **as_user)

    def end(self, how):
        self.process.send_signal(how)
        return self.process.wait(timeout=30)


class Load:
    """Clients that sell and refund in two parts, so that each payment has three events close together."""

    def __init__(self):
        self.token, self.stopping, self.payments = stack.tokenize(code=None), threading.Event(), []
        self.threads = [threading.Thread(target=self.run, daemon=True) for _ in range(CLIENTS)]
        for thread in self.threads:
            thread.start()

    def run(self):
        while not self.stopping.is_set():
            made = stack.create(stack.payment_body(self.token, 1000, intent="sale"))
            assert made.status == 201, made
            self.payments.append(made.json["payment_id"])
            for amount in (300, 700):
                answer = stack.act(made.json["payment_id"], "refund", amount)
                assert answer.status == 201, answer

    def stop(self):
        self.stopping.set()
        for thread in self.threads:
            thread.join()


def holders():
    """Slots by holder, of leases that run."""
    return {holder: int(count) for holder, count in stack.rows(
        "SELECT holder, count(*) FROM relay_leases WHERE lease_until > now() GROUP BY holder")}


def consumed():
    """What a fresh consumer meets, by payment, in the order of the topic."""
    met = collections.defaultdict(list)
    for line in postern("events", "tail", "--from-beginning", "--idle", "5").splitlines():
        event = json.loads(line)["event"]
        met[event["payment_id"]].append((int(event["version"]), event["event_id"]))
    return met


class Relays(unittest.TestCase):
    def setUp(self):
        self.first_name, self.others = stack.status["instance"], []

    def tearDown(self):
        for relay in self.others:
            if relay.process.poll() is None:
                relay.end(signal.SIGKILL)

    def start(self, name, slots_max):
        self.others.append(Relay(name, slots_max))
        return self.others[-1]

    def test_share_the_work_and_lose_nothing(self):
        second, load = self.start("second", 8), Load()
        first = stack.processes()["relay"]["pid"]
        os.kill(first, signal.SIGSTOP)  # in the midst of its work, past its lease
        wait_until(lambda: holders() == {"second": 8}, 2 * LEASE_SECONDS, "the second takes what it may of the sleeper's")
        os.kill(first, signal.SIGCONT)
        wait_until(lambda: holders() == {self.first_name: 8, "second": 8}, 2 * LEASE_SECONDS, "the first takes the rest")
        time.sleep(2)  # both publish
        second.end(signal.SIGKILL)
        os.kill(stack.processes()["relay"]["pid"], signal.SIGKILL)  # started again under its name
        third = self.start("third", 8)
        wait_until(lambda: sum(holders().values()) == 16, 3 * LEASE_SECONDS, "the dead relay's slots are taken")
        time.sleep(2)
        load.stop()
        wait_until(lambda: not stack.rows("SELECT 1 FROM events_pending LIMIT 1"), 60, "every event is published")
        self.assertEqual(third.end(signal.SIGTERM), 0)
        self.judge(load.payments)

    def judge(self, payments):
        table = collections.defaultdict(list)
        for payment, version, event in stack.rows("SELECT payment_id, version, event_id FROM events ORDER BY version"):
            table[payment].append((int(version), event))
        met, repeats = consumed(), 0
        for payment in payments:
            firsts = list(dict.fromkeys(met[payment]))
            self.assertEqual(firsts, table[payment], f"{payment}: first occurrences in order, none missing")
            repeats += len(met[payment]) - len(firsts)
        print(f"{len(payments)} payments, {sum(len(table[p]) for p in payments)} events, {repeats} delivered again")


if __name__ == "__main__":
    unittest.main(warnings="ignore")
