"""What `./postern` decides, on a folder of its own: nothing is started but processes that end with their test."""
import argparse
import base64
import contextlib
import io
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import sys
import tempfile
import time
import unittest
from unittest import mock

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "deploy"))
sys.dont_write_bytecode = True
from orchestrate import (bench, clusters, doctor, lifecycle, paths, processes, sandbox, settings, status,  # noqa: E402
                         supervisor)

EXACTLY = 1e-6


class OnAFolder(unittest.TestCase):
    def setUp(self):
        work = tempfile.TemporaryDirectory()
        self.addCleanup(work.cleanup)
        self.folder = pathlib.Path(work.name)
        self.instance = paths.Instance("check", str(self.folder / "data"))
        for place in (self.instance.state, self.instance.logs):
            paths.folder(place)


class Doctor(OnAFolder):
    LACK = doctor.finding("locked memory", doctor.WEAKER, "at most 64 KiB", "raise memlock")
    GOOD = doctor.finding("system", doctor.FINE, "debian 12")

    def test_production_refuses_a_lack_with_detail_and_cure(self):
        with self.assertRaises(paths.Failure) as refused:
            doctor.judge([self.GOOD, self.LACK], "production")
        for said in ("production mode refuses", "locked memory", "at most 64 KiB", "raise memlock"):
            self.assertIn(said, str(refused.exception))
        self.assertEqual(doctor.judge([self.GOOD], "production"), [])

    def test_development_names_it_and_goes_on(self):
        said = io.StringIO()
        with contextlib.redirect_stderr(said):
            self.assertEqual(doctor.judge([self.GOOD, self.LACK], "development"), ["locked memory"])
        self.assertIn("WEAKER PROTECTION: locked memory", said.getvalue())

    def test_what_is_missing_stops_both(self):
        missing = doctor.finding("disk", doctor.MISSING, "0.1 GiB free", "1 GiB is needed")
        for mode in ("development", "production"):
            with self.assertRaisesRegex(paths.Failure, "0.1 GiB free(.|\n)*1 GiB is needed"):
                doctor.judge([missing], mode)

    def test_a_full_disk_is_found_before_anything_is_written_there(self):
        usage = mock.Mock(free=doctor.GIB - 1)
        with mock.patch.object(doctor.shutil, "disk_usage", return_value=usage):
            found = doctor.disk(self.instance)
        self.assertEqual(found["state"], doctor.MISSING)
        self.assertIn("GiB must be free at", found["cure"])

    def test_every_finding_that_is_not_fine_has_a_cure(self):
        for one in doctor.examine(self.instance):
            self.assertTrue(one["state"] == doctor.FINE or one["cure"], one)


class Ports(OnAFolder):
    def test_one_that_is_taken_is_passed_over_and_the_choice_is_kept(self):
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            port = taken.getsockname()[1]
            self.instance.facts["ports"] = {"gateway": port}
            settings.choose_ports(self.instance, 1)
            chosen = dict(self.instance.facts["ports"])
            self.assertNotEqual(chosen["gateway"], port)
            self.assertEqual(len(set(chosen.values())), len(chosen))
        settings.choose_ports(self.instance, 1)
        self.assertEqual(self.instance.facts["ports"], chosen)

    def test_no_kafka_cluster_id_looks_like_an_option(self):
        dashed, plain = b"\xf8" + bytes(15), bytes(16)
        self.assertTrue(base64.urlsafe_b64encode(dashed).startswith(b"-"))
        with mock.patch.object(settings.os, "urandom", side_effect=[dashed, plain]):
            self.assertEqual(settings.cluster_id(), "A" * 22)
        self.instance.facts["kafka_cluster_id"] = "-AAAAAAAAAAAAAAAAAAAAA"  # was never formatted
        settings.remember(self.instance, "development", None, 1, "release")
        self.assertFalse(self.instance.facts["kafka_cluster_id"].startswith("-"))


