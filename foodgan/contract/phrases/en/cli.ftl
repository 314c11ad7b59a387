# What command lines say.

## dish, mix, sheet, text

## up, status, drain

## train, teach, polish

## model, serving

## photos

## evaluate, kondate, experiment, bench, chaos

## bot

## worker
