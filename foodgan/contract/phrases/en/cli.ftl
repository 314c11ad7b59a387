# What command lines say.

## dish, mix, sheet, text

cli-extra-missing =
    This command needs { $module }, which is not installed here: pip install 'foodgan[{ $extra }]'.{ $extra ->
        [worker] { " " }With docker compose: docker compose exec trainer foodgan { $command }
        [bot] { " " }With docker compose: docker compose exec bot foodgan { $command }
       *[other] { "" }
    }
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
cli-status-failed =
    failed in the last hour: { $recent }{ $named ->
        [0] {""}
       *[other] {" "}({ $ids })
    }; in a day: { $day }
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
cli-queue-away = Redis: { $fault }
cli-queue-no-address = REDIS_URL is no redis://, rediss:// or unix:// URL
cli-queue-no-canteen = no canteen is open in { $folder }, and REDIS_URL is not set (Redis: { $fault })
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

cli-model-none-there = no model in { $folder }: model.json is missing
cli-model-made = { $model } is in { $out }
cli-model-learned = { $model } is in { $out }, before and after in { $picture }
cli-model-shipped-stays = the shipped model stays as it is
cli-model-likeness =
    { $name }  by { $photos ->
        [one] 1 photo
       *[other] { $photos } photos
    } like: { $known }
cli-model-none-named = { $folder } has no photo with a name to learn.
cli-model-nothing-new = { $folder } has no new name to learn: the model knows each of them, or the word that it ends in, and hears it by that already. `foodgan model learn --every` also teaches those that end in a word which it knows.
cli-model-all-known = { $folder } has no new name to learn: the model knows each of them already.
cli-model-none-heard = No new name in { $folder } can be told from the ones that the model knows.
cli-model-known = heard as ever, by the word that they end in: { $names }
cli-model-heard = { $stage }: new names at most { $off } off, known ones moved by at most { $moved }
cli-model-unheard = not learned, as they cannot be told from other names: { $names }
cli-model-no-figures = { $file } holds no figures: { $fault }
cli-model-no-evaluation = { $file } holds no figures of `foodgan evaluate --json`
cli-model-other-figures = { $file } tells of { $other }, not of { $model }
cli-model-no-compiler = There is no C++ compiler here. Install g++, or name yours in CXX.
cli-choose-seen = photos seen
cli-choose-authenticity = authenticity
cli-choose-suspicious = suspicious
cli-choose-spread = spread
cli-choose-of = of
cli-choose-measured = { $pictures } pictures of each snapshot; { $choose } held-out photos choose, { $others } do not. Photos of the same names: FoodKID { $floor }. An augmented copycat: ρ { $copycat }.
cli-choose-bounds = ρ ≥ { $rho }, authenticity ≥ { $authenticity }, suspicious ≤ { $suspicious }
cli-choose-none = No snapshot is fit to ship: none has { $bounds }.
cli-choose-chosen = Chosen: { $path }, of the least FoodKID with { $bounds }.
cli-gate =
    gate { $name }: { $figure } (bound { $bound }), { $passed ->
        [yes] passed
       *[no] NOT PASSED
    }
cli-gate-no-number = no number
cli-serving-line = { $at }  { $digest }  { $model }, by { $by }
cli-serving-own = each worker's own model
cli-serving-nothing = Each worker serves its own model: MODEL_DIR's, else the shipped one.
cli-serving-withdrawn = It learned from photos that were withdrawn since: `foodgan doctor` says more.
cli-serving-credit = It still names contributors otherwise than they want by now: `foodgan doctor` says more.
cli-serving-which = name a model's folder, or say --own
cli-serving-back-to-own = Workers go back to their own models.
cli-serving-none-to-leave = no model of the store is served: there is nothing to roll back
cli-serving-moved-on = another model is served since this moment: look at it with `foodgan serving show`, then go back
cli-store-busy = { $path } is being changed by others: try again in a moment
cli-serving-kept-back = It is not promoted; --force does so all the same.
cli-serving-served = { $model } is served, as { $digest }

## photos

cli-photos-no-collection = { $place } is no folder, ZIP or CSV
cli-photos-clubs-own = the catalogue '{ $catalogue }' is the bot's; choose another name
cli-photos-none-in-it = { $place } holds no photo
cli-photos-no-folder = { $folder } is not a folder
cli-photos-empty-folder = { $folder } holds no photo ({ $kinds })
cli-photos-nothing-to-export = there is nothing to export
cli-photos-not-empty = { $folder } is not an empty folder
cli-photos-which-release =
    { $count ->
        [0] no release begins with '{ $digest }'
        [one] 1 release begins with '{ $digest }'
       *[other] { $count } releases begin with '{ $digest }': give more of the hash
    }
cli-photos-pruned-release =
    release { $digest } was pruned on { $day }: { $withdrawn ->
        [0] it was old, or damaged
       *[other]
            { $withdrawn } of its { $photos ->
                [one] 1 photo
               *[other] { $photos } photos
            } had been withdrawn
    }
