# What the pages of `foodgan evaluate --report` say. Names of measures and of what stands beside them
# are not here: documents and JSON quote them. The English alarms and meanings stand in JSON and cards.

## Pages

report-private = Not for publication.
report-private-why = This page shows photos, some of which may be used for research only. Keep it to yourself.
report-private-pages = The pages of the entrants show photos, some of which may be used for research only. Keep them to yourself.
report-counts = { $pictures } pictures. Photos: { $train } train; { $test } test; { $twins } left out as near duplicates; { $broken } skipped as broken. Seen by: { $networks }.
report-same = Every entrant paints the same names from the same seeds and is seen by the same networks. A 64×64 picture is enlarged where a network sees more.
report-alarms = Alarms
report-alarms-none = None rings.
report-figures = Figures
report-measure = measure
report-value = value
report-controls = controls
report-meaning = what it means
report-intervals = Intervals hold 95 % of 1,000 resamples: of the pictures and photos for distances, of whole names or dishes for shares.
report-distances = Distance to held-out photos
report-nearness = Nearness to training photos
report-nearness-how = Copies rise at the left. Pictures as new as new photos rise with the held-out photos.
report-nearness-shape = In shape
report-nearness-texture = In colour and texture
report-by-name = Pictures by name
report-nearest = Beside the nearest photos
report-nearest-how = Each picture, the training photo nearest to it in colour and texture, and the one nearest in shape (mirrored and cropped photos count).
report-photo = photo: { $name }
report-photo-unnamed = photo: no name
report-side-by-side = The same names, side by side
report-unchosen = Nothing is chosen: the first names of each kind in the fixed list, seeds from 0.
report-none = none
report-not-measured = not measured
report-hears-no-name = hears no name

## Drawn dishes

report-kondate = Drawn dishes (Kondate-C)
report-kondate-drawings = These are drawings. A score on them never stands for photos.
report-kondate-counts = { $pictures } pictures of five sets of names; { $train } training pictures. Judged by: { $judge }.
report-kondate-attributes = What is right of a name
report-kondate-attributes-how = Share of what names say that the judge sees in their pictures. Below it, the same of each picture under all other names of its set (what guessing is worth), and of drawings of the names (how often the judge itself is right).
report-kondate-others = other names
report-kondate-real = drawings
report-kondate-set-seen = training names once more.
report-kondate-set-unseen-pair = two things together that nothing in training has together.
report-kondate-set-unseen-triple = three things that nothing in training has together, though any two of them are.
report-kondate-set-unseen-synonym = words that no training name spells so.
report-kondate-set-contradictory = two of something that a dish has once: either is right.
report-kondate-intervals = Intervals hold 95 % of 1,000 resamples of the pictures and drawings.
report-kondate-means-distance = Distance of the pictures to drawings of the same names; 0 is no difference. It compares generators only within one feature network, and is no FID.
report-kondate-means-taster = The same distance by what the judge itself sees through.
report-kondate-means-rho = Distance to the nearest training picture, over that of drawings never seen: near 0 for copies, 1 for pictures as new as new drawings. Bad pictures are also far from drawings.
report-kondate-means-rho-shapes = The same for brightness alone, over mirrored and cropped training pictures.
report-kondate-means-suspicious-share = Share of pictures closer in shape to a training picture than all but 1 % of new drawings.
report-kondate-means-spread = How unlike pictures of one unseen pair are; the ratio is over drawings of one name, and goal is 1.
report-kondate-means-synonyms = Mean share right of names with an unseen spelling, and of the same names in the commonest one.
report-kondate-pictures = Beside the drawn truth
report-kondate-pictures-how = Nothing is chosen: the first names of each set. From the left: the name as it was drawn, the same name drawn once more (what it does not say may differ), and the picture. Below: what the judge finds right of what the name says.
report-kondate-drawn = drawing: { $name }
report-kondate-again = another drawing: { $name }
report-kondate-painted = picture: { $name }

## Alarms

report-alarm-drowned = The names drown in their own noise: the model can hardly tell one from another.
report-alarm-uniform = Pictures of one name are much more alike than photos of one name are.
report-alarm-identical = Many pictures are nearly identical, whatever the name or the seed.
report-alarm-copied = Many pictures lie closer to a training photo than new photos do: look for copies.
report-alarm-unheard = A picture fits its own name no better than any other: the name is not heard.

## What each measure means

report-means-distance = Distance of the pictures to held-out photos; 0 is no difference. It compares models only within one feature network, and is no FID.
report-means-judges = The same distance as several judges see it: networks of our own that learned from held-out photos which measure nothing here. It is the mean of theirs, and its interval also holds what other trainings would have made of them.
report-means-unchosen = The same distance to the half of the held-out photos that `foodgan model choose` never looks at when it chooses a snapshot. A setting that somebody chose by the distance to all of them, such as a share of a lesson, was chosen by this half, too.
report-means-manifold = Precision and density: how many pictures lie among the photos. Recall and coverage: how many photos have a picture near by.
report-means-rho = Distance to the nearest training photo, over that of photos never seen: near 0 for copies, 1 for pictures as new as new photos. Bad pictures are also far from photos.
report-means-rho-shapes = The same for brightness alone, over mirrored and cropped training photos.
report-means-suspicious-share = Share of pictures closer in shape to a training photo than all but 1 % of new photos.
report-means-authenticity = Share of pictures that are no noisy copy: their nearest training photo has a nearer neighbour among the photos.
report-means-r-precision = Share of pictures that fit the asked name best among 100, half of those one word off; chance is .01. Of a name of one word the half one word off are other dishes, as easy as any. The reader is weak, but no training ever used what it sees through.
report-means-r-precision-imagenet = The same with a better reader. No training used what it sees through; the network that taught the shipped generator is a relative of it, as both learned ImageNet's labels.
report-means-more-words = The same of names of two words or more alone: there the half one word off share all words but one with the asked name.
report-means-base-dish = Share of pictures of fixed invented names (64, eight a kind) that a classifier of photos takes for the kind that the name ends in. It sees through the same network as the reader by ImageNet features, which no training used.
report-means-base-dish-by-kind = A kind that held-out photos lack is missing beside it.
report-means-topping = Share of pictures of 192 other fixed invented names (24 dishes, eight toppings) that fit their own topping best among the eight of their dish, by the reader that sees ImageNet features. The more a dish is heard, the less is its topping: beside the base dish.
report-means-spread-within-name = How unlike pictures of one name are; the ratio is over photos of one name, and goal is 1.
report-means-colour-agreement = Correlation of a name's mean colour in pictures and in held-out photos, over names with eight photos or more of either split; 1 is full agreement. Beside it: of training photos and held-out ones.
report-means-names-apart = Distance of two names inside the model, in units of the noise put on them; below 2 the name drowns.
report-means-alike = Share of pictures with a twin as near as only 1 % of photos have.
report-means-hatching = In pictures of names that held-out photos have: fine detail that repeats on the grid of 8 pixels that the picture was enlarged from, over detail beside it in the spectrum; about 1 where nothing repeats.
report-means-fine-hue = In the same pictures: how much of the deviation of hue lies at single pixels; where it is more than in photos, there are coloured seams and specks.
