# `--help` のことば。メッセージはコマンドの、属性は引数とオプションの説明。まとまり(グループ)の属性はその下のコマンドにも、
# help-any の属性はすべてに効く。最初の段落は、コマンドの一覧にも出る。

## まわりのことば(typer が書くもの)

help-frame =
    .arguments = 引数
    .options = オプション
    .commands = コマンド
    .default = [既定: {"{}"}]
    .required = [必須]
    .error = エラー
    .try = [blue]'{"{command_path} {help_option}"}'[/] で説明を見られます。
    .taste = 味つけ
    .look = じっくり見る

## 多くのコマンドに共通のもの

help-any =
    .help = この説明を表示して終わる
    .as_json = 結果を JSON で出力する
    .device = cpu、cuda、cuda:1 など。省略時はいちばん速いもの
    .model = モデルのフォルダー。省略時は同梱のモデル
    .store = 写真の置き場所(フォルダーか URL)。省略時は PHOTO_STORE
    .threads = CPU のスレッド数。0 ならコアの数だけ
    .yes = 確認せずに進める

## foodgan

help-foodgan = 架空食堂(foodgan)は、まだこの世にない料理を絵にします
    .version = バージョンを表示する
    .lang = 話す言葉。省略時は端末に合わせる
    .install_completion = いまのシェルに、コマンド名の補完を組み込む
    .show_completion = 補完の設定を表示する(写したり、手を加えたりするとき)

help-foodgan-up =
    ボット・注文の行列・描く係を、このマシンでまとめて動かします

    止めるときは Ctrl-C。DISCORD_TOKEN がなければ、Discord の代わりにブラウザのチャット画面が開きます。REDIS_URL がなければ、内蔵の Valkey が注文の行列を預かります。設定は環境変数と .env から読みます。
    .workers = 描く係の人数
    .port = チャット画面のポート。ふさがっていれば、空いているポート
    .logs = 警告だけでなく、ログをすべて表示する

help-foodgan-status =
    厨房のようすを表示します(待っている注文、描く係、失敗した注文)

    REDIS_URL の行列を見ます。なければ、このフォルダーで開いている食堂の行列を見ます。
    .as_json = 一行の JSON で出力する
    .watch = Ctrl-C まで、くり返し表示する
    .every = 次に見るまでの秒数

help-foodgan-drain =
    描く係を休ませます(手元の注文は仕上げ、新しい注文は取りません)

    休んだ係は、モデルを読み込んだまま待ちます。止めても何も失われません。再起動しても休んだままで、`--back` で仕事に戻ります。
    .workers = 係の名前(`foodgan status` に出るもの)
    .back = また注文を取らせる
    .wait_s = 切り替わるまで待つ秒数

help-foodgan-doctor =
    動かすのに足りないものがないかを調べ、直し方を伝えます

    見るのは、Python、ディスク、Redis、写真の置き場所、デバイス、モデル、データベース、Discord です。ひとつでも失敗があれば、終了コードは 1 です(警告は失敗に数えません)。秘密の値は表示しません。
    .as_json = 調べた結果を JSON で出力する

help-foodgan-dish = 架空の料理を描いて、PNG に書き出します
    .name = 料理名(日本語)。例: 虹色マグロカレーうどん
    .count = 描く枚数
    .seed = 種。同じ料理名と種なら、同じ絵になる
    .mix = 混ぜ合わせる、ふたつめの料理
    .share = ふたつめの割合。省略時は .5
    .weight = 料理名の言葉の加減。1 がふつう、0 で無視、3 でその言葉だけに。くり返し指定できる
    .variation = もうひとつの種。同じ料理の、似た一皿になる
    .truncation = おとなしさ。1 はおまかせ、小さいほどありふれた盛りつけに
    .sketch = 下絵にする画像。モデルの下絵の代わりに使う
    .save_sketch = 64×64 の下絵も書き出す(--sketch で使える)
    .enlarge = 512×512 の大きさで描く
    .nearest = 近い学習写真と、絵の新しさを調べる
    .out = 絵を置くフォルダー
    .as_json = 描いたものを JSON で出力する

help-foodgan-mix = ある料理が別の料理に変わっていくようすを描きます(行って戻る GIF と、並べた PNG)
    .first = はじめの料理。例: グリーンサラダ
    .second = 変わっていく先の料理
    .frames = 途中の絵の枚数
    .seed = 種。同じ料理名と種なら、同じ絵になる
    .out = ふたつのファイルを置くフォルダー

