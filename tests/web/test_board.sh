#!/bin/sh
# The emulated board and the page Deploy in a browser.
exec sh "$(dirname "$0")/run.sh" board
