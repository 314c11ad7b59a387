# 架空食堂のことば。ja が原文、en がそれに続く。

## 品書き(コマンドの説明)

command-dish = まだこの世にない料理を、絵にしてお出しします
option-name = 料理名
option-name-hint = 食べてみたい架空の料理(例: 虹色マグロカレーうどん)
option-count = 枚数
option-count-hint = 何枚描くか(1〜4、ふだんは 1 枚)
option-seed = 種
option-seed-hint = 画家が同じうちは、同じ料理名と種なら同じ絵になります(ふだんはおまかせ)
option-more = もっと
option-more-hint = 料理名のうち、もっと効かせたい言葉(例: チーズ。いくつもあれば空白で区切って)
option-less = 控えめ
option-less-hint = 料理名のうち、控えめにしたい言葉(例: 味噌)
option-calm = おとなしさ
option-calm-hint = おとなしくするほど、ありふれた盛りつけに近づきます(ふだんはおまかせ)
choice-calm = おとなしめ
choice-very-calm = とてもおとなしめ
command-mix = ふたつの料理のあいだの一皿を、絵にしてお出しします
option-mix-a = ひとつめ
option-mix-a-hint = ひとつめの料理(例: 味噌ラーメン)
option-mix-b = ふたつめ
option-mix-b-hint = ふたつめの料理(例: いちごパフェ)
option-mix-count-hint = 何枚描くか(1〜4。ふだんは 4 枚、割合を選べば 1 枚)
option-share = 割合
option-share-hint = ふたつめの料理を何%混ぜるか(0〜100。選ばなければ、少しずつ変わる 4 枚)
command-about = 架空食堂の案内を読む
about =
    {""}**架空食堂へようこそ**
    名前だけあって、まだ誰も食べたことのない料理を描く食堂です。描いているのは、料理の写真で腕を磨いた小さな画家(StackGAN)です。

    {""}**ご注文** — `/dish` に料理名をどうぞ。たとえば「虹色マグロカレーうどん」。枚数は 4 枚まで選べます。
    {""}**種のひみつ** — 絵には「種」の番号が付きます。画家(モデル)が同じうちは、同じ料理名と種なら同じ絵になるので、お気に入りの番号は控えておいてください。種だけ変えれば、同じ料理の別の一皿に出会えます。
    {""}**色のことば** — 「抹茶」「チョコ」「青い」「虹色」「銀河」など、色が目に浮かぶ言葉を入れると、料理がその色に染まります。`/dish` の `もっと` に書けば濃く、`控えめ` に書けば淡くなります。
    {""}**ふたつの味を** — `/mix` にふたつの料理名をどうぞ。片方からもう片方へ、少しずつ変わっていく絵をお出しします。
    {""}**もうひと声** — 絵の下のボタンで、別の一皿(🎲)、似た絵(🍳)、大きな絵(🔍)を頼めます。写真のコピーではないか(🪞)も確かめられます。
    {""}**写真の持ち込み** — `/submit` で料理の写真をいただけると、画家の腕が上がります。`/photos withdraw` でいつでも取り下げられます。
    {""}**記録について** — ご注文をお届けするため、料理名・場所・あなたの Discord ID を記録します。お名前は記録しません。サーバーで二人以上の方が頼まれた料理の言葉は、撮ってほしい写真として `/dataset` に載ります(どなたのご注文かは出しません。DM でのご注文は使いません)。ほかのメッセージは読みません。記録は `/privacy export` で受け取り、`/privacy delete` で消せます。

## ご注文

ordered-ahead = **{ $name }** のご注文、承りました。いま { $place } 番目です。お届けの目安: { $when }
kitchen-closed = **{ $name }** のご注文、承りました。ただ、いま厨房と連絡がつきません。つながりしだいお作りしますので、このままお待ちくださいね。
kitchen-unstaffed = **{ $name }** のご注文、承りました。いま画家が席を外しています。戻りしだいお描きしますので、このままお待ちくださいね。
kitchen-full = ごめんなさい、いま { $waiting } 品のご注文が並んでいて、厨房がいっぱいです。{ $when } ごろには落ち着きそうですので、**{ $name }** はそのころ、もう一度ご注文くださいね。
kitchen-full-unstaffed = ごめんなさい、いま { $waiting } 品のご注文が並んでいて、厨房がいっぱいです。画家も席を外していますので、**{ $name }** はしばらくしてから、もう一度ご注文くださいね。
ordered-too-soon = 続けてのご注文、ありがとうございます。**{ $name }** は、あと { $seconds } 秒ほど待って、もう一度ご注文くださいね。
too-many-waiting = お待ちの料理がもう { $limit } 品あります。**{ $name }** は、一皿届いたら、またご注文くださいね。
count-out-of-range = 一度にお描きできるのは 1〜{ $max } 枚です。枚数を選び直してくださいね。
seed-out-of-range = 種は 0〜{ $max } の整数でお願いします。
share-out-of-range = 割合は 0〜{ $max } の整数でお願いします。
offer-forgotten = この絵の控えは、もう残っていません。お手数ですが、あらためてご注文くださいね。
offer-busy = いま手がふさがっていて、控えを探せません。少し待って、もう一度押してくださいね。

