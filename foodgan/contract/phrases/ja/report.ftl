# `foodgan evaluate --report` が書くページのことば。指標と、ならべてくらべるものの名前は、文書や JSON が引くので
# ここにはない。警報と指標の説明の英語は、JSON とモデルカードにも載る。

## ページ

report-private = 公開しないでください。
report-private-why = このページには写真が載っています。研究にしか使えないものもあるので、手もとだけでごらんください。
report-private-pages = それぞれのページには写真が載っています。研究にしか使えないものもあるので、手もとだけでごらんください。
report-counts = 測った絵は { $pictures } 枚。写真は学習用 { $train } 枚、試験用 { $test } 枚です(学習用とそっくりなので外したもの { $twins } 枚、壊れていて読めなかったもの { $broken } 枚)。見たネットワーク: { $networks }
report-same = どれも同じ料理名を同じ種から描き、同じネットワークで見ています。64×64 の絵は、もっと大きな絵を見るネットワークには引き伸ばして見せています。
report-alarms = 警報
report-alarms-none = 鳴っている警報はありません。
report-figures = 測った値
report-measure = 指標
report-value = 値
report-controls = くらべるもの
report-meaning = 意味
report-intervals = 区間は、1,000 回選び直したときの 95% が入る範囲です。距離では絵と写真を、割合では料理名や料理をまるごと選び直しています。
report-distances = 試験用の写真との距離
report-nearness = 学習写真への近さ
report-nearness-how = コピーの線は左のほうで立ち上がります。初めて見る写真と同じくらい新しい絵なら、試験用の写真(held-out photos)と同じように立ち上がります。
report-nearness-shape = 形
report-nearness-texture = 色と質感
report-by-name = 料理名ごとの絵
report-nearest = いちばん近い写真とならべて
report-nearest-how = 左から、描いた絵、色と質感がいちばん近い学習写真、形がいちばん近い学習写真です(形は、左右を返したり切り抜いたりした写真ともくらべています)。
report-photo = 写真: { $name }
report-photo-unnamed = 名前のない写真
report-side-by-side = 同じ料理名をならべて
report-unchosen = 良いものを選んではいません。決まった一覧から種類ごとに初めの料理名を取り、種は 0 から順に使っています。
report-none = なし
report-not-measured = 測っていません
report-hears-no-name = 料理名を聞きません

## 作図した料理

report-kondate = 作図した料理(献立 C)
report-kondate-drawings = これは作図した料理で測ったものです。ここでの値を、写真での値の代わりにすることはできません。
report-kondate-counts = 五組の料理名の絵 { $pictures } 枚を測りました。学習用の絵は { $train } 枚です。判定役: { $judge }。
report-kondate-attributes = 料理名のとおりに描けているもの
report-kondate-attributes-how = 料理名が言うもののうち、判定役が絵の中に見つけたものの割合です。その下は、それぞれの絵を同じ組のほかの料理名すべてにあてた場合(当てずっぽうならこのくらい)と、その料理名の作図の場合(判定役自身がどれだけ正しいか)です。
report-kondate-others = ほかの料理名
report-kondate-real = 作図
report-kondate-set-seen = 学習に使った料理名を、もう一度。
report-kondate-set-unseen-pair = 学習には一度もいっしょに出てこない、ふたつの取り合わせ。
report-kondate-set-unseen-triple = ふたつずつならいっしょに出てくるのに、三つそろっては学習に一度も出てこない取り合わせ。
report-kondate-set-unseen-synonym = 学習用の料理名にはない書き方。
report-kondate-set-contradictory = ひとつの料理にひとつしかないものを、ふたつ言う料理名。どちらでも正解です。
report-kondate-intervals = 区間は、絵と作図を 1,000 回選び直したときの 95% が入る範囲です。
report-kondate-means-distance = 絵と、同じ料理名の作図との距離です。0 なら差はありません。同じネットワークで見たものどうしでだけくらべられるもので、FID ではありません。
report-kondate-means-taster = 同じ距離を、判定役自身の目で測ったものです。
report-kondate-means-rho = いちばん近い学習用の絵までの距離を、初めて見る作図の場合で割ったものです。コピーなら 0 に近く、初めて見る作図と同じくらい新しければ 1 になります。下手な絵も、作図からは遠くなります。
report-kondate-means-rho-shapes = 同じものを明るさだけで、左右を返したり切り抜いたりした学習用の絵ともくらべて測ったものです。
report-kondate-means-suspicious-share = 初めて見る作図の 99% よりも、形が学習用の絵に近い絵の割合です。
report-kondate-means-spread = 学習にない取り合わせの料理名で、同じ名前の絵どうしがどれだけちがうかです。ratio は同じ名前の作図どうしで割った値で、めざすのは 1 です。
report-kondate-means-synonyms = 学習にない書き方の料理名と、それをいちばんふつうの書き方に直した料理名とで、正しく描けた割合の平均です。
report-kondate-pictures = 作図した正解とならべて
report-kondate-pictures-how = 良いものを選んではいません。組ごとに初めの料理名を取っています。左から、その料理名の作図、同じ料理名をもう一度作図したもの(料理名が言わないものは変わることがあります)、描いた絵です。下は、料理名が言うもののうち、判定役が絵に見つけたもの(✓)と見つけなかったもの(✗)です。
report-kondate-drawn = 作図: { $name }
report-kondate-again = もう一枚の作図: { $name }
report-kondate-painted = 描いた絵: { $name }

