#!/bin/sh
# Every operation of the API, called with what is right and with what is wrong.
exec sh "$(dirname "$0")/run.sh" api
