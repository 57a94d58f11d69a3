"""isoglot trains, measures and serves retrievers that treat every language alike."""

__version__ = "0.1.0"
