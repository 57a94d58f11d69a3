"""Passages in many languages and scripts, as an index would hold them, with what a model might make of them."""

from dataclasses import dataclass, field

TIDES = "Why does the sea rise and fall twice a day?"


@dataclass(frozen=True)
class Passage:
    """A passage with its cosine to `TIDES`; `words` are what is highlighted."""

    language: str
    score: float
    title: str
    text: str
    words: tuple[str, ...] = ()
    source: str = "sea/handbook.md"
    metadata: dict[str, object] = field(default_factory=dict)
    confidence: float = 1.0


PASSAGES = (
    Passage("en", 0.83, "The cause of the tides", "The Moon pulls the water on the near side of the Earth a little more than the Earth itself, and the water on the far side a little less. Two bulges of water form, and as the Earth turns below them, most coasts see high water twice in a day and almost an hour later each day. The Sun does the same with a little less than half the strength; when both pull in one line, at new and full Moon, the tides are highest.", ("Two bulges of water form", "high water twice in a day"), metadata={"year": "2021", "kind": "guide", "author": "M. Okafor"}),
    Passage("en", 0.79, "Reading a tide table", "A tide table lists the hours and the heights of high and low water. Between them the sea moves by the rule of twelfths: one twelfth of the range in the first hour, two in the second, three in the third and fourth.", ("high and low water",), "https://example.org/tables?port=12", {"year": "2019", "kind": "guide"}),
    Passage("de", 0.77, "Warum es Ebbe und Flut gibt", "Der Mond zieht das Wasser auf der ihm zugewandten Seite stärker an als die Erde selbst. So entstehen zwei Flutberge, unter denen sich die Erde hindurchdreht: Zweimal am Tag steigt das Meer, zweimal fällt es.", ("zwei Flutberge", "Zweimal am Tag steigt das Meer"), metadata={"year": "2021", "kind": "guide"}),
    Passage("de", 0.71, "Wattenmeer", "Bei Niedrigwasser fällt das Watt trocken. Wer hinausgeht, muss die Zeit der Flut kennen.", ("Niedrigwasser",), "sea/coasts.md", {"year": "2020", "kind": "article"}),
    Passage("fr", 0.70, "Les marées", "La Lune attire l’eau des océans. La mer monte et descend deux fois par jour sur la plupart des côtes, et les marées sont plus fortes à la nouvelle et à la pleine lune.", ("deux fois par jour",), metadata={"year": "2018", "kind": "article"}),
    Passage("es", 0.66, "Por qué suben y bajan las mareas", "La Luna atrae el agua del mar. Dos veces al día la mar sube y dos veces baja, y cada día casi una hora más tarde.", ("Dos veces al día la mar sube",), metadata={"year": "2021", "kind": "guide"}),
    Passage("ar", 0.58, "لماذا يحدث المد والجزر", "يجذب القمر مياه البحر، فيرتفع الماء في الجهة القريبة منه وفي الجهة البعيدة عنه. ومع دوران الأرض يرتفع البحر مرتين في اليوم وينخفض مرتين (نحو 12 ساعة و25 دقيقة بين مدّ ومدّ).", ("يرتفع البحر مرتين في اليوم",), metadata={"year": "2022", "kind": "guide"}),
    Passage("he", 0.55, "גאות ושפל", "הירח מושך את מי הים. פעמיים ביום עולה הים ופעמיים הוא יורד, ובכל יום כמעט שעה מאוחר יותר (GMT+2).", ("פעמיים ביום עולה הים",), metadata={"year": "2020", "kind": "article"}),
    Passage("ur", 0.51, "سمندر کیوں چڑھتا اور اترتا ہے", "چاند سمندر کے پانی کو اپنی طرف کھینچتا ہے۔ اس لیے دن میں دو بار پانی چڑھتا ہے اور دو بار اترتا ہے۔", ("دن میں دو بار پانی چڑھتا ہے",), metadata={"year": "2022", "kind": "guide"}),
    Passage("hi", 0.53, "ज्वार-भाटा क्यों आता है", "चंद्रमा समुद्र के पानी को अपनी ओर खींचता है। इसलिए दिन में दो बार ज्वार और दो बार भाटा आता है।", ("दिन में दो बार ज्वार",), metadata={"year": "2022", "kind": "guide"}),
    Passage("th", 0.49, "น้ำขึ้นน้ำลงเกิดจากอะไร", "ดวงจันทร์ดึงดูดน้ำทะเล น้ำทะเลจึงขึ้นวันละสองครั้งและลงวันละสองครั้ง", ("ขึ้นวันละสองครั้ง",), metadata={"year": "2021", "kind": "article"}),
    Passage("zh", 0.61, "潮汐的成因", "月球吸引海水，在地球靠近月球和远离月球的两侧各形成一个水峰。地球自转时，海岸每天经历两次涨潮和两次落潮。", ("每天经历两次涨潮",), metadata={"year": "2021", "kind": "guide"}),
    Passage("ja", 0.60, "潮の満ち引き", "月の引力が海水を引き寄せます。🌕 そのため海面は一日に二回高くなり、二回低くなります。", ("一日に二回高くなり",), "sea/coasts.md", {"year": "2019", "kind": "article"}),
    Passage("el", 0.44, "Η παλίρροια", "Η Σελήνη έλκει το νερό της θάλασσας, και έτσι η στάθμη ανεβαίνει δύο φορές την ημέρα.", ("δύο φορές την ημέρα",), metadata={"year": "2018", "kind": "article"}),
    Passage("no", 0.63, "Flo og fjære", "Månen trekker på havet, og vannet stiger to ganger om dagen.", ("to ganger om dagen",), metadata={"year": "2017", "kind": "article"}, confidence=0.62),
    Passage("en", 0.68, "<script>document.title = 'taken'</script>", "A title and a passage may hold <b>markup</b> & <img src=x onerror=\"document.title='taken'\">; it is shown as it is written.", ("<b>markup</b>",), "javascript:document.title='taken'", {"year": "2016", "kind": "note"}),
    Passage("und", 0.35, "", "57 03 N 009 55 E  LW 0.2 m  HW 0.5 m", (), "sea/log.csv", {"year": "1998", "kind": "note"}, confidence=0.0),
)  # fmt: skip
