#!/bin/sh
# From an empty folder to motions that the emulated board feels, all of it through the pages.
exec sh "$(dirname "$0")/run.sh" motion
