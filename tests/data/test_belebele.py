"""Belebele's format: questions and passages parallel over languages, FLORES codes as BCP-47, errors of one sentence."""

import json
from pathlib import Path
from typing import Any

import pytest

from isoglot.data.languages import language_problem
from isoglot.data.sources import belebele
from isoglot.errors import RequestError

# The 122 languages of the published set, as its files are called.
PUBLISHED = """
    acm_Arab afr_Latn als_Latn amh_Ethi apc_Arab arb_Arab arb_Latn ars_Arab ary_Arab arz_Arab asm_Beng azj_Latn bam_Latn
    ben_Beng ben_Latn bod_Tibt bul_Cyrl cat_Latn ceb_Latn ces_Latn ckb_Arab dan_Latn deu_Latn ell_Grek eng_Latn est_Latn
    eus_Latn fin_Latn fra_Latn fuv_Latn gaz_Latn grn_Latn guj_Gujr hat_Latn hau_Latn heb_Hebr hin_Deva hin_Latn hrv_Latn
    hun_Latn hye_Armn ibo_Latn ilo_Latn ind_Latn isl_Latn ita_Latn jav_Latn jpn_Jpan kac_Latn kan_Knda kat_Geor kaz_Cyrl
    kea_Latn khk_Cyrl khm_Khmr kin_Latn kir_Cyrl kor_Hang lao_Laoo lin_Latn lit_Latn lug_Latn luo_Latn lvs_Latn mal_Mlym
    mar_Deva mkd_Cyrl mlt_Latn mri_Latn mya_Mymr nld_Latn nob_Latn npi_Deva npi_Latn nso_Latn nya_Latn ory_Orya pan_Guru
    pbt_Arab pes_Arab plt_Latn pol_Latn por_Latn ron_Latn rus_Cyrl shn_Mymr sin_Latn sin_Sinh slk_Latn slv_Latn sna_Latn
    snd_Arab som_Latn sot_Latn spa_Latn srp_Cyrl ssw_Latn sun_Latn swe_Latn swh_Latn tam_Taml tel_Telu tgk_Cyrl tgl_Latn
    tha_Thai tir_Ethi tsn_Latn tso_Latn tur_Latn ukr_Cyrl urd_Arab urd_Latn uzn_Latn vie_Latn war_Latn wol_Latn xho_Latn
    yor_Latn zho_Hans zho_Hant zsm_Latn zul_Latn
"""
KNOWN = {"zho_Hans": "zh", "zho_Hant": "zh-Hant", "eng_Latn": "en", "ben_Latn": "bn-Latn", "ben_Beng": "bn",
         "arb_Arab": "ar", "arb_Latn": "ar-Latn", "arz_Arab": "arz", "acm_Arab": "acm-Arab", "npi_Latn": "ne-Latn",
         "srp_Cyrl": "sr", "pes_Arab": "fa", "swh_Latn": "sw", "pan_Guru": "pa", "nob_Latn": "nb"}  # fmt: skip


def row(link: str, number: int, code: str, **more: Any) -> dict[str, Any]:
    return {
        "link": f"https://en.wikibooks.org/wiki/{link}", "question_number": number,
        "flores_passage": f"passage of {link} in {code}", "question": f"question {number} on {link} in {code}?",
        "mc_answer1": "a", "mc_answer2": "b", "mc_answer3": "c", "mc_answer4": "d", "correct_answer_num": "1",
        "dialect": code, "ds": "2023-05-03", **more,
    }  # fmt: skip


