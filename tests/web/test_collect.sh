#!/bin/sh
# The page collect in a browser.
exec sh "$(dirname "$0")/run.sh" collect
