"""From the row numbers of a batch to what the encoder reads."""

from isoglot.training.reading.prefetch import ReadAhead
from isoglot.training.reading.reader import BatchReader, Share, Texts
from isoglot.training.reading.rows import rows_to_read

__all__ = ["BatchReader", "ReadAhead", "Share", "Texts", "rows_to_read"]