## 警報

report-alarm-drowned = 料理名が、自分に足されるノイズに埋もれています。このモデルは料理名どうしをほとんど区別できません。
report-alarm-uniform = 同じ料理名の絵どうしが、同じ料理名の写真どうしよりずっと似かよっています。
report-alarm-identical = 料理名や種を変えても、ほとんど同じ絵がたくさん出ています。
report-alarm-copied = 初めて見る写真よりも学習写真に近い絵が、たくさんあります。コピーがないか、確かめてください。
report-alarm-unheard = 絵が、自分の料理名にもほかの料理名にも同じくらいしか合っていません。料理名が聞こえていないようです。

## 指標の意味

report-means-distance = 絵と試験用の写真との距離です。0 なら差はありません。同じネットワークで見たモデルどうしでだけくらべられるもので、FID ではありません。
report-means-judges = 同じ距離を、いくつかの判定役が見て、平均したものです。判定役は自前のネットワークで、試験用の写真のうち、ここで測るのには使わないものだけで学んでいます。区間には、学習をやり直すと判定役が変わることも入れてあります。
report-means-unchosen = 同じ距離を、`foodgan model choose` がスナップショットを選ぶときには見ない、試験用の写真の残り半分で測ったものです。試験用の写真ぜんぶとの距離を見ながら人が決めた設定(レッスンの割合など)には、この半分も関わっています。
report-means-manifold = precision と density は、写真のあいだに入る絵がどれだけあるか。recall と coverage は、近くに絵がある写真がどれだけあるかです。
report-means-rho = いちばん近い学習写真までの距離を、初めて見る写真の場合で割ったものです。コピーなら 0 に近く、初めて見る写真と同じくらい新しければ 1 になります。出来の悪い絵も、写真からは遠くなります。
report-means-rho-shapes = 同じものを明るさだけで、左右を返したり切り抜いたりした学習写真ともくらべて測ったものです。
report-means-suspicious-share = 初めて見る写真の 99% よりも、形が学習写真に近い絵の割合です。
report-means-authenticity = ノイズをのせたコピーではない絵の割合です。その絵にいちばん近い学習写真に、絵よりも近い別の写真があれば、コピーではないと数えます。
report-means-r-precision = 100 の料理名(半分は一語ちがい)の中で、注文どおりの名前にいちばんよく合う絵の割合です。偶然なら .01。一語だけの料理名では、「一語ちがい」はまるで別の料理なので、ほかの名前と同じくらいやさしくなります。読み手の力は弱いものの、その目はどの学習にも使われていません。
report-means-r-precision-imagenet = 同じものを、もっと力のある読み手で測ったものです。その目はどの学習にも使われていませんが、同梱のモデルを教えたネットワークも同じ ImageNet のラベルで学んだので、いわば親戚です。
report-means-more-words = 同じものを、二語以上の料理名だけで測ったものです。こちらの「一語ちがい」は、一語のほかはすべて注文の名前と同じです。
report-means-base-dish = 決まった架空の料理名(64 個、八つの種類に八つずつ)の絵のうち、写真の分類器が、名前の終わりが表す種類の料理だと見たものの割合です。分類器の目は ImageNet の特徴で読む読み手と同じネットワークで、どの学習にも使われていません。
report-means-base-dish-by-kind = 試験用の写真にない種類は、くらべる側に出てきません。
report-means-topping = 別の決まった架空の料理名 192 個(24 の料理に八つのトッピング)の絵のうち、同じ料理の八つの名前の中で、自分のトッピングにいちばんよく合うものの割合です。ImageNet の特徴で読む読み手が見ます。料理がよく聞こえるほどトッピングは聞こえにくくなるので、ベースの料理の値とならべてごらんください。
report-means-spread-within-name = 同じ料理名の絵どうしが、どれだけちがうかです。ratio は同じ料理名の写真どうしで割った値で、めざすのは 1 です。
report-means-colour-agreement = 料理名ごとの平均の色の、絵と試験用の写真での相関です(学習用にも試験用にも写真が 8 枚以上ある料理名だけで測ります)。1 ならすっかり一致しています。くらべるのは、学習用の写真と試験用の写真での相関です。
report-means-names-apart = モデルの中での料理名どうしの距離を、そこに足されるノイズを 1 として測ったものです。2 を下回ると、料理名がノイズに埋もれます。
report-means-alike = 写真なら 1% にしかないほどそっくりな絵が、ほかにある絵の割合です。
report-means-hatching = 試験用の写真にある料理名の絵で測ります。引き伸ばす前の 8 画素の格子でくり返される細かな模様を、スペクトルでそのとなりにある細かさで割ったものです。くり返しがなければ 1 ほどになります。
report-means-fine-hue = 同じ絵で、色相のばらつきのうち、一画素ごとのものが占める割合です。写真より大きければ、色のついた継ぎ目や点々があります。
