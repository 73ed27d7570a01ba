#!/bin/sh
# thimble serve with a real socket: it starts, answers, refuses what it must, and ends on Ctrl-C.
# shellcheck source=tests/cli/lib.sh
. tests/cli/lib.sh
# shellcheck source=tests/cli/serve.sh
. tests/cli/serve.sh

run serve "$tmp/nowhere"; exits "a folder that is not there" 1 'nowhere'
run serve tests/test.h; exits "a file" 2 'no folder'
run serve --port 99999; exits "a port that is none" 2 'from 0 to 65535'
if ! command -v curl >/dev/null; then
	skip "the server" "curl is not installed"
	finish
fi

mkdir "$tmp/root" "$tmp/elsewhere"
"$thimble" new "$tmp/elsewhere/secret" >/dev/null
ln -s "$tmp/elsewhere/secret" "$tmp/root/link"
serve "$tmp/root"
holds "it says where it is" grep -q "http://localhost:$port/" "$tmp/serve.out"
get /api/v1; answers "the server" 200 '"name":"Thimble"'
get /api/v1/openapi.json; answers "its description" 200 '"openapi"'
holds "the description is JSON" sh -c "command -v python3 >/dev/null || exit 0; python3 -m json.tool <'$tmp/body' >/dev/null"
get /api/v1/projects; answers "no projects" 200 '^\[\]$'
get /api/v1/nothing; answers "an address that is none" 404 '"code":"not-found"'
get '/%2e%2e/x'; answers "a way up" 400 '"code":"wrong-request"'
get '/..%2f..%2fetc%2fpasswd'; answers "an encoded slash" 400
get '/a%00b'; answers "a NUL" 400
get "/$(printf 'a%.0s' $(seq 5000))"; answers "a long address" 400 'too long'
send POST /api/v1/projects '{"name":"lights","labels":["on","off"]}'; answers "a project is made" 201 '"labels":\["on","off"'
send POST /api/v1/projects '{"name":"lights"}'; answers "it is there already" 409 'lights'
send POST /api/v1/projects '{"name":"../x"}'; answers "a name that leads away" 400
send POST /api/v1/projects '{"name":"-x"}'; answers "a name like an option" 400
send POST /api/v1/projects '{"name":"x","task":"fly"}'; answers "a task that is none" 400 'keyword'
send POST /api/v1/projects '{"name":"x","labels":"a"}'; answers "labels that are no list" 400 'list'
send POST /api/v1/projects '{"name":'; answers "half a body" 400 'JSON'
send POST /api/v1/projects '[1]'; answers "a body that is no object" 400 'object'
send POST /api/v1/projects "{\"name\":\"$(printf 'a%.0s' $(seq 20000))\"}"; answers "a body that is too long" 413 'too-long'
get /api/v1/projects/lights; answers "the project" 200 '"by_label":\[\{"label":"on"'
get /api/v1/projects/link; answers "a link that leads away" 404
send PUT /api/v1/projects '{}'; answers "a method that is none" 405 'wrong-method'
token=wrong send POST /api/v1/projects '{"name":"y"}'; answers "without the token" 403 'Token'
fetch -H 'Host: evil.example' "$url/api/v1"; answers "another host's name" 403
fetch -H 'Origin: http://evil.example' "$url/api/v1"; answers "another page" 403
unserve
holds "Ctrl-C ends it with 0" [ "$rc" -eq 0 ]

serve "$tmp/elsewhere/secret"
get /api/v1/projects; answers "one project alone" 200 '^\[\{"name":"secret"'
send POST /api/v1/projects '{"name":"z"}'; answers "no other is made" 403
unserve
finish
