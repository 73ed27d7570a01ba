#!/bin/sh
# What every page must keep to, in every language and look.
exec sh "$(dirname "$0")/run.sh" pages
