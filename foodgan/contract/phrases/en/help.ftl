# What `--help` says: a message for a command, an attribute of it for a parameter. A group's attributes
# hold for the commands below it, those of help-any for all. A first paragraph stands in lists, too.

## What typer writes around it

help-frame =
    .arguments = Arguments
    .options = Options
    .commands = Commands
    .default = [default: {"{}"}]
    .required = [required]
    .error = Error
    .try = Try [blue]'{"{command_path} {help_option}"}'[/] for help.
    .taste = Seasoning
    .look = Looking closer

## What many commands share

help-any =
    .help = Show this message and exit.
    .as_json = Print the result as JSON.
    .device = cpu, cuda, cuda:1; else the best.
    .model = A model's folder; else the shipped one.
    .store = Folder or URL; else PHOTO_STORE.
    .threads = CPU threads; 0: all cores.
    .yes = Do not ask.

## foodgan

help-foodgan = 架空食堂 (foodgan) paints dishes that do not exist.
    .version = Print the version.
    .lang = Speak this language; else the terminal's.
    .install_completion = Install completion for the current shell.
    .show_completion = Show completion for the current shell, to copy it or customize the installation.

help-foodgan-up =
    Start the bot, the queue and the workers here; Ctrl-C stops everything.

    Without DISCORD_TOKEN a chat page in the browser stands in for Discord; without REDIS_URL an embedded Valkey holds the queue. Settings come from the environment and .env.
    .workers = How many workers paint.
    .port = Of the chat page; a free one where it is taken.
    .logs = Show all log lines, not only warnings.

help-foodgan-status =
    How the kitchen is doing: what waits and how long, who works, what failed.

    Reads REDIS_URL; without one, the queue of the house that is open in this folder.
    .as_json = Print it as one line of JSON.
    .watch = Again and again until Ctrl-C.
    .every = Seconds between two looks.

help-foodgan-drain =
    Take workers out of service: they finish what they have, take no more, and stay warm.

    A drained worker can be stopped with nothing lost. It rests until `--back`, even after a restart.
    .workers = Names, as `foodgan status` shows them.
    .back = Let them take orders again.
    .wait_s = Seconds to wait till they rest, or are back.

help-foodgan-doctor =
    Check Python, disk, Redis, photo store, device, model, database and Discord.

    Exit code 1 where something fails; a warning is no failure. No secret is shown.
    .as_json = Print the findings as JSON.

help-foodgan-dish = Paint an invented dish into PNG files.
    .name = The dish, in Japanese: 虹色マグロカレーうどん
    .count = Pictures.
    .seed = The same seed paints the same.
    .mix = A second dish to mix it with.
    .share = How much of the second; else .5.
    .weight = How much a word of the name is heard: 1 as ever, 0 not at all, 3 alone. May be given several times.
    .variation = A seed of its own for another serving of the same dish.
    .truncation = 1 is anything; less is plainer and more usual.
    .sketch = A picture to paint over, instead of a sketch of the model's own.
    .save_sketch = Also write the 64×64 sketches, for --sketch.
    .enlarge = Paint 512×512 pixels.
    .nearest = Say which training photos are nearest, and how new the picture is.
    .out = The folder for the pictures.
    .as_json = Print what was painted as JSON.

help-foodgan-mix = Paint one dish turning into another: a GIF there and back, and a strip of it as PNG.
    .first = A dish: グリーンサラダ
    .second = The dish that it turns into.
    .frames = Pictures on the way.
    .seed = The same seed paints the same.
    .out = The folder for both files.

help-foodgan-sheet = Paint names × seeds onto one contact sheet, nothing chosen: seeds from 0, names in order.
    .out = The PNG file to write.
    .names = A text file, a name a line; else the twelve of training.
    .invented = The 64 fixed names that `foodgan evaluate` asks.
    .seeds = Pictures of each name.
    .columns = Names side by side.
    .side = Pixels of a picture.

