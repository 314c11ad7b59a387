# What command lines say.

## dish, mix, sheet, text

cli-extra-missing =
    このコマンドに必要な { $module } が入っていません。pip install 'foodgan[{ $extra }]' で入れてください。{ $extra ->
        [worker] docker compose なら、こう打てば動きます: docker compose exec trainer foodgan { $command }
        [bot] docker compose なら、こう打てば動きます: docker compose exec bot foodgan { $command }
       *[other] { "" }
    }
cli-device-unusable = デバイス「{ $device }」は使えません: { $why }
cli-dish-share-alone = --mix といっしょに使ってください。
cli-dish-weight-unread = 「{ $given }」は「言葉=数」の形になっていません(例: チーズ=1.5)。
cli-dish-unknown = はじめて聞く言葉ばかりだったので、文字だけを手がかりに描きました。
cli-mix-painting = 描いています
cli-sheet-names-twice = --invented では料理名が決まっています。--names は外してください。
cli-sheet-not-utf-8 = { $file } の文字コードが UTF-8 ではありません。
cli-sheet-no-name = { $file } には料理名がひとつもありません。
cli-sheet-painted = 料理名 { $names } 個 × 種 { $seeds } 個 · モデル { $model }: { $file }
cli-text-built = { $words } 語、{ $dimensions } 次元のベクトル { $vectors } 本、{ $megabytes } MB: { $file }
cli-text-table =
    .word = 言葉
    .key = 見出し語
    .known = ベクトル
    .nearest = 近い言葉
    .yes = あり
    .no = なし

## up, status, drain

# 表は 80 桁に収める(かなと漢字は一字で二桁)。
cli-status-line = お待ち { $waiting } 品 · 調理中 { $started } 品 · やり直し待ち { $later } 品 · 次の注文は約 { $seconds } 秒
cli-status-line-unserved = お待ち { $waiting } 品 · 調理中 { $started } 品 · やり直し待ち { $later } 品 · 注文を受ける係がいません
cli-status-oldest = いちばん長くお待ちの注文: { $id }({ $seconds } 秒)
cli-status-failed =
    お出しできなかった注文: この 1 時間に { $recent } 品{ $named ->
        [0] {""}
       *[other] ({ $ids })
    }、この一日に { $day } 品
cli-status-photos = 写真: 受け取り待ち { $waiting } 件 · 受け取る係 { $workers } 人
cli-status-releases = 写真集: 学習待ち { $waiting } 件 · 料理名を覚える係 { $workers } 人
cli-status-nobody = いま動いている描く係がいません
cli-status-figures = { $worker } のメトリクス: { $address }
cli-status-table =
    .worker = 描く係
    .state = ようす
    .in-hand = 手元
    .served = お届け
    .failed = 失敗
    .model = モデル
    .device = デバイス
    .version = 版
cli-status-state =
    .busy = 調理中
    .idle = 手すき
    .draining = 片づけ中
    .resting = 休憩中
cli-queue-away = 注文の行列につながりません(Redis: { $fault })
cli-queue-no-address = REDIS_URL は、redis://、rediss://、unix:// のどれかで始めてください
cli-queue-no-canteen = { $folder } に開いている食堂がなく、REDIS_URL も設定されていません(Redis: { $fault })
cli-drain-at-rest = 休憩に入りました: { $workers }
cli-drain-back = 仕事に戻りました: { $workers }
cli-drain-not-yet-at-rest = まだ休憩に入っていません: { $workers }
cli-drain-not-yet-back = まだ仕事に戻っていません: { $workers }

## train, teach, polish

cli-train-no-sketches = { $config } は下絵を使わない設定です。
cli-train-from-itself = { $run } は、これから学習する run そのものです。別の run かモデルを選んでください。
cli-train-goes-on = { $pictures } 枚まで学習した続きから始めます
cli-train-seen = { $pictures } 枚まで学習しました。結果は { $run } にあります。
cli-lesson-ended-early = { $pictures } 枚のうち { $painted } 枚まで描きました。同じコマンドで、続きから始められます。
cli-lesson-painted = { $painted } 枚を描き終えました。結果は { $run } にあります。

## model, serving

