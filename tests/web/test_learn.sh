#!/bin/sh
# The learner's pages in a browser.
exec sh "$(dirname "$0")/run.sh" learn