class Interrupted(OnAFolder):
    def test_a_cluster_that_was_cut_short_is_made_again(self):
        def cut_short(words, **_):
            (pathlib.Path(words[2]) / "PG_VERSION").write_text("15")
            raise KeyboardInterrupt
        folder = clusters.folder_of(self.instance, "gateway")
        with mock.patch.object(paths, "run", cut_short), self.assertRaises(KeyboardInterrupt):
            clusters.prepare(self.instance, "gateway")
        self.assertFalse(folder.exists())
        with mock.patch.object(paths, "run", lambda words, **_: (pathlib.Path(words[2]) / "PG_VERSION").write_text("15")):
            clusters.prepare(self.instance, "gateway")
        self.assertTrue((folder / "PG_VERSION").exists() and (folder / "pg_hba.conf").exists())

    def test_a_wipe_that_was_cut_short_can_go_on(self):
        """What says that the folder is an instance goes last, whatever the order of its entries."""
        self.instance.save()
        remove, removed = lifecycle.shutil.rmtree, []

        def cut_short_at_the_end(path):
            if path == self.instance.data:
                raise KeyboardInterrupt
            removed.append(path)
            remove(path)
        with contextlib.redirect_stderr(io.StringIO()):
            with mock.patch.object(lifecycle.shutil, "rmtree", cut_short_at_the_end), self.assertRaises(KeyboardInterrupt):
                lifecycle.down(self.instance, wipe=True)
            self.assertEqual(removed, [self.instance.logs])
            lifecycle.down(self.instance, wipe=True)
        self.assertFalse(self.instance.data.exists())

    def test_nothing_but_an_instance_is_wiped(self):
        with contextlib.redirect_stderr(io.StringIO()), self.assertRaisesRegex(paths.Failure, "no instance of Postern"):
            lifecycle.down(self.instance, wipe=True)
        self.assertTrue(self.instance.data.exists())


class Supervisor(OnAFolder):
    def process(self, *command):
        return supervisor.Process(self.instance, {"name": "it", "user": paths.current_user(), "command": command})

    def run_once(self, process):
        process.start()
        end = time.monotonic() + 20
        while process.child is not None and not process.ended() and time.monotonic() < end:
            time.sleep(0.01)

    def test_one_that_keeps_ending_is_started_at_growing_distance(self):
        process, delays = self.process("/bin/sh", "-c", "exit 3"), []
        for _ in range(8):
            self.run_once(process)
            delays.append(round(process.due - time.monotonic(), 1))
        for seen, wanted in zip(delays, (0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 5, 5)):
            self.assertAlmostEqual(seen, wanted, delta=0.11)
        row = process.row()
        self.assertEqual((row["state"], row["pid"], row["restarts"], row["last_end"]), ("waiting", None, 8, 3))
        self.assertIn("restarted 8×, last ended with code 3", status.again(row))

    def test_one_that_was_steady_begins_at_the_shortest(self):
        process = self.process("/bin/true")
        process.delay, process.begun = supervisor.BACKOFF_MAX_SECONDS, time.monotonic() - supervisor.STEADY_SECONDS - 1
        process.back_off()
        self.assertLess(process.due - time.monotonic(), supervisor.BACKOFF_SECONDS + EXACTLY)

    def test_a_signal_is_named(self):
        process = self.process("/bin/sh", "-c", "kill -9 $$")
        self.run_once(process)
        self.assertEqual(process.row()["last_end"], -signal.SIGKILL)
        self.assertIn("SIGKILL", status.again(process.row()))

    def test_a_program_that_cannot_be_started_counts_too(self):
        process = self.process("/nonexistent/program")
        self.run_once(process)
        self.assertEqual((process.restarts, process.last_end), (1, supervisor.COULD_NOT_START))
        self.assertIn("cannot start", self.instance.log("it").read_text())

    def test_nothing_outlives_the_folder_of_its_instance(self):
        processes.start(self.instance, [{"name": "it", "user": paths.current_user(), "command": ["/bin/sleep", "600"]}])
        self.addCleanup(processes.stop, self.instance)
        self.wait_for(lambda: any(row["pid"] for row in processes.rows(self.instance)))
        seen = processes.status(self.instance)
        shutil.rmtree(self.instance.data)
        for row in (seen["supervisor"], *seen["processes"]):
            self.wait_for(lambda row=row: not processes.is_alive(row))

    def wait_for(self, condition):
        end = time.monotonic() + 20
        while not condition():
            self.assertLess(time.monotonic(), end)
            time.sleep(0.01)