help-foodgan-train =
    Train a network. Stop it with Ctrl-C or kill it: the same command goes on from there.

    On several GPUs: torchrun --nproc-per-node N -m -- foodgan train --config … --photos …
    .config = A shipped configuration or a TOML file.
    .photos = A folder of labelled photos (imagefolder).
    .run = The run's folder; it goes on where it stopped.
    .pictures = Stop after so many pictures.
    .seed = Of the weights and every batch.
    .begin_from = A run or model whose networks this one begins with.
    .sketches = A run of Stage-I, or a snapshot of it, that paints for Stage-II.
    .loaders = Processes that draw batches; else 4 for a GPU.
    .graph = On a GPU: record the step once, then launch it as a whole.
    .fresh = Begin anew although the run exists; nothing of it is kept.

help-foodgan-evaluate =
    Distance to held-out photos, copying, faithfulness and spread, each beside its controls.

    Against photos, against drawn dishes, or both. What is made of photos alone is kept in runs/cache: the first time takes minutes longer.
    .photos = A folder of labelled photos with both splits.
    .kondate = A folder of `foodgan kondate render`: how much of a name is painted.
    .run = With --photos: also measure a training run of 64×64 pictures, or of both stages as NAME=STAGE1,STAGE2, beside the model; may be said again. With --kondate alone: one run of 64×64 pictures instead of a model.
    .pictures = How many to paint; else 600.
    .report = Also write a page into this folder, and the figures (figures.json); that of drawn dishes into its folder kondate.
    .judges = A folder of networks that judge, to hold several models to the same. The shipped judges of quality stand in for missing ones; the readers of names and the classifier of dishes are trained first, on these photos.
    .train_judges = Only train the networks that judge, those of quality too, anew; measure no model.

help-foodgan-chaos =
    Try a whole house of its own: no order may be lost or answered twice. Exit code 1 if one is.

    Bot, workers with their model, Valkey, supervisor and the sandbox in Discord's place are the real processes. All but the last two are killed and frozen; workers are parted from Redis or from Discord, their devices hang or have no memory, all are restarted in turn and given another model, also one that is damaged; the sandbox answers with 429 and 5xx, late or not at all. `--model` names a smaller one.
    .orders = That the bot has to acknowledge.
    .kills = SIGKILLs; one for ten orders if not given.
    .seed = Of the dice: what goes wrong, and when.
    .workers = How many paint.
    .every_s = Mean seconds between faults.
    .redis_away_s = Seconds without Redis, after half of the kills.
    .folder = A new folder: the house's files and logs stay in it.

help-foodgan-model = Models on disk.
    .out = The run that comes of it.
    .model = The model that learns; else the shipped one.
help-foodgan-model-export =
    Make a model of two runs. MODEL_DIR=OUT lets workers paint with it.

    Of a run's folder its last checkpoint is taken; `foodgan model choose` says which snapshot to.
    .stage1 = The run of Stage-I, a snapshot of it, or a model that has it.
    .stage2 = The run of Stage-II, a snapshot of it, or a model that has it.
    .out = The model's folder.
    .name = What members see.
help-foodgan-model-between = Make a model between two: what a lesson taught in part, for a part of what it cost.
    .before = A model's folder.
    .after = A model that was taught on it.
    .out = The folder of the model that comes of it.
    .share = How far from BEFORE: 1 is AFTER.
help-foodgan-model-widen =
    Make a model whose seeds and names lie further apart: more variety, without training.

    A generator paints less variety than its photos have. What it is given may lie further apart than in training: it is written into the weights of Stage-I. 1 leaves a thing as it is; too much ends in stains. Measure what comes of it: `foodgan evaluate`.
    .photos = The photos that it learned from: the mean of their names stays where it is.
    .out = The folder of the model that comes of it.
    .layout = How many times as far apart seeds lay out their dishes.
    .names = How many times as far apart names are heard.
    .around = How many times as far from its name a picture may be.
    .model = The model to begin from; else the shipped one.
    .name = What members see; else as before.
help-foodgan-model-light =
    Make a model whose seeds also say in what light a dish stands, as photos do, without training.

    Photos of one dish differ in exposure and white balance more than what a generator paints of it. How much more is measured on names with 20 photos or more, and written into the weights of Stage-I, in the place of any light that it had. Black and white stay as they are.
    .photos = The photos that it learned from, and whose light it is to have.
    .out = The folder of the model that comes of it.
    .share = How much of what is missing a seed says: at 0 all stand in the same light, at 1 it differs as in photos.
    .model = The model to begin from; else the shipped one.
    .name = What members see; else as before.
