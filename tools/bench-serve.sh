#!/bin/sh
# bench-serve.sh [PROJECT]   How fast the studio answers: requests a second of pages and API (wrk, 32 connections), and the
# time from `thimble serve` to the first page with something on it (Chromium). PROJECT (default build/demo) is not changed.
cd "$(dirname "$0")/.." || exit 1
project=${1:-build/demo}
thimble=${THIMBLE:-$PWD/build/thimble}
seconds=${SECONDS_EACH:-4}
tools/need.sh program wrk curl || exit 77
[ -f "$project/thimble.ini" ] || { echo "bench-serve: $project is no project: ./run demo makes build/demo" >&2; exit 77; }

said=$(mktemp) || exit 1
"$thimble" serve "$project" --port 0 >"$said" 2>&1 &
server=$!
trap 'kill $server 2>/dev/null; rm -f "$said"' EXIT
for _ in $(seq 50); do
	url=$(sed -nE 's|.*(http://localhost:[0-9]+)/.*|\1|p' "$said" | head -n 1)
	[ -z "$url" ] || break
	sleep 0.1
done
name=$(basename "$(cd "$project" && pwd)")
asset=$(curl -s --compressed "$url/" | sed -nE 's|.*src="?/?(assets/[^">]*js).*|\1|p' | head -n 1)

# rate WHAT PATH: one line, requests a second and the time of the middle and the slowest hundredth
rate() {
	wrk -t1 -c32 -d"${seconds}s" --latency -H 'Accept-Encoding: gzip' "$url$2" >"$said.wrk" || exit 1
	awk -v what="$1" '/50%/ { m = $2 } /99%/ { w = $2 } /Requests\/sec/ { r = $2 } /Non-2xx/ { bad = ", " $0 }
		END { printf "%-28s %8.0f requests/s   half below %s, 99 %% below %s%s\n", what, r, m, w, bad }' "$said.wrk"
	rm -f "$said.wrk"
}
echo "thimble serve $project, wrk with 32 connections on the same computer ($(nproc) processors), $seconds s each"
rate "the first page" /
rate "its largest script" "/$asset"
rate "GET /api/v1" /api/v1
rate "GET the project" "/api/v1/projects/$name"
rate "GET 100 samples" "/api/v1/projects/$name/samples?limit=100"
kill $server
if command -v node >/dev/null && command -v chromium >/dev/null && [ -d web/node_modules/playwright-core ]; then
	node tools/first-page.mjs "$thimble" "$project"
fi
