#!/bin/sh
# Broken requests for some seconds; longer where a sanitizer watches the server.
exec sh "$(dirname "$0")/run.sh" fuzz "$(if [ "${TEST_SANITIZED-}" ]; then echo 15; else echo 4; fi)"
