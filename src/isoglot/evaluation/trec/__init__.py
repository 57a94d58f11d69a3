"""TREC run and qrels files: any system's run measured here, and ours anywhere else."""

from isoglot.evaluation.trec.gold_ranks import gold_ranks_of_run, remarks
from isoglot.evaluation.trec.read import read_qrels, read_run
from isoglot.evaluation.trec.write import qrels_of, write_qrels, write_run

__all__ = ["gold_ranks_of_run", "qrels_of", "read_qrels", "read_run", "remarks", "write_qrels", "write_run"]
