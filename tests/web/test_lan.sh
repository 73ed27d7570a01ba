#!/bin/sh
# The class: teacher, phones that join, and what nobody may do, in a browser.
exec sh "$(dirname "$0")/run.sh" lan
