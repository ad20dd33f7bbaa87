"""Speed, shown as ratios: contenders run in turn on one machine, over the same topic."""
