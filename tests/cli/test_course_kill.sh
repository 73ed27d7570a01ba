#!/bin/sh
# kill -9 in the middle of answers: every answer that was acknowledged is there afterwards, and none twice.
# shellcheck source=tests/cli/lib.sh
. tests/cli/lib.sh
# shellcheck source=tests/cli/serve.sh
. tests/cli/serve.sh

if ! command -v curl >/dev/null; then
	skip "the course's record" "curl is not installed"
	finish
fi
mkdir -p "$tmp/root" "$tmp/courses/1-rule/1-coin"
: >"$tmp/courses/glossary.md"
printf -- '---\ntitle: Rule\nsummary: S\nhours: 1\n---\n\nA course.\n' >"$tmp/courses/1-rule/course.md"
printf -- '---\ntitle: Coin\nquestion: Q\ngoals: g\n---\n\nA story.\n' >"$tmp/courses/1-rule/1-coin/chapter.md"
for i in $(seq 400); do printf '::q%d:: Is it %d? {#%d}\n\n' "$i" "$i" "$i"; done >"$tmp/courses/1-rule/1-coin/quiz.gift"

# answer FROM TO: right answers, one after the other; those that were acknowledged into $tmp/known
answer() {
	for i in $(seq "$1" "$2"); do
		s=$(curl -s -o /dev/null -w '%{http_code}' -X POST -H "X-Thimble-Token: $token" -d '{"quiz":"rule/coin/quiz","item":"q'"$i"'","given":'"$i"'}' "$url/api/v1/course/answers")
		if [ "$s" = 201 ]; then echo "q$i"; fi
	done >>"$tmp/known.$1"
}
# kept: questions whose answers are in the record
kept() { "$thimble" course record "$tmp/root" --as csv | sed -nE 's/.*"answered","[^"]*","(q[0-9]+)".*/\1/p' | sort; }

for round in 0 1 2; do
	serve "$tmp/root" --courses "$tmp/courses"
	clients=
	for c in 1 2 3 4; do
		from=$((round * 120 + c * 30 - 29))
		answer "$from" $((from + 29)) &
		clients="$clients $!"
	done
	sleep "0.$((4 + round * 2))"
	kill -9 "$server"
	# shellcheck disable=SC2086 # a list of numbers
	wait $clients 2>/dev/null
	cat "$tmp"/known.* | sort >"$tmp/known"
	kept >"$tmp/kept"
	holds "round $round: there were answers ($(wc -l <"$tmp/known"))" [ -s "$tmp/known" ]
	holds "round $round: all that were acknowledged are there" sh -c "comm -23 '$tmp/known' '$tmp/kept' | { ! grep . ; }"
	holds "round $round: none is there twice" sh -c "uniq -d '$tmp/kept' | { ! grep . ; }"
done

serve "$tmp/root" --courses "$tmp/courses"
get /api/v1/course/quizzes/rule/coin/quiz
points=$(sed -nE 's/.*"points":([0-9.]+),"of".*/\1/p' "$tmp/body")
holds "the quiz counts what the record holds" [ "${points%.0}" = "$(wc -l <"$tmp/kept")" ]
first=$(head -n 1 "$tmp/kept")
send POST /api/v1/course/answers '{"quiz":"rule/coin/quiz","item":"'"$first"'","given":0}'; answers "an answer that is there is not given again" 409 'already'
run course record "$tmp/root" --learner nobody; exits "a learner who is none" 1 'nobody called nobody'
run course record "$tmp/root" --learner me; exits "xAPI" 0 '"http://adlnet.gov/expapi/verbs/answered"'
run course record "$tmp/courses"; exits "a folder without a record" 1 'nobody has learnt'
unserve; exits "ends" 0
finish