## お届け(seed, model は文字列で渡す。数のまま渡すと桁区切りが付く)

answer-line = **{ $name }** — 種 { $seed } · モデル { $model }
answer-mix = **{ $name }** と **{ $mix }** を合わせました({ $mix } を { $share }%)— 種 { $seed } · モデル { $model }
answer-series = **{ $name }** から **{ $mix }** へ({ $mix } を { $shares }%)— 種 { $seed } · モデル { $model }
answer-variations = **{ $name }** に似た { $count } 枚 — もとの種 { $seed } · モデル { $model }
answer-enlarged = **{ $name }** を大きくしました — 種 { $seed } · モデル { $model }
answer-check = **{ $name }** は、写真のコピー?(種 { $seed } · モデル { $model })
check-nearest =
    { $count ->
        [1] 学習に使った写真のうち、いちばん近いのはこちらです。
       *[other] 学習に使った写真を、近いものから { $count } 枚挙げます。
    }
check-photo = • 似ている度 { $closeness }% 「{ $name }」 — { $by } / ライセンス: { $licence }
check-credit = 撮影: { $by }
check-source = 出典: { $by }
check-not-stated = 記載なし
check-unnamed = 名前のない写真
check-members = 部員の写真
check-club-only = 部内だけ
check-new = 画家が初めて見る本物の写真でも、100 枚のうち { $percent } 枚は、この絵より学習写真に似ています。写真のコピーではなさそうです。どうぞ召しあがれ!
check-close =
    画家が初めて見る本物の写真なら、ここまで学習写真に似るものは{ $percent ->
        [0] まずありません
       *[other] 、100 枚のうち { $percent } 枚ほどです
    }。写真のコピーかもしれません。
check-no-index = いまの画家には学習写真の控えが付いていないので、近い写真を調べられませんでした。
title-mix = { $name } × { $mix }({ $share }%)
picture-alt = 架空の料理「{ $name }」の絵(種 { $seed })
picture-alt-like = 架空の料理「{ $name }」の絵(種 { $seed } に似た絵)
picture-alt-like-one = 架空の料理「{ $name }」の絵(種 { $seed } に似た絵、{ $place } 枚目)
answer-painter-changed = ※ 前の絵のあとで画家(モデル)が変わったので、前の絵とはちがうことがあります。
answer-dyed = 🎨 色のことば: { $words }
answer-manner = 加減: { $manner }
manner-more = もっと { $words }
manner-less = 控えめ { $words }
seed-like = { $seed } に似た絵
seeds-span = { $first }〜{ $last }(左上から順に)
no-known-word = はじめて聞く言葉ばかりだったので、想像をふくらませて描きました。どんな料理か、`/submit` で写真を三枚ほど見せていただければ、画家が覚えられます。

## 絵の下のボタン(place は何枚目か)

offer-reroll = 別の一皿
offer-more = ほかの似た絵
offer-vary = 似た絵を 4 枚
offer-vary-one = 似た絵 { $place }
offer-enlarge = 大きくする
offer-enlarge-one = 大きく { $place }
offer-check = 写真のコピー?
offer-check-one = コピー? { $place }

## ごめんなさい

dish-failed = ごめんなさい、**{ $name }** をうまく作れませんでした。もう一度ご注文いただけますか?(控え番号 { $id })
dish-late = **{ $name }** は、お待ちいただいたのに間に合いませんでした。ごめんなさい。よろしければ、もう一度ご注文ください。(控え番号 { $id })
dish-model-missing = ごめんなさい、いま画家が筆を持てず、**{ $name }** をお描きできません。運営の者にこの番号をお伝えください。(控え番号 { $id })
unexpected = ごめんなさい、こちらの手違いでご用意できませんでした。続くようでしたら、運営の者にこの番号をお伝えください。(控え番号 { $id })
records-closed = ごめんなさい、いま帳面に書き込めず、何も記録できていません。少し待って、もう一度お願いします。続くようでしたら、運営の者にこの番号をお伝えください。(控え番号 { $id })
store-closed = ごめんなさい、いま写真の棚に手が届きません。少し待って、もう一度お願いします。続くようでしたら、運営の者にこの番号をお伝えください。(控え番号 { $id })

## 取り消しと、遅れたお届け

