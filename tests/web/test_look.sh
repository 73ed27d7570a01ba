#!/bin/sh
# The page look in a browser.
exec sh "$(dirname "$0")/run.sh" look