cli-model-none-there = { $folder } にモデルがありません(model.json が見つかりません)。
cli-model-made = モデル { $model } を { $out } に作りました。
cli-model-learned = モデル { $model } を { $out } に作りました。覚える前とあとの絵は { $picture } にあります。
cli-model-shipped-stays = 同梱のモデルは書き換えられません。別の場所を指定してください。
cli-model-likeness = { $name }(写真 { $photos } 枚)  似ている料理: { $known }
cli-model-none-named = { $folder } には、覚えられる料理名の付いた写真がありません。
cli-model-nothing-new = { $folder } には、新しく覚える料理名がありません。どれも、モデルがもう知っている料理名か、知っている言葉で終わる料理名なので、いまの聞き取り方のままで通じます。知っている言葉で終わる料理名も覚えさせるには、`foodgan model learn` に --every を付けます。
cli-model-all-known = { $folder } には、新しく覚える料理名がありません。どれも、モデルがもう知っている料理名です。
cli-model-none-heard = { $folder } の新しい料理名は、どれもほかの料理名と聞き分けられないので、覚えられませんでした。
cli-model-known = 知っている言葉で終わるので、これまでどおりに聞き取る料理名: { $names }
cli-model-heard = { $stage }: 新しい料理名の聞き取りのずれは最大 { $off }、ほかの料理名の動きは最大 { $moved }
cli-model-unheard = ほかの料理名と聞き分けられず、覚えなかった料理名: { $names }
cli-model-no-figures = { $file } から測定の結果を読み取れません: { $fault }
cli-model-no-evaluation = { $file } は、`foodgan evaluate --json` の結果ではありません。
cli-model-other-figures = { $file } は { $other } を測った結果で、{ $model } のものではありません。
cli-model-no-compiler = C++ のコンパイラーが見つかりません。g++ を入れるか、お使いのものを CXX で指定してください。
cli-choose-seen = 見た写真
cli-choose-authenticity = authenticity
cli-choose-suspicious = 写真に近すぎる割合
cli-choose-spread = ばらつき
cli-choose-of = スナップショット
cli-choose-measured = 絵はスナップショットごとに { $pictures } 枚。学習に使っていない写真のうち、{ $choose } 枚で選び、{ $others } 枚は選ぶのに使っていません。くらべる目安は、同じ料理名の写真どうしの FoodKID が { $floor }、写真を少し変えただけの写しの ρ が { $copycat } です。
cli-choose-bounds = ρ ≥ { $rho }、authenticity ≥ { $authenticity }、写真に近すぎる割合 ≤ { $suspicious }
cli-choose-none = お店に出せるスナップショットがありません。{ $bounds } をすべて満たすものが、ひとつもありませんでした。
cli-choose-chosen = 選んだのは { $path } です。{ $bounds } をすべて満たすなかで、FoodKID がいちばん小さいものです。
cli-gate =
    検査 { $name }: { $figure }(基準 { $bound })、{ $passed ->
        [yes] 合格
       *[no] 不合格
    }
cli-gate-no-number = 数になりません
cli-serving-line =
    { $at }  { $digest }  { $model }({ $by ->
        [operator] 運営
        [trainer] 料理名を覚える係
       *[other] { $by }
    }による)
cli-serving-own = 描く係それぞれのモデル
cli-serving-nothing = 描く係は、それぞれ自分のモデルで描いています(MODEL_DIR のモデル、なければ同梱のモデル)。
cli-serving-withdrawn = いまのモデルは、あとから取り下げられた写真で学んでいます。くわしくは `foodgan doctor` をごらんください。
cli-serving-credit = いまのモデルは、写真を寄せた人のお名前を、いまのご希望とちがう形で載せています。くわしくは `foodgan doctor` をごらんください。
cli-serving-which = モデルのフォルダーか --own の、どちらか一方を指定してください。
cli-serving-back-to-own = 描く係は、それぞれ自分のモデルに戻ります。
cli-serving-none-to-leave = お店に出すと決めたモデルがないので、戻すものもありません。
cli-serving-moved-on = ちょうどいま、ほかのモデルに入れ替わりました。`foodgan serving show` で確かめてから、もう一度どうぞ。
cli-store-busy = { $path } は、ほかで書き換えている最中です。少し待って、もう一度どうぞ。
cli-serving-kept-back = 検査に通らなかったので、お店には出していません。それでも出すときは --force を付けてください。
cli-serving-served = これからは { $model } で描きます({ $digest })。

