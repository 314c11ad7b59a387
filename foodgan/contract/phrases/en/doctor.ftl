# What `foodgan doctor` finds, and what is to be done.

doctor-looking = looking …
doctor-broke = the check itself broke: { $error }
    .advice = please report this

## What was looked at

doctor-part-python-and-packages = Python and packages
doctor-part-python = Python
doctor-part-packages-of-the-bot = packages of the bot
doctor-part-packages-of-the-worker = packages of the worker
doctor-part-disk = disk
doctor-part-private-files = private files
doctor-part-redis = Redis
doctor-part-redis-role = Redis role
doctor-part-redis-persistence = Redis persistence
doctor-part-redis-memory = Redis memory
doctor-part-redis-password-and-tls = Redis password and TLS
doctor-part-clock = clock
doctor-part-workers = workers
doctor-part-photo-intake = photo intake
doctor-part-trainer = trainer
doctor-part-photo-store = photo store
doctor-part-device = device
doctor-part-threads = threads
doctor-part-model = model
doctor-part-served-model = served model
doctor-part-database-and-discord = database and Discord
doctor-part-bot = bot
doctor-part-database = database
doctor-part-discord = Discord
doctor-part-commands = commands
doctor-part-reviewers = reviewers

## Python, packages, disk

doctor-python = { $version } on { $machine }
    .advice = foodgan needs Python 3.11, 3.12 or 3.13
doctor-packages =
    { $count ->
        [one] { $count } package
       *[other] { $count } packages
    }
    .advice = pip install --upgrade 'foodgan[{ $extra }]'
doctor-packages-list = {"; "}
doctor-package-missing = { $name } is missing
doctor-package-other = { $name } { $found } is not { $wanted }
doctor-runs-none = without { $package } this machine runs no { $extra }
doctor-disk-closed = { $folder } cannot be written ({ $reason })
    .advice = make VAR_DIR a folder that this user owns
doctor-disk = { $free } GiB free for { $folder }
    .full = make room: records and the queue's log must be written
    .little = make room soon
doctor-disk-new = { $free } GiB free for { $folder }, which will be made
doctor-private = this user alone reads .env and VAR_DIR
doctor-private-open = { $path } is open to other users of this machine
    .advice = run `chmod { $mode } { $path }`: tokens lie there, or photos that nobody has reviewed

## Redis

doctor-redis = { $server } { $version } answers
doctor-redis-old = { $server } { $version }
    .advice = foodgan needs Redis 7.0 or newer, or Valkey
doctor-redis-away =
    .advice = start Redis or Valkey, or correct REDIS_URL; `make up` brings one of its own
    .refused = correct the password in REDIS_URL
doctor-redis-replica = a read-only replica
    .advice = point REDIS_URL at the primary
doctor-redis-forgets = appendonly no
    .advice = set `appendonly yes`: orders in line are lost when the server dies
doctor-redis-memory = maxmemory-policy { $policy }, { $used } used
doctor-redis-drops = maxmemory-policy { $policy }
    .advice = set `maxmemory-policy noeviction`: Redis may drop orders when memory is short
doctor-way =
    { $password ->
        [yes] a password
       *[no] no password, on this machine only
    }, { $tls ->
        [yes] TLS
       *[no] no network
    }
doctor-way-open = no password
    .advice = set `requirepass` and put it into REDIS_URL: who can write to Redis can order for everybody
doctor-way-ends =
    { $days ->
        [one] the certificate ends in 1 day
       *[other] the certificate ends in { $days } days
    }
    .advice = on the machine of Redis run docs/operators/certificate.sh again, as docs/operators/keeping.md says
doctor-way-plain = a password, sent without TLS
    .advice = use rediss:// (see docs/operators), or a private network between the machines
doctor-clock =
    { $seconds } s { $way ->
        [ahead] ahead of
       *[behind] behind
    } Redis
    .advice = let both machines keep time by NTP (timedatectl set-ntp true)

## Who works

doctor-workers = { $count } serving: { $builds }
    .advice = update the older ones, one after the other
    .models = an order is painted by whoever takes it: let all machines have one PHOTO_STORE and one model in MODEL_DIR (what was just promoted is everywhere within ten seconds)
doctor-workers-none =
    nobody serves{ $drained ->
        [0] {""}
       *[other] , { $drained } drained
    }; { $waiting } waiting{ $waiting ->
        [0] {""}
       *[other] , the oldest for { $oldest } s
    }
    .advice = start one: python -m worker, or foodgan drain NAME --back
