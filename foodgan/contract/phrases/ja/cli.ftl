# What command lines say.

## dish, mix, sheet, text

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
cli-status-failed = お出しできなかった注文: この1時間に { $recent } 品{ $ids }、この一日に { $day } 品
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

## photos

## evaluate, kondate, experiment, bench, chaos

## bot

## worker
