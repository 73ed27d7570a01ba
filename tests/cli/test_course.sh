#!/bin/sh
# thimble course list, read, check, translate; and the courses in the studio: pages, pictures, search, an author's changes.
# shellcheck source=tests/cli/lib.sh
. tests/cli/lib.sh
# shellcheck source=tests/cli/serve.sh
. tests/cli/serve.sh

run course check; exits "the courses of the program are fit to be read" 0 'fit to be read'
run course list; exits "the list has both courses" 0 '^rule: '
run course list signal; exits "a course's list" 0 'signal/.*quiz'
run course list none; exits "the list of a course that is none" 1 'no course "none"'
run course list --json; exits "the list as JSON" 0 '"chapters"'
run course read none; exits "a lesson that is none" 1 'no lesson "none"'
run course read rule --lang Spanish; exits "a language that is none" 2 'two or three small letters'

# Every page can be read, in a terminal and as JSON; no line is longer than 80 columns but code, addresses and tables.
"$thimble" course list | sed -nE 's/^ +([a-z0-9-]+\/[a-z0-9\/-]+) .*/\1/p' | grep -vE '/(quiz|placement)$' >"$tmp/ids"
holds "there are more than 60 pages" [ "$(wc -l <"$tmp/ids")" -gt 60 ]
bad=''
while read -r id; do "$thimble" course read "$id" >"$tmp/page" 2>&1 && [ -s "$tmp/page" ] || bad="$bad $id"; done <"$tmp/ids"
holds "every page can be read:$bad" [ -z "$bad" ]

# An author's folder: the test's own.
mkdir "$tmp/c" && cp -r tests/course/data/courses/. "$tmp/c"
run course read test/one/what-fits --courses "$tmp/c"; exits "a lesson in the terminal" 0 '^\[Answers\]'
holds "its formula is text" grep -q 'y = wx + b' "$tmp/out"
holds "its explorable is its text" grep -q 'A ball rolls down a valley' "$tmp/out"
run course read test/one/what-fits --courses "$tmp/c" --json; exits "a lesson as JSON" 0 '"explore"'
run course check --courses "$tmp/c"; exits "a course that is not complete" 1 'things? to mend'
holds "what is wrong has its file" grep -q "^$tmp/c/1-test/1-one/chapter.md: a chapter has 3 to 5 lessons" "$tmp/out"
run course check --courses "$tmp/c" --json; exits "the same as JSON" 1
holds "with its count" grep -q '"wrong": [0-9]' "$tmp/out"
run course translate test/one/next es --courses "$tmp/c"; exits "a translation begins" 0 '0 translated, 2 to do'
run course check --courses "$tmp/c" --lang es; exits "what fell behind" 1
holds "has its file" grep -q "2-next.es.md: the paragraph in 1-test/1-one/2-next.md:6 has no translation" "$tmp/out"
run course translate test/one/next en --courses "$tmp/c"; exits "English is no translation" 2 'English'
run course list --courses "$tmp/none"; exits "a folder that is not there" 1 'no folder'

mkdir "$tmp/p"
serve "$tmp/p" --courses "$tmp/c"
get /api/v1/course/map; answers "the map" 200 '"id":"test/one/what-fits"'
get /api/v1/course/lessons/test/one/next; answers "a lesson" 200 'It goes on'
tag=$(curl -s -o /dev/null -D - "$url/api/v1/course/lessons/test/one/next" | sed -nE 's/^ETag: ("[^"]*").*/\1/p')
fetch -H "If-None-Match: $tag" "$url/api/v1/course/lessons/test/one/next"; holds "nothing is sent twice" [ "$rc" = 304 ]
get /api/v1/course/files/1-test/1-one/coin.svg; answers "a picture" 200 '<svg'
get /api/v1/course/files/1-test/1-one/quiz.gift; answers "a quiz is no picture: it has keys" 404
get '/api/v1/course/files/1-test/1-one/..%2f..%2fsecret.svg'; answers "nothing outside" 400
get '/api/v1/course/search?q=VALLE'; answers "search" 200 '<mark>valley</mark>'
get '/api/v1/course/search'; answers "search for nothing at all" 400 'q='
get '/api/v1/course/glossary?lang=es'; answers "the glossary" 200 '"slug":"flash-memory"'
get '/api/v1/course/lessons/test/one/next?lang=e'; answers "a language that is none" 400
printf -- '---\ntitle: Changed\nminutes: 1\n---\n\nIt was changed.\n' >"$tmp/c/1-test/1-one/2-next.md"
sleep 1.2
get /api/v1/course/lessons/test/one/next; answers "an author sees her change" 200 'It was changed'
printf ':::story\n' >>"$tmp/c/1-test/1-one/2-next.md"
sleep 1.2
get /api/v1/course/lessons/test/one/next; answers "and her mistake, with its line" 400 '2-next.md:7: this block has no end'
unserve
holds "the studio ends" [ "$rc" = 0 ]
finish