cancel-label = 注文を取り消す
cancelled = **{ $name }** のご注文を取り消しました。またのご来店をお待ちしています。
cancel-not-yours = ほかの方のご注文は取り消せません。
cancel-too-late = このご注文は、もうお届け中か、終わったものなので、取り消せません。
cancel-again = このご注文は、もう取り消してあります。
cancel-no-kitchen = いま厨房と連絡がつかず、取り消しを伝えられません。少し待って、もう一度押してくださいね。
dish-will-be-late = **{ $name }** をお待たせして、ごめんなさい。できあがりしだい、このチャンネルか、ダイレクトメッセージ(DM)でお持ちします。
late-served = <@{ $member }> さん、たいへんお待たせしました。ご注文の料理です。

## 料理名

mix-same = **{ $name }** に **{ $name }** を混ぜても、**{ $name }** でした。ふたつめには、ちがう料理をどうぞ。
name-empty = 料理の名前を書いてくださいね。
name-too-long = 料理名は { $limit } 文字まででお願いします。短めにして、もう一度どうぞ。
name-no-words = 絵文字や記号だけだと、料理が思い浮かびません。言葉も添えてくださいね。

## 店を開ける(foodgan up)

up-title = 架空食堂、ただいま準備中
up-part-redis = 注文の行列(外の Redis)
up-part-valkey = 注文の行列(Valkey)
up-part-sandbox = チャット画面(Discord の代わり)
up-part-commands = コマンドの登録
up-part-worker = 料理を描く係 × { $count }
up-part-intake = 写真を受け取る係
up-part-trainer = 料理名を覚える係
up-part-bot = 注文を聞く係(bot)
up-waiting = 待っています
up-starting = 支度中
up-ready = できました
up-clearing = 前回の係がまだ残っています。先に片づけます(片づけ中の係: { $count })
up-port-moved = ポート { $wanted } はほかで使われています。{ $port } で開けます。
up-log-aside = 注文の行列の記録が、停電などで壊れて読めません。{ $folder } に移しました。受けてある注文は、もう一度並べ直します。
up-open = 架空食堂、開店しました
up-page = ブラウザで開いて、/dish に料理名をどうぞ
up-discord = Discord のサーバーで /dish をどうぞ
up-sync-hint = 最初の一度と、コマンドが変わったときは: python -m bot sync
up-how-to-stop = Ctrl-C で閉店 · ログ: { $logs }
up-closing = 閉店します。作りかけの一皿を仕上げています(片づけ中の係: { $count })
up-closing-hint = もう一度 Ctrl-C で、待たずに止めます
up-closed = 閉店しました
up-already = この場所({ $folder })の架空食堂は、もう開いています。
up-no-port = 空いているポートがありません。
up-no-valkey = Valkey が入っていません。pip install 'foodgan[up]' で入れるか、REDIS_URL を設定してください。
up-no-supervisor = supervisor が入っていません。pip install 'foodgan[up]' で入れてください。
up-failed =
    { $part ->
        [redis] { up-part-redis }
        [valkey] { up-part-valkey }
        [sandbox] { up-part-sandbox }
        [commands] { up-part-commands }
        [worker] { up-part-worker }
        [intake] { up-part-intake }
        [trainer] { up-part-trainer }
        [bot] { up-part-bot }
       *[other] { $part }
    } の支度がうまくいきませんでした。
    最後の言葉: { $last }
    くわしくは { $log } をごらんください。
up-lost = { $part } が止まってしまったので、店を閉めます。くわしくは { $log } をごらんください。
up-redis-away = REDIS_URL のサーバーが { $seconds } 秒のあいだ返事をしません。サーバーが動いているか、アドレスが合っているか、お確かめください。
settings-wrong = 設定 { $name } が正しくありません: { $fault }

## ようす(/status, foodgan status, foodgan drain)

command-status = いまの厨房のようすを見る
status-line = お待ちのご注文 { $waiting } 品 · 調理中 { $started } 品
status-wait = いまご注文いただくと、お届けまで約 { $span }です
status-unstaffed = いま画家が席を外しています。ご注文は戻りしだいお描きします
status-oldest = いちばん長くお待ちのご注文: { $span }
status-failures = この 1 時間にお出しできなかったご注文: { $count } 品
status-worker =
    { $state ->
        [busy] 調理中
        [draining] 片づけ中
        [resting] 休憩中
       *[idle] 手すき
    } · モデル { $model } · { $device } · v{ $version }
span-seconds = { $count } 秒
span-minutes = { $count } 分
span-hours = { $count } 時間
status-more = …ほか { $count } 人
status-away = いま厨房と連絡がつきません。少し時間をおいて、もう一度お試しください。
drain-unknown = { $name } という描く係はいません。いるのは: { $known }

## 写真の受け取り(お断りするとき)

