"""Two services, one of each build, that are asked the same."""
import http.client, json, os, signal, socket, subprocess, time

import shape

BASE = "http://feeds.example.org"
START_TIMEOUT = 60  # Seconds.
ANSWER_TIMEOUT = 120
SETTLE_TIMEOUT = 30
STEADY = 1.5


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def verdicts(status):
    """What each subject's last read and each of its days came to, without prose and moments."""
    found = {}
    for subject in status.get("subjects", []):
        flat = shape.flat(subject)
        found.update({f"{subject.get('subject')}{path}": value for path, value in flat.items()
                      if isinstance(value, (str, int)) and not shape.TIME.search(str(value)) and "second" not in path})
    return found


class Answer:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    def header(self, name):
        return next((value for known, value in self.headers if known == name), None)


class Service:
    """A build that serves; settings are names as in the environment, without their prefix."""

    def __init__(self, program, arguments, settings, folder):
        self.port = free_port()
        self.program, self.folder = program, folder
        self.environment = {
            **os.environ,
            "CROSSLIST_SERVER__LISTEN": f"127.0.0.1:{self.port}",
            "CROSSLIST_SERVER__WORKERS": "1",
            "CROSSLIST_LIMITS__REQUESTS_PER_MINUTE": "0",
            "CROSSLIST_LOG__LEVEL": "error",
            **{f"CROSSLIST_{name}": value for name, value in settings.items()},
        }
        self.log = open(folder / f"log-{self.port}", "wb")
        self.process = subprocess.Popen([program, "serve", *arguments], env=self.environment, cwd=folder,
                                        stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log)

    def wait_for_start(self):
        end = time.monotonic() + START_TIMEOUT
        while True:
            try:
                if self.ask("/healthz").status == 200:
                    return self
            except OSError:
                pass
            if self.process.poll() is not None or time.monotonic() > end:
                raise SystemExit(f"{self.program} does not start: {(self.folder / f'log-{self.port}').read_text()}")
            time.sleep(0.02)

    def ask(self, path, method="GET", headers=(), body=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=ANSWER_TIMEOUT)
        try:
            connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
            names = [name.lower() for name, _ in headers]
            if "host" not in names:
                connection.putheader("Host", "feeds.example.org")
            for name, value in headers:
                connection.putheader(name, value)
            if body is not None:
                connection.putheader("Content-Length", str(len(body)))
            connection.endheaders(body)
            answer = connection.getresponse()
            fields = [(name.lower(), value) for name, value in answer.getheaders()]
            return Answer(answer.status, fields, answer.read())
        finally:
            connection.close()

    def raw(self, request):
        """The bytes of the answer to the bytes of a request."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=ANSWER_TIMEOUT) as connection:
            connection.sendall(request)
            connection.shutdown(socket.SHUT_WR)
            answer = b""
            while part := connection.recv(65536):
                answer += part
            return answer

    def command(self, *arguments):
        """Runs another command of the same build with the settings of the service."""
        return subprocess.run([self.program, *arguments], env=self.environment, cwd=self.folder, capture_output=True,
                              timeout=ANSWER_TIMEOUT)

    def status(self):
        return json.loads(self.ask("/status.json").body)

    def settle(self):
        """Orders a round and waits until what is known of every subject and day stays as it is."""
        self.command("refresh")
        last, since = None, time.monotonic()
        end = since + SETTLE_TIMEOUT
        while time.monotonic() < end:
            now = verdicts(self.status())
            if now != last:
                last, since = now, time.monotonic()
            elif time.monotonic() - since > STEADY:
                return
            time.sleep(0.2)

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(START_TIMEOUT)
        self.log.close()


class Pair:
    """The services of OLD and NEW."""

    def __init__(self, builds, arguments, settings, folder, name):
        self.services = []
        for build, side in zip(builds, ["old", "new"]):
            own = folder / f"{name}-{side}"
            own.mkdir(exist_ok=True)
            each = arguments(own, side) if callable(arguments) else arguments
            of_side = settings(own, side) if callable(settings) else settings
            self.services.append(Service(build, each, of_side, own))

    def __enter__(self):
        for service in self.services:
            service.wait_for_start()
        return self

    def __exit__(self, *_):
        for service in self.services:
            service.stop()

    def ask(self, *arguments, **named):
        return [service.ask(*arguments, **named) for service in self.services]

    def settle(self):
        for service in self.services:
            service.settle()
