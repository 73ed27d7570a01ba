#!/bin/sh
# The frame and the first pages in a browser.
exec sh "$(dirname "$0")/run.sh" home