class Bench(unittest.TestCase):
    """The peer writes the rows that the gateway wrote, in the same two transactions."""

    @staticmethod
    def rows():
        every = {"tenant_id": "ten_a", "key": "k", "payment_id": "pay_a", "operation_id": "op_a", "note": "it's 1:one \\ two"}
        rows = {table: dict(every) for table in (*bench.TABLES, "events_pending")}
        rows["idempotency_keys"] |= {"answer_status": 201, "answer_body": '{"a":"b"}', "answer_final": True}
        rows["payments"] |= {"approved_minor": 5, "standing": "live", "version": 2, "event_version": 1,
                             "last_event_hash": "h"}
        rows["operations"] |= {"status": "approved", "approved_minor": 5, "reference": "r"}
        return rows

    def setUp(self):
        self.script = bench.write_script(self.rows()).splitlines()

    def test_two_transactions_hold_every_table_once(self):
        self.assertEqual([line for line in self.script if line in ("BEGIN;", "COMMIT;")], ["BEGIN;", "COMMIT;"] * 2)
        for table in (*bench.TABLES, "events_pending"):
            self.assertEqual(sum(line.startswith(f"INSERT INTO {table} ") for line in self.script), 1, table)

    def test_what_the_first_cannot_know_comes_with_the_second(self):
        second = self.script.index("BEGIN;", self.script.index("COMMIT;"))
        for table, names in bench.OUTCOME.items():
            inserted = next(line for line in self.script[:second] if line.startswith(f"INSERT INTO {table} "))
            changed = next(line for line in self.script[second:] if line.startswith(f"UPDATE {table} "))
            for name in names:
                self.assertIn(f"{name} = ", changed)
                if name not in bench.FIRST.get(table, {}):
                    self.assertNotIn(name, inserted)

    def test_no_value_is_taken_for_a_variable(self):
        allowed = {":n", ":id", ":client_id", "::text"}
        for line in self.script:
            self.assertLessEqual(set(re.findall(r":+[a-zA-Z_]+", line)), allowed, line)


class Status(OnAFolder):
    def test_the_shape_for_programs(self):
        settings.choose_ports(self.instance, 1)
        settings.remember(self.instance, "development", None, 1, "release")
        self.instance.save(merchants=[{name: name for name in ("merchant", "store", "device", "account", "name")}])
        row = supervisor.Process(self.instance, {"name": "gateway", "user": "nobody", "command": []}).row()
        paths.write(self.instance.state / "status.json", json.dumps({"processes": [row]}))
        whole = json.loads(json.dumps(status.whole(self.instance)))
        self.assertLessEqual({"name", "pid", "user", "log"}, set(whole["processes"][0]))
        self.assertEqual(set(whole["urls"]), {"gateway", "vault", "mercury_sandbox", "kafka"})
        self.assertEqual(set(whole["admin_urls"]), {"relay", "stripe_sandbox", "mercury_backup"})
        self.assertLessEqual({"api_key_file", "ca_file"}, set(whole["credentials"]))
        self.assertTrue(all(isinstance(path, str) for path in whole["data"].values()))

    def test_what_the_vault_holds_is_named_so(self):
        whole = status.folders(self.instance)
        mine = {name for name, path in whole.items() if "vault" in path or path.endswith("/journal")}
        self.assertEqual(mine, {name for name in whole if name.startswith("vault")})
        self.assertEqual(mine, {"vault_postgres", "vault_socket", "vault_journal"})


