"""`up` and `down`: one instance from nothing to payments, and back."""
import shutil
import time

from . import (build, certificates, clusters, doctor, kafka, merchants, packages, paths, processes, settings, status, tour,
               users)


def folders(instance):
    for place in (instance.data, instance.run, instance.state, instance.logs, instance.config, instance.share,
                  instance.run / "ready"):
        paths.folder(place)
    for place, service, mode in ((instance.run / "vault", "keeper", 0o755), (instance.run / "egress", "egress", 0o755),
                                 (instance.data / "journal", "keeper", 0o700), (instance.data / "sandbox", "sandbox", 0o700),
                                 (instance.data / "stripe-sandbox", "stripe-sandbox", 0o700)):
        paths.folder(place, mode, instance.owner(service))


def program(instance, name, service, *words, **more):
    environment = {}
    if instance.facts["preset"] == "faults":  # such a program looks at these files at each step; others do not know them
        environment = {"POSTERN_FAILPOINT_FILE": str(instance.faults / name),
                       "POSTERN_CLOCK_OFFSET_FILE": str(instance.faults / "clock")}
    return {"name": name, "user": instance.user(service), "command": [str(instance.programs / words[0]), *words[1:]],
            "environment": environment, **more}


def base_processes(instance):
    found = [clusters.process(instance, cluster) for cluster in clusters.ROLES]
    if not instance.facts["external_kafka"]:
        found.append(kafka.process(instance, instance.facts["ports"]["kafka"]))
    return found


def our_processes(instance):
    """In the order of start; they end in reverse, so that callers drain before what they call."""
    def config(name):
        return str(instance.config / f"{name}.toml")
    found = [program(instance, "mercury-sandbox", "sandbox", "mercury-sandbox", "--config", config("sandbox")),
             program(instance, "stripe-sandbox", "stripe-sandbox", "stripe-sandbox", "--config", config("stripe-sandbox"))]
    found += [program(instance, f"vault-{part}", part, "postern-vault", part, "--config", config(part))
              for part in ("egress", "keeper", "front")]
    found.append(program(instance, "relay", "relay", "postern-relay", "--config", config("relay")))
    for n in range(1, instance.facts["gateways"] + 1):
        name = "gateway" if n == 1 else f"gateway-{n}"
        found.append(program(instance, name, "gateway", "postern-gateway", "--config", config(name), stop_seconds=70))
    return found


def names(specs):
    return [spec["name"] for spec in specs]


def step(text):
    paths.say(f"==> {text}")


def prepare(instance, options):
    step("what this machine has (./postern doctor)")
    instance.check_path_length()
    instance.facts["weaker"] = doctor.judge(doctor.examine(instance), options.mode)
    step("packages")
    packages.install()
    step(f"building {options.preset}")
    seconds = build.build(options.preset, list(paths.PROGRAMS))
    paths.say(f"  built in {seconds:.0f} s")


def lay_out(instance, options):
    """Users, folders, certificates, secrets, configuration; gives whether a running instance must be started anew."""
    shared = users.prepare(instance)
    if shared and options.mode == "production":
        raise paths.Failure(f"production mode wants a Unix user of its own for: {', '.join(shared)}")
    if shared and "users" not in instance.facts["weaker"]:
        instance.facts["weaker"].append("users")
        doctor.banner(["users"])
    for place in (instance.data, instance.state):
        paths.folder(place)
    settings.choose_ports(instance, options.gateways)
    external = kafka.check_address(options.kafka) if options.kafka else None
    settings.remember(instance, options.mode, external, options.gateways, options.preset)
    folders(instance)
    if options.preset == "faults":
        paths.folder(instance.faults, mode=0o777)  # every program takes its own file away when it strikes
    certificates.prepare(instance)
    certificates.prepare_secrets(instance)
    changed = build.install(instance, options.preset)
    return settings.write_all(instance) or changed


def start_base(instance):
    step("PostgreSQL ×2" + ("" if instance.facts["external_kafka"] else ", Kafka"))
    for cluster in clusters.ROLES:
        clusters.prepare(instance, cluster)
    if not instance.facts["external_kafka"]:
        kafka.prepare(instance, instance.facts["ports"]["kafka"], instance.facts["ports"]["kafka_controller"])
    specs = base_processes(instance)
    processes.start(instance, specs)
    processes.wait_ready(instance, names(specs))
    for cluster in clusters.ROLES:
        clusters.create_roles(instance, cluster)
    kafka.create_topic(settings.broker(instance))


def start_ours(instance):
    step("vault, gateway, relay, sandboxes of Mercury and Stripe")
    specs = our_processes(instance)
    processes.start(instance, specs)
    processes.wait_ready(instance, names(specs))


def up(instance, options):
    started = time.monotonic()
    prepare(instance, options)
    must_restart = lay_out(instance, options)
    if processes.is_running(instance) and not must_restart and all_ready(instance):
        step("it runs already")
    else:
        if processes.stop(instance):
            step("ended what ran before")
        start_base(instance)
        start_ours(instance)
    merchants.load(instance)
    paths.say(f"==> up in {time.monotonic() - started:.0f} s")
    result = 0 if options.no_tour else tour.run(instance)
    next_steps(instance)
    return result


def all_ready(instance):
    rows = processes.rows(instance)
    wanted = names(base_processes(instance) + our_processes(instance))
    return sorted(row["name"] for row in rows) == sorted(wanted) and all(row["state"] == "ready" for row in rows)


def next_steps(instance):
    where = status.urls(instance)
    more = instance.words()
    paths.say(f"\n  gateway {where['gateway']}   vault {where['vault']}   Mercury sandbox {where['mercury_sandbox']}"
              f"   Kafka {where['kafka']}")
    paths.say("  Try next:")
    paths.say(f"    ./postern status{more}                          what runs, and where its log is")
    paths.say(f"    ./postern events tail --from-beginning{more}    what downstream systems read")
    paths.say("    README.md, \"A first payment with curl\"")


def down(instance, wipe):
    """Ends every process; data stays unless it is to be forgotten."""
    stopped = processes.stop(instance)
    paths.say("stopped" if stopped else "nothing ran")
    if not wipe or not instance.data.exists():
        return
    if not (instance.state / "instance.json").exists():
        raise paths.Failure(f"{instance.data} is no instance of Postern: nothing is deleted")
    for entry in instance.data.iterdir():  # what says that this is an instance goes last: a wipe cut short can go on
        if entry != instance.state:
            shutil.rmtree(entry) if entry.is_dir() and not entry.is_symlink() else entry.unlink()
    shutil.rmtree(instance.data)
    paths.say(f"wiped {instance.data}")
