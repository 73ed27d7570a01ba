#!/bin/sh
# need.sh pkg-config NAME..   or   need.sh program NAME..
# Says in plain words what is missing and how to get it; silent when all is there.
kind=$1; shift
[ $# -eq 0 ] && exit 0
bad=''
if [ "$kind" = pkg-config ] && ! command -v "${PKG_CONFIG:-pkg-config}" >/dev/null 2>&1; then
	bad=' pkg-config'
else
	for name; do
		case $kind in
		pkg-config) "${PKG_CONFIG:-pkg-config}" --exists "$name" 2>/dev/null ;;
		*) command -v "$name" >/dev/null 2>&1 ;;
		esac || bad="$bad $name"
	done
fi
[ -z "$bad" ] && exit 0
echo "Missing here:$bad. On Debian they come with:" >&2
awk -v bad="$bad " '!/^#/ && NF && index(bad, " " $3 " ") {
	hint = $2 == "minimal" ? "./run setup --minimal" : $2 == "dev" ? "./run setup --dev" : "./run setup"
	package = $1; $1 = $2 = $3 = ""; sub(/^ +/, "")
	printf "  %-20s %s   (%s)\n", package, $0, hint }' tools/packages.txt >&2
exit 1