help-foodgan-sheet =
    料理名 × 種の絵を、一枚の一覧に並べます

    絵は選びません。種は 0 から順に、料理名は並びのままです。
    .out = 書き出す PNG ファイル
    .names = 料理名を一行にひとつ書いたファイル。省略時は学習で使う十二品
    .invented = `foodgan evaluate` が使う 64 の料理名で描く
    .seeds = 料理ごとの枚数
    .columns = 横に並べる料理の数
    .side = 絵の一辺のピクセル数

help-foodgan-train =
    ネットワークを学習させます(途中で止めても、続きから)

    Ctrl-C で止めても、強制終了しても、同じコマンドで続きから始まります。

    GPU がいくつもあれば: torchrun --nproc-per-node N -m -- foodgan train --config … --photos …
    .config = 同梱の設定の名前か、TOML ファイル
    .photos = 料理名の付いた写真のフォルダー(imagefolder)
    .run = 学習フォルダー。途中までなら続きから
    .pictures = この枚数を見たら終える
    .seed = 重みと、すべてのバッチを決める種
    .begin_from = 出発点にするネットワーク(学習フォルダーかモデル)
    .sketches = Stage-II のために下絵を描く、Stage-I の学習フォルダーかスナップショット
    .loaders = バッチを用意するプロセスの数。省略時、GPU では 4
    .graph = GPU で、1 ステップを一度記録し、まとめて実行する
    .fresh = 学習フォルダーの中身を捨てて、はじめから

help-foodgan-evaluate =
    モデルのできばえを測り、くらべるものと並べて示します

    見るのは、試験用の写真との距離、写真のコピーではないか、料理名どおりか、絵の幅広さです。

    写真で測るか、作図した料理(献立 C)で測るか、両方かを選べます。写真だけから求まる値は runs/cache に取っておくので、最初の一度は数分長くかかります。
    .photos = 料理名の付いた写真のフォルダー(学習用と試験用の両方)
    .kondate = `foodgan kondate render` のフォルダー。料理名をどれだけ描けているかを測る
    .run = --photos と使うと、64×64 の学習フォルダーもモデルと並べて測る。二段なら NAME=STAGE1,STAGE2。くり返し指定できる。--kondate だけなら、モデルの代わりに 64×64 の学習フォルダーをひとつ
    .pictures = 描く枚数。省略時は 600
    .report = 報告のページと数字(figures.json)も、このフォルダーに書き出す
    .judges = 判定に使うネットワークのフォルダー。いくつものモデルを同じ目で測るとき。画質の判定役がなければ同梱のものを使い、名前の読み手と料理の分類器がなければ、先にこの写真で学習させる
    .train_judges = 判定に使うネットワークを(画質の判定役も)学習し直すだけで、モデルは測らない

help-foodgan-chaos =
    専用の食堂を開いてわざと痛めつけ、注文が失われないかを試します

    失われた注文や、二度答えた注文がひとつでもあれば、終了コードは 1 です。

    ボット、モデルで描く係、Valkey、supervisor、Discord の代わりの sandbox は、どれも本物のプロセスです。supervisor と sandbox のほかは、強制終了させたり固まらせたりします。描く係は Redis や Discord から切り離し、デバイスも固まらせ、メモリも足りなくします。順に再起動し、別のモデルや壊れたモデルも渡します。sandbox は 429 や 5xx を返し、遅れて答えたり、黙り込んだりします。`--model` で小さいモデルを選べます。
    .orders = ボットに受け付けさせる注文の数
    .kills = SIGKILL の回数。省略時は注文 10 品に 1 回
    .seed = 何がいつ起きるかを決める種
    .workers = 描く係の人数
    .every_s = 障害の間隔(平均の秒数)
    .redis_away_s = SIGKILL の半分がすんだあと、Redis が答えない秒数
    .folder = 食堂のファイルとログを残す、新しいフォルダー

help-foodgan-model = モデルを作り、教え、仕上げます
    .out = 結果の学習フォルダー
    .model = 教えるモデル。省略時は同梱のモデル
help-foodgan-model-export =
    ふたつの学習フォルダーから、モデルを作ります

    MODEL_DIR=OUT とすると、描く係がそのモデルで描きます。学習フォルダーからは最後のチェックポイントを使います。どのスナップショットがよいかは `foodgan model choose` が教えます。
    .stage1 = Stage-I の学習フォルダーかスナップショット、または Stage-I を持つモデル
    .stage2 = Stage-II の学習フォルダーかスナップショット、または Stage-II を持つモデル
    .out = モデルを置くフォルダー
    .name = 部員に見えるモデルの名前
