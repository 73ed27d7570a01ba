#!/bin/sh
# Voice, from an empty folder to a word that the emulated board hears, by the pages alone.
exec sh "$(dirname "$0")/run.sh" voice
