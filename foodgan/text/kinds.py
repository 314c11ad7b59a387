"""Which kind of dish a Japanese name is, by the words that it ends in.

A Japanese name says last what a dish is: カレーうどん is noodles, うどんサラダ a salad. Where it
ends in a way of cooking, what was cooked decides: 鮭のバター焼き is fish.
"""

from collections.abc import Sequence
from functools import cache

import torch
from torch import Tensor

# kind: the words that make a name one of it when it ends in them; of several, the longest counts.
WORDS = {
    "noodles": """
        麺 うどん そば 蕎麦 そうめん にゅうめん ラーメン らーめん つけ麺 ちゃんぽん タンメン
        冷やし中華 ビーフン フォー ヌードル パッタイ ラクサ ミーゴレン ミーアヤム チャウメン
        カオソーイ カノムチーン クイティオ ブンボーフエ ブンオック パスタ スパゲッティ
        スパゲティ ナポリタン ミートソース カルボナーラ ペペロンチーノ アマトリチャーナ
        アラビアータ ボロネーゼ カチョエペペ マカロニ マカロニチーズ ベーコンマカロニ ペンネ
        フジッリ ファルファッレ ラザニア ラビオリ ニョッキ シュペッツレ トルテリーニ
        トルテッローニ""",
    "rice": """
        丼 どんぶり うな重 飯 ご飯 ごはん ライス 炊き込み チャーハン ピラフ パエリア ビビンバ
        リゾット ドリア おこわ おにぎり おむすび むすび 粥 おかゆ 雑炊 茶漬け ビリヤニ
        ジャンバラヤ ロコモコ ナシゴレン ナシレマ ナシウドゥック ナシパダン""",
    "soup": """
        スープ 汁 お吸い物 雑煮 鍋 湯 おでん すき焼き しゃぶしゃぶ もつ煮 肉じゃが カレー
        シチュー 煮込み ポトフ ポタージュ チャウダー ボルシチ ミネストローネ ブイヤベース
        グーラッシュ ストロガノフ チリコンカン タジン フェイジョアーダ ラタトゥイユ
        ロールキャベツ チゲ トムヤムクン トムカーガイ ティッカマサラ バターチキン""",
    "salad": "サラダ コールスロー カプレーゼ ソムタム",
    "sweets": """
        ケーキ パフェ アイス アイスクリーム ソフトクリーム シャーベット ジェラート グラニータ
        かき氷 アイスカチャン プリン ゼリー ムース ババロア パンナコッタ ティラミス タルト パイ
        クッキー ビスケット ブラウニー マフィン スコーン ドーナツ ベニエ チュロス マラサダ
        揚げ菓子 菓子 ワッフル クレープ フレンチトースト カイザーシュマーレン シュークリーム
        エクレア チョコ チョコレート ショコラ ブリガデイロ マカロン パブロバ クランブル
        シュトルーデル クロスタータ カスタニョーレ バクラヴァ クナーファ プディング
        シナモンロール トリハス 揚げバナナ ハウピア カステラ 大福 団子 だんご 饅頭 まんじゅう
        月餅 羊羹 ようかん 最中 もなか たい焼き どら焼き 今川焼き 汁粉 ぜんざい あんみつ みつ豆
        わらび餅 桜餅 柏餅 湯圓 杏仁豆腐 八宝飯 ミルクライス ミルク粥""",
    "bread": """
        パン ブレッド トースト バゲット ベーグル クロワッサン フォカッチャ ナン ロティチャナイ
        ハチャプリ サンド サンドイッチ クロックムッシュ バインミー パニーニ チップバティ
        バーガー ホットドッグ ドッグ ピザ ピッツァ ピザディアボラ カルツォーネ ピロシキ タコス
        ブリトー ケサディーヤ トルティーヤ 肉まん 豚まん あんまん カレーまん""",
    "meat": """
        肉 豚 鶏 鴨 仔牛 チキン ビーフ ポーク ステーキ ハンバーグ スペアリブ 焼肉 牛バラ 牛すじ
        牛タン 角煮 叉焼 チャーシュー 酢豚 回鍋肉 青椒肉絲 タッカルビ プルコギ ジンギスカン
        唐揚げ からあげ ザンギ チキン南蛮 ナゲット 手羽 手羽先 手羽中 焼き鳥 つくね 串焼き
        串カツ カツ とんかつ カツレツ シュニッツェル 生姜焼き 肉団子 ミートボール ミートローフ
        チキンティッカ 馬刺し ラムチョップ チョップ ケバブ サテ ソーセージ ベーコン ハム サラミ
        ダック 七面鳥 参鶏 宮保鶏丁""",
    "fish": """
        寿司 すし 鮨 刺身 海鮮 シーフード 魚 鮭 サーモン 鮪 マグロ まぐろ 鯖 鯛 鯉 鱒 鱈 たら
        タラ 鰤 ぶり かつお 鰹 鰯 いわし さんま 秋刀魚 スズキ あんこう うなぎ 鰻 ツナ アジフライ
        フィッシュ フィッシュフィンガー フィッシュアンドチップス 干物 なめろう アクアパッツァ
        セビーチェ 海老 エビ えび シュリンプ エビフライ エビチリ エビカツ トートマンクン 蟹 カニ
        チリクラブ ザリガニ 貝 ホタテ 帆立 あさり 牡蠣 カキフライ イカ タコ""",
}
KINDS = tuple(WORDS)

