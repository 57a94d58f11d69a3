"""A process that serves a stub, which answers once a file exists."""

import sys
from pathlib import Path

from isoglot.search.service.app import create_app
from isoglot.search.service.logs import configure
from isoglot.search.service.run import bind, listen, serve_until_told, url_of
from isoglot.search.service.settings import ServiceSettings
from service.stub import StubSearcher

if __name__ == "__main__":
    searcher = StubSearcher(until=Path(sys.argv[1]))
    configure()
    bound = bind("127.0.0.1", 0)
    listen(bound)
    sys.stdout.write(url_of(bound) + "\n")
    sys.stdout.flush()
    serve_until_told(create_app(ServiceSettings(Path(), rate=None), searcher, StubSearcher), bound, 10.0)