help-foodgan-model-teach =
    Teach a trained Stage-I names that no photo has: what a dish is, and what lies on it.

    Minutes on a CPU. OUT is a run as RUN is: `foodgan model export --stage1 OUT`. Ctrl-C ends it early, and keeps what was learned: the same command goes on from there, as after a kill.
    .run = A run of Stage-I, a snapshot of it, or a model.
    .photos = The photos of the run.
    .pictures = How many of invented names to paint for it.
    .by_name = What telling names apart counts beside kinds of dishes.
    .by_photos = How firmly pictures of names that photos have are held to these; at 0 what paints stays as it is, and only what is heard of a name changes.
    .stay = How firmly names of photos are heard as before.
    .seed = Of the names and every picture.
help-foodgan-model-polish =
    Teach a model's Stage-II surfaces as photos have them: fewer drops and coloured seams.

    Its part is light and shade from then on, and colours are nearly the sketch's alone. Minutes on a CPU. OUT is a run of Stage-II: `foodgan model export --stage2 OUT`. Ctrl-C ends it early, and keeps what was learned: the same command goes on from there, as after a kill.
    .photos = The photos of its training.
    .pictures = How many to paint for it.
    .blur = How much of a sketch's light is blurred from then on.
    .hue = How much hue its details may add; 0: none, 1: any.
    .seed = Of every picture.
help-foodgan-model-learn =
    Teach a model names that it has never heard, by a few photos of each: minutes on a CPU.

    A new name is likened to the name that it knows whose photos look most alike, and heard as that from then on, also under other words. One that ends in a word which it knows is heard as ever: that word says what the dish is. What paints does not change: it can copy no photo.
    .photos = A folder of labelled photos.
    .out = The folder of the model that comes of it.
    .name = What members see; else the model's own.
    .every = Also names that end in a word which it knows.
    .seed = Of the names that are held beside.
help-foodgan-model-choose =
    Say which snapshot of a run to ship: the least held-out FoodKID of those that do not copy.

    Half of the held-out photos choose. `foodgan evaluate` then also measures by the other half.
    .run = A run with snapshots.
    .photos = The photos of the run, both splits.
    .stage1 = For a run of Stage-II: the run or snapshot that sketches for it.
    .pictures = How many to paint by each.
    .plot = The PNG file of the curve; else choice.png in the run.
help-foodgan-model-card = Write a model's card with the figures of an evaluation.
    .figures = What `foodgan evaluate --json` printed.
    .model = A model's folder; else the shipped one.
help-foodgan-model-index =
    Index the training photos, so that `foodgan dish --nearest` finds the nearest ones.

    The index lies beside the model and holds no photo. Needed again after each export.
    .photos = The photos that the model was trained on, both splits.
    .model = A model's folder; else the shipped one.
help-foodgan-model-compile =
    Compile a model for this machine's CPU: workers that start afterwards paint faster.

    Takes a C++ compiler (g++, or what CXX names) and a minute; workers find it in VAR_DIR. Needed again for another model or another torch. Pixels may differ by one step of 255.
    .model = A model's folder; else MODEL_DIR's.

help-foodgan-serving = The model that workers paint with, and those before it.
help-foodgan-serving-show = Say what is served, and what was: the newest last.
help-foodgan-serving-promote =
    Publish a model and let every worker take it up. Trainers learn new names on it.

    Exit code 1: it does not pass its gates.
    .model = A model's folder.
    .own = No model of the store: each worker's own again.
    .force = Though it does not pass its gates.
help-foodgan-serving-rollback = Go back to what was served before. No trainer promotes this model again.

help-foodgan-text = How a dish's name is read.
help-foodgan-text-build-vectors = Build the word vector table from ja_ginza (chiVe, Apache License 2.0).
    .wheel = A ja_ginza wheel; downloaded where none is named.
    .out = The table to write; else the package's own.
help-foodgan-text-show = Show a name's words, what the table knows of them, and their nearest neighbours.
    .name = A dish's name.
    .count = Neighbours of each word.

help-foodgan-kondate = Kondate-C: drawn dishes with known truth.
    .jobs = Processes that draw; 0: one a core.
