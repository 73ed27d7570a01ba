#!/bin/sh
# The pages of the teacher in a browser.
exec sh "$(dirname "$0")/run.sh" teach
