#!/bin/sh
# The explorables of the courses in a browser.
exec sh "$(dirname "$0")/run.sh" explore
