"""Evaluation on a cluster: workers encode and rank, this process measures."""

from isoglot.evaluation.engine import Engine
from isoglot.scale.encoding import encode_on_ray
from isoglot.scale.ranking import rank_on_ray

ON_RAY = Engine(encode=encode_on_ray, rank=rank_on_ray)