intake-empty = ファイルの中身が空でした。写真を選び直してくださいね。
intake-no-picture = 写真として読めないファイルでした。JPEG・PNG・WebP・HEIC の写真をお願いします。
intake-other-kind = { $kind } は受け取れません。JPEG・PNG・WebP・HEIC の写真をお願いします。
intake-damaged = 写真が途中で壊れているようです。元の写真から、もう一度送ってくださいね。
intake-animated = 動く画像は受け取れません。一枚の写真にして送ってくださいね。
intake-too-big = ファイルが大きすぎます。{ $limit } MB までの写真でお願いします。
intake-too-many-pixels = 画素が多すぎる写真です。{ $limit } メガピクセルまででお願いします。
intake-too-small = 写真が小さすぎて、料理が見えません。縦横とも { $limit } ピクセル以上でお願いします。
intake-too-thin = 細長すぎる写真です。長い辺が短い辺の { $limit } 倍までの写真でお願いします。
intake-too-heavy = この写真は開くのに手間がかかりすぎました。別の形式か、小さめの写真でお試しください。
import-missing = 一覧に名前がありますが、そのファイルが見つかりませんでした。
import-label = 料理名・ライセンス・出典のどれかの書き方が正しくないので、取り込めませんでした。
intake-withdrawn = この写真は以前に取り下げられたものなので、お預かりできません。
intake-link-gone = 写真を取りに行きましたが、もうありませんでした。お手数ですが、もう一度送ってくださいね。
intake-link-foreign = この場所にある写真は受け取れません。写真を直接添付してくださいね。

## データの図(/dataset と写真集)

plot-title = 架空食堂の写真
plot-weeks = 週ごとに集まった写真(枚。日付は月曜)
plot-most = 写真の多い言葉
plot-least = 写真の少ない言葉
plot-wanted = 次に撮ってほしいもの(注文した人の数)
plot-none = まだありません
plot-release-title = 写真集 { $release }
plot-names = 写真の多い料理(枚)
plot-licences = ライセンスごとの写真(枚)
plot-splits = 学習用と試験用(枚)

## 写真の持ち込み

command-submit = 料理の写真を持ち込む(写真と料理名で 10 秒ほど)
option-photo = 写真
option-photo-hint = 料理の写真(JPEG・PNG・WebP・HEIC)
option-photo-2 = 写真2
option-photo-3 = 写真3
option-photo-4 = 写真4
option-photo-5 = 写真5
option-photo-more-hint = 同じ料理の写真が、もう一枚あれば
option-photo-name-hint = 写真の料理の名前(例: きつねうどん)
menu-submit = 料理の写真として持ち込む
submit-title = 料理の写真を持ち込む
submit-field-name = 料理名
submit-field-name-hint = 見たままの名前でだいじょうぶです(例: きつねうどん)
review-field-name-hint = 写真に見えるとおりの料理名に(前の名前への票は白紙に戻ります)
submit-name-again = 料理名を書き直す
submit-field-photos = 写真
submit-field-photos-hint = 同じ料理なら、一度に { $max } 枚まで
submit-received = { $count } 枚の「**{ $name }**」、受け取りました。ありがとうございます! いま中身を確かめています…
submit-kept = { $count } 枚の「**{ $name }**」、受け取りました。ありがとうございます! いま係が席を外していますが、戻りしだい確かめますね。
submit-no-photo = 写真が見あたりませんでした。写真を添えて、もう一度どうぞ。
submit-too-many = 一度にお預かりできるのは { $limit } 枚までです。分けてお持ちくださいね。
submit-enough-today =
    { $left ->
        [0] たくさんありがとうございます! お預かりできるのは 24 時間に { $limit } 枚までなので、今回の写真はお預かりしていません。24 時間経てば、またお預かりできます。
       *[other] たくさんありがとうございます! お預かりできるのは 24 時間に { $limit } 枚まで、いまはあと { $left } 枚です。今回の写真はお預かりしていませんので、選び直してお持ちくださいね。
    }
submit-banned = ごめんなさい、あなたからの写真はいまお預かりできません。お心当たりがなければ、運営の者にご相談ください。
submit-not-yours = 持ち込めるのは、ご自分のメッセージの写真だけです。
submit-stale = このご案内は時間が経ってしまいました。お手数ですが、もう一度 `/submit` からどうぞ。
name-blocked = その言葉はここでは使えません。別の名前にしてくださいね。

