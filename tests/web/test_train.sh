#!/bin/sh
# The pages Train and Squeeze in a browser.
exec sh "$(dirname "$0")/run.sh" train