## photos

cli-photos-no-collection = { $place } は、フォルダーでも ZIP でも CSV でもありません。
cli-photos-clubs-own = 「{ $catalogue }」はボットが使う目録です。別の名前にしてください。
cli-photos-none-in-it = { $place } には写真がありません。
cli-photos-no-folder = { $folder } というフォルダーはありません。
cli-photos-empty-folder = { $folder } に写真がありません(読めるのは { $kinds })。
cli-photos-nothing-to-export = 書き出す写真がありません。
cli-photos-not-empty = { $folder } は空のフォルダーではありません。
cli-photos-which-release =
    { $count ->
        [0] 「{ $digest }」で始まる写真集はありません。
       *[other] 「{ $digest }」で始まる写真集は { $count } 冊あります。ハッシュをもう少し長く書いてください。
    }
cli-photos-pruned-release =
    写真集 { $digest } は { $day } に片づけました({ $withdrawn ->
        [0] 古かったか、壊れていたため
       *[other] 写真 { $photos } 枚のうち { $withdrawn } 枚が取り下げられたため
    })。
cli-photos-nothing-to-release = 写真集にできる写真がありません。
cli-photos-released = 学習用の写真 { $train } 枚、試験用 { $test } 枚
cli-photos-left-out = 除いた写真 { $count } 枚(取り下げられたもの、見つからないもの、壊れているもの)
cli-photos-imported =
    { $name }: { $taken } 枚を取り込みました。前からあった写真は { $known } 枚{ $corrected ->
        [0] です。
       *[other] で、うち { $corrected } 枚の記載を改めました。
    }
cli-photos-refused = 取り込めなかったもの { $count } 件:
cli-photos-refused-more = …ほか { $count } 件(すべて見るには --json)
cli-photos-no-name = { $source } からは写真の棚での名前を決められません。--catalogue で名前を付けてください。
cli-photos-stale =
    { $digest }: 写真 { $photos } 枚、うち取り下げられたもの { $withdrawn } 枚{ $old ->
        [yes] 、古くて、使っているモデルが見あたらない
       *[no] {""}
    }{ $damaged ->
        [yes] 、壊れている
       *[no] {""}
    }
cli-photos-half = { $digest }: 作りかけ
cli-photos-none-stale = 片づける写真集はありません。
cli-photos-prunable =
    片づけられるもの: 写真集 { $releases } 冊{ $halves ->
        [0] {""}
       *[other] と、作りかけ { $halves } 冊
    }。片づけるには、--apply を付けて、もう一度どうぞ。
cli-photos-pruned =
    片づけました: 写真集 { $releases } 冊{ $halves ->
        [0] {""}
       *[other] と、作りかけ { $halves } 冊
    }。ただし、そこから学んだモデルは、写真をまだ覚えています。
cli-photos-exported-release = { $out } に、ファイル { $count } 個を書き出しました。
cli-photos-exported =
    { $out } に、写真 { $count } 枚を書き出しました{ $missing ->
        [0] {""}
       *[other] (ほかに、画像の見つからないもの { $missing } 枚)
    }。
cli-photos-stats = { $store } の写真
    .photos = 写真
    .names = 料理名
    .seen_once = 一枚だけの料理名
    .objects = 保管している画像
    .waiting = 審査待ち
    .tombstones = 取り下げの記録
    .releases = 写真集
    .holding_withdrawn = 取り下げられた写真が残る写真集
    .pruned = 片づけた写真集
    .catalogues = 目録
    .licences = ライセンス
    .sources = 出どころ
    .most = 写真の多い料理
    .none = なし
cli-photos-checked = 写真 { $photos } 枚を確かめました(うち、まだ新しくて判断できないもの { $young } 枚)。
cli-photos-found =
    { $what ->
        [damaged] 壊れている写真
        [orphans] どこにも使われていない写真
        [withdrawn] 取り下げたのに残っている写真
        [releases] 正しくない写真集のファイル
        [models] 正しくないモデルのファイル
       *[other] { $what }
    }: { $count } 件({ $which })
