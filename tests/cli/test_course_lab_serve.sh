#!/bin/sh
# Labs in a class: started, edited and graded by the server; a learner hands in her work and never a grade.
# shellcheck source=tests/cli/lib.sh
. tests/cli/lib.sh
# shellcheck source=tests/cli/serve.sh
. tests/cli/serve.sh

if ! command -v curl >/dev/null; then
	skip "labs of a class" "curl is not installed"
	finish
fi
c=$tmp/courses/1-t/1-num
mkdir -p "$tmp/root" "$c/lab/starter"
: >"$tmp/courses/glossary.md"
printf -- '---\ntitle: T\nsummary: s\nhours: 1\n---\n\nA course.\n' >"$c/../course.md"
printf -- '---\ntitle: C\nquestion: Q\ngoals: g\n---\n\nA story.\n' >"$c/chapter.md"
printf -- '---\ntitle: L\nminutes: 5\n---\n\nYour w is [[w]].\n' >"$c/lab/lab.md"
printf 'text\n' >"$c/lab/starter/note.txt"
printf 'given\n' >"$c/lab/starter/given.txt"
cat >"$c/lab/lab.ini" <<'END'
[lab]
edit = note.txt
[vars]
w = 1..9 step 1
[start]
run = calc-is-no-step-here
[number w]
ask = What is w?
is = [[w]]
[number sealed]
ask = What is the sealed seed?
is = [[sealed]]
END
lab=/api/v1/course/labs/t/num/lab files=/api/v1/course/labfiles/t/num/lab

state=$tmp/root/.thimble
export CURL_HOME="$tmp"
as() {
	echo "cacert = $state/tls.pem
cookie = $tmp/$1
cookie-jar = $tmp/$1" >"$tmp/.curlrc"
	token=$(curl -s "$url/api/v1/session" | sed -nE 's/.*"token":"([^"]*)".*/\1/p')
}
# lab_ends: until no job of the lab runs any more; its JSON is in $tmp/body
lab_ends() {
	for _ in $(seq 200); do
		get "$lab"
		if [ "$rc" != 200 ] || grep -q '"running":null' "$tmp/body"; then return; fi
		sleep 0.1
	done
}
echo "cacert = $state/tls.pem" >"$tmp/.curlrc"
serve "$tmp/root" --lan --courses "$tmp/courses"
for _ in $(seq 50); do
	if grep -q fingerprint "$tmp/serve.out"; then break; fi
	sleep 0.1
done
url=https://localhost:$port
code=$(sed -nE 's|.*#/join/([0-9]{6})$|\1|p' "$tmp/serve.out" | head -n 1)
as ana; send POST /api/v1/session "{\"code\":\"$code\",\"name\":\"ana\"}"; answers "ana comes in" 201
as ana
get "$lab"; answers "a lab before it is started" 200 'Your w is [1-9].*"files":\[\]'
send POST "$lab?do=grade" ''; answers "what was not started is not graded" 409
send POST "$lab?do=start" ''; answers "it is started" 202 '"verb":"course start"'
lab_ends
answers "a recipe's mistake is told" 200 '"files":\[\].*"error":"[^"]*calc-is-no-step-here'
sed -i '/^run/d' "$c/lab/lab.ini"
sleep 1.1 # the courses are looked at once a second
send POST "$lab?do=start" ''; answers "and mended, it is started" 202
lab_ends
answers "her files" 200 '"path":"note.txt","bytes":5,"edit":true'
w=$(sed -nE 's/.*Your w is ([1-9]).*/\1/p' "$tmp/body")
send PUT "$files?file=answers.ini" "{\"w\": $w, \"sealed\": \"1\"}"; answers "answers are written" 204
get "$files?file=answers.ini"; answers "and read" 200 "\"w\":\"$w\""
send PUT "$files?file=note.txt" '{"text":"mine"}'; answers "a file of hers is written" 204
get "$files?file=note.txt"; answers "and read" 200 '"text":"mine"'
send PUT "$files?file=given.txt" '{"text":"x"}'; answers "what is given is not" 404
send PUT "$files?file=.lab.json" '{"text":"{}"}'; answers "nor whose it is" 404
get "$files?file=../.thimble/course.db"; answers "and nothing outside is read" 404
send POST "$lab?do=grade" ''; answers "it is graded" 202
lab_ends
answers "by the class's data, and kept" 200 '"level":"class","score":1.0,"of":2.0'
holds "the secret is not told" sh -c "! grep -q sealed-seed '$tmp/body'"
send POST /api/v1/projects/lab-num-ana/jobs '{"verb":"course grade","options":{"seed":5}}'
answers "the server's options are not hers" 400 'not for a job'
get /api/v1/projects/lab-num-ana/jobs; answers "she sees her own jobs" 200 'course grade'
send POST "$lab?do=again" ''; answers "the starter comes back" 202
lab_ends
get "$files?file=note.txt"; answers "as it was" 200 '"text":"text'
rm -f "$tmp/ben"
as ben; send POST /api/v1/session "{\"code\":\"$code\",\"name\":\"ben\"}"; answers "ben comes in" 201
as ben
get "$lab"; answers "ben has his own" 200 '"files":\[\].*"results":\[\]'
send POST /api/v1/projects/lab-num-ana/jobs '{"verb":"course grade"}'; answers "and nothing of hers" 403
for of in jobs jobs/000001 jobs/000001/events events samples; do
	get "/api/v1/projects/lab-num-ana/$of"; answers "he does not see her $of" 404
done
send POST /api/v1/projects '{"name":"lab-num-cem"}'; answers "nor stands where another's lab will be" 400 'are for labs'
unserve
finish
