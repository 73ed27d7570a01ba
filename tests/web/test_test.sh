#!/bin/sh
# The page Test in a browser, on projects that are trained.
exec sh "$(dirname "$0")/run.sh" test