cli-photos-without-bytes = 目録 { $catalogue } にあって、画像が見つからない写真: { $count } 件({ $which })
cli-photos-mended = 片づけました: 写真 { $photos } 枚、目録の項目 { $entries } 件、書きかけのファイル { $leftovers } 個
cli-photos-sound = どこにも異常はありません。

## evaluate, kondate, experiment, bench, chaos

cli-evaluate-nothing = --photos か --kondate のどちらか、または両方を指定してください。
cli-evaluate-one-run = --kondate に添える --run は、モデルの代わりに測るひとつだけです。--photos や --model とは、いっしょに使えません。
cli-evaluate-one-stage = --kondate では、ひとつの Stage の学習だけを指定してください。
cli-evaluate-needs-photos = --photos といっしょに使ってください。
cli-evaluate-only-judges = --train-judges では何も測らないので、いっしょには使えません。
cli-evaluate-drawn = 作図した料理のページ: { $page }
cli-evaluate-private = { $page } には写真が載っています。公開しないでください。
cli-kondate-tasted =
    { $how ->
        [evenly] どれも同じ割合で描いた料理
       *[canteen] 食堂らしい割合で描いた料理
    }: { $shares }
cli-experiment-baselines = くらべる相手(baselines)
cli-experiment-recipe = 架空食堂のレシピ(recipe)
cli-experiment-lessons = ほかの arm の学習から続けるもの(lessons)
cli-experiment-ablations = レシピの一か所だけを変えたもの(ablations)
cli-experiment-nothing = まだ何も測っていません。
cli-experiment-few-names = 料理名は { $least } 個以上にしてください。
cli-experiment-no-numbers = 「{ $written }」は数として読めません。整数をコンマで区切って書いてください。
cli-experiment-counted-for-own-eyes = 見る枚数を決められるのは、自分の目で学ぶときだけです。--own-eyes も付けてください。
cli-experiment-no-arm = { $names } という arm はありません。あるものは `foodgan experiment arms` で見られます。
cli-experiment-nicknames = 写真 { $count } 枚: { $painted }、ほかの料理と取りちがえ { $wrong }、その料理に似ていると判断 { $likened }、ずれ { $off }、ほかの名前の動き { $moved }
cli-bench-needs-variants = --variants といっしょに使ってください。
cli-bench-no-variant = { $names } という描き方はありません。選べるのは { $known } です。
cli-bench-on = { $model }({ $device }、{ $threads } スレッド)
cli-bench-pass = 一度に { $size } 枚描くときの内訳(ms): { $parts }
cli-bench-peak = 最高 { $peak } GMAC/s
cli-bench-lanes = スレッドごとに別の絵を描くと、全スレッドで一緒に描くときの何倍の速さか(一度に描く枚数ごと)  { $times }
cli-bench-peak-speeds = 最高 { $peak } GMAC/s · 一度に描く枚数ごとの pictures/s  { $speeds }
cli-bench-skipped = { $name }: 測りませんでした({ $why })
cli-bench-pixels = { $name }: 画素の差は 255 段階のうち平均 { $apart } 段階(かっこ内は最大)
cli-bench-dish = { $count } 枚ずつの注文を { $orders } 件
cli-bench-seconds = 秒
cli-bench-journey = 注文からお届けまでの時間は、描くだけの時間の { $ratio } 倍です。
cli-bench-kondate = { $size } × { $size }: 1 コアで毎秒 { $speed } 枚
cli-bench-queue = 注文 { $orders } 件を { $batch } 件ずつまとめて
cli-bench-hung = 止まったまま
cli-bench-fleet = 一度に { $batch } 枚、{ $seconds } 秒かかるデバイス
cli-bench-workers = 描く係
cli-bench-memory = { $ratio } 倍 · メモリは初め { $first } MiB、終わり { $last } MiB
cli-bench-train = { $device } での学習({ $threads } スレッド)
cli-bench-step = 1 ステップ(ms)
cli-bench-shares = 時間の内訳
cli-bench-photos = 写真(1 コア)
cli-chaos-trial = 注文 { $orders } 件・強制終了 { $kills } 回・種 { $seed }
cli-chaos-there = { $folder } はもうあります。新しいフォルダーを指定してください。

## bot

