#!/bin/sh
# Thirty phones record at once, and the server is killed while they do.
exec sh "$(dirname "$0")/run.sh" crowd
