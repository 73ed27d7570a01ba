#!/bin/sh
# Jobs of the studio with the real program: trained and told live, stopped and taken up again, kept over kill -9, and
# firmware for a .zip.
# shellcheck source=tests/cli/lib.sh
. tests/cli/lib.sh
# shellcheck source=tests/cli/serve.sh
. tests/cli/serve.sh
if ! command -v curl >/dev/null; then
	skip "jobs" "curl is not installed"
	finish
fi

mkdir "$tmp/root"
"$thimble" new "$tmp/root/wave" --task sine >/dev/null
jobs=/api/v1/projects/wave/jobs

# state JOB: as it is now
state() { curl -s "$url$jobs/$1" | sed -nE 's/.*"title":[^}]*"state":"([a-z]*)".*/\1/p'; }
# until_is JOB STATE: within three minutes
until_is() {
	for _ in $(seq 1800); do
		[ "$(state "$1")" != "$2" ] || return 0
		sleep 0.1
	done
	return 1
}
id() { sed -nE 's/^\{"id":"([0-9a-f]*)".*/\1/p' "$tmp/body"; }

serve "$tmp/root"
get /api/v1/verbs; answers "what jobs can be" 200 '"name":"train"'
holds "bench is none" sh -c "! grep -q '\"bench\"' '$tmp/body'"
# whatever verbs will be able to do: an option that names a file is never taken as it comes
tr '{' '\n' <"$tmp/body" | awk -F'"' '/^"name":"[^"]*","words"/ { verb = $4 }
	/^"name":"[^"]*","arg":"[^"]*(FILE|DIR|PATH|PROJECT|PORT|SOURCE|BACKBONE)/ { print verb "|" $4 }' >"$tmp/options"
while IFS='|' read -r verb option; do
	send POST $jobs "{\"verb\":\"$verb\",\"options\":{\"$option\":\"$tmp/written\"}}"
	if [ "$rc" != 400 ] || grep -q 'needs words' "$tmp/body"; then echo "$verb --$option"; fi
done <"$tmp/options" >"$tmp/open"
holds "options that name files are known" [ "$(wc -l <"$tmp/options")" -gt 20 ]
holds "and none leads out: $(tr '\n' ' ' <"$tmp/open")" [ ! -s "$tmp/open" ]
send POST $jobs '{"verb":"train","options":{"epochs":20,"seed":2}}'; answers "a training" 202 '"id":"000001"'
curl -sN --max-time 60 "$url$jobs/000001/events" >"$tmp/events"
holds "its events end with it" grep -q '"state":"done"' "$tmp/events"
holds "each epoch is told" [ "$(grep -c '^data: {"epoch":{"epoch":' "$tmp/events")" -eq 20 ]
holds "with its metrics" grep -q '"val_rmse":' "$tmp/events"
get $jobs/000001; answers "its result" 200 '"result":\{.*"epochs":20'
get /api/v1/projects/wave/runs; answers "it is a run" 200 '"runs":\[\{"id":1'
get /api/v1/projects/wave/runs/1; answers "with its curve" 200 '"epochs":\[\{"epoch":1'
get /api/v1/projects/wave/runs/none; answers "a run that is none" 404
get /api/v1/projects/wave/results/test; answers "no test yet" 404
send POST $jobs '{"steps":[{"verb":"quantize"},{"verb":"test"},{"verb":"deploy","options":{"as":"c"}},{"verb":"report"}]}'
answers "several steps" 202
until_is 000002 'done'; get $jobs/000002; answers "they are done" 200 '"path":"model.c"'
get $jobs/000002/files/model.c; answers "a file of it" 200 'th_'
get $jobs/000002/files/report.html; answers "the report is kept with it" 200 '<html'
fetch "$url$jobs/000002/archive"; holds "all of it as .zip" sh -c "head -c 2 '$tmp/body' | grep -q PK"
get /api/v1/projects/wave/results/test; answers "the test's result" 200 '"int8"'
"$thimble" data export --project "$tmp/root/wave" "$tmp/exported" >/dev/null 2>&1 || :
holds "jobs are no data" [ ! -e "$tmp/exported/jobs" ]

# stopped in the middle, and taken up again
send POST $jobs '{"verb":"train","options":{"epochs":1000,"batch":4,"patience":0,"threads":1}}'; answers "a long training" 202 '000003'
for _ in $(seq 100); do
	grep -q '"epoch":{"epoch":5,' "$tmp/root/wave/jobs/000003/lines.jsonl" 2>/dev/null && break
	sleep 0.1
done
get /api/v1/projects/wave; answers "the project tells that it runs" 200 '"running":\[\{"id":"000003"'
send DELETE $jobs/000003 ''; answers "it is cancelled" 202
holds "and ends" until_is 000003 cancelled
get $jobs/000003; answers "it can go on" 200 '"resumable":true'
send POST $jobs/000003/resume ''; answers "it goes on" 202
sleep 1
holds "from where it was" grep -q 'going on after epoch' "$tmp/root/wave/jobs/000003/lines.jsonl"

# kill -9 while it runs and another one waits
send POST $jobs '{"verb":"train","options":{"epochs":3}}'; answers "another one waits" 202 '"state":"queued"'
child=$(pgrep -P "$server" | head -n 1)
kill -9 "$server"
wait "$server" 2>/dev/null
sleep 0.5
# where nobody takes a process's status its remains stay
holds "its process died with the server" sh -c "case \$(ps -o stat= -p $child) in Z* | '') ;; *) exit 1 ;; esac"
serve "$tmp/root"
get $jobs/000003; answers "what ran is interrupted" 200 '"state":"interrupted"'
holds "what waited is done" until_is 000004 'done'
send POST $jobs/000003/resume ''; answers "what was interrupted goes on, from the start: another one has trained" 202
holds "and runs" until_is 000003 running
unserve
holds "Ctrl-C ends the server with 0" [ "$rc" -eq 0 ]
serve "$tmp/root"
get $jobs/000003; answers "it is interrupted again" 200 '"state":"interrupted"'
send DELETE $jobs/000003 ''; answers "and forgotten" 204
get $jobs/000003; answers "all of it" 404

# a model as a service
if [ "${TEST_SANITIZED-}" ]; then
	skip "an order to its end" "training takes minutes under sanitizers"
elif command -v espeak-ng >/dev/null && command -v bsdtar >/dev/null; then
	"$thimble" new "$tmp/words" --labels yes,no >/dev/null
	"$thimble" data synth --project "$tmp/words" --count 4 >/dev/null 2>&1
	"$thimble" data export --project "$tmp/words" "$tmp/out-words" >/dev/null
	(cd "$tmp/out-words" && bsdtar -a -cf ../words.zip .)
	fetch -X POST -H "X-Thimble-Token: $token" -H 'Content-Type: application/zip' --data-binary "@$tmp/words.zip" \
		"$url/api/v1/service?task=keyword&labels=yes,no&preset=tiny-conv&board=nano33ble&as=c"
	answers "an order" 202 '"state":"(queued|running)"'
	order=$(id)
	for _ in $(seq 1500); do
		get "/api/v1/service/$order"
		grep -qE '"state":"(queued|running)"' "$tmp/body" || break
		sleep 0.2
	done
	answers "it is done" 200 '"state":"done".*"accuracy":[01]'
	fetch "$url/api/v1/service/$order/firmware"
	holds "what was made is a .zip" sh -c "head -c 2 '$tmp/body' | grep -q PK"
	fetch -X POST -H "X-Thimble-Token: $token" -H 'Content-Type: application/zip' --data-binary "@$tmp/words.zip" \
		"$url/api/v1/service?task=keyword&labels=yes,no&board=nano33ble&as=c"
	order=$(id)
	get "/api/v1/service/$order/firmware"; answers "it is not done yet" 409
	fetch -X DELETE -H "X-Thimble-Token: $token" "$url/api/v1/service/$order"; answers "it is cancelled" 204
	holds "and all of it is gone" [ ! -e "$tmp/root/order-$order" ]
	get "/api/v1/service/$order"; answers "also its name" 404
else
	skip "an order" "espeak-ng or bsdtar is not installed"
fi
fetch -X POST -H "X-Thimble-Token: $token" --data-binary hello "$url/api/v1/service"; answers "an order of no .zip" 415
fetch -X POST -H "X-Thimble-Token: $token" --data-binary hello "$url/api/v1/service?board=none"; answers "for no board" 400
fetch -X POST -H "X-Thimble-Token: $token" --data-binary hello "$url/api/v1/projects/wave/import"; answers "an import of no .zip" 415
unserve
finish