help-foodgan-kondate-render = Draw a training set and its held-out sets as PNG and metadata.jsonl.
    .out = The folder to write; new, or of a stopped run.
    .names = Unique training names: 130, 500, 2000, 10000.
    .size = Pixels along each side.
    .seed = The same seed gives the same bytes.
help-foodgan-kondate-sheet = Draw a contact sheet and print the dishes' names, row by row.
    .out = The picture to write: .png or .jpg.
    .columns = Dishes side by side.
    .rows = Lines of dishes.
    .size = Pixels of each dish.
    .seed = The same seed draws the same.
help-foodgan-kondate-taster = Train the judge of drawn dishes, and print how often it is right on renders it never saw.
    .out = The file to write.
    .renders = To learn from and test on.
    .epochs = Passes over them.
    .minutes = It ends then at the latest; 0: no.
    .device = Where it learns: cpu, cuda.
    .cache = Where renders are kept.

help-foodgan-experiment = Recipes against one another on Kondate-C, where the truth of a picture is known; and what a few photos teach.
    .which = Names with commas, or all, baselines, ablations.
    .seeds = Of the runs: numbers with commas.
    .names = Unique training names.
    .jobs = Runs at a time, a core each; 0: all cores.
    .out = Where runs and results are kept.
    .device = Where runs are trained and measured: cpu, cuda.
    .until = Seconds, after which all ends; 0: never.
    .judge = A file of `foodgan kondate taster`; without, the shipped one.
help-foodgan-experiment-arms = List what can be compared.
help-foodgan-experiment-run =
    Train arms and measure them. Stop it at any time: the same command goes on from there.

    Runs go to work in the order of what matters most. They share a device that is no CPU, so give it as many jobs as it has room for.
    .pictures = That each run sees; a lesson sees a quarter as many.
    .minutes = After which a run is measured too, of one core's time on a CPU, of the clock on another device; 0: not.
    .measured = Each run when it is trained.
help-foodgan-experiment-measure = Measure the runs that are trained, where this judge has not measured them yet.
help-foodgan-experiment-table = Show what the runs that are done have found; as Markdown.
    .write = A folder for the table, the plots and the grids.
help-foodgan-experiment-pupil = Show how much n pictures can teach at all: what an eye learns to tell apart from so many.
    .names = Sizes of menus: numbers with commas.
    .own = It learns to see too; else it sees by ImageNet.
    .pictures = That eyes of its own are shown.
help-foodgan-experiment-blog = Train the blog post's attempts again and print its claims beside what is measured.
    .quick = 100 s of one core and one seed each: ten minutes on two cores.
    .out = Where runs and results are kept; else runs/experiment, or with --quick runs/experiment-quick.
help-foodgan-experiment-nicknames = How well `foodgan model learn` teaches nicknames of dishes by 1, 3 and 10 photos of each.
    .photos = Photos of which some are held out.
    .model = A model; else the shipped one.

help-foodgan-photos = Photos: import, verify, release, prune, export, stats.
help-foodgan-photos-release = Freeze all accepted photos into an imagefolder that is named by its hash.
help-foodgan-photos-import =
    Take in a collection. Stop it when you like: the same command goes on from there.

    Names come from metadata.jsonl, a file beside the photo (.txt, .json), its folder, or its own.
    .source = A folder, a ZIP, or a CSV with file and name.
    .catalogue = Its name in the store; else the source's.
    .licence = Where the collection names none.
    .credit = Whom to name as contributor.
    .origin = Where the collection comes from.
help-foodgan-photos-verify =
    Check every hash: photos, catalogues, releases, models. Exit code 1: something is wrong.

    With --repair: something is still wrong, as releases, models and the bot's own catalogue are left as they are.
    .repair = Remove orphans, damaged and withdrawn bytes, entries without bytes.
help-foodgan-photos-prune =
    Remove releases that hold photos withdrawn since. A release goes whole; freeze a new one.

    So does a damaged one that no model names, and what a freeze that was killed left in a bucket, when nothing in it is new for an hour.
    .apply = Remove them; else only say so.
    .keep = Also those older than the newest so many that no model names.
    .model = Its releases stay, as those of the store's and MODEL_DIR's; repeat it.