receipt-head = 「**{ $name }**」の写真を { $count } 枚、お預かりしました。審査がすんだらお知らせします。
receipt-head-quiet = 「**{ $name }**」の写真を { $count } 枚、お預かりしました。審査がすむと、`/photos mine` で結果をごらんになれます。
receipt-words = 料理名は「{ $words }」と読みました。
receipt-none = ごめんなさい、今回はお預かりできませんでした。
receipt-refused = { $place } 枚目({ $file }): { $why }
receipt-alike = { $place } 枚目({ $file })は、お預かりしている写真とよく似ています: { $names }。別の写真なら、このままでだいじょうぶです。
receipt-tally = これまでの採用 { $accepted } 枚・審査待ち { $waiting } 枚。いつもありがとうございます。次に撮ってほしいものは、`/dataset` でどうぞ。
late-head = たいへんお待たせしました。先ほどの件のお返事です。
late-hint-release = お待たせしていた写真集の件がすみました。くわしいお返事をダイレクトメッセージ(DM)でお送りできませんでしたので、DM を受け取れるようにして、もう一度 `/release` をどうぞ。
late-hint = お待たせしていた件がすみました。写真のことは `/photos mine` でごらんになれます。
photo-alt = 「{ $name }」の写真
photo-known = 同じ写真を、もうお預かりしています。
photo-failed = うまく確かめられませんでした。よければ、もう一度送ってくださいね。

## 同意

consent-renewed = 同意の文が新しくなったので、もう一度だけお尋ねします。前に選ばれたものには印を付けてあります。
consent-anew = 使い方を選び直すと、これからお預かりする写真から変わります。これまでの写真の使い方は変わりませんので、外に出したくなくなった写真は `/photos withdraw` で取り下げてください。お名前は、これまでの写真も含めて変わります。
consent-waits = 「**{ $name }**」の写真 { $count } 枚は、まだお預かりしていません。{ $when } まで、お返事をお待ちしています。
consent-text =
    {""}**はじめに、ひとつだけお願いです**(第 { $version } 版)
    お預かりした写真は、この食堂の画家(画像を描く AI)の練習に使い、ほかの人の写真とまとめて、学習用の写真集として残します。

    {""}• **ご自分で撮った、料理の写真**だけをお願いします。人の顔が写ったものはご遠慮ください。
    {""}• 位置情報など、写真に付いた情報はすべて消してからしまいます。
    {""}• 残すのは、写真・料理名・ファイル名、あなたの Discord ID、持ち込まれた日時・場所(チャンネル)・言語、審査の結果、この同意(選ばれたお名前も)です。ほかのメッセージは読みません。
    {""}• `/photos withdraw` でいつでも取り下げられます。`/privacy export` で受け取り、`/privacy delete` ですべて消せます。消えた写真から覚えたことは、画家も次の写真集を学ぶときに忘れます。ただし、すでに配られた写真集と、その写真で一から育てた画家からは取り出せません。

    下のメニューで写真集に載せるお名前を、その下のボタンで写真の使い方を選んでください。使い方のボタンを押すと、同意したことになります。
    {""}• **CC0**: だれでも自由に使えます。
    {""}• **CC BY**: だれでも使えますが、お名前を添えてもらいます(「名前は載せない」なら、お名前なしで使えます)。
    {""}• **部内だけ**: この食堂を開いている部の中だけで使い、外には出しません。
licence-cc0-1-0 = CC0 で同意
licence-cc-by-4-0 = CC BY で同意
licence-club-only = 「部内だけ」で同意
licence-now = { $licence }(いまの使い方)
credit-name = 名前をそのまま載せる({ $name })
credit-initials = 頭文字だけで載せる({ $name })
credit-anonymous = 名前は載せない
consent-no = やめておく
consent-declined = わかりました。写真は残していません。気が向いたら、またどうぞ。
consent-unchanged = わかりました。何も変えず、これまでどおりにしておきます。
consent-given = もう同意をいただいて、写真をお預かりしています。取り下げたいときは `/photos withdraw` でどうぞ。
consent-stale = このご案内は時間が経ってしまいました。お手数ですが、もう一度 `/privacy consent` から選んでください。
consent-changed = 承りました。これからの写真は、新しい使い方でお預かりします。これまでの写真の使い方は、もとのままです。お名前は、これまでの写真も含めて改めます。

## 審査

