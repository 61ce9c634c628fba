"""Ports, chosen once an instance, and the programs' configuration files, filled from deploy/config/*.in."""
import base64
import os
import re

from . import doctor, paths, processes

PREFERRED = {"gateway": 8443, "vault": 8444, "relay": 9080, "sandbox": 9443, "stripe-sandbox": 9543, "sandbox-backup": 9643,
             "kafka": 19092, "kafka_controller": 19093}
PLACEHOLDER = re.compile(r"@([A-Z_]+)@")


def choose_port(preferred, taken):
    for port in range(preferred, preferred + 2000, 1 if preferred < 19000 else 2):
        if port not in taken and doctor.port_is_free(port):
            return port
    raise paths.Failure(f"no free port from {preferred} on")


def choose_ports(instance, gateways):
    """Kept from run to run; one that another program has taken meanwhile is chosen anew."""
    running = processes.is_running(instance)
    chosen = dict(instance.facts.get("ports", {}))
    wanted = {**PREFERRED, **{f"gateway_{n}": 8443 for n in range(2, gateways + 1)}}
    for name, preferred in wanted.items():
        if name in chosen and (running or doctor.port_is_free(chosen[name])):
            continue
        others = {port for other, port in chosen.items() if other != name} | set(PREFERRED.values()) - {preferred}
        chosen[name] = choose_port(preferred, others)
    instance.facts["ports"] = chosen


def cluster_id():
    """16 random bytes as Kafka writes them. One with a leading dash is taken for an option, so none is given."""
    while True:
        found = base64.urlsafe_b64encode(os.urandom(16)).decode().rstrip("=")
        if not found.startswith("-"):
            return found


def remember(instance, mode, kafka, gateways, preset):
    if instance.facts.get("kafka_cluster_id", "-").startswith("-"):
        instance.facts["kafka_cluster_id"] = cluster_id()
    instance.save(mode=mode, external_kafka=kafka, gateways=gateways, preset=preset)


def broker(instance):
    return instance.facts.get("external_kafka") or f"127.0.0.1:{instance.facts['ports']['kafka']}"


def values(instance):
    ports = instance.facts["ports"]
    names = {"MODE": instance.facts["mode"], "RUN": instance.run, "DATA": instance.data, "SECRETS": instance.secrets,
             "CERTS": instance.certificates, "SHARE": instance.share, "GATEWAY_PORT": ports["gateway"],
             "VAULT_PORT": ports["vault"], "SANDBOX_PORT": ports["sandbox"],
             "STRIPE_SANDBOX_PORT": ports["stripe-sandbox"], "SANDBOX_BACKUP_PORT": ports["sandbox-backup"],
             "RELAY_PORT": ports["relay"], "KAFKA": broker(instance), "INSTANCE": instance.name,
             "CONFIG": instance.config}
    users = {f"USER_{service.upper()}": instance.user(service) for service in
             ("front", "keeper", "egress", "gateway", "relay", "sandbox")}
    return {**names, **users}


def fill(template, known):
    def value(match):
        if match[1] not in known:
            raise paths.Failure(f"a configuration template asks for @{match[1]}@, which nobody gives")
        return str(known[match[1]])
    return PLACEHOLDER.sub(value, template)


def write_all(instance):
    """Gives whether any file changed."""
    changed, known = False, values(instance)
    for template in sorted((paths.ROOT / "deploy/config").glob("*.toml.in")):
        name = template.name.removesuffix(".in")
        changed |= write_one(instance.config / name, fill(template.read_text(), known))
        if name == "gateway.toml":
            for n in range(2, instance.facts["gateways"] + 1):
                more = {**known, "GATEWAY_PORT": instance.facts["ports"][f"gateway_{n}"], "INSTANCE": f"{instance.name}-{n}"}
                changed |= write_one(instance.config / f"gateway-{n}.toml", fill(template.read_text(), more))
    return changed


def write_one(path, text):
    if path.exists() and path.read_text() == text:
        return False
    paths.write(path, text)
    return True
