"""./postern bench isolation: what one processor's hang costs the payments of the other.

Two loads run side by side on one gateway, a store at Mercury and a store at Stripe. In turns both processors answer, then
one of them takes every message and answers after its callers have given up. The figure is the p99 of the other one while
it hangs, over its p99 while all is well, the same clients beside it: medians of the turns, each pair of runs one right behind the other.
"""
import concurrent.futures
import json
import pathlib
import statistics
import tempfile
import time

from . import build, merchants, paths, processes, status, tour

SIDES = {"mercury": {"card": "4003000123456781", "sandbox": "mercury_sandbox"},
         "stripe": {"card": "4242424242424242", "sandbox": "stripe_sandbox", "account": ("acct_first", "sk_test_first")}}
TOKENS = 50
CLIENTS, CLIENTS_BESIDE = 8, 16
CALLER_WAITS_MS = 2500  # the sandboxes' late answers come after 3 s
HEAD_START_SECONDS = 1
RATIO_MAX = 1.5


def place_at_stripe(instance):
    """A store, till and account of the first merchant, made once an instance."""
    if "isolation_store" not in instance.facts:
        merchant = status.ids(instance)["merchant"]
        name = f"Isolation {int(time.time())}"
        store = merchants.made(instance, "store", "--merchant", merchant, "--name", name, "--time-zone", "UTC")
        device = merchants.made(instance, "device", "--store", store, "--name", "till-1")
        merchants.add_account(instance, store, *SIDES["stripe"]["account"], processor="stripe")
        instance.save(isolation_store={"store": store, "device": device})
    return instance.facts["isolation_store"]


class Bench:
    def __init__(self, instance, seconds, folder):
        self.instance, self.seconds, self.folder = instance, seconds, pathlib.Path(folder)
        self.keys, ids = status.credentials(instance), status.ids(instance)
        self.places = {"mercury": {"store": ids["store"], "device": ids["device"]}, "stripe": place_at_stripe(instance)}
        where = {**status.urls(instance), **status.admin_urls(instance)}
        self.sandboxes = {side: tour.Service(where[of["sandbox"]], self.keys["ca_file"]) for side, of in SIDES.items()}
        self.tokens = {side: self.make_tokens(side) for side in SIDES}

    def make_tokens(self, side):
        vault = tour.Tour(self.instance).vault
        tokens = []
        for _ in range(TOKENS):
            code, _, content = vault.call("POST", "/v1/tokens", {"number": SIDES[side]["card"], "expiry_month": 12, "expiry_year": 2029})
            if code != 201:
                raise paths.Failure(f"the vault answered {code}: {content[:300]}")
            tokens.append(json.loads(content)["token"])
        file = self.folder / side
        file.write_text("\n".join(tokens) + "\n")
        return file

    def load(self, side, seconds, clients=CLIENTS):
        place = self.places[side]
        done = paths.run([paths.ROOT / "build/release/bin/postern-load", "--port", self.instance.facts["ports"]["gateway"],
                          "--ca", self.keys["ca_file"], "--key-file", self.keys["api_key_file"], "--tokens", self.tokens[side],
                          "--store", place["store"], "--device", place["device"], "--clients", clients, "--seconds", seconds,
                          "--timeout-ms", CALLER_WAITS_MS])
        return json.loads(done)

    def hang(self, side, on):
        code, _, content = self.sandboxes[side].call(*(("POST", "/sandbox/faults", {"kind": "late_answer", "rate": 1.0}) if on
                                                       else ("DELETE", "/sandbox/faults")))
        if code >= 300:
            raise paths.Failure(f"the sandbox answered {code}: {content[:300]}")

    def side_by_side(self, watched, other):
        """The watched one's report; the other has a head start and outlasts it."""
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            beside = pool.submit(self.load, other, self.seconds + 2 * HEAD_START_SECONDS, CLIENTS_BESIDE)
            time.sleep(HEAD_START_SECONDS)
            report = self.load(watched, self.seconds)
            report["beside"] = beside.result()
        bad = {code: n for code, n in report["by_status"].items() if code != "201"}
        if bad or report["broken_connections"]:
            raise paths.Failure(f"not every authorization at {watched} was answered 201: {report}")
        return report

    def pair(self, watched, other):
        usual = self.side_by_side(watched, other)
        self.hang(other, True)
        try:
            hung = self.side_by_side(watched, other)
        finally:
            self.hang(other, False)
        if hung["beside"]["by_status"].get("201", 0) > 0:
            raise paths.Failure(f"{other} was to hang and answered: {hung['beside']}")
        return usual, hung


def figure(pairs):
    usual = statistics.median(usual["p99_ms"] for usual, _ in pairs)
    hung = statistics.median(hung["p99_ms"] for _, hung in pairs)
    return {"usual_p99_ms": usual, "p99_ms": hung, "ratio": round(hung / usual, 2),
            "usual_p50_ms": statistics.median(usual["p50_ms"] for usual, _ in pairs),
            "p50_ms": statistics.median(hung["p50_ms"] for _, hung in pairs),
            "usual_per_second": round(statistics.median(usual["per_second"] for usual, _ in pairs)),
            "per_second": round(statistics.median(hung["per_second"] for _, hung in pairs)),
            "left_waiting": sum(hung["beside"]["answered"] for _, hung in pairs)}


def measure(instance, rounds, seconds):
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(instance, seconds, folder)
        bench.side_by_side("mercury", "stripe")  # warm
        pairs = {"stripe": [], "mercury": []}
        for turn in range(rounds):
            for watched, other in (("stripe", "mercury"), ("mercury", "stripe")):
                paths.say(f"  turn {turn + 1} of {rounds}: {watched}, then {watched} while {other} hangs")
                pairs[watched].append(bench.pair(watched, other))
        return {f"{watched}_while_the_other_hangs": figure(found) for watched, found in pairs.items()}


def run(instance, as_json, rounds, seconds):
    if not processes.is_running(instance):
        raise paths.Failure("nothing runs: ./postern up")
    build.build("release", ["postern-load"])
    result = {**measure(instance, rounds, seconds), "rounds": rounds, "clients": CLIENTS, "clients_beside": CLIENTS_BESIDE, "ratio_max": RATIO_MAX}
    if as_json:
        print(json.dumps(result, indent=2))
    else:
        for name in ("stripe_while_the_other_hangs", "mercury_while_the_other_hangs"):
            found = result[name]
            print(f"  {name.replace('_', ' '):<32} p99 {found['p99_ms']:6.1f} ms, usually {found['usual_p99_ms']:6.1f} ms:"
                  f" ratio {found['ratio']:.2f} (below {RATIO_MAX})")
    held = all(result[f"{side}_while_the_other_hangs"]["ratio"] < RATIO_MAX for side in SIDES)
    return 0 if held else 1
