"""A local CA and P-256 server certificates for one machine. Production brings its own: the configuration names files."""
import os
import subprocess

from . import paths

LEAF_DAYS, CA_DAYS, RENEW_SECONDS = 365, 3650, 30 * 86400
NAMES = {"gateway": "DNS:localhost,IP:127.0.0.1",
         "front": "DNS:localhost,IP:127.0.0.1",
         "sandbox": "DNS:localhost,DNS:mercury.localhost,IP:127.0.0.1",
         "stripe-sandbox": "DNS:localhost,DNS:stripe.localhost,IP:127.0.0.1"}


def openssl(*words, **options):
    return paths.run(["openssl", *words], **options)


def make_key(path, owner=None):
    key = subprocess.run(["openssl", "genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"],
                         stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True).stdout
    paths.write(path, key, mode=0o400, owner=owner)


def still_good(certificate):
    return certificate.exists() and subprocess.run(
        ["openssl", "x509", "-in", certificate, "-noout", "-checkend", str(RENEW_SECONDS)],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False).returncode == 0


def signed_by(ca, certificate):
    return subprocess.run(["openssl", "verify", "-CAfile", ca, certificate], stdout=subprocess.DEVNULL,
                          stderr=subprocess.DEVNULL, check=False).returncode == 0


def make_ca(instance):
    ca, key = instance.certificates / "ca.pem", instance.secrets / "ca" / "ca.key"
    if still_good(ca) and key.exists():
        return
    paths.folder(key.parent, mode=0o700)
    make_key(key)
    openssl("req", "-x509", "-new", "-key", key, "-sha256", "-days", CA_DAYS, "-subj", f"/CN=Postern {instance.name} local CA",
            "-addext", "basicConstraints=critical,CA:TRUE,pathlen:0", "-addext", "keyUsage=critical,keyCertSign,cRLSign",
            "-out", ca)
    os.chmod(ca, 0o644)


def make_leaf(instance, name):
    folder = paths.folder(instance.certificates / name)
    certificate, key, request = folder / "cert.pem", folder / "key.pem", folder / "request.pem"
    owner = instance.owner(name)
    make_key(key, owner)
    openssl("req", "-new", "-key", key, "-subj", f"/CN=postern {name}", "-out", request)
    extensions = folder / "extensions"
    paths.write(extensions, f"subjectAltName={NAMES[name]}\nextendedKeyUsage=serverAuth\nkeyUsage=critical,digitalSignature\n"
                            "basicConstraints=critical,CA:FALSE\n")
    openssl("x509", "-req", "-in", request, "-CA", instance.certificates / "ca.pem", "-CAkey", instance.secrets / "ca/ca.key",
            "-set_serial", f"0x{os.urandom(15).hex()}", "-sha256", "-days", LEAF_DAYS, "-extfile", extensions,
            "-out", certificate)
    os.chmod(certificate, 0o644)
    request.unlink()
    extensions.unlink()


def prepare(instance):
    paths.folder(instance.certificates)
    make_ca(instance)
    for name in NAMES:
        certificate = instance.certificates / name / "cert.pem"
        if not still_good(certificate) or not signed_by(instance.certificates / "ca.pem", certificate):
            make_leaf(instance, name)


def secret(path, owner):
    if not path.exists():
        paths.folder(path.parent, mode=0o700, owner=owner)
        paths.write(path, os.urandom(32), mode=0o400, owner=owner)


def prepare_secrets(instance):
    paths.folder(instance.secrets)
    secret(instance.secrets / "gateway" / "evidence.key", instance.owner("gateway"))
    secret(instance.secrets / "keeper" / "root.key", instance.owner("keeper"))
