"""The sets of BEIR: what each is, as the catalogue lists it.

Queries, passages and MD5 sums are those of BEIR's README and, for exact passage counts, MTEB's statistics. Licences are
those of the texts' makers, "unknown" where they report none (NFCorpus, FiQA, Quora, Climate-FEVER: BEIR, appendix E)
or where none was found.
"""

from typing import NamedTuple


class BeirSet(NamedTuple):
    """One set; `md5` is that of its public zip file, empty for the four sets that BEIR may not publish."""

    title: str
    task: str
    queries: int
    passages: int
    licence: str
    md5: str = ""


URL = "https://public.ukp.informatik.tu-darmstadt.de/thakur/BEIR/datasets/{}.zip"

SETS = {
    "msmarco": BeirSet("MS MARCO, dev", "web questions", 6_980, 8_841_823,
                       "MS MARCO terms (non-commercial research)", "444067daf65d982533ea17ebd59501e4"),
    "trec-covid": BeirSet("TREC-COVID", "biomedical search", 50, 171_332,
                          "CORD-19 licence", "ce62140cb23feb9becf6270d0d1fe6d1"),
    "nfcorpus": BeirSet("NFCorpus", "biomedical search", 323, 3_633,
                        "unknown", "a89dba18a62ef92f7d323ec890a0d38d"),
    "bioasq": BeirSet("BioASQ", "biomedical questions", 500, 14_914_603, "BioASQ terms"),
    "nq": BeirSet("Natural Questions", "questions", 3_452, 2_681_468,
                  "CC BY-SA 3.0", "d4d3d2e48787a744b6f6e691ff534307"),
    "hotpotqa": BeirSet("HotpotQA", "multi-hop questions", 7_405, 5_233_329,
                        "CC BY-SA 4.0", "f412724f78b0d91183a0e86805e16114"),
    "fiqa": BeirSet("FiQA-2018", "financial questions", 648, 57_638,
                    "unknown", "17918ed23cd04fb15047f73e6c3bd9d9"),
    "signal1m": BeirSet("Signal-1M", "tweets on a news headline", 97, 2_866_316, "Signal-1M terms"),
    "trec-news": BeirSet("TREC-NEWS", "background of a news article", 57, 594_977, "TREC terms (Washington Post)"),
    "robust04": BeirSet("Robust04", "news search", 249, 528_155, "TREC terms (disks 4 and 5)"),
    "arguana": BeirSet("ArguAna", "counter-arguments", 1_406, 8_674,
                       "unknown", "8ad3e3c2a5867cdced806d6503f29b99"),
    "webis-touche2020": BeirSet("Touché-2020", "arguments on a question", 49, 382_545,
                                "CC BY 4.0", "46f650ba5a527fc69e0a6521c5a23563"),
    "quora": BeirSet("Quora", "duplicate questions", 10_000, 522_931,
                     "unknown", "18fb154900ba42a600f84b839c173167"),
    "dbpedia-entity": BeirSet("DBpedia-Entity", "entity search", 400, 4_635_922,
                              "CC BY-SA 3.0", "c2a39eb420a3164af735795df012ac2c"),
    "scidocs": BeirSet("SCIDOCS", "papers that a paper cites", 1_000, 25_657,
                       "GPL-3.0", "38121350fc3a4d2f48850f6aff52e4a9"),
    "fever": BeirSet("FEVER", "evidence for a claim", 6_666, 5_416_568,
                     "CC BY-SA 3.0", "5a818580227bfb4b35bb6fa46d9b6c03"),
    "climate-fever": BeirSet("Climate-FEVER", "evidence for a claim on the climate", 1_535, 5_416_593,
                             "unknown", "8b66f0a9126c521bae2bde127b4dc99d"),
    "scifact": BeirSet("SciFact", "evidence for a scientific claim", 300, 5_183,
                       "CC BY-NC 2.0", "5f7d1de60b170fc8027bb7898e2efca1"),
}  # fmt: skip

# One zip file of twelve folders, a set each; BEIR reports their mean.
FORUMS = ("android", "english", "gaming", "gis", "mathematica", "physics", "programmers", "stats", "tex", "unix",
          "webmasters", "wordpress")  # fmt: skip
CQADUPSTACK = BeirSet("CQADupStack", "duplicate questions", 13_145, 457_199,
                      "Apache-2.0", "4e41456d7df8ee7760a7f866133bda78")  # fmt: skip

# No set of BEIR: HippoRAG's pool for some of the queries.
HOTPOTQA_9K = BeirSet("HotpotQA over a small pool, not BEIR's corpus", "multi-hop questions", 944, 9_221,
                      "CC BY-SA 4.0")  # fmt: skip

SPLITS = {"msmarco": "dev"}
# Where queries are texts of the corpus themselves (see `beir.read`).
OWN_ID_EXCLUDED = {"arguana", "quora"}

REASONING = ("hotpotqa", "fever", "climate-fever", "scifact", "arguana", "webis-touche2020")
SMALL = ("scifact", "nfcorpus", "arguana", "fiqa", "scidocs")