def write(folder: Path, code: str, rows: list[Any]) -> Path:
    folder.mkdir(exist_ok=True)
    path = folder / f"{code}.jsonl"
    path.write_text("".join(json.dumps(each, ensure_ascii=False) + "\n" for each in rows), encoding="utf-8")
    return path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two passages, three questions; the rows of each language in another order. Romanised Bengali has one passage."""
    for code in ("eng_Latn", "zho_Hant"):
        rows = [row("Accordion", 1, code), row("Accordion", 2, code), row("Castles", 1, code)]
        write(tmp_path / "data", code, rows if code == "eng_Latn" else rows[::-1])
    write(tmp_path / "data", "ben_Latn", [row("Castles", 1, "ben_Latn")])
    return tmp_path


def test_a_question_is_answered_by_its_passage_in_every_language(folder: Path) -> None:
    collection = belebele.read(folder, "belebele")
    assert collection.languages == ["bn-Latn", "en", "zh-Hant"]
    texts = dict(zip(*(collection.passages[c].to_pylist() for c in ("passage_id", "text")), strict=True))
    golds: dict[str, set[str]] = {topic: set() for topic in collection.topics}
    for judged in collection.qrels.to_pylist():
        golds[judged["topic_id"]].add(texts[judged["passage_id"]])
    accordion = {"passage of Accordion in eng_Latn", "passage of Accordion in zho_Hant"}
    castles = {f"passage of Castles in {code}" for code in ("eng_Latn", "zho_Hant", "ben_Latn")}
    assert sorted(map(sorted, golds.values())) == sorted(map(sorted, [accordion, accordion, castles]))
    for query in collection.queries.to_pylist():
        link = query["text"].split(" on ")[1].split()[0]
        assert all(f" {link} " in text for text in golds[query["topic_id"]])
    assert (collection.licence, collection.evaluation_only, collection.notes) == ("CC BY-SA 4.0", True, ())


def test_topics_and_parallel_groups_are_the_same_over_languages(folder: Path) -> None:
    collection = belebele.read(folder, "belebele")
    assert (collection.queries.num_rows, collection.passages.num_rows, len(collection.topics)) == (7, 5, 3)
    groups: dict[str, set[str]] = {}
    for passage in collection.passages.to_pylist():
        groups.setdefault(passage["parallel_id"], set()).add(passage["text"].split(" in ")[0])
    assert sorted(map(sorted, groups.values())) == [["passage of Accordion"], ["passage of Castles"]]


def test_languages_are_chosen_by_their_bcp_47_code(folder: Path) -> None:
    chosen = belebele.read(folder, "belebele", ["zh-Hant", "en"])
    assert chosen.languages == ["en", "zh-Hant"]
    assert (chosen.queries.num_rows, chosen.passages.num_rows, chosen.qrels.num_rows) == (6, 4, 6)
    with pytest.raises(RequestError, match="There is no language of Belebele 'zho_Hant'; "):
        belebele.read(folder, "belebele", ["en", "zho_Hant"])


def test_all_published_languages_have_codes_of_their_own() -> None:
    codes = {code: belebele.language_of(code) for code in PUBLISHED.split()}
    assert len(codes) == len(set(codes.values())) == 122
    assert [code for code in codes.values() if language_problem(code)] == []
    assert {code: codes[code] for code in KNOWN} == KNOWN


def test_the_first_release_tells_passages_of_a_link_by_their_split(tmp_path: Path) -> None:
    rows = [row("A", 1, "eng_Latn", split=split, flores_passage=f"{split} passage") for split in ("dev", "devtest")]
    write(tmp_path, "eng_Latn", rows)
    collection = belebele.read(tmp_path, "belebele")
    assert collection.passage_texts == ["dev passage", "devtest passage"]
    assert len(collection.topics) == collection.qrels.num_rows == 2
    assert collection.notes == ()


def test_a_passage_that_differs_between_its_questions_is_kept_once_and_noted(tmp_path: Path) -> None:
    write(tmp_path, "eng_Latn", [row("A", 1, "eng_Latn"), row("A", 2, "eng_Latn", flores_passage="other")])
    collection = belebele.read(tmp_path, "belebele")
    assert collection.passage_texts == ["passage of A in eng_Latn"]
    assert [note[:12] for note in collection.notes] == ["1 questions "]


@pytest.mark.parametrize("damage", [{"link": None}, {"question": None}, {"flores_passage": 3}, {"question_number": "x"},
                                    {"question_number": None}, {"split": 5, "link": 4}])  # fmt: skip
def test_a_malformed_line_is_named(folder: Path, damage: dict[str, Any]) -> None:
    write(folder / "data", "fra_Latn", [row("Castles", 1, "fra_Latn"), row("Castles", 1, "fra_Latn") | damage])
    with pytest.raises(RequestError, match=r"fra_Latn\.jsonl line 2 is not in Belebele's format") as caught:
        belebele.read(folder, "belebele")
    assert "\n" not in str(caught.value)


def test_a_missing_field_a_repeated_question_and_other_files_are_named(folder: Path) -> None:
    short = row("Castles", 1, "fra_Latn")
    del short["flores_passage"]
    write(folder / "data", "fra_Latn", [short])
    with pytest.raises(RequestError, match=r"line 1 is not in Belebele's format \(KeyError\('flores_passage'\)\)"):
        belebele.read(folder, "belebele")
    write(folder / "data", "fra_Latn", [row("Castles", 1, "fra_Latn")] * 2)
    with pytest.raises(RequestError, match=r"belebele: queries row \d repeats the query_id"):
        belebele.read(folder, "belebele")
    (folder / "data" / "fra_Latn.jsonl").unlink()
    write(folder / "data", "eng_test", [{}])
    assert belebele.read(folder, "belebele").languages == ["bn-Latn", "en", "zh-Hant"]
    with pytest.raises(RequestError, match=r"holds no files such as eng_Latn\.jsonl"):
        belebele.read(folder / "data" / "absent", "belebele")
