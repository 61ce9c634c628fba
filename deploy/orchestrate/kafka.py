"""Apache Kafka: one KRaft broker from Maven's artifacts, kept in a cache; or a broker that exists."""
import os
import shutil
import socket
import subprocess
import tempfile
import time

from . import paths

VERSION = "4.1.1"
PARTITIONS = 8


def jars():
    """The folder with the broker's jars; fetched once."""
    folder = paths.cache_folder() / f"kafka-{VERSION}"
    if folder.exists():
        return folder
    paths.say(f"  fetching Apache Kafka {VERSION} (43 MB)")
    paths.folder(folder.parent)
    theirs = paths.invoker_home() / ".m2/settings.xml"
    settings = ["-s", theirs] if theirs.exists() else []
    with tempfile.TemporaryDirectory(dir=folder.parent) as work:
        paths.run(["mvn", "-B", "-q", "-Dstyle.color=never", *settings, "-f", paths.ROOT / "deploy/kafka/pom.xml",
                   "dependency:copy-dependencies", f"-DoutputDirectory={work}/lib", "-DincludeScope=runtime"],
                  what=f"Apache Kafka {VERSION} cannot be fetched: does this machine reach a Maven repository"
                       f" ({theirs}, /etc/maven/settings.xml)? mvn")
        os.chmod(f"{work}/lib", 0o755)
        try:
            os.rename(f"{work}/lib", folder)
        except OSError:
            if not folder.exists():  # else another run was faster
                raise
    return folder


def java(*words, heap="64m"):
    return ["java", f"-Xmx{heap}", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-XX:-UsePerfData",
            f"-Dlog4j2.configurationFile=file:{paths.ROOT}/deploy/kafka/log4j2.properties", "-cp", f"{jars()}/*", *words]


def prepare(instance, port, controller_port):
    """Settings and a formatted log folder."""
    folder = instance.data / "kafka"
    owner = instance.owner("kafka")
    paths.folder(folder, mode=0o750, owner=owner)
    template = (paths.ROOT / "deploy/kafka/server.properties.in").read_text()
    settings = instance.config / "kafka.properties"
    for name, value in (("KAFKA_PORT", port), ("CONTROLLER_PORT", controller_port), ("FOLDER", folder)):
        template = template.replace(f"@{name}@", str(value))
    paths.write(settings, template)
    shutil.copy(paths.ROOT / "deploy/kafka/log4j2.properties", instance.config / "kafka-log4j2.properties")
    if not (folder / "meta.properties").exists():
        who = {"user": owner[0], "group": owner[1], "extra_groups": []} if paths.is_root() else {}
        identity = instance.facts["kafka_cluster_id"]
        words = java("kafka.tools.StorageTool", "format", "--ignore-formatted", "-t", identity, "-c", settings)
        words[5] = f"-Dlog4j2.configurationFile=file:{instance.config}/kafka-log4j2.properties"
        paths.run(words, cwd="/", **who)


def process(instance, port):
    words = java("kafka.Kafka", str(instance.config / "kafka.properties"), heap="256m")
    words[5] = f"-Dlog4j2.configurationFile=file:{instance.config}/kafka-log4j2.properties"
    words.insert(1, "-XX:+ExitOnOutOfMemoryError")
    return {"name": "kafka", "user": instance.user("kafka"), "command": [shutil.which("java"), *words[1:]],
            "stop_seconds": 20, "ready": {"command": ["kcat", "-L", "-m", "1", "-b", f"127.0.0.1:{port}"]}}


def topics(broker):
    done = subprocess.run(["kcat", "-L", "-m", "5", "-b", broker], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          text=True, check=False)
    if done.returncode != 0:
        raise paths.Failure(f"the broker {broker} does not answer: {done.stderr.strip()}")
    return [line.split('"')[1] for line in done.stdout.splitlines() if line.strip().startswith("topic ")]


def create_topic(broker):
    if paths.TOPIC in topics(broker):
        return
    paths.run(java("org.apache.kafka.tools.TopicCommand", "--bootstrap-server", broker, "--create", "--if-not-exists",
                   "--topic", paths.TOPIC, "--partitions", str(PARTITIONS)))
    end = time.monotonic() + 20
    while paths.TOPIC not in topics(broker):
        if time.monotonic() > end:
            raise paths.Failure(f"{paths.TOPIC} was created but does not appear on {broker}")
        time.sleep(0.1)


def check_address(text):
    """HOST:PORT of a broker that exists."""
    host, _, port = text.rpartition(":")
    if not host or not port.isdigit():
        raise paths.Failure(f"--kafka {text}: HOST:PORT is wanted")
    try:
        socket.create_connection((host, int(port)), timeout=5).close()
    except OSError as problem:
        raise paths.Failure(f"--kafka {text}: {problem}") from problem
    return text