help-foodgan-photos-export = Copy a release, or the photos of catalogues with metadata.jsonl, into a folder.
    .out = A new folder.
    .release = A release's hash, or how it begins.
    .catalogue = Repeat for several; else all.
help-foodgan-photos-stats = Count photos, dishes, licences and releases.

help-foodgan-bench = Measure speed on this machine.
    .batch = Pictures of one pass.
help-foodgan-bench-painter = Milliseconds and GMAC of each stage, pictures/s by batch, share of the machine's peak.
    .repeats = Runs of each measurement.
    .variants = Other ways to run it; compiling takes minutes.
    .only = Of the variants: name one, or repeat; else all.
help-foodgan-bench-dish = Time from `/dish` to the picture through bot, queue and worker, beside the painter's own.
    .orders = Dishes to order, one after the other.
    .count = Pictures a dish.
help-foodgan-bench-kondate = Dishes that one core draws in a second, at 64 and 256 pixels.
    .renders = Dishes to draw at each size.
help-foodgan-bench-queue = Orders a second through queue and worker, beside the bare painter and RQ's own workers.
    .orders = Orders in full batches.
help-foodgan-bench-fleet = One worker and four, with a device that only takes its time; memory over many orders.
    .device_s = Seconds of a pass.
    .orders = For each size of the fleet.
    .memory_orders = To watch memory over.
help-foodgan-bench-train = Pictures/s of training, side by side, on drawn dishes, and where a step's time goes.
    .configs = Repeat for several; else the published and ours.
    .steps = Steps of each network, three times.
help-foodgan-bench-photos = Photos taken in a second, look-alikes among 100,000, seconds that a release takes.
    .released = Photos of the release.

## bot

help-bot = The Discord bot of 架空食堂. Without a command it runs until SIGTERM or Ctrl-C.
help-bot-sync = Register the commands with Discord. Needed once, and after an update that changes them.
    .guild = Only in this server, at once.
help-bot-migrate = Bring the tables to this version. The bot does so itself when it starts.
    .to = The revision to go to. Going back drops what later ones had added.
help-bot-backup = Put database and photo store into one file. The bot may go on running.
    .file = Written whole or not; - is standard output, where half may be written.
help-bot-restore = Bring database and photo store back from a file. The bot must be stopped.
    .file = What `backup` wrote; - is standard input.
    .replace = Overwrite the records.
    .salvage = Take what is sound out of a damaged file; the log names the rest.
help-bot-withdraw =
    Take photos out for good, as `/photos withdraw` does for members, whoever handed them over.

    The bot may go on running.
    .photos = Eight digits, as in `/operator list` and in the names of files that the bot shows (photo-PHOTO_ID.jpg); or a photo's hash, 12 digits or more, as `foodgan photos export` calls its file. The file's name will do.
help-bot-erase =
    Erase a member, as `/privacy delete` does, also one who has left. The bot may go on running.

    A ban that stands has to stay.
    .member = The member's Discord ID, all digits.
help-bot-health = Exit 0 while the bot is connected and serving. For containers.
help-bot-doctor = Print what `foodgan doctor` wants to know of the bot, as JSON.

## worker

help-worker =
    Paint dishes until SIGTERM.

    Exit codes: 2 a wrong setting, 3 no model, 4 a pass hung, 5 told to stop twice, 6 the device does not answer, yet or any more.
    .name = Its name on this machine, where there is more than one worker.
    .burst = Leave when the queue is empty.
help-worker-intake = Take in contributed photos until SIGTERM. Needs no model, GPU or database.
help-worker-trainer =
    Learn the new names of each release until SIGTERM, and promote what passes every gate.

    Needs some minutes of a CPU for each; it stands back behind whoever paints on the same machine. Exit code 2: a wrong setting, a store that it cannot write to.
help-worker-health = Exit code 0 where the worker lives and reaches its queue, else 1; 2: a wrong setting.
    .intake = Ask for an intake worker.
    .trainer = Ask for a trainer.
help-worker-dead =
    List the orders that have failed for good: they stay for a day.

    Reads REDIS_URL; without one, the queue of the house that is open in this folder.
    .as_json = One object a line.
help-worker-replay = Paint failed orders after all; the bot posts them to their channels. Exit code 1: no such.
    .order_ids = Ids that `dead` lists.
