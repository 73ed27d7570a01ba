#!/bin/sh
# web.sh state          what building the studio's pages would need: "ready", "fetch" (npm ci first) or "no node"
# web.sh modules        fetches what web/package-lock.json lists into web/node_modules, where that is not done yet
# web.sh table FILE.c   builds the pages into build/web and writes them as a C table; where that is impossible, an
#                       empty table that says why: the command line works without them
cd "$(dirname "$0")/.." || exit 1
kept=web/node_modules/.thimble-lock # the lock file that node_modules was made from

state() {
	if ! command -v node >/dev/null 2>&1; then echo "no node"
	elif cmp -s web/package-lock.json "$kept"; then echo ready
	elif ! command -v npm >/dev/null 2>&1; then echo "no npm"
	else echo fetch
	fi
}

modules() {
	[ "$(state)" = fetch ] || return 0
	echo "Fetching what the studio's pages are made with (npm ci, once)" >&2
	(cd web && npm ci --ignore-scripts --no-audit --no-fund --fetch-retries 1 --fetch-retry-mintimeout 2000 --fetch-timeout 60000 --loglevel error) >&2 &&
		cp web/package-lock.json "$kept"
}

# empty FILE WHY: a table without pages
empty() {
	printf '#include "serve/pages.h"\nconst th_web_file th_web_files[] = {{NULL, NULL, NULL, 0, false}};\n' >"$1"
	echo "web: the program gets no studio: $2. Mend it with: ./run setup && make" >&2
}

# table FILE: see above
table() {
	mkdir -p build
	modules || { empty "$1" "npm could not fetch web/package-lock.json (is there a network?)"; rm -f build/web.state; return; }
	state >build/web.state # the rule of the Makefile depends on it
	case $(state) in
	ready) ;;
	*) empty "$1" "$(state | sed 's/no //') was missing when it was built"; return ;;
	esac
	node web/build.mjs build/web && node web/table.mjs build/web >"$1"
}

case ${1-} in
state) state ;;
modules) modules ;;
table) # one at a time: builds for several compilers share it
	mkdir -p "$(dirname "$2")"
	if command -v flock >/dev/null 2>&1; then exec 9>"$2.lock"; flock 9; fi
	table "$2.tmp" && mv "$2.tmp" "$2" ;;
*) echo "web.sh: state, modules or table FILE.c" >&2; exit 2 ;;
esac