command-review = 持ち込まれた写真を審査する
review-head = 「**{ $name }**」 · 残り { $left } 枚
review-head-many = 「**{ $name }**」 · 残り { $left } 枚以上
review-words = 言葉: { $words }
review-hints = 気になるところ: { $hints }
review-alike = よく似た写真(2 枚目から): { $names }
review-unseen = いまこの写真をお見せできないので、票はいただけません。「あとで」で次へ進んでください。
review-escalated = 票が割れています。この一票で決まります。
review-none = いま審査していただく写真はありません。いつもありがとうございます!
review-none-tied = いま票を入れていただく写真はありません。いつもありがとうございます! 票が割れた写真が { $count } 枚、まだ票を入れていない方か、運営の方の一票を待っています。
review-accept = 採用
review-reject = 見送る(理由を選ぶ)
review-rename = 名前を直す
review-skip = あとで
review-undo = ひとつ戻す
review-counted-accept = 採用に一票、いただきました。
review-counted-reject = 見送りに一票、いただきました。
review-counted-skip = あとにしました。
review-decided-accept = 採用が決まりました。
review-decided-reject = 見送りが決まりました。
review-escalated-news = 票が割れたので、まだ票を入れていない方か、運営の方に決めてもらいます。
review-escalated-yours = 票が割れました。運営の方は、もう一票で決められます。ほかの方に任せるなら、「あとで」を押してください。先の一票はそのまま残ります。
review-gone = その写真は、もう審査を待っていません。
review-own = ご自分の写真は審査できません。ほかの方にお任せしますね。
review-twice = その写真には、もうあなたの一票が入っています。
review-stale = 画面が古くなっていました。名前が直されたのかもしれません。いまの一票は数えていませんので、名前を見て、もう一度お願いします。
review-undone = 取り消しました。もう一度どうぞ。
review-undo-late = 決まってから時間が経ったので、もう取り消せません。
review-undo-settled = ほかの方の票で決まったので、いまの一票は取り消せません。
review-undo-none = あなたの票は、もう入っていません。名前が直されたか、取り消しがすんでいるようです。
review-undo-withdrawn = その写真は取り下げられました。あなたの票も、もう残っていません。
review-renamed = 名前を直しました。前の名前への票は、いったん白紙に戻しました。
review-same = もうその名前になっています。票もそのままです。
review-tied = 票が割れているあいだ、名前を直せるのは、まだ票を入れていない方か、運営の方だけです。
review-not-yours = 審査は、部のサーバーで、係の方だけにお願いしています。お手伝いいただけるなら、運営の者にお声がけくださいね。
reason-blurry = ぼけている・暗い
reason-no-dish = 料理が写っていない
reason-wrong-name = 名前と料理が合わない
reason-people = 人の顔や名前が写っている
reason-twice = 同じ写真がもうある
reason-not-own = ご自分で撮った写真ではなさそう
reason-other = ほかの理由
hint-blurry = ぼけている
hint-dark = 暗い
hint-bright = 明るすぎる
hint-tiny = 画像が小さい
hint-texty = 文字が多い
state-submitted = 確認中
state-taken = 審査待ち
state-accepted = 採用
state-rejected = 見送り
notice-accepted =
    写真{ $count ->
        [1] {""}
       *[other] {" "}{ $count } 枚
    }が採用されました: { $names }。ありがとうございます! 画家がまた腕を上げます。寄せてくださった方々は、部のサーバーの `/credits` でどうぞ。
notice-rejected = 「{ $name }」の写真は、今回は見送りになりました({ $reason })。また別の一枚をお待ちしています。
notice-rejected-many = 「{ $name }」の写真 { $count } 枚は、今回は見送りになりました({ $reason })。また別の一枚をお待ちしています。
count-photos = { $count } 枚
notice-more = ほか { $count } 枚も、今回は見送りになりました。
notice-withdrawn = お預かりしていた写真のうち { $count } 枚を、運営の判断で取り下げました。わけは、運営の者にお尋ねください。
notice-learned = あなたの写真のおかげで、新しい料理が食堂の品書きに加わりました: { $names }。`/dish` に料理名を入れると、どなたでも注文できます!
notice-dish = 「{ $name }」({ $like }のような料理)
notice-learned-more = { $names } ほか { $count } 品
in-brackets = { $what }({ $aside })
list-comma = 、
list-more = { $names } ほか { $count } 枚

## あなたの写真と記録