# Ways of cooking: the last word before them that is of COOKED decides.
WAYS = """
    焼き 炒め 炒め物 炒め煮 蒸し 蒸し物 蒸し煮 揚げ 天ぷら フライ ソテー グリル ロースト
    ムニエル 煮 燻製 たたき タルタル カルパッチョ マリネ ソース 甘酢あん あんかけ 甘辛だれ"""
COOKED = ("noodles", "meat", "fish")
# These too, but only fish makes them other than what they are by themselves.
WAYS_OF_MEAT = "ステーキ ハンバーグ カツ 唐揚げ からあげ 串焼き ケバブ"
# Words that would be taken for one of the above, and are of no kind here.
OTHERS = """
    目玉焼き 卵焼き 玉子焼き お好み焼き もんじゃ焼き たこ焼き タコ焼き お焼き 豆腐ステーキ
    かき揚げ ミートパイ 肉パイ シェパーズパイ ほうれん草のタルト ヨークシャープディング
    ブラックプディング パン団子"""
BESIDE = "添え"  # what stands beside the dish is not the dish


@cache
def _ways() -> dict[str, tuple[str, ...]]:
    """Every way of cooking: the kinds that what was cooked may be of."""
    return dict.fromkeys(WAYS.split(), COOKED) | dict.fromkeys(WAYS_OF_MEAT.split(), ("fish",))


@cache
def _endings() -> dict[str, str | None]:
    """Every word that a name may end in: its own kind, if it has one."""
    known: dict[str, str | None] = dict.fromkeys([*_ways(), *OTHERS.split()])
    return known | {word: kind for kind, words in WORDS.items() for word in words.split()}


def kind_of(name: str) -> str | None:
    """Which of KINDS a normalised name is, None where its last words tell of none."""
    said = name
    while said and not said[-1].isalnum():
        said = said[:-1]
    if said.endswith(BESIDE):
        said = said.rpartition("の")[0]
    word = _longest_at(said, len(said))
    if word is None:
        return None
    return _cooked(said.removesuffix(word), _ways().get(word, ())) or _endings()[word]


def kind_labels(names: Sequence[str], kinds: Sequence[str]) -> tuple[Tensor, Tensor]:
    """Which of the names are of one of these kinds, and its index: rows (M), labels (M)."""
    found = enumerate(map(kind_of, names))
    pairs = [(row, kinds.index(kind)) for row, kind in found if kind in kinds]
    rows, labels = torch.tensor(pairs, dtype=torch.int64).reshape(-1, 2).unbind(dim=1)
    return rows, labels


def _cooked(said: str, kinds: tuple[str, ...]) -> str | None:
    """The kind of the last word that is of one of these kinds."""
    for end in range(len(said), 0, -1):
        word = _longest_at(said, end)
        if word is not None and _endings()[word] in kinds:
            return _endings()[word]
    return None


def _longest_at(said: str, end: int) -> str | None:
    """The longest known word that ends at this place."""
    found = (said[start:end] for start in range(end) if said[start:end] in _endings())
    return next(found, None)
