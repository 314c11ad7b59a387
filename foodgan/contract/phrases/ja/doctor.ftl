# `foodgan doctor` が見つけたことと、直し方。値の前は空白か記号にする: 伏せ字は語の始まりで見つける。

doctor-looking = 調べています…
doctor-broke = 調べている途中でつまずきました: { $error }
    .advice = お手数ですが、この行を添えてご報告ください

## 調べたもの

doctor-part-python-and-packages = Python とパッケージ
doctor-part-python = Python
doctor-part-packages-of-the-bot = ボットのパッケージ
doctor-part-packages-of-the-worker = 描く係のパッケージ
doctor-part-disk = ディスク
doctor-part-private-files = 非公開のファイル
doctor-part-redis = Redis
doctor-part-redis-role = Redis の役割
doctor-part-redis-persistence = Redis の保存
doctor-part-redis-memory = Redis のメモリ
doctor-part-redis-password-and-tls = Redis のパスワードと TLS
doctor-part-clock = 時計
doctor-part-workers = 描く係
doctor-part-photo-intake = 写真を受け取る係
doctor-part-trainer = 料理名を覚える係
doctor-part-photo-store = 写真の棚
doctor-part-device = デバイス
doctor-part-threads = スレッド
doctor-part-model = モデル
doctor-part-served-model = お店に出しているモデル
doctor-part-database-and-discord = データベースと Discord
doctor-part-bot = ボット
doctor-part-database = データベース
doctor-part-discord = Discord
doctor-part-commands = コマンドの登録
doctor-part-reviewers = 審査の係

## Python、パッケージ、ディスク

doctor-python = { $version }({ $machine })
    .advice = Python 3.11、3.12、3.13 のどれかで動かしてください
doctor-packages = { $count } 個、そろっています
    .advice = pip install --upgrade 'foodgan[{ $extra }]'
doctor-packages-list = 、
doctor-package-missing = { $name } が入っていません
doctor-package-other = { $name } { $found } は { $wanted } に合いません
doctor-runs-none =
    { $package } が入っていないので、このマシンで{ $extra ->
        [bot] ボット
       *[worker] 描く係
    }は動かしません
doctor-disk-closed = { $folder } に書き込めません({ $reason })
    .advice = VAR_DIR には、いまのユーザーが書き込めるフォルダーを選んでください
doctor-disk = 空きは { $free } GiB です({ $folder })
    .full = 空きを作ってください。注文の記録や行列のログが書けなくなります
    .little = 早めに空きを作ってください
doctor-disk-new = 空きは { $free } GiB です({ $folder } はこれから作ります)
doctor-private = .env と VAR_DIR は、いまのユーザーだけが読めます
doctor-private-open = { $path } を、このマシンのほかのユーザーも開けます
    .advice = `chmod { $mode } { $path }` を実行してください。トークンや、審査前の写真が入っています

## Redis(注文の行列)

doctor-redis = { $server } { $version } が返事をしています
doctor-redis-old = { $server } { $version } は古すぎます
    .advice = Redis 7.0 以降か、Valkey を使ってください
doctor-redis-away =
    .advice = Redis か Valkey を動かすか、REDIS_URL を直してください。`make up` なら Valkey も一緒に動かします
    .refused = REDIS_URL のパスワードを直してください
doctor-redis-replica = 読み取り専用のレプリカです
    .advice = REDIS_URL を、書き込めるほう(プライマリー)に向けてください
doctor-redis-forgets = appendonly no
    .advice = `appendonly yes` にしてください。このままだと、サーバーが落ちたときに、並んでいる注文が消えます
doctor-redis-memory = maxmemory-policy { $policy }({ $used } を使用中)
doctor-redis-drops = maxmemory-policy { $policy }
    .advice = `maxmemory-policy noeviction` にしてください。このままだと、メモリが足りないときに注文が捨てられることがあります
