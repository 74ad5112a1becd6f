import pytest

from app.documents import language


@pytest.mark.parametrize(
    ("text", "tag"),
    [
        ("这是他们说的话，没有什么问题。", "zh-Hans"),
        ("民事主体从事民事活动，应当遵循自愿原则。", "zh-Hans"),
        ("這是他們說的話，沒有什麼問題。", "zh-Hant"),
        ("佢哋喺度做緊嘢，我唔知佢哋幾時先至返屋企。", "zh-Hant"),
        ("滾滾長江東逝水，浪花淘盡英雄。", "zh-Hant"),
        ("天下大乱", "zh"),
        ("第一章", "zh"),
        ("It was the best of times and the worst of it all", "en"),
        ("No person shall be a Senator who shall not have attained to the Age of thirty Years", "en"),
        ("Der Mann und die Frau sind nicht auf dem Weg zu sich", "de"),
        (
            "§ 823 (1) Wer vorsätzlich oder fahrlässig das Leben, den Körper, die Gesundheit, die Freiheit, das "
            "Eigentum oder ein sonstiges Recht eines anderen widerrechtlich verletzt, ist dem anderen zum Ersatz "
            "des daraus entstehenden Schadens verpflichtet.",
            "de",
        ),
        ("Longtemps, je me suis couché de bonne heure et les yeux qui se ferment dans la nuit", "fr"),
        ("吾輩は猫である。名前はまだない。", "ja"),
        ("日本國民ハ正當ニ選擧セラレタル國會ニ於ケル代表者ヲ通ジテ行動シ", "ja"),
        ("東京都千代田区霞が関一丁目一番一号 民事訴訟法第三百条第一項の規定", "ja"),
        ("나는 그 사람을 모른다", "ko"),
        ("Все счастливые семьи", "ru"),
        ("123", ""),
        ("", ""),
        ("Kapitel 1", ""),
    ],
)
def test_languages(text: str, tag: str) -> None:
    assert language.detect(text) == tag or (tag == "zh" and language.detect(text).startswith("zh"))


def test_a_quotation_is_not_the_language() -> None:
    assert language.detect("他用日语说：“ありがとう”，" + "然后大家都笑了，这件事就这样过去了。" * 20) == "zh-Hans"
    assert language.detect("He wrote 道德經 on the wall and the door of it was open to the sea. " * 5) == "en"


def test_the_middle_counts_as_well_as_the_front() -> None:
    preface = "The editor has to say that it was the first of the books. " * 150
    assert language.han_share(preface + "却说众人听了，都点头称是。" * 5000) > 0.4
