#!/bin/sh
# A newcomer goes through the courses in a browser.
exec sh "$(dirname "$0")/run.sh" newcomer