doctor-way =
    { $password ->
        [yes] パスワードあり
       *[no] パスワードなし(このマシンの中だけ)
    }、{ $tls ->
        [yes] TLS あり
       *[no] ネットワークは通りません
    }
doctor-way-open = パスワードがありません
    .advice = `requirepass` を設定して、REDIS_URL にも書いてください。Redis に書き込める人は、だれの名前でも注文できてしまいます
doctor-way-ends = 証明書があと { $days } 日で切れます
    .advice = Redis のあるマシンで docs/operators/certificate.sh をもう一度実行してください(手順は docs/operators/keeping.md)
doctor-way-plain = パスワードはありますが、TLS なしで送っています
    .advice = rediss:// を使うか(docs/operators をごらんください)、マシンどうしを閉じたネットワークでつないでください
doctor-clock =
    Redis より { $seconds } 秒{ $way ->
        [ahead] 進んでいます
       *[behind] 遅れています
    }
    .advice = どちらのマシンの時計も、NTP で合わせてください(timedatectl set-ntp true)

## 働いている係

doctor-workers = { $count } 人が注文を受けています: { $builds }
    .advice = 古いほうの係を、一人ずつ更新してください
    .models = 同じ料理名でも、どの係が受けるかで絵が変わります。どのマシンも、PHOTO_STORE は同じところに、MODEL_DIR は同じモデルにしてください(モデルを出した直後なら、十秒ほどでそろいます)
doctor-workers-none =
    注文を受ける係がいません{ $drained ->
        [0] {""}
       *[other] (休憩中 { $drained } 人)
    }。待っている注文は { $waiting } 品{ $waiting ->
        [0] です
       *[other] で、いちばん古いものは { $oldest } 秒待っています
    }
    .advice = 始めるには python -m worker、休憩中の係を戻すには foodgan drain NAME --back
doctor-workers-unseen = ようすが分かりません({ $error })
doctor-at-work = { $count } 人が働いています
doctor-intake-none = だれもいません。待っている写真は { $count } 枚です
    .advice = 始めるには python -m worker intake
doctor-trainer-none = だれもいません。待っている写真集は { $count } 冊です
    .advice = 始めるには python -m worker trainer

## 写真の棚

doctor-store = { $store } に書き込めて、読み出せます
    .advice = PHOTO_STORE か、その権限や認証情報を直してください
doctor-store-new = { $store } は、最初の写真が届いたときに作ります
doctor-store-no-room = { $above } の中に { $store } を作れません
doctor-store-fails = { $store } が使えません: { $error }
doctor-store-read-only = { $store } は読めますが、書き込めません
    .advice = 描くだけなら、これで足ります。ボットと写真を受け取る係はここに書き込み、料理名を覚える係は書けないと始まりません
doctor-store-false = { $store } から、書いたものとちがう中身が返ってきました
    .advice = この棚は当てになりません。別の場所を使ってください

## デバイスとモデル

doctor-device-away = DEVICE={ $device } は使えません: { $fault }
    .advice = ここにあるデバイスを選ぶか、DEVICE を空にしてください
doctor-device-gpu = { $name }(メモリ { $total } GiB のうち、空き { $free } GiB)
doctor-device-unfit = このマシンの GPU は使えず({ $fault })、CPU で描きます
    .advice = ドライバーを確かめるか、この GPU に対応した torch を入れてください。CPU でよければ、DEVICE=cpu と書いてください
doctor-threads = { $cores } コアに { $threads } スレッドです
    .advice = THREADS を、コアの数以下にしてください
doctor-model = { $model }、一皿 { $warm } 秒(最初の一皿は { $cold } 秒)
    .late = PAINT_TIMEOUT_S を延ばすか、もっと速いデバイスを使ってください。このままだと、描く係は固まったとみなされて止まります
    .slow = 部員をお待たせします。GPU を使うか、THREADS を増やすと速くなります
doctor-model-closed = 開けません: { $error }
    .advice = モデルをコピーし直すか、MODEL_DIR で別のモデルを選んでください
