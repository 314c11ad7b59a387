"""The words of a dish's name, and what each of them says.

A value has several spellings; the first is the commonest. Contractions say more than one thing.
"""

from functools import cache

from foodgan.kondate.recipe import Stated, says

# Spellings that name one value.
SPELLINGS: dict[str, dict[str, tuple[str, ...]]] = {
    "vessel": {
        "don": ("どんぶり", "丼鉢"),
        "plate": ("プレート", "ひと皿"),
        "nabe": ("土鍋", "鍋仕立て"),
        "bento": ("弁当箱", "重箱"),
        "teppan": ("鉄板", "てっぱん"),
        "wan": ("お椀", "椀盛り"),
    },
    "base": {
        "rice": ("ごはん", "ご飯", "ライス"),
        "ramen": ("ラーメン", "らーめん", "中華そば"),
        "udon": ("うどん", "饂飩"),
        "soba": ("そば", "蕎麦"),
        "pasta": ("パスタ", "スパゲッティ", "スパゲティ"),
        "bread": ("トースト", "パン"),
        "salad": ("サラダ", "さらだ"),
        "pizza": ("ピザ", "ピッツァ"),
    },
    "main": {
        "egg": ("卵", "玉子", "たまご"),
        "chicken": ("鶏", "チキン", "とり"),
        "pork": ("豚", "ポーク", "ぶた"),
        "shrimp": ("海老", "エビ", "えび"),
        "beef": ("牛", "ビーフ", "ぎゅう"),
        "salmon": ("鮭", "サーモン", "しゃけ"),
        "tuna": ("鮪", "マグロ", "まぐろ"),
        "tofu": ("豆腐", "とうふ"),
        "sausage": ("ソーセージ", "ウインナー"),
        "mushroom": ("椎茸", "しいたけ", "シイタケ"),
        "mackerel": ("鯖", "サバ", "さば"),
        "aubergine": ("茄子", "ナス", "なす"),
        "squid": ("烏賊", "イカ", "いか"),
        "pumpkin": ("南瓜", "かぼちゃ", "カボチャ"),
        "avocado": ("アボカド", "あぼかど"),
        "scallop": ("帆立", "ホタテ", "ほたて"),
    },
    "sauce": {
        "shoyu": ("醤油", "しょうゆ", "正油"),
        "miso": ("味噌", "みそ", "ミソ"),
        "curry": ("カレー", "かれー"),
        "shio": ("塩", "しお", "塩だれ"),
        "tomato": ("トマト", "とまと"),
        "cream": ("クリーム", "ホワイトソース"),
        "chili": ("ピリ辛", "チリ", "辛口"),
    },
    "garnish": {
        "negi": ("ねぎ", "ネギ", "葱"),
        "nori": ("海苔", "のり"),
        "goma": ("胡麻", "ごま", "ゴマ"),
        "shiso": ("大葉", "しそ", "紫蘇"),
        "cheese": ("チーズ", "ちーず"),
        "benishoga": ("紅生姜", "紅しょうが"),
        "oroshi": ("おろし", "大根おろし"),
        "katsuobushi": ("鰹節", "かつお節", "おかか"),
        "lemon": ("レモン", "れもん", "檸檬"),
    },
}
# Cooking is said before the main (焼き鮭) or after it (鮭の刺身).
BEFORE = {
    "grilled": ("焼き", "炙り", "グリル"),
    "fried": ("揚げ", "揚げたて"),
    "simmered": ("煮込み", "煮"),
    "stirfried": ("炒め", "ソテー"),
    "raw": ("生", "なま"),
    "steamed": ("蒸し", "むし"),
}
AFTER = {
    "grilled": ("焼き", "のグリル"),
    "fried": ("天", "フライ", "の天ぷら", "カツ"),
    "simmered": ("煮", "の煮付け"),
    "stirfried": ("炒め", "のソテー"),
    "raw": ("の刺身", "のお造り"),
    "steamed": ("蒸し", "のせいろ蒸し"),
}
# Words that say a main and its cooking at once.
MAIN_CONTRACTIONS = {
    "唐揚げ": says({"cooking": "fried"}, ["chicken"]),
    "からあげ": says({"cooking": "fried"}, ["chicken"]),
    "とんかつ": says({"cooking": "fried"}, ["pork"]),
    "カツ": says({"cooking": "fried"}, ["pork"]),
    "天ぷら": says({"cooking": "fried"}, ["shrimp"]),
    "天": says({"cooking": "fried"}, ["shrimp"]),
    "焼き鳥": says({"cooking": "grilled"}, ["chicken"]),
    "ステーキ": says({"cooking": "grilled"}, ["beef"]),
    "チャーシュー": says({"cooking": "simmered"}, ["pork"]),
    "角煮": says({"cooking": "simmered"}, ["pork"]),
    "味玉": says({"cooking": "simmered"}, ["egg"]),
    "目玉焼き": says({"cooking": "grilled"}, ["egg"]),
    "月見": says({"cooking": "raw"}, ["egg"]),
    "蒸し鶏": says({"cooking": "steamed"}, ["chicken"]),
    "海鮮": says({"cooking": "raw"}, ["tuna", "salmon", "squid"]),
    "親子": says({"cooking": "simmered"}, ["chicken", "egg"]),
    "他人": says({"cooking": "simmered"}, ["beef", "egg"]),
    "かけ": says(mains=[]),
    "素": says(mains=[]),
}
# Last words that say the base, and more.
HEAD_CONTRACTIONS = {
    "丼": says({"vessel": "don", "base": "rice"}),
    "雑炊": says({"vessel": "nabe", "base": "rice"}),
    "おじや": says({"vessel": "nabe", "base": "rice"}),
    "オムライス": says({"vessel": "plate", "base": "rice", "cooking": "grilled"}, ["egg"]),
    "ナポリタン": says({"base": "pasta", "sauce": "tomato", "cooking": "stirfried"}, ["sausage"]),
    "カルボナーラ": says({"base": "pasta", "sauce": "cream"}),
    "マルゲリータ": says({"base": "pizza", "sauce": "tomato", "garnish": "cheese"}, []),
    "担々麺": says({"base": "ramen", "sauce": "chili"}),
    "カレーライス": says({"base": "rice", "sauce": "curry"}),
    "鍋焼きうどん": says({"vessel": "nabe", "base": "udon"}),
    "弁当": says({"vessel": "bento", "base": "rice"}),
}
# Between words; they say nothing.
PARTICLES = ("の", "と", "のせ", "がけ", "添え", "、", "味の")


@cache
def lexicon() -> dict[str, dict[str, Stated]]:
    """Of every word what it says, by its role.

    roles: an attribute, "main", "before" or "after" a main, "head", "particle".
    """
    words: dict[str, dict[str, Stated]] = {}
    for attribute, values in SPELLINGS.items():
        for value, spellings in values.items():
            said = says(mains=[value]) if attribute == "main" else says({attribute: value})
            for spelling in spellings:
                words.setdefault(spelling, {})[attribute] = said
    for role, table in (("before", BEFORE), ("after", AFTER)):
        for cooking, spellings in table.items():
            for spelling in spellings:
                words.setdefault(spelling, {})[role] = says({"cooking": cooking})
    for role, contractions in (("main", MAIN_CONTRACTIONS), ("head", HEAD_CONTRACTIONS)):
        for word, said in contractions.items():
            words.setdefault(word, {})[role] = said
    for particle in PARTICLES:
        words.setdefault(particle, {})["particle"] = Stated()
    return words
