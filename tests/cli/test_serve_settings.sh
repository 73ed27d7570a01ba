#!/bin/sh
# thimble.ini by the API: it is read, written, refused with its line, and never written over.
# shellcheck source=tests/cli/lib.sh
. tests/cli/lib.sh
. tests/cli/serve.sh
command -v curl >/dev/null || { skip "settings" "curl is not installed"; finish; }

at=/api/v1/projects/lights/settings
mkdir "$tmp/root"
"$thimble" new "$tmp/root/lights" --labels on,off >/dev/null
serve "$tmp/root"
revision() { sed -n 's/.*"revision":"\([0-9a-f]*\)".*/\1/p' "$tmp/body"; }

get $at; answers "the settings" 200 '"text":".*labels = on, off'
first=$(revision)
holds "they have a revision" [ -n "$first" ]
good='[project]\ntask = keyword\nlabels = left, right\n'
send PUT $at "{\"text\":\"$good\",\"revision\":\"$first\"}"; answers "they are written" 200 '"revision"'
second=$(revision)
holds "with a new revision" [ "$second" != "$first" ]
holds "as they were sent" grep -qx 'labels = left, right' "$tmp/root/lights/thimble.ini"
get /api/v1/projects/lights; answers "the project has them" 200 '"labels":\["left","right"'
send PUT $at "{\"text\":\"$good\",\"revision\":\"$first\"}"; answers "an old revision" 409 'somebody else'
send PUT $at "{\"text\":\"[project]\\ntask = fly\\n\",\"revision\":\"$second\"}"; answers "a wrong text" 400 '"line":2'
send PUT $at '{"text":"x"}'; answers "no revision" 400 'revision'
send PUT $at "{\"text\":7,\"revision\":\"$second\"}"; answers "a text that is none" 400
holds "nothing of it was written" grep -qx 'labels = left, right' "$tmp/root/lights/thimble.ini"
send PUT /api/v1/projects/none/settings "{\"text\":\"$good\",\"revision\":\"$second\"}"; answers "a project that is none" 404

printf 'broken\n' >"$tmp/root/lights/thimble.ini"
get $at; answers "a broken file can be seen" 200 '"text":"broken'
send PUT $at "{\"text\":\"$good\",\"revision\":\"$(revision)\"}"; answers "and be mended" 200
printf '\377\376' >"$tmp/root/lights/thimble.ini"
get $at; answers "no text" 400 'UTF-8'

# Two at once: one of them is told, and what it wrote over is not lost.
printf '%b' "$good" >"$tmp/root/lights/thimble.ini"
get $at; now=$(revision)
for i in 1 2 3 4 5 6; do
	# shellcheck disable=SC2154 # of serve.sh
	curl -s -o /dev/null -w '%{http_code}\n' -X PUT -H "X-Thimble-Token: $token" -H 'Content-Type: application/json' \
		--data "{\"text\":\"[project]\\ntask = keyword\\nlabels = a$i, b$i\\n\",\"revision\":\"$now\"}" "$url$at" >"$tmp/code$i" &
	jobs="${jobs-} $!"
done
# shellcheck disable=SC2086 # a list of words
wait $jobs
holds "of six at once one is written" [ "$(cat "$tmp"/code? | grep -c 200)" -eq 1 ]
holds "and five are told" [ "$(cat "$tmp"/code? | grep -c 409)" -eq 5 ]
unserve
finish
