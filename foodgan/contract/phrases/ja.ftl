# 架空食堂のことば。ja が原文、en がそれに続く。

## 品書き(コマンドの説明)

command-dish = まだこの世にない料理を、絵にしてお出しします
option-name = 料理名
option-name-hint = 食べてみたい架空の料理(例: 虹色マグロカレーうどん)
option-count = 枚数
option-count-hint = 何枚描くか(1〜4、ふだんは1枚)
option-seed = 種
option-seed-hint = 同じ料理名と種なら、いつも同じ絵になります(ふだんはおまかせ)
command-about = 架空食堂のご案内
about =
    {""}**架空食堂へようこそ**
    名前だけあって、まだ誰も食べたことのない料理を描く食堂です。描いているのは、料理の写真で腕を磨いた小さな画家(StackGAN)です。

    {""}**ご注文** — `/dish` に料理名をどうぞ。枚数は4枚まで選べます。
    {""}**種のひみつ** — 絵には「種」の番号が付きます。同じ料理名と種なら同じ絵になるので、お気に入りの番号は控えておいてください。種だけ変えれば、同じ料理の別の一皿に出会えます。
    {""}**記録について** — ご注文をお届けするため、料理名・場所・あなたの Discord ID を記録します。お名前は記録しません。ほかのメッセージは読みません。

## ご注文

ordered-ahead = **{ $name }** のご注文、承りました。いま { $place } 番目です。お届けの目安は { $when } です。
kitchen-closed = **{ $name }** のご注文、承りました。ただ、いま厨房と連絡がつきません。つながりしだいお作りしますので、このままお待ちくださいね。
kitchen-unstaffed = **{ $name }** のご注文、承りました。いま料理人が席を外しています。戻りしだいお作りしますので、このままお待ちくださいね。
kitchen-full = ごめんなさい、いま厨房がご注文でいっぱいです。少し時間をおいて、もう一度お声がけください。
ordered-too-soon = 続けてのご注文、ありがとうございます。あと { $seconds } 秒ほどお待ちくださいね。
too-many-waiting = お待ちの料理がもう { $limit } 品あります。ひと皿届いたら、またご注文くださいね。
count-out-of-range = 一度にお描きできるのは 1〜{ $max } 枚です。枚数を選び直してくださいね。
seed-out-of-range = 種は 0〜{ $max } の整数でお願いします。

## お届け(seed, model は文字列で渡す。数のまま渡すと桁区切りが付く)

answer-line = **{ $name }** — 種 { $seed } · モデル { $model }
picture-alt = 架空の料理「{ $name }」の絵(種 { $seed })
no-known-word = はじめて聞く言葉ばかりだったので、想像をふくらませて描きました。

## ごめんなさい

dish-failed = ごめんなさい、うまく作れませんでした。もう一度ご注文いただけますか?(控え番号 { $id })
dish-late = お待たせしたのに、お時間内に間に合いませんでした。ごめんなさい。よろしければ、もう一度ご注文ください。(控え番号 { $id })
dish-model-missing = いま、画家が腕をふるえる状態にありません。係の者にこの番号をお伝えください。(控え番号 { $id })
unexpected = ごめんなさい、こちらの手違いでご用意できませんでした。続くようでしたら、係の者にこの番号をお伝えください。(控え番号 { $id })

## 料理名

name-empty = 料理の名前を書いてくださいね。
name-too-long = 料理名は { $limit } 文字まででお願いします。短めにして、もう一度どうぞ。
name-no-words = 絵文字や記号だけだと、お料理が思い浮かびません。言葉も添えてくださいね。

## 店を開ける(foodgan up)

up-title = 架空食堂を開けています
up-part-redis = 注文の行列(外の Redis)
up-part-valkey = 注文の行列(Valkey)
up-part-sandbox = チャット画面(Discord の代わり)
up-part-commands = コマンドの登録
up-part-worker = 料理を描く係 × { $count }
up-part-intake = 写真を受け取る係
up-part-bot = 注文を聞く係(bot)
up-waiting = 待っています
up-starting = 支度中
up-ready = できました
up-clearing = 前回の片づけが済んでいません。先に止めます(残り { $count })
up-port-moved = ポート { $wanted } はほかで使われています。{ $port } で開けます。
up-open = 架空食堂、開店しました
up-page = ブラウザで開いて、/dish に料理名をどうぞ
up-discord = Discord のサーバーで /dish をどうぞ
up-sync-hint = 最初の一度と、コマンドが変わったときは: python -m bot sync
up-how-to-stop = Ctrl-C で閉店 · ログ: { $logs }
up-closing = 閉店します。作りかけの一皿を仕上げています(残り { $count })
up-closing-hint = もう一度 Ctrl-C で、待たずに止めます
up-closed = 閉店しました
up-already = この場所({ $folder })の架空食堂は、もう開いています。
up-no-port = 空いているポートがありません。
up-no-valkey = Valkey が入っていません。pip install 'foodgan[up]' で入れるか、REDIS_URL を設定してください。
up-no-supervisor = supervisor が入っていません。pip install 'foodgan[up]' で入れてください。
up-failed =
    { $part } の支度ができませんでした。
    最後のことば: { $last }
    くわしくは { $log } をご覧ください。
up-lost = { $part } が止まってしまったので、店を閉めます。くわしくは { $log } をご覧ください。
up-redis-away = REDIS_URL のサーバーが { $seconds } 秒のあいだ返事をしません。
settings-wrong = 設定 { $name } が正しくありません: { $fault }

## 写真の受け取り(お断りするとき)

intake-empty = ファイルの中身が空でした。写真を選び直してくださいね。
intake-no-picture = 写真として読めないファイルでした。JPEG・PNG・WebP・HEIC の写真をお願いします。
intake-other-kind = { $kind } は受け取れません。JPEG・PNG・WebP・HEIC の写真をお願いします。
intake-damaged = 写真が途中で壊れているようです。元の写真から、もう一度送ってくださいね。
intake-animated = 動く画像は受け取れません。一枚の写真にして送ってくださいね。
intake-too-big = ファイルが大きすぎます。{ $limit } MB までの写真でお願いします。
intake-too-many-pixels = 画素が多すぎる写真です。{ $limit } メガピクセルまででお願いします。
intake-too-small = 写真が小さすぎて、お料理が見えません。縦横とも { $limit } ピクセル以上でお願いします。
intake-too-thin = 細長すぎる写真です。縦と横の比が { $limit } 倍までの写真でお願いします。
intake-too-heavy = この写真は開くのに手間がかかりすぎました。別の形式か、小さめの写真でお試しください。
import-label = 料理名やライセンスの書き方が正しくないので、取り込めませんでした。
intake-withdrawn = この写真は以前に取り下げられたものなので、お預かりできません。
intake-link-gone = 写真を取りに行きましたが、もうありませんでした。お手数ですが、もう一度送ってくださいね。
intake-link-foreign = この場所にある写真は受け取れません。写真を直接添付してくださいね。

## データの絵(/dataset とリリース)

plot-title = 架空食堂の写真
plot-weeks = 週ごとに集まった写真(枚)
plot-most = よく写っていることば
plot-least = まだ少ないことば
plot-wanted = 次に撮ってほしいもの(注文された回数)
plot-none = まだありません
plot-release-title = リリース { $release }
plot-names = 写真の多い料理(枚)
plot-licences = ライセンスごとの写真(枚)
plot-splits = 学習用とテスト用(枚)