command-photos = 持ち込んだ写真のこと
command-photos-mine = 持ち込んだ写真の一覧を見る
command-photos-withdraw = 持ち込んだ写真を取り下げる
command-photos-leaderboard = たくさん持ち込んでくれた人を見る(載るのは希望者だけ)
option-show-me = 載せる
option-show-me-hint = あなたを載せるなら True、外すなら False
mine-head = お預かりしている写真は { $count } 枚です(採用 { $accepted } 枚・審査待ち { $waiting } 枚)。
mine-refused = お預かりできませんでした({ $file }): { $why }
mine-none = お預かりしている写真はありません。`/submit` でお待ちしています。
withdraw-menu = 取り下げる写真を選ぶ
withdraw-sure = { $count } 枚を取り下げますか? 写真は消え、同じ写真は二度とお預かりできなくなります。
withdraw-yes = 取り下げる
withdraw-no = やめておく
withdraw-done = { $count } 枚を取り下げました。写真は消去し、これからの写真集にも入れません。前にまとめた写真集の中の写真は、運営がその写真集を片づけるときに消えます。その写真から覚えたことは、画家も次の写真集を学ぶときに忘れます。
command-privacy = あなたの記録のこと
command-privacy-export = あなたの記録と写真を、ZIP で受け取る
command-privacy-delete = あなたの記録と写真を、すべて消す
command-privacy-consent = 同意の内容を見る・写真の使い方やお名前を選び直す
export-here = あなたの記録と写真です。データは data.json、写真は photos の中にあります。
export-more = 写真のつづきです(ZIP { $number } つめ)。photos の中にあります。
erase-sure = 写真・同意・ご注文など、あなたの記録をすべて消しますか? 元には戻せません。あなたの写真から覚えたことは、画家も次の写真集を学ぶときに忘れます。前にまとめた写真集の中の写真は、運営がその写真集を片づけるときに消えますが、すでに配られた写真集と、その写真で一から育てた画家からは取り出せません。同じ写真が戻らないように、写真の指紋(だれのものか分からない数字)だけが残ります。
erase-yes = すべて消す
erase-no = やめておく
erase-kept = わかりました。何も消していません。
erase-done =
    あなたの記録をすべて消しました{ $count ->
        [0] {""}
       *[other] (写真 { $count } 枚も)
    }。これまで、ありがとうございました。
erase-ban-stays = 写真の持ち込みをお断りしているという記録だけは、消さずに残ります。

## みんなの写真

command-credits = 写真を寄せてくれた人たちを見る
credits-head = { $people } 人が寄せてくれた { $photos } 枚の写真で、画家は学んでいます。ありがとうございます!
credits-line = • { $name } — { $count } 枚
credits-more = • ほか { $count } 人
credits-unnamed = • お名前を載せない方 { $count } 人
credits-none = 採用された写真はまだありません。最初の一枚、お待ちしています。
leaders-head = **写真をたくさん寄せてくれた人**
leaders-line = { $place }. { $who } — { $count } 枚
leaders-joined = ご希望のとおりにしました。写真が採用されていれば、ここに載ります。載るのは、採用された写真の多い { $limit } 人までです。
leaders-left = ご希望のとおり、載せないようにしました。
leaders-none = まだだれも載っていません。「載せる」を True にした方の写真が採用されると、ここに載ります。
command-dataset = 集まった写真のようすと、次に撮ってほしいものを見る
dataset = 集まった写真のようすです。
dataset-wanted = 集まった写真のようすです。いま足りないのは **{ $words }**。見かけたら `/submit` でどうぞ!
dataset-on-its-way = 集まった写真のようすは、いまご用意しているところです。届くまで、もう少しお待ちくださいね。
dataset-late = ごめんなさい、いま図をご用意できる係がいなくて、間に合いませんでした。少し待って、もう一度お試しください。
dataset-alt = 週ごとの写真の枚数と、写真の多い言葉・少ない言葉の図
command-release = 採用された写真を、学習用の写真集にまとめる
released = 写真集 `{ $digest }` ができました。学習用 { $train } 枚・試験用 { $test } 枚(除いたもの { $left_out } 枚)。
released-nothing = まとめられる写真がまだありません。採用された写真が集まったら、もう一度どうぞ。
released-left-over = 採用が決まったばかりの { $count } 枚は、審査の係がまだ取り消せるので、次の写真集に入ります。
released-learning = いま、この写真集の新しい料理名を画家が覚えています。早ければ数分、長くて一時間ほど。すんだらお知らせしますね。
released-no-trainer = ただ、いま画家に教える係がいないので、新しい料理名はまだ覚えられません。`python -m worker trainer` を動かしてから、もう一度 `/release` をどうぞ。
learned-nothing = 写真集 `{ $digest }` には、画家が新しく覚えられる料理名がありませんでした。前の写真集から覚えた料理名があれば、それは忘れます。
learned-served =
    写真集 `{ $digest }` から、料理を { $count } 品覚えました。次のご注文から、これで描きます!(モデル { $model })
learned-name = • 「{ $name }」は、{ $like }のような料理(写真 { $photos } 枚)
learned-more = • ほか { $count } 品
learned-kept-back = 写真集 `{ $digest }` の料理を { $count } 品覚えましたが、腕試しに通らなかったので、まだお店には出していません。写真が増えたら、次の写真集でもう一度試します。
learned-gate =
    • { $gate }: { $figure }({ $bound } { $way ->
        [least] 以上
       *[most] 以下
    }で合格)