doctor-model-no-device = デバイスが使えないので、調べていません
doctor-model-fails = { $model } で描けません: { $error }
    .advice = デバイスの空きを作るか、それに合った torch を入れるか、別のデバイスを選んでください
doctor-served =
    { $model }({ $date } に{ $by ->
        [trainer] 料理名を覚える係
       *[operator] 運営
    }が出しました)
doctor-served-own = このマシンのモデルです。ほかに、お店に出すと決めたモデルはありません
doctor-served-nothing = { $store } が空なので、このマシンのモデルです。ボットが別のマシンにいるなら、PHOTO_STORE をボットと同じところにしてください
doctor-served-foreign = { $model } は、このマシンのものとは別のモデルに料理名を覚えさせたものです
    .advice = このマシンと同じモデルを持つ「料理名を覚える係」がいれば、一時間以内に覚え直します。いなければ、/release をどうぞ
doctor-served-gone = お店に出すはずの { $model } が、写真の棚からなくなっています
    .advice = foodgan serving rollback で前のモデルに戻すか、foodgan serving promote で別のモデルを出してください
doctor-served-withdrawn = { $model } は、そのあと取り下げられた写真からも学んでいます
    .trainer = /release をどうぞ。次の写真集で忘れます。料理名を覚える係がいなければ、foodgan serving promote --own で忘れます
    .operator = その写真なしで育てたモデルを出してください。それまでは、新しい料理名もこのモデルが覚えます
doctor-served-credit = { $model } は、写真を寄せた人のお名前を、いまのご希望とちがう形で載せています
    .trainer = /release をどうぞ。次の写真集で改まります。料理名を覚える係がいなければ、foodgan serving promote --own で載らなくなります
    .operator = あらためて育てたモデルを出してください。それまでは、新しい料理名もこのモデルが覚えます
doctor-served-closed = 読めません: { $error }
    .advice = 読めるようになるまで、描く係はこのマシンのモデルで描きます

## ボット、データベース、Discord

doctor-bot-hangs = { $seconds } 秒待っても、返事がありません
    .advice = データベースが固まっていないか、確かめてください
doctor-bot-silent = 何も言わずに終わりました
    .advice = 書いてあるところを直してください
doctor-database = { $kind }、テーブルはリビジョン { $found } です
    .migrate = `python -m bot migrate` を実行してください(ボットも、始まるときに同じことをします)
doctor-database-new = { $kind }、テーブルはまだありません
    .advice = `python -m bot migrate` を実行してください(ボットも、始まるときに同じことをします)。描くだけなら、いりません
doctor-database-old = { $kind }、テーブルはリビジョン { $found } で、このボットの { $ours } より古いものです
doctor-database-newer = { $kind }、テーブルはリビジョン { $found } で、このボットの { $ours } より新しいものです
    .advice = ボットを更新するか、新しいほうのバージョンの `bot migrate --to { $ours }` で戻してください
doctor-database-away = 開けません: { $error }
    .advice = データベースを動かすか、DATABASE_URL とその権限を直してください
    .address = DATABASE_URL を直してください
doctor-discord = トークンは有効です
doctor-discord-none = DISCORD_TOKEN がありません。`make up` は、代わりにチャット画面を開きます
doctor-discord-refused = トークンが無効だと言われました
    .advice = Discord の開発者ページから、コピーし直してください
doctor-discord-away = つながりません: { $error }
    .advice = このマシンから Discord に HTTPS でつながるか、確かめてください
doctor-commands = { $count } 個、登録してあります
doctor-commands-missing = 全サーバー向けに登録されていないコマンドがあります: { $names }
    .advice = `python -m bot sync` を実行してください
doctor-reviewers = ボットが { $count } 個のサーバーにいるのに、CLUB_SERVERS が空なので、だれも審査できません
    .advice = CLUB_SERVERS に自分たちのサーバーの ID を書くか、Public Bot を切ってください
