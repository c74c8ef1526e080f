"""The updater of python-tuf's own tests, carried out by a command: `onehall-tuf-client`.

The Update Framework's reference implementation comes with tests of its client over a simulated repository. They make an
`Updater`, change the repository, and look at what the client took, refused, kept and asked for. This `Updater` has the same
face; each call is a new process of the command, which asks the simulated repository over HTTP on this machine.
"""

import datetime
import os
import shutil
import subprocess
import tempfile
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib import parse

import freezegun.api
from tuf.api import exceptions

COMMAND = os.environ["ONEHALL_TEST_TUF_CLIENT"]


class Refused(
    exceptions.UnsignedMetadataError,
    exceptions.BadVersionNumberError,
    exceptions.ExpiredMetadataError,
    exceptions.LengthOrHashMismatchError,
    exceptions.DownloadLengthMismatchError,
):
    """The command ended with 1. It says why for people only, so this is every reason that a test may expect."""


class Config:
    """What tests set on an updater; the ones that need it to be heard are left out (`run.py`)."""

    prefix_targets_with_hash = True


class Server:
    """The simulated repository over HTTP."""

    def __init__(self, simulator):
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                path = self.path
                if path.startswith("/targets/"):
                    path = parse.unquote(path)
                try:
                    body = b"".join(simulator.fetch(f"https://example.com{path}"))
                    status = 200
                except exceptions.DownloadHTTPError as error:
                    body, status = b"", error.status_code
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self.http.server_port}"
        self.thread = threading.Thread(target=self.http.serve_forever, args=(0.01,), daemon=True)

    def __enter__(self):
        self.thread.start()
        return self.address

    def __exit__(self, *_):
        self.http.shutdown()
        self.http.server_close()


class Updater:
    def __init__(
        self,
        metadata_dir,
        metadata_base_url,
        target_dir=None,
        target_base_url=None,
        fetcher=None,
        config=None,
        *,
        bootstrap,
    ):
        self._metadata = metadata_dir
        self._targets = target_dir
        self._simulator = fetcher
        self._refreshed = False
        self.config = config or Config()
        if not os.path.exists(os.path.join(metadata_dir, "root.json")):
            if bootstrap is None:
                raise FileNotFoundError("there is no root to trust")
            with tempfile.NamedTemporaryFile(suffix=".json") as root:
                root.write(bootstrap)
                root.flush()
                self._run("init", root.name)

    def refresh(self):
        self._run("refresh")
        self._refreshed = True

    def get_targetinfo(self, path):
        # Found is what the command would fetch, whether or not the right content comes.
        with tempfile.TemporaryDirectory() as folder:
            fetched = len(self._simulator.fetch_tracker.targets)
            try:
                self._download(path, folder)
            except Refused as refused:
                if "no role names" in str(refused):
                    return None
                if len(self._simulator.fetch_tracker.targets) == fetched:
                    raise
            finally:
                del self._simulator.fetch_tracker.targets[fetched:]
        return self._simulator.target_files[path].target_file

    def find_cached_target(self, info, filepath=None):
        path = filepath or self._path(info)
        try:
            with open(path, "rb") as file:
                self._simulator.target_files[info.path].target_file.verify_length_and_hashes(file.read())
        except (OSError, exceptions.RepositoryError):
            return None
        return path

    def download_target(self, info, filepath=None):
        # Always fetched, as the updater of the tests does: the command would use what is here (`interface.py` has that).
        with tempfile.TemporaryDirectory() as folder:
            self._download(info.path, folder)
            path = filepath or self._path(info)
            shutil.copyfile(os.path.join(folder, parse.quote(info.path, "")), path)
        return path

    def _path(self, info):
        return os.path.join(self._targets, parse.quote(info.path, ""))

    def _download(self, name, folder):
        tracked = self._simulator.fetch_tracker.metadata
        before = len(tracked)
        try:
            self._run("download", "--target-name", name, "--target-dir", folder)
        finally:
            if self._refreshed:
                # A new process looks whether there is a newer root and timestamp; the updater of the tests would not.
                new = tracked[before:]
                while new and new[0][0] in ("root", "timestamp"):
                    new.pop(0)
                tracked[before:] = new
            self._refreshed = True

    def _run(self, command, *words):
        with Server(self._simulator) as address:
            line = [COMMAND, "--metadata-dir", self._metadata]
            if command != "init":
                line += ["--metadata-url", f"{address}/metadata/"]
            if command == "download":
                line += ["--target-base-url", f"{address}/targets/"]
            if command == "init":
                line += [command, *words]
            else:
                line += [*words, command]
            done = subprocess.run([*faketime(), *line], capture_output=True, text=True, check=False)
        if done.returncode not in (0, 1):
            raise AssertionError(f"{line}: ended with {done.returncode}: {done.stderr}")
        if done.returncode == 1:
            raise Refused(done.stderr)
        return done.stderr


def faketime():
    """The words before a command that give it the time that a test has frozen."""
    now = datetime.datetime.now(datetime.timezone.utc)
    if abs(now.timestamp() - freezegun.api.real_time()) < 5:
        return []
    return ["env", "TZ=UTC", "faketime", "-f", now.strftime("@%Y-%m-%d %H:%M:%S")]