class Sandbox(OnAFolder):
    """What the words become on the wire, and what is shown of the answer."""
    BOOK = {"totals": {"requests": 2, "charges": 1, "duplicates": 1, "declined": 0, "errors": 0, "voided": 0,
                       "authorized": 1234, "captured": 1234, "refunded": 5},
            "batches": {"open": [{"merchant": "595901", "number": 2, "items": 1, "net": -550}],
                        "closed": [{"merchant": "595901", "number": 1, "at": "2026-11-26T09:00:00Z", "by": "time", "net": 99}]},
            "charges": [{"number": 1, "tran_code": "Sale", "invoice": "1P2", "card": "400300XXXXXX6781", "authorized": 1234,
                         "text": "AP", "voided": True}]}
    FAULT = {"kind": "cut", "count_left": -1, "rate": 0.5, "tran_code": "Sale", "delay_ms": 0, "form": "plain"}

    def said(self, *words, answer, code=200):
        """The request that was made, and what stands on stdout."""
        parser = argparse.ArgumentParser()
        sandbox.add_parser(parser.add_subparsers(), lambda _: None)
        service, out = mock.Mock(), io.StringIO()
        service.call.return_value = (code, {}, json.dumps(answer).encode())
        with mock.patch.object(sandbox.tour, "Service", return_value=service), contextlib.redirect_stdout(out), \
                mock.patch.object(sandbox.processes, "is_running", return_value=True), \
                mock.patch.object(sandbox.status, "urls", return_value={"mercury_sandbox": "https://127.0.0.1:1"}):
            sandbox.run(self.instance, parser.parse_args(["sandbox", *words]))
        return service.call.call_args.args, out.getvalue()

    def test_the_clock(self):
        answer = {"now": "2030-01-01T12:00:00.000000Z", "ahead_s": 7}
        for words, body in (((), None), (("--advance", "26h"), {"advance_s": 93600}), (("--advance", "2d"), {"advance_s": 172800}),
                            (("--set", "2030-01-01T12:00:00Z"), {"set": "2030-01-01T12:00:00Z"})):
            asked, shown = self.said("clock", *words, answer=answer)
            self.assertEqual(asked, ("POST" if body else "GET", "/sandbox/clock", body))
            self.assertIn("2030-01-01T12:00:00.000000Z   7 s ahead", shown)
        self.assertEqual(json.loads(self.said("clock", "--json", answer=answer)[1]), answer)

    def test_a_fault(self):
        asked, shown = self.said("fault", "cut", "--rate", "0.5", "--tran-code", "Sale", answer=[self.FAULT])
        self.assertEqual(asked, ("POST", "/sandbox/faults", {"kind": "cut", "rate": 0.5, "tran_code": "Sale"}))
        self.assertEqual(shown, "cut  rate 0.5  Sale\n")
        asked, _ = self.said("fault", "late_booking", "--until", "undo", "--bytes", "5", answer=[self.FAULT])
        self.assertEqual(asked[2], {"kind": "late_booking", "until": "undo", "bytes": 5})
        self.assertEqual(self.said("fault", "--clear", answer=[]), (("DELETE", "/sandbox/faults", None), "no faults stand\n"))

    def test_the_book(self):
        asked, shown = self.said("book", "--invoice", "a b", answer=self.BOOK)
        self.assertEqual(asked, ("GET", "/sandbox/book?invoice=a%20b&since=0", None))
        for part in ("captured 12.34", "refunded 0.05", "open batch 0002 of 595901: 1 items, net -5.50",
                     "at 2026-11-26T09:00:00Z by the time: net 0.99", "400300XXXXXX6781     12.34 AP voided"):
            self.assertIn(part, shown)

    def test_a_refusal_says_why(self):
        with self.assertRaisesRegex(paths.Failure, "refuses: kind"):
            self.said("fault", "other", answer={"error": "kind"}, code=400)
        with self.assertRaisesRegex(paths.Failure, "--yes"):
            self.said("reset", answer={})
        self.assertEqual(self.said("reset", "--yes", answer={})[0], ("POST", "/sandbox/reset", {}))


class Places(OnAFolder):
    def test_who_looks_without_root_sees_what_root_started(self):
        roots, home = pathlib.Path("/var/lib/postern-check"), self.folder / "home"
        exists = pathlib.Path.exists

        def there(path):
            return path == roots / "state/instance.json" or exists(path)
        with mock.patch.object(paths, "is_root", lambda: False), mock.patch.object(pathlib.Path, "exists", there), \
                mock.patch.dict(os.environ, HOME=str(home)):
            os.environ.pop("POSTERN_DATA", None)
            self.assertEqual(paths.Instance("check").data, roots)
            own = home / ".local/share/postern-check"
            self.assertEqual(paths.Instance("check", to_start=True).data, own)
            paths.write(paths.folder(own / "state") / "instance.json", "{}")
            self.assertEqual(paths.Instance("check").data, own)


if __name__ == "__main__":
    unittest.main(warnings="ignore")