help-foodgan-model-between =
    教える前とあとの、あいだのモデルを作ります

    教わったことの一部を、その代償の一部だけで手に入れるためのものです。
    .before = 教える前のモデルのフォルダー
    .after = それに教えたあとのモデルのフォルダー
    .out = できたモデルを置くフォルダー
    .share = BEFORE からどれだけ離れるか。1 なら AFTER と同じ
help-foodgan-model-teach =
    写真にない料理名を、学習ずみの Stage-I に教えます

    何の料理で、何がのっているのかを教えます。CPU でも数分です。OUT は RUN と同じ学習フォルダーなので、`foodgan model export --stage1 OUT` に渡せます。Ctrl-C で早く終えても、覚えたことは残ります。そのときも、強制終了のあとも、同じコマンドで続きから始まります。
    .run = Stage-I の学習フォルダーかスナップショット、またはモデル
    .photos = その学習に使った写真
    .pictures = 架空の料理名で描く枚数
    .by_name = 料理の種類に対して、料理名の聞き分けをどれだけ重んじるか
    .by_photos = 写真にある料理名の絵を、写真にどれだけ引き止めるか。0 なら筆づかいは元のままで、料理名の聞き方だけが変わる
    .stay = 写真にある料理名の聞き方を、どれだけ元のまま保つか
    .seed = 料理名と、すべての絵を決める種
help-foodgan-model-polish =
    モデルの Stage-II に、写真らしい質感を教えます

    水玉や色のにじみが減ります。Stage-II は光と影を受け持つようになり、色はほとんど下絵のままになります。CPU でも数分です。OUT は Stage-II の学習フォルダーなので、`foodgan model export --stage2 OUT` に渡せます。Ctrl-C で早く終えても、覚えたことは残ります。そのときも、強制終了のあとも、同じコマンドで続きから始まります。
    .photos = モデルの学習に使った写真
    .pictures = そのために描く枚数
    .blur = これから下絵の明暗をどれだけぼかすか
    .hue = 細部が足してよい色み。0 ならなし、1 なら自由
    .seed = すべての絵を決める種
help-foodgan-model-learn =
    はじめて聞く料理名を、数枚ずつの写真からモデルに教えます

    CPU でも数分です。新しい料理名は、知っている料理のうち写真がいちばん似ているものになぞらえ、ほかの言葉が付いても、その料理として聞くようになります。知っている言葉で終わる料理名は、最後の言葉が何の料理かを語るので、聞き方を変えません。筆づかいは元のままなので、写真のコピーにはなりません。
    .photos = 料理名の付いた写真のフォルダー
    .out = できたモデルを置くフォルダー
    .name = 部員に見えるモデルの名前。省略時は元の名前
    .every = 知っている言葉で終わる料理名も教える
    .seed = 元のまま保つ料理名を選ぶ種
help-foodgan-model-choose =
    学習フォルダーから、どのスナップショットを出すかを選びます

    コピーをしないもののうち、試験用の写真との FoodKID がいちばん小さいものです。選ぶのに使うのは、試験用の写真の半分です。そのあとの `foodgan evaluate` は、残りの半分でも測ります。
    .run = スナップショットのある学習フォルダー
    .photos = その学習に使った写真(学習用と試験用の両方)
    .stage1 = Stage-II を選ぶときに下絵を描く、Stage-I の学習フォルダーかスナップショット
    .pictures = スナップショットごとに描く枚数
    .plot = グラフの PNG ファイル。省略時は学習フォルダーの choice.png
help-foodgan-model-card = 測った結果を入れて、モデルカードを書きます
    .figures = `foodgan evaluate --json` の出力
    .model = モデルのフォルダー。省略時は同梱のモデル
help-foodgan-model-index =
    学習写真の索引を作ります(`foodgan dish --nearest` が使います)

    索引はモデルのとなりに置かれ、写真そのものは入りません。export のたびに作り直します。
    .photos = モデルの学習に使った写真(学習用と試験用の両方)
    .model = モデルのフォルダー。省略時は同梱のモデル
help-foodgan-model-compile =
    このマシンの CPU に合わせてモデルをコンパイルします

    このあとに始まる描く係が、速く描けるようになります。C++ コンパイラー(g++ か、CXX に書いたもの)が必要で、一分ほどかかります。結果は VAR_DIR に置かれ、描く係が自分で見つけます。モデルか torch を替えたら、もう一度必要です。画素の値は、255 段階のうち 1 段ちがうことがあります。
    .model = モデルのフォルダー。省略時は MODEL_DIR のモデル

