"""The command in a folder of its own before the simulated repository of python-tuf's tests: what each test of `interface.py` and
`hostile.py` begins with."""

import os
import subprocess
import tempfile
import unittest

from tests.repository_simulator import RepositorySimulator
from tuf.api.metadata import DelegatedRole, Targets

from updater import COMMAND, Server

# The seconds after which a command counts as one that hangs. None of the servers here holds it for as long.
PATIENCE = 60


class Client(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.metadata = os.path.join(self.folder.name, "metadata")
        self.targets = os.path.join(self.folder.name, "targets")
        self.repository = RepositorySimulator()

    def tearDown(self):
        self.folder.cleanup()

    def run_client(self, *words, minutes=0):
        """How the command ends, 0 or 1, so many minutes from now; what it said is in `error`."""
        time = ["env", "TZ=UTC", "faketime", "-f", f"+{minutes}m"] if minutes else []
        line = [*time, COMMAND, "--metadata-dir", self.metadata, *words]
        done = subprocess.run(line, capture_output=True, text=True, check=False, timeout=PATIENCE)
        self.assertIn(done.returncode, (0, 1), done.stderr)
        self.error = done.stderr
        return done.returncode

    def init(self):
        root = os.path.join(self.folder.name, "root.json")
        with open(root, "wb") as file:
            file.write(self.repository.signed_roots[0])
        return self.run_client("init", root)

    def refresh(self, days=0, minutes=0):
        with Server(self.repository) as address:
            return self.run_client("--metadata-url", f"{address}/metadata", "refresh", minutes=days * 1440 + minutes)

    def download(self, *names, days=0, faults=None, options=()):
        """Fetches targets; `faults` are files that the server gives in another way (`updater.Server`)."""
        words = [word for name in names for word in ("--target-name", name)]
        with Server(self.repository, faults) as address:
            return self.run_client(
                *options,
                "--metadata-url",
                f"{address}/metadata",
                *words,
                "--target-base-url",
                f"{address}/targets",
                "--target-dir",
                self.targets,
                "download",
                minutes=days * 1440,
            )

    def downloaded(self):
        return self.contents(self.targets)

    def contents(self, folder=None):
        """Every file below a folder (that of the metadata), by its path."""
        folder, content = folder or self.metadata, {}
        for place, _, names in os.walk(folder):
            for name in names:
                path = os.path.join(place, name)
                with open(path, "rb") as file:
                    content[os.path.relpath(path, folder)] = file.read()
        return content

    def trusted(self):
        return sorted(name for name in os.listdir(self.metadata) if name.endswith(".json"))

    def delegate(self, name, paths=("*",), expires=None):
        role = DelegatedRole(name, [], 1, False, list(paths))
        targets = Targets(expires=expires or self.repository.safe_expiry)
        self.repository.add_delegation("targets", role, targets)

    def publish(self):
        self.repository.targets.version += 1
        self.repository.update_snapshot()
