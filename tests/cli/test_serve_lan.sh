#!/bin/sh
# thimble serve --lan with a real socket: TLS that verifies, who may come in, and what stays after kill -9.
# shellcheck source=tests/cli/lib.sh
. tests/cli/lib.sh
# shellcheck source=tests/cli/serve.sh
. tests/cli/serve.sh

if ! command -v curl >/dev/null; then
	skip "the server" "curl is not installed"
	finish
fi
mkdir "$tmp/root" "$tmp/other"
ln -s /tmp "$tmp/other/.thimble"
run serve "$tmp/other" --lan --port 0; exits "secrets are not kept behind a link" 1 'must be a folder of your own'

# Every curl from here on checks the certificate, against the studio's own file.
state=$tmp/root/.thimble
export CURL_HOME="$tmp"
echo "cacert = $state/tls.pem" >"$tmp/.curlrc"

# lan: starts; $url, and $once, the teacher's code
lan() {
	serve "$tmp/root" --lan
	for _ in $(seq 50); do
		grep -q fingerprint "$tmp/serve.out" && break
		sleep 0.1
	done
	url=https://localhost:$port
	once=$(sed -nE 's|.*localhost:[0-9]+/#/join/([A-Z0-9-]+)$|\1|p' "$tmp/serve.out")
}
# as JAR: who asks from now on, by the cookies in this file; $token is theirs
as() {
	echo "cacert = $state/tls.pem
cookie = $tmp/$1
cookie-jar = $tmp/$1" >"$tmp/.curlrc"
	token=$(curl -s "$url/api/v1/session" | sed -nE 's/.*"token":"([^"]*)".*/\1/p')
}
# pairing: the class's code, as the teacher sees it
pairing() {
	as teacher
	code=$(curl -s "$url/api/v1/pairing" | sed -nE 's/.*"code":"([0-9]{6})".*/\1/p')
}

lan
holds "the class's address is an address" grep -qE 'https://[0-9a-z.:]+:'"$port"'/#/join/[0-9]{6}$' "$tmp/serve.out"
holds "the fingerprint is told" grep -qE '^  ([0-9A-F]{2}:){31}[0-9A-F]{2}$' "$tmp/serve.out"
get /api/v1; answers "TLS that verifies, by name" 200 '"lan":true'
fetch "https://127.0.0.1:$port/api/v1"; answers "by address" 200
address=$(sed -nE 's|.*https://(.*):'"$port"'/#/join/[0-9]{6}$|\1|p' "$tmp/serve.out")
fetch "https://$address:$port/api/v1"; answers "by the address that others use" 200
holds "not without TLS" sh -c "! curl -s 'http://localhost:$port/api/v1' | grep -q Thimble"
holds "TLS 1.2 is spoken" curl -s -o "$tmp/body" --tls-max 1.2 "$url/api/v1"
holds "TLS 1.1 is not" sh -c "! curl -s --tls-max 1.1 --ciphers DEFAULT@SECLEVEL=0 '$url/api/v1'"
if command -v openssl >/dev/null; then
	seen=$(openssl s_client -connect "localhost:$port" </dev/null 2>"$tmp/err" | openssl x509 -noout -fingerprint -sha256 | cut -d= -f2)
	holds "the fingerprint is the certificate's" grep -q "^  $seen$" "$tmp/serve.out"
	openssl x509 -in "$state/tls.pem" -noout -text >"$tmp/certificate"
	holds "the certificate is for P-256" grep -q prime256v1 "$tmp/certificate"
	holds "for servers" grep -q 'TLS Web Server Authentication' "$tmp/certificate"
	holds "and no authority" grep -q 'CA:FALSE' "$tmp/certificate"
fi
holds "only this user reads the folder" [ "$(stat -c %a "$state" "$state/tls.key" "$state/people.db" | tr '\n' ' ')" = "700 600 600 " ]

as nobody
get /api/v1/projects; answers "a stranger reads nothing" 401 '"code":"log-in"'
get /; answers "but the pages" 200 '<'
send POST /api/v1/session "{\"code\":\"$once\",\"name\":\"Ms Curie\"}" -H 'Origin: https://evil.example'; answers "not from another page" 403
as teacher
send POST /api/v1/session "{\"code\":\"$once\",\"name\":\"Ms Curie\"}"; answers "the teacher's code" 201 '"role":"teacher"'
as teacher
send POST /api/v1/projects '{"name":"lights","labels":["on","off"]}'; answers "the teacher makes a project" 201
as eve
send POST /api/v1/session "{\"code\":\"$once\",\"name\":\"Eve\"}"; answers "it opens once" 403
pairing
as noor
send POST /api/v1/session "{\"code\":\"$code\",\"name\":\"Noor\"}"; answers "the class's code" 201 '"role":"learner"'
as noor
get /api/v1/projects; answers "a learner reads" 200 'lights'