help-foodgan-serving = いまお店に出しているモデルを見て、入れ替えます
help-foodgan-serving-show = いま出しているモデルと、これまでのモデルを表示します(新しいものが最後)
help-foodgan-serving-promote =
    モデルをお店に出し、すべての描く係に使わせます

    料理名を覚える係も、これからはこのモデルに教えます。検査に通らなければ、終了コードは 1 です。
    .model = モデルのフォルダー
    .own = 配ったモデルをやめ、係それぞれのモデルに戻す
    .force = 検査に通らなくても出す
help-foodgan-serving-rollback =
    ひとつ前に出していたモデルに戻します

    取り下げたモデルを、料理名を覚える係がまた出すことはありません。

help-foodgan-text = 料理名がどう読まれるかを調べます
help-foodgan-text-build-vectors = 単語ベクトルの表を ja_ginza(chiVe、Apache License 2.0)から作ります
    .wheel = ja_ginza の wheel。省略時はダウンロードする
    .out = 書き出す表。省略時はパッケージの中の表
help-foodgan-text-show = 料理名を言葉に分け、表にあるかどうかと、近い言葉を表示します
    .name = 料理名
    .count = 言葉ごとに並べる、近い言葉の数

help-foodgan-kondate = 献立 C(Kondate-C): 何がのっているか、すべてわかっている料理を作図します
    .jobs = 作図するプロセスの数。0 ならコアの数だけ
help-foodgan-kondate-render = 学習用と試験用の料理を作図し、PNG と metadata.jsonl に書き出します
    .out = 書き出すフォルダー。新しいものか、途中で止めたもの
    .names = 学習用の料理名の数: 130、500、2000、10000
    .size = 一辺のピクセル数
    .seed = 種。同じなら、1 バイトまで同じものになる
help-foodgan-kondate-sheet = 作図した料理の一覧を書き出し、料理名を一段ずつ表示します
    .out = 書き出す画像(.png か .jpg)
    .columns = 横に並べる料理の数
    .rows = 料理を並べる段の数
    .size = 料理一品のピクセル数
    .seed = 種。同じなら、同じ絵になる
help-foodgan-kondate-taster =
    作図した料理の判定器を学習させます

    見たことのない作図で、どれだけ当たるかも表示します。
    .out = 書き出すファイル
    .renders = 学習と試験に使う作図の数
    .epochs = 全体を見る回数
    .minutes = 長くてもこの分数で終える。0 なら無制限
    .device = 学習させるデバイス: cpu、cuda
    .cache = 作図を取っておくフォルダー

help-foodgan-experiment =
    作図した料理でレシピをくらべ、数枚の写真で教えられることも測ります

    献立 C の絵なら、何がのっているはずか、すべてわかっています。
    .which = レシピの名前をコンマ区切りで。または all、baselines、ablations
    .seeds = 学習の種。数をコンマ区切りで
    .names = 学習用の料理名の数
    .jobs = 同時に進める学習の数(ひとつに 1 コア)。0 ならコアの数だけ
    .out = 学習フォルダーと結果を置くフォルダー
    .device = 学習させ、測るデバイス: cpu、cuda
    .until = この秒数ですべてを終える。0 なら無制限
    .judge = `foodgan kondate taster` が書いた判定器。省略時は同梱のもの
help-foodgan-experiment-arms = くらべられるレシピの一覧を表示します
help-foodgan-experiment-run =
    レシピごとに学習させて、測ります(途中で止めても、続きから)

    いつ止めても、同じコマンドで続きから始まります。大事なものから順に進めます。CPU でなければ、ひとつのデバイスをみんなで使うので、--jobs はそこに収まる数にしてください。
    .pictures = 学習ごとに見る枚数。追加のレッスンはその四分の一
    .minutes = この分数でも一度測る(CPU なら 1 コアの計算時間、ほかは実時間)。0 なら測らない
    .measured = 学習がすんだものから測る
help-foodgan-experiment-measure = 学習がすんでいて、この判定器でまだ測っていないものを測ります
help-foodgan-experiment-table = すんだものの結果を、Markdown の表で示します
    .write = 表とグラフと絵の一覧を書き出すフォルダー
