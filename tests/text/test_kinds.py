"""A name's last words say what kind of dish it is."""

import pytest

from foodgan.text.kinds import kind_of

# Names as photos have them, read by hand.
READ = {
    "noodles": """
        味噌ラーメン 担々麺 冷やし中華 天ぷらうどん ざるそば パスタのトマトクリームソース
        ペンネのミートソース クイティオ炒め 照り焼きチリ焼きそば マカロニチーズ
        鶏とじゃがいもの辛味煮込み麺 レンズ豆と豆の煮込みパスタ""",
    "rice": """
        パエリア ビビンバ 親子丼 うな重 ハムおにぎり 野菜の炊き込みご飯 オムライス お粥
        海南鶏飯 ココナッツチキンカレーライス ローストダックのせご飯 鶏もつのリゾット""",
    "soup": """
        野菜カレー 豚汁 おでん お吸い物 鶏肉のクリームスープ 魚と豆腐の煮込み 寄せ鍋 酸辣湯
        ビーフシチュー 白きくらげと蓮の実の甘いスープ ハーブと麺のスープ""",
    "salad": """
        ビーツのサラダ ポテトサラダ 牛肉入りポテトサラダ カニサラダ コーンブレッドサラダ""",
    "sweets": """
        アップルパイ バクラヴァ ベニエ ブレッドプディング フレンチトースト たい焼き かき氷
        マンゴーチョコプリン ホットケーキ 黒米のお汁粉 揚げバナナ いちごムースケーキ""",
    "bread": """
        ピザ ブリトー チキンバーガー ホットドッグ ほうれん草ラップサンド カヤトースト パンピザ
        チョコ編みパン 豚まん レンズ豆のサンドイッチ""",
    "meat": """
        ステーキ スペアリブ 牛肉のカルパッチョ 牛肉のタルタル 鶏の唐揚げ 豚の生姜焼き ヒレカツ
        いんげんとひき肉の炒め物 りんごとチキンのロースト ステーキのフライドポテト添え 回鍋肉
        羊の串焼き""",
    "fish": """
        寿司 ちらし寿司 海老のバターソース 鮭のソテーアスパラ添え かつおのたたき エビフライ
        ムール貝のフライ 鯉の甘酢あんかけ うなぎの豆豉蒸し 白身魚フライ 焼き鮭
        魚のココナッツ蒸し""",
    None: """
        目玉焼き お好み焼き たこ焼き 春巻き 餃子 麻婆豆腐 野菜炒め ピーマンの肉詰め ミートパイ
        フライドポテト 野菜の天ぷら たらのクリームグラタン 緑豆ゼリー炒め
        山羊チーズとほうれん草のタルト""",
}


@pytest.mark.parametrize(
    ("name", "kind"), [(name, kind) for kind, names in READ.items() for name in names.split()]
)
def test_the_last_words_of_a_name_say_what_it_is(name: str, kind: str | None) -> None:
    assert kind_of(name) == kind


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("サーモンステーキ", "fish"),
        ("タコの唐揚げ", "fish"),
        ("カルボナーラハンバーグ", "meat"),
        ("焼きそばパン🔥", "bread"),
        ("ラーメンサラダ!", "salad"),
        ("添え", None),
        ("🍜", None),
        ("", None),
    ],
)
def test_what_was_cooked_decides_and_signs_at_the_end_say_nothing(
    name: str, kind: str | None
) -> None:
    assert kind_of(name) == kind