# the course: a learner has her own record, and no other's
as teacher
send POST /api/v1/course/classes '{"name":"9b"}'; answers "a teacher makes a class" 201 '"code":"[0-9]{6}"'
class=$(sed -nE 's/.*"id":([0-9]+).*/\1/p' "$tmp/body") six=$(sed -nE 's/.*"code":"([0-9]{6})".*/\1/p' "$tmp/body")
as noor
send POST /api/v1/course/classes '{"name":"mine"}'; answers "a learner makes none" 403
get "/api/v1/course/classes/$class"; answers "nor sees it before she joins" 404
get "/api/v1/course/classes/$class/gradebook"; answers "nor the gradebook" 403
get /api/v1/course/reports; answers "nor reports" 403
send POST /api/v1/course/join "{\"code\":\"$six\"}"; answers "she joins by its code" 200 '"name":"9b"'
holds "which she is not told" sh -c "! grep -q '\"code\"' '$tmp/body'"
for _ in 1 2 3 4 5; do send POST /api/v1/course/join '{"code":"000000"}'; done
answers "five wrong codes" 404 'no class'
send POST /api/v1/course/join '{"code":"000000"}'; answers "and she waits" 429 'wait'
as teacher
get "/api/v1/course/classes/$class/gradebook?as=csv"; answers "the teacher has the gradebook" 200 '"Noor"'
send POST /api/v1/course/join '{"code":"000000"}'; answers "others don't wait" 404
as noor
mv "$tmp/root/lights/thimble.ini" "$tmp/ini"
echo nonsense >"$tmp/root/lights/thimble.ini"
get /api/v1/projects/lights; answers "an error names the file" 400 'lights/thimble.ini'
holds "and not where the studio is" sh -c "! grep -q '$tmp' '$tmp/body'"
mv "$tmp/ini" "$tmp/root/lights/thimble.ini"
mkdir -p "$tmp/root/lights/model"
echo '"secret"' >"$tmp/secret" && ln -s "$tmp/secret" "$tmp/root/lights/model/test.json"
get /api/v1/projects/lights/results/test; answers "a result that is a link out is none" 404
rm "$tmp/root/lights/model/test.json"
get /api/v1/users; answers "but not the list of people" 403 '"code":"may-not"'
send PUT /api/v1/projects/lights/settings '{}'; answers "and changes no settings" 403
send PATCH /api/v1/users/Noor '{"role":"teacher"}'; answers "and makes itself no teacher" 403
send POST /api/v1/session "{\"code\":\"$code\",\"name\":\"Noor\"}"; answers "a name that is taken" 409
fetch -X POST -H "X-Thimble-Token: $token" -H 'Transfer-Encoding: chunked' --data-binary '{}' "$url/api/v1/session"; answers "a length that is not told" 411
fetch -X POST -H "X-Thimble-Token: $token" -H 'Content-Length: 2' -H 'Transfer-Encoding: chunked' --data-binary '{}' "$url/api/v1/session"; answers "pieces beside a length" 411
send POST /api/v1/session "{\"name\":\"$(printf 'a%.0s' $(seq 5000))\"}"; answers "a body that is too long" 413

kill -9 "$server"
wait "$server" 2>/dev/null
lan
sed -i "s/thimble-[0-9]*/thimble-$port/" "$tmp/noor" "$tmp/teacher" # cookies are of a port, and this is another one
as noor
get /api/v1/session; answers "after kill -9 a session goes on" 200 '"user":"Noor"'
send DELETE /api/v1/session ''; answers "and ends" 204
get /api/v1/projects; answers "then nothing is read" 401
as eve
for _ in 1 2 3 4 5; do send POST /api/v1/session '{"code":"no","name":"Eve"}'; done
answers "wrong codes" 403
send POST /api/v1/session '{"code":"no","name":"Eve"}' -D "$tmp/head"; answers "after five one waits" 429 'wait'
holds "and is told how long" grep -qi '^retry-after: 10' "$tmp/head"
pairing
as noor
cookies=$(awk '/thimble/ { print $NF }' "$tmp/teacher")
holds "no secret is in what the server says" sh -c "! grep -qF -e '$cookies' -e '$code' '$tmp/serve.err'"
unserve
holds "Ctrl-C ends it with 0" [ "$rc" -eq 0 ]
finish