doctor-workers-unseen = not to be seen ({ $error })
doctor-at-work = { $count } at work
doctor-intake-none = nobody takes photos in; { $count } waiting
    .advice = start one: python -m worker intake
doctor-trainer-none = nobody learns from releases; { $count } waiting
    .advice = start one: python -m worker trainer

## Photo store

doctor-store = { $store } takes files and gives them back
    .advice = correct PHOTO_STORE, or the rights and credentials for it
doctor-store-new = { $store } will be made with the first photo
doctor-store-no-room = { $store } cannot be made in { $above }
doctor-store-fails = { $store }: { $error }
doctor-store-read-only = { $store } can be read, and not be written
    .advice = enough to paint; bot and intake write to it, a trainer refuses to start
doctor-store-false = { $store } gave back other bytes
    .advice = do not trust this store

## Device and model

doctor-device-away = DEVICE={ $device }: { $fault }
    .advice = name a device that is here, or leave DEVICE empty
doctor-device-gpu = { $name }, { $free } of { $total } GiB free
doctor-device-unfit = this machine's GPU cannot be used: { $fault }; painting on the CPU
    .advice = check the driver, or install a torch that was built for this GPU, or set DEVICE=cpu on purpose
doctor-threads =
    { $threads } for { $cores ->
        [one] { $cores } core
       *[other] { $cores } cores
    }
    .advice = set THREADS to the number of cores or less
doctor-model = { $model }: a dish in { $warm } s, the first in { $cold } s
    .late = raise PAINT_TIMEOUT_S or use a faster device: the worker would leave as if hung
    .slow = members will wait; a GPU or more THREADS would help
doctor-model-closed = { $error }
    .advice = copy the model again, or let MODEL_DIR name another
doctor-model-no-device = the device is not there
doctor-model-fails = { $model } does not paint: { $error }
    .advice = free the device, install a torch made for it, or name another
doctor-served = { $model }, promoted by { $by } on { $date }
doctor-served-own = this machine's own; none of the store is promoted
doctor-served-nothing = this machine's own, as { $store } holds nothing; away from the bot's machine, let PHOTO_STORE name the bot's
doctor-served-foreign = { $model } was learned on another model than this machine's own
    .advice = a trainer with the same model learns it anew within the hour, else give /release
doctor-served-gone = { $model } is promoted, and the store has it no more
    .advice = foodgan serving rollback, or promote another one
doctor-served-withdrawn = { $model } learned from photos that were withdrawn since
    .trainer = /release: the next one forgets them; where no trainer runs, foodgan serving promote --own does
    .operator = promote one that does without: until then names are learned on it, too
doctor-served-credit = { $model } still names contributors otherwise than they want by now
    .trainer = /release: the next one names them anew; where no trainer runs, foodgan serving promote --own ends it
    .operator = promote one that was made since: until then names are learned on it, too
doctor-served-closed = { $error }
    .advice = until it can be read workers paint with their own model

## Bot, database, Discord

doctor-bot-hangs = no answer within { $seconds } s
    .advice = see whether the database hangs
doctor-bot-silent = it said nothing
    .advice = correct what it says
doctor-database = { $kind }, tables of revision { $found }
    .migrate = run `python -m bot migrate`; the bot also does so when it starts
doctor-database-new = { $kind }, no tables yet
    .advice = run `python -m bot migrate`; the bot also does so when it starts; who only paints needs none
doctor-database-old = { $kind }, tables of revision { $found }; this bot has { $ours }
doctor-database-newer = { $kind }, tables of revision { $found } are newer than this bot's { $ours }
    .advice = update the bot, or go back with that version's `bot migrate --to { $ours }`
doctor-database-away = { $error }
    .advice = start it, or correct DATABASE_URL and the rights for it
    .address = correct DATABASE_URL
doctor-discord = the token is taken
doctor-discord-none = no DISCORD_TOKEN: `make up` opens a chat page in its place
doctor-discord-refused = the token is refused
    .advice = copy it again from Discord's developer portal
doctor-discord-away = not reached: { $error }
    .advice = see whether this machine may reach Discord over HTTPS
doctor-commands = { $count } registered
doctor-commands-missing = not registered everywhere: { $names }
    .advice = run `python -m bot sync`
doctor-reviewers = the bot is in { $count } servers and CLUB_SERVERS is empty: nobody may review
    .advice = name your own servers' ids in CLUB_SERVERS, or switch off Public Bot