help-foodgan-experiment-pupil =
    n 枚の絵から、どこまで学べるものなのかを測ります

    絵を描かせず、見分けることだけを習わせます。
    .names = 料理名の数。数をコンマ区切りで
    .own = 見ることも自分で覚える。省略時は ImageNet の目で見る
    .pictures = 自分で覚える目に見せる枚数
help-foodgan-experiment-blog = ブログ記事の試みをもう一度学習させ、記事の主張と測った値を並べます
    .quick = 種ひとつ、1 コアで 100 秒ずつ。2 コアなら全部で十分ほど
    .out = 学習フォルダーと結果を置くフォルダー。省略時は runs/experiment(--quick なら runs/experiment-quick)
help-foodgan-experiment-nicknames = 1・3・10 枚の写真で、`foodgan model learn` がどれだけあだ名を覚えるかを測ります
    .photos = 学習用と試験用に分けた写真
    .model = モデルのフォルダー。省略時は同梱のモデル

help-foodgan-photos = 写真の取り込みと写真集(取り込む、確かめる、まとめる、片づける、持ち出す、数える)
help-foodgan-photos-release =
    採用された写真を、写真集(リリース)にまとめます

    写真集は imagefolder の形で、名前は中身のハッシュです。あとから変わることはありません。
help-foodgan-photos-import =
    手持ちの写真をまとめて取り込みます(途中で止めても、続きから)

    いつ止めても、同じコマンドで続きから始まります。料理名は metadata.jsonl、写真のとなりのファイル(.txt か .json)、フォルダーの名前、写真の名前の順に探します。
    .source = フォルダー、ZIP、またはファイル名と料理名の CSV
    .catalogue = 取り込み先の目録の名前。省略時は元の名前から
    .licence = ライセンスの書かれていない写真のライセンス
    .credit = 写真を寄せた人として載せる名前
    .origin = 写真の出どころ
help-foodgan-photos-verify =
    写真・目録・写真集・モデルのハッシュを、すべて確かめます

    おかしなものがあれば、終了コードは 1 です。--repair を付けても、写真集とモデルとボットの目録には手を付けないので、そこにおかしなものが残れば 1 になります。
    .repair = どこにも使われていない写真、壊れた写真、取り下げられた写真、中身のない項目を片づける
help-foodgan-photos-prune =
    取り下げられた写真が残る写真集を片づけます

    写真集は丸ごとなくなるので、新しくまとめ直してください。壊れていて、どのモデルの学習にも使われていない写真集と、まとめる途中で落ちてバケットに残ったもの(一時間動きがないとき)も片づけます。
    .apply = 実際に片づける。省略時は、どれを片づけるかを示すだけ
    .keep = 新しいほうからこの数を残し、どのモデルにも使われていない古い写真集も片づける
    .model = このモデルの学習に使った写真集は残す(置き場所と MODEL_DIR のモデルなら、指定しなくても残る)。くり返し指定できる
help-foodgan-photos-export =
    写真集か目録の写真を、フォルダーに写します

    目録の写真には metadata.jsonl を付けます。
    .out = 新しいフォルダー
    .release = 写真集のハッシュ(はじめの数桁でもよい)
    .catalogue = 目録の名前。くり返し指定できる。省略時はすべて
help-foodgan-photos-stats = 写真・料理・ライセンス・写真集を数えます

help-foodgan-bench = このマシンでの速さを測ります
    .batch = 一度に描く枚数
help-foodgan-bench-painter =
    絵を描く速さを測ります

    段ごとのミリ秒と GMAC、まとめる枚数ごとの枚/秒、このマシンの限界に対する割合を示します。
    .repeats = 測る回数
    .variants = いろいろな描き方をくらべる。コンパイルに数分かかる
    .only = くらべる描き方の名前。くり返し指定できる。省略時はすべて
help-foodgan-bench-dish =
    `/dish` から絵が届くまでの時間を測ります

    ボット、行列、描く係を通る時間を、描くだけの時間と並べて示します。
    .orders = ひとつずつ順に頼む注文の数
    .count = 一度の注文の枚数
help-foodgan-bench-kondate = 1 コアが一秒に作図できる料理の数を測ります(64 と 256 ピクセル)
    .renders = 大きさごとに作図する数
help-foodgan-bench-queue =
    行列と描く係がさばく注文の速さを測ります

    一秒あたりの注文の数を、描くだけのときと、RQ の標準のワーカーと並べて示します。
    .orders = 満杯でまとめて流す注文の数