cli-bot-no-database = { $file } にデータベースがありません。DATABASE_URL か VAR_DIR をお確かめください。
cli-bot-other-tables = テーブルがこのボットの版と合いません。`python -m bot migrate` を実行してください。
cli-bot-newer-tables = データベースのほうが新しい版です({ $found } > { $ours })。ボットを更新するか、空のデータベースにバックアップから戻してください。
cli-bot-holds-records = データベースには、もう記録があります。上書きするなら --replace を付けてください。
cli-bot-backup-damaged = { $file } は壊れています({ $fault })。ほかのバックアップを使うか、--salvage を付けて無事な分だけを元に戻してください。
cli-bot-no-backup = { $file } はバックアップとして読めません: { $fault }
cli-bot-registered = コマンドを登録しました(すべてのサーバー): { $names }
cli-bot-registered-in = コマンドを登録しました(サーバー { $guild }): { $names }
cli-bot-saved = { $file } に保存しました({ $database } の記録 { $rows } 行、{ $store } のファイル { $files } 個)。
cli-bot-backup-terminal = バックアップは画面には出せません。後ろに「> ファイル」を付けてください。
cli-bot-running = ボットが動いています。先に止めてください。
cli-bot-restored = 記録 { $rows } 行とファイル { $files } 個を元に戻しました。ボットを次に起動したときに反映されます。
cli-bot-photo =
    { $id }: 「{ $name }」、{ $state ->
        [submitted] 確認中
        [taken] 審査待ち
        [accepted] 採用
        [rejected] 見送り
       *[other] { $state }
    }、{ $day } に ID { $member } の方が持ち込み
cli-bot-no-photo = { $reference } という写真はありません。もう取り下げられたのかもしれません。
cli-bot-many-photos = { $reference } に当てはまる写真が { $count } 枚あります。ハッシュをもう少し長く書いてください。
cli-bot-withdraw-sure = 取り下げますか? 元には戻せず、同じ写真は二度とお預かりできなくなります
cli-bot-withdrawn = 写真 { $count } 枚を取り下げました。{ cli-bot-forgotten }
cli-bot-erase-sure = ID { $member } の方の記録 { $rows } 行(うち写真 { $photos } 枚)を、すべて消しますか? 元には戻せません
cli-bot-erase-nobody = { $database } に、ID { $member } の方の記録はありません。データベースと ID が合っているか、お確かめください。
cli-bot-erased = { $database } から、記録 { $rows } 行を消しました(うち写真 { $photos } 枚)。{ cli-bot-forgotten }
cli-bot-ban-stays = この人からの写真を預からないという記録だけは、消さずに残ります。`/operator unban` で取りやめられます。
# As members are told: models forget with the next release, releases go when operators prune them.
cli-bot-forgotten = 写真のファイルと目録の項目は、ボットの次の見回りのときか、次に起動したときに消えます。画家が学んだことは、料理名を覚える係(trainer)が次の写真集を学ぶときに、前の写真集の中の写真は `foodgan photos prune --apply` で消えます。
cli-bot-not-serving = ボットはいま働いていません。
cli-bot-database-fails = データベースがうまく働きません: { $fault }
cli-bot-no-token = DISCORD_TOKEN がありません。ボットのトークンを .env に書くか、トークンなしなら `make up` をお試しください。
cli-bot-token-refused = この DISCORD_TOKEN は、Discord に断られました。開発者ページから、もう一度写してください。
cli-bot-discord-refused = Discord に断られました: { $fault }
cli-bot-discord-away = Discord につながりません: { $fault }。discord.com、gateway.discord.gg、cdn.discordapp.com に、プロキシなしの https で直接つながる必要があります。

## worker

cli-worker-dead =
    { $id }  { $when }  試した回数 { $deliveries }、{ $told ->
        [yes] 本人に伝え済み
       *[no] 本人にはボットが伝えます
    }  { $name }  { $why }
cli-worker-none-dead = お出しできないまま終わった注文はありません。
cli-worker-replayed = { $id } をもう一度、列に並べました。
cli-worker-no-letter = { $id } は、失敗した注文のなかにありません。
cli-worker-no-order = { $id } には、描ける注文が残っていません。
cli-worker-private = { $id } は注文した本人だけに見せるものです。ボットはチャンネルにしか出せないので、もう一度本人に頼んでもらってください。
