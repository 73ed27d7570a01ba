#!/bin/sh
# fuzz.sh BUILD [SECONDS]   Fuzzes every target for some seconds each, starting from its corpus. What is
# found new goes to BUILD/found/TARGET; the committed corpus is not touched.
B=$1; seconds=${2:-30}; rc=0
for t in "$B"/fuzz/fuzz_*; do
	case $t in *.*) continue ;; esac
	name=${t##*/fuzz_}
	mkdir -p "$B/found/$name"
	set -- "$B/found/$name"
	[ -d "fuzz/corpus/$name" ] && set -- "$@" "fuzz/corpus/$name"
	if "$t" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=1024 -artifact_prefix="$B/found/$name-" "$@" \
		>"$B/found/$name.log" 2>&1; then
		echo "fuzz $name: $seconds s, $(grep -c . "$B/found/$name.log") lines of log, nothing found"
	else
		echo "fuzz $name: FOUND SOMETHING"; tail -n 40 "$B/found/$name.log"; rc=1
	fi
done
exit $rc
