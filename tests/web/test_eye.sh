#!/bin/sh
# From an empty folder to what the emulated board sees, in a browser with a camera.
exec sh "$(dirname "$0")/run.sh" eye