cli-photos-nothing-to-release = no catalogue holds a photo that may be released
cli-photos-released =
    { $train ->
        [one] 1 photo
       *[other] { $train } photos
    } to train on, { $test } held out
cli-photos-left-out = { $count } left out: withdrawn, missing or damaged
cli-photos-imported =
    { $name }: { $taken } taken in, { $known } there already{ $corrected ->
        [0] {""}
       *[other] , { $corrected } of them corrected
    }
cli-photos-refused = { $count } refused:
cli-photos-refused-more = … and { $count } more: see --json
cli-photos-no-name = { $source } gives no name for the store: name it by --catalogue
cli-photos-stale =
    { $digest }: { $photos ->
        [one] 1 photo
       *[other] { $photos } photos
    }, { $withdrawn } withdrawn since{ $old ->
        [yes] , old and named by no known model
       *[no] {""}
    }{ $damaged ->
        [yes] , damaged
       *[no] {""}
    }
cli-photos-half = { $digest }: never finished
cli-photos-none-stale = no release is to go
cli-photos-prunable =
    { $releases ->
        [one] 1 release
       *[other] { $releases } releases
    }{ $halves ->
        [0] {""}
       *[other] {" "}and { $halves } unfinished
    } would go: run it again with --apply
cli-photos-pruned =
    removed: { $releases ->
        [one] 1 release
       *[other] { $releases } releases
    }{ $halves ->
        [0] {""}
       *[other] {" "}and { $halves } unfinished
    }; models that learned from them still know their photos
cli-photos-exported-release =
    { $out }: { $count ->
        [one] 1 file
       *[other] { $count } files
    }
cli-photos-exported =
    { $out }: { $count ->
        [one] 1 photo
       *[other] { $count } photos
    }{ $missing ->
        [0] {""}
       *[other] , { $missing } without bytes
    }
cli-photos-stats = photos in { $store }
    .photos = photos
    .names = names
    .seen_once = seen once
    .objects = objects
    .waiting = waiting
    .tombstones = tombstones
    .releases = releases
    .holding_withdrawn = holding withdrawn
    .pruned = pruned
    .catalogues = catalogues
    .licences = licences
    .sources = sources
    .most = most
    .none = none
cli-photos-checked =
    checked { $photos ->
        [one] 1 photo
       *[other] { $photos } photos
    }; { $young } too new to judge
cli-photos-found = { $what }: { $count }, { $which }
cli-photos-without-bytes = without bytes in { $catalogue }: { $count }, { $which }
cli-photos-mended =
    removed: { $photos ->
        [one] 1 photo
       *[other] { $photos } photos
    }, { $entries ->
        [one] 1 entry
       *[other] { $entries } entries
    }, { $leftovers ->
        [one] 1 half-written file
       *[other] { $leftovers } half-written files
    }
cli-photos-sound = all is well

## evaluate, kondate, experiment, bench, chaos

cli-evaluate-nothing = name --photos, --kondate, or both
cli-evaluate-one-run = with --kondate, --run is one run instead of a model
cli-evaluate-one-stage = with --kondate, a run is of one stage
cli-evaluate-needs-photos = needs --photos
cli-evaluate-only-judges = is for measuring, which --train-judges leaves out
cli-evaluate-drawn = { $page }: the drawn dishes
cli-evaluate-private = { $page } shows photos: not for publication
cli-kondate-tasted =
    dishes drawn { $how ->
        [evenly] evenly
       *[canteen] as a canteen cooks
    }: { $shares }
cli-experiment-baselines = baselines
cli-experiment-recipe = the recipe
cli-experiment-lessons = lessons, which go on from a run of another arm
cli-experiment-ablations = the recipe with one part changed
cli-experiment-nothing = nothing is measured yet
cli-experiment-few-names =
    a menu has at least { $least ->
        [one] 1 name
       *[other] { $least } names
    }
cli-experiment-no-numbers = '{ $written }' are no numbers with commas
cli-experiment-counted-for-own-eyes = only eyes of its own see so many pictures: say --own-eyes, too
cli-experiment-no-arm = no arm is called { $names }; see `foodgan experiment arms`
cli-experiment-nicknames =
    { $count ->
        [one] 1 photo
       *[other] { $count } photos
    }: { $painted }, taken for another's { $wrong }, likened to the dish { $likened }, off { $off }, others moved by { $moved }
cli-bench-needs-variants = needs --variants
cli-bench-no-variant = no variant is called { $names }: { $known }
cli-bench-on =
    { $model } on { $device }, { $threads ->
        [one] 1 thread
       *[other] { $threads } threads
    }
cli-bench-pass = a pass of { $size }, ms: { $parts }
cli-bench-peak = peak { $peak } GMAC/s
cli-bench-lanes = times as fast with pictures of its own for each thread as sharing each layer, by batch  { $times }
cli-bench-peak-speeds = peak { $peak } GMAC/s; pictures/s by batch  { $speeds }
cli-bench-skipped = { $name }: skipped, { $why }
cli-bench-pixels = { $name }: pixels { $apart } steps of 255 away, at most in brackets
cli-bench-dish =
    { $orders ->
        [one] 1 order
       *[other] { $orders } orders
    } of { $count }