help-foodgan-bench-fleet =
    描く係が一人のときと四人のときをくらべます

    デバイスは、時間がかかるだけの代役です。たくさんの注文をさばくあいだのメモリも見ます。
    .device_s = 代役が一度描くのにかける秒数
    .orders = 人数ごとに流す注文の数
    .memory_orders = メモリを見ながら流す注文の数
help-foodgan-bench-train =
    学習の速さを測ります

    作図した料理で並べて学習させ、枚/秒と、1 ステップの時間の行き先を示します。
    .configs = くらべる設定。くり返し指定できる。省略時は published と stage1
    .steps = 設定ごとのステップ数(三回ずつ)
help-foodgan-bench-photos =
    写真を取り込む速さと、写真集をまとめる時間を測ります

    一秒に取り込める枚数、十万枚の中から似た写真を探す時間、写真集をまとめる秒数を示します。
    .released = 写真集の枚数

## bot

help-bot =
    架空食堂の Discord ボットです

    コマンドを付けなければ、SIGTERM か Ctrl-C まで動きつづけます。
help-bot-sync =
    ボットのコマンドを Discord に登録します

    最初の一度と、更新でコマンドが変わったときに必要です。
    .guild = このサーバーだけに、すぐに登録する
help-bot-migrate =
    データベースの表を、この版の形に直します

    ボットは始まるときに自分で直します。
    .down = ひとつ前の形に戻す。データが失われる
help-bot-backup =
    データベースと写真の置き場所を、ひとつのファイルに控えます

    ボットは動かしたままでかまいません。
    .file = 控えのファイル。書きかけで残ることはない。- なら標準出力(失敗すると途中まで)
help-bot-restore =
    控えのファイルから、データベースと写真を元に戻します

    ボットは止めておいてください。
    .file = `backup` が書いたファイル。- なら標準入力
    .replace = いまの記録を上書きする
    .salvage = 壊れたファイルから、無事な分だけを戻す。残りの名前はログに出る
help-bot-withdraw =
    だれの写真でも、二度と戻らないように取り下げます

    部員が `/photos withdraw` でするのと同じことです。ボットは動かしたままでかまいません。
    .photos = 写真の番号(8 桁)かハッシュ(12 桁以上)。番号は `/operator list` とボットのファイル名(photo-PHOTO_ID.jpg)に、ハッシュは `foodgan photos export` のファイル名にある。ファイル名のままでもよい
help-bot-erase =
    部員の記録と写真を、すべて消します

    本人が `/privacy delete` でするのと同じことで、もういない部員にも使えます。ボットは動かしたままでかまいません。写真の持ち込みをお断りしているという記録だけは残ります。
    .member = 部員の Discord ID(数字だけ)
help-bot-health = ボットがつながって働いていれば、終了コード 0 で終わります(コンテナー用)
help-bot-doctor = `foodgan doctor` がボットについて知りたいことを、JSON で出力します

## worker

help-worker =
    描く係です。SIGTERM まで料理を描きつづけます

    終了コード: 2 は設定のまちがい、3 はモデルがない、4 は描いたまま固まった、5 は二度止められた、6 はデバイスが(まだ、またはもう)答えない。
    .name = このマシンでの係の名前。係が何人もいるときに
    .burst = 行列が空になったら終わる
help-worker-intake =
    持ち込まれた写真を、SIGTERM まで受け取りつづけます

    モデルも GPU もデータベースもいりません。
help-worker-trainer =
    写真集ができるたびに、その料理名を覚えます

    SIGTERM まで働き、すべての検査に通ったモデルをお店に出します。写真集ひとつに CPU で数分。同じマシンで描いている係がいれば、そちらを先に通します。終了コード 2 は、設定のまちがいか、置き場所に書き込めないときです。
help-worker-health =
    係が動いているかを、終了コードで答えます

    0 なら動いていて、行列につながっています。そうでなければ 1、設定のまちがいなら 2 です。
    .intake = 写真を受け取る係について
    .trainer = 料理名を覚える係について
help-worker-dead =
    どうしても作れなかった注文の一覧を表示します

    注文は一日残ります。REDIS_URL の行列を見ます。なければ、このフォルダーで開いている食堂の行列を見ます。
    .as_json = 注文ひとつを一行の JSON で出力する
help-worker-replay =
    作れなかった注文を、あらためて描きます

    絵はボットがそのチャンネルに届けます。その控え番号の注文がなければ、終了コードは 1 です。
    .order_ids = 控え番号(`dead` に出るもの)