learned-taken-back = 写真集 `{ $digest }` の料理を { $count } 品覚えて、腕試しにも通りましたが、前に運営が取り下げたモデルと同じなので、お店には出していません。
learned-as-ever = 画家はこれまでどおりです。
learned-forgotten = 前の写真集に、そのあと取り下げられた写真か、お名前の載せ方が変わった写真があったので、そこから覚えた料理名は忘れました。
learned-known = • 知っている言葉で終わるので、これまでどおりに聞き取るもの: { $names }
learned-unheard = • ほかの料理名と聞き分けられず、まだ覚えていないもの: { $names }
learned-outrun = 写真集 `{ $digest }` より新しい写真集を先に学んだので、こちらからは何もお店に出していません。いま採用されている写真は、新しいほうの写真集に入っています。
learned-alt = 覚えた料理名を一行ずつ、覚える前と覚えたあとで描きくらべた絵: { $names }
gate-paints = 何も描けていない絵はないか
gate-apart = 料理ごとに絵がちがっているか
gate-heard = 新しい料理名を聞き取れているか
gate-stays = 前から描けた料理が変わっていないか
gate-no-number = 数になりませんでした
gate-untouched = 筆づかいが元のままか
errand-kept = 承りました。いま係と連絡がつかないので、つながりしだいお届けします。
errand-failed = ごめんなさい、うまくできませんでした。少し待って、もう一度お願いします。続くようでしたら、運営の者にこの番号をお伝えください。(控え番号 { $id })

## 運営

command-operator = 運営の道具
command-operator-ban = この人からの写真を預からない
command-operator-unban = この人からの写真を、また預かる
command-operator-block = 料理名に使えない言葉を足す
command-operator-unblock = 言葉をまた使えるようにする
command-operator-list = 預からない人・使えない言葉・最近の記録を見る
option-member = 人
option-member-hint = だれのことか
option-reason = 理由
option-reason-hint = あとで読む人のために(ご本人には見えません)
option-word = 言葉
option-word-hint = ひらがなとカタカナ、空白や記号のちがいは区別しません
club-only = こちらは、部のサーバーの中だけでお見せしています。部のサーバーのチャンネルで、もう一度お声がけくださいね。
club-unset = このボットはいくつかのサーバーにいるので、どこの部のものか決まるまで、審査と運営の道具はお休みです。ボットを動かしている方に、設定 `CLUB_SERVERS` へサーバーの ID を書いてもらってください。
operators-only = これは、サーバーを管理する方だけが使えます。
operator-banned = { $who } さんからの写真は、これから預かりません。
operator-unbanned = { $who } さんからの写真を、また預かります。
operator-no-ban = { $who } さんは、もともと止められていません。
operator-blocked = 「{ $word }」は、これから料理名に使えません。
operator-unblocked = 「{ $word }」を、また使えるようにしました。
operator-no-word = 「{ $word }」は、もともと使えます。
operator-listing =
    {""}**写真を預からない人** { $who }
    {""}**使えない言葉** { $words }
    {""}**最近の記録**
    { $audit }
audit-accept = 採用に一票
audit-reject = 見送りに一票
audit-skip = あとまわし
audit-accepted = 採用に決定
audit-rejected = 見送りに決定
audit-votes = ({ $count } 票)
audit-escalated = 票が割れた
audit-undo = 取り消し
audit-rename = 名前の修正
audit-consent = 同意
audit-withdrawn = 取り下げ
audit-erased = 記録の消去
audit-by-operator = (運営による)
audit-ban = 写真を預からない
audit-unban = 写真をまた預かる
audit-block = 言葉を止める
audit-unblock = 言葉をまた許す

## 味つけ(語の重み)

weight-unknown-word = 「{ $word }」という言葉は、この料理名に見当たりません。加減できるのは { $words } です。選び直して、もう一度ご注文くださいね。
weight-no-words = 「もっと」と「控えめ」には、料理名の中の言葉を { $limit } 文字までで書いてくださいね。
weight-both = 同じ言葉を「もっと」と「控えめ」の両方には書けません。どちらか一方だけにして、もう一度ご注文くださいね。
weight-none = この料理名には、加減できる言葉がありません。「もっと」「控えめ」を外して、もう一度ご注文くださいね。
weight-too-many = 加減する言葉は、合わせて { $max } 語まででお願いします。減らして、もう一度ご注文くださいね。
weight-out-of-range = 言葉の重みは 0〜{ $max } でお願いします。1 がふつう、0 だとその言葉はなかったことになります。

## コピーではありませんか(いちばん近い写真)

nearest-absent = このモデルには学習写真の索引がないので、近い写真を調べられません。(索引の作り方: foodgan model index)
nearest-novelty = この絵は、画家が初めて見る本物の写真の { $percent }% よりも、学習写真から離れています。
nearest-close = 学習した写真のひとつに、とてもよく似ています。写真のコピーかもしれません。
nearest-photo = 近い写真: { $name }({ $by })距離 { $gap }
nearest-unnamed = 名前のない写真
