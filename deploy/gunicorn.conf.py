"""Gunicorn's settings: no logs of requests, no temporary files on a disk. `python -m dropbox run` reads it.

The operator's own settings (address, workers, threads) are in dropbox.toml.
"""

import contextlib
import logging
import sys
import time
from pathlib import Path

import gunicorn.glogging
import gunicorn.http.errors
import gunicorn.http.wsgi
from gunicorn.workers.gthread import ThreadWorker

from dropbox import fault_line
from dropbox.headers import HEADERS

# The only lines that may be logged, by the beginning of gunicorn's own text. All others could quote a request: "Invalid
# request from ip=...", "Error handling request ...".
LIFECYCLE = (
    "Starting gunicorn",
    "Listening at",
    "Booting worker",
    "Worker exiting",
    "Worker (pid:",
    "WORKER TIMEOUT",
    "Handling signal",
    "Shutting down",
    "Reason:",
    "Parent changed",
    "Connection in use",
    "Retrying in",
    "Can't connect to",
    "Invalid address",
)

# gunicorn's libraries log for themselves: discard it.
logging.lastResort = None
logging.raiseExceptions = False

STATUSES = {
    "LimitRequestLine": "414 URI Too Long",
    "LimitRequestHeaders": "431 Request Header Fields Too Large",
    "ExpectationFailed": "417 Expectation Failed",
    "UnsupportedTransferCoding": "501 Not Implemented",
}


class LifecycleLogger(gunicorn.glogging.Logger):
    """Logs the start and end of processes, and the type of faults; nothing of any request."""

    def info(self, msg, *args, **_):
        if msg.startswith(LIFECYCLE):
            self._write(msg % args if args else msg)

    critical = error = warning = info

    def exception(self, *_, **__):
        error = sys.exc_info()[1]
        if error is not None:
            self.fault(error)

    def fault(self, error):
        """Log the type and place of a fault, without its message."""
        self._write(f"fault: {fault_line(error)}")

    def log(self, _level, msg, *args, **_):
        self.info(msg, *args)

    def debug(self, *_, **__):
        pass

    def access(self, *_):
        pass

    def _write(self, text):
        sys.stderr.write(f"{time.strftime('%Y-%m-%d')} dropbox: {text}\n")
        sys.stderr.flush()


class SilentWorker(ThreadWorker):
    """Responds to broken requests without quoting them, neither to the sender nor in a log."""

    def handle_error(self, _request, client, _address, error):
        name = type(error).__name__
        if type(error).__module__ == gunicorn.http.errors.__name__ and not name.startswith("InvalidResponse"):
            status = STATUSES.get(name, "400 Bad Request")
        else:
            self.log.fault(error)
            status = "500 Internal Server Error"
        fields = {**HEADERS, "Connection": "close", "Content-Length": "0"}
        lines = [f"HTTP/1.1 {status}", *(f"{name}: {value}" for name, value in fields.items()), "", ""]
        with contextlib.suppress(OSError):
            client.sendall("\r\n".join(lines).encode("ascii"))


# Without its version; HTTP does not require it.
gunicorn.http.wsgi.SERVER = "meldbus"

worker_class = SilentWorker
logger_class = LifecycleLogger
accesslog = None
errorlog = "-"
control_socket_disable = True

# A heartbeat file on a disk can block a worker, and is one more file.
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108
umask = 0o007  # only for the Unix socket: the proxy in front is in our group

timeout = 60
graceful_timeout = 30
keepalive = 5
backlog = 256

# Our addresses are short, and the only long header is a capability.
limit_request_line = 1024
limit_request_fields = 64
limit_request_field_size = 4096

# The proxy's information about a visitor is ignored, above all their address.
forwarded_allow_ips = ""