cli-bench-seconds = seconds
cli-bench-journey = the journey takes { $ratio } times the painter's own time
cli-bench-kondate = { $size } × { $size }: { $speed } renders/s on one core
cli-bench-queue =
    { $orders ->
        [one] 1 order
       *[other] { $orders } orders
    } in batches of { $batch }
cli-bench-hung = hung
cli-bench-fleet = a device of { $seconds } s a pass of { $batch }
cli-bench-workers = workers
cli-bench-memory = { $ratio } times; { $first } MiB, and { $last } MiB at the end
cli-bench-train =
    training on { $device }, { $threads ->
        [one] 1 thread
       *[other] { $threads } threads
    }
cli-bench-step = ms a step
cli-bench-shares = where it goes
cli-bench-photos = photos, on one core
cli-chaos-trial =
    { $orders ->
        [one] 1 order
       *[other] { $orders } orders
    }, { $kills ->
        [one] 1 kill
       *[other] { $kills } kills
    }, seed { $seed }
cli-chaos-there = { $folder } is there already

## bot

cli-bot-no-database = there is no database at { $file }: correct DATABASE_URL or VAR_DIR
cli-bot-other-tables = the tables are of another version: python -m bot migrate
cli-bot-newer-tables = the database is of a newer version ({ $found } > { $ours }): update, or restore a back-up into an empty one
cli-bot-holds-records = the database holds records; --replace overwrites them
cli-bot-backup-damaged = { $file } is damaged ({ $fault }): take another copy, or bring back what is sound with --salvage
cli-bot-no-backup = { $file } is no back-up: { $fault }
cli-bot-registered = registered everywhere: { $names }
cli-bot-registered-in = registered in server { $guild }: { $names }
cli-bot-saved =
    { $file }: { $rows ->
        [one] 1 row
       *[other] { $rows } rows
    } of { $database }, { $files ->
        [one] 1 file
       *[other] { $files } files
    } of { $store }
cli-bot-backup-terminal = a back-up is no text: put "> FILE" behind it
cli-bot-running = the bot is running: stop it first
cli-bot-restored =
    restored { $rows ->
        [one] 1 row
       *[other] { $rows } rows
    }, { $files ->
        [one] 1 file
       *[other] { $files } files
    }; the bot publishes them when it starts
cli-bot-photo = { $id }: { $name }, { $state }, handed over { $day } by member { $member }
cli-bot-no-photo = there is no photo { $reference }, or it was withdrawn already
cli-bot-many-photos =
    { $count ->
        [one] 1 photo is
       *[other] { $count } photos are
    } called { $reference }: give more of the hash
cli-bot-withdraw-sure = Withdraw for good? The same photos can never come back
cli-bot-withdrawn =
    withdrawn: { $count ->
        [one] 1 photo
       *[other] { $count } photos
    }. { cli-bot-forgotten }
cli-bot-erase-sure =
    Erase all about member { $member } for good ({ $rows ->
        [one] 1 row
       *[other] { $rows } rows
    }, of them { $photos ->
        [one] 1 photo
       *[other] { $photos } photos
    })?
cli-bot-erase-nobody = nothing is kept about member { $member } in { $database }: is that the database, and the ID right?
cli-bot-erased =
    erased: { $rows ->
        [one] 1 row
       *[other] { $rows } rows
    }, of them { $photos ->
        [one] 1 photo
       *[other] { $photos } photos
    }, in { $database }. { cli-bot-forgotten }
cli-bot-ban-stays = That no photos are taken from this member stays: `/operator unban` ends it.
# As members are told: models forget with the next release, releases go when operators prune them.
cli-bot-forgotten = Bytes and catalogue go on the bot's next round, or when it starts; what was learned goes with the next release that a trainer learns from; earlier releases with `foodgan photos prune --apply`
cli-bot-not-serving = the bot is not serving
cli-bot-database-fails = the database fails: { $fault }
cli-bot-no-token = DISCORD_TOKEN is missing: put the bot's token into .env, or try `make up` without
cli-bot-token-refused = DISCORD_TOKEN was refused by Discord: copy it again from the developer portal
cli-bot-discord-refused = Discord refused: { $fault }
cli-bot-discord-away = Discord cannot be reached: { $fault }. It takes direct https to discord.com, gateway.discord.gg and cdn.discordapp.com, without a proxy.

## worker

cli-worker-dead =
    { $id }  { $when }  { $deliveries ->
        [one] 1 delivery
       *[other] { $deliveries } deliveries
    }, { $told ->
        [yes] told
       *[no] told by the bot
    }  { $name }  { $why }
cli-worker-none-dead = no order has failed for good
cli-worker-replayed = { $id } is in line again
cli-worker-no-letter = no dead letter { $id }
cli-worker-no-order = dead letter { $id } holds no order that could be painted
cli-worker-private = dead letter { $id } is for its member's eyes only, and the bot would have to post it to a channel: let them ask again
