# What command lines say.

## dish, mix, sheet, text

cli-device-unusable = '{ $device }' cannot be used: { $why }
cli-dish-share-alone = goes with --mix
cli-dish-weight-unread = '{ $given }' is not WORD=NUMBER
cli-dish-unknown = no word of this name is known: painted from its letters alone
cli-mix-painting = painting
cli-sheet-names-twice = --invented brings its own names: leave out --names
cli-sheet-not-utf-8 = { $file } is not UTF-8
cli-sheet-no-name = { $file } holds no name
cli-sheet-painted =
    { $names ->
        [one] 1 name
       *[other] { $names } names
    } × { $seeds ->
        [one] 1 seed
       *[other] { $seeds } seeds
    }, { $model }: { $file }
cli-text-built = { $words } words over { $vectors } vectors of { $dimensions }, { $megabytes } MB: { $file }
cli-text-table =
    .word = word
    .key = key
    .known = known
    .nearest = nearest
    .yes = yes
    .no = no

## up, status, drain

# What stands in the table fits 80 columns.
cli-status-line = { $waiting } waiting, { $started } in hand, { $later } to be tried again; a new order takes { $seconds } s
cli-status-line-unserved = { $waiting } waiting, { $started } in hand, { $later } to be tried again; nobody serves
cli-status-oldest = oldest: { $id }, { $seconds } s
cli-status-failed = failed in the last hour: { $recent }{ $ids }; in a day: { $day }
cli-status-photos = photos: { $waiting } waiting; intake workers: { $workers }
cli-status-releases = releases: { $waiting } waiting; trainers: { $workers }
cli-status-nobody = no worker is alive
cli-status-figures = figures of { $worker }: { $address }
cli-status-table =
    .worker = worker
    .state = state
    .in-hand = in hand
    .served = served
    .failed = failed
    .model = model
    .device = device
    .version = version
cli-status-state =
    .busy = busy
    .idle = idle
    .draining = draining
    .resting = resting
cli-drain-at-rest = at rest: { $workers }
cli-drain-back = back: { $workers }
cli-drain-not-yet-at-rest = not yet at rest: { $workers }
cli-drain-not-yet-back = not yet back: { $workers }

## train, teach, polish

cli-train-no-sketches = { $config } learns from no sketches
cli-train-from-itself = { $run } is the run itself
cli-train-goes-on =
    goes on after { $pictures ->
        [one] 1 picture
       *[other] { $pictures } pictures
    }
cli-train-seen =
    { $pictures ->
        [one] 1 picture
       *[other] { $pictures } pictures
    } seen; the run is in { $run }
cli-lesson-ended-early =
    { $painted } of { $pictures ->
        [one] 1 picture
       *[other] { $pictures } pictures
    } painted; the same command goes on
cli-lesson-painted =
    { $painted ->
        [one] 1 picture
       *[other] { $painted } pictures
    } painted; the run is in { $run }

## model, serving

## photos

## evaluate, kondate, experiment, bench, chaos

## bot

## worker
