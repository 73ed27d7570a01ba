# serve.sh -- what the tests of the studio's server share: start it on a free port, ask it with curl, end it.
# shellcheck shell=sh

# serve FOLDER [OPTIONS..]: starts; $port, $url, $token, $server
serve() {
	: >"$tmp/serve.out"
	"$thimble" serve "$@" --port 0 >"$tmp/serve.out" 2>"$tmp/serve.err" </dev/null &
	server=$!
	for _ in $(seq 100); do
		port=$(sed -nE 's|.*//localhost:([0-9]+)/.*|\1|p' "$tmp/serve.out" | head -n 1)
		[ -z "$port" ] || break
		sleep 0.1
	done
	url=http://localhost:$port
	trap 'kill -9 $server 2>/dev/null; rm -rf "$tmp"' EXIT
	token=$(curl -s "$url/api/v1/session" | sed -nE 's/.*"token":"([^"]*)".*/\1/p')
}

# fetch CURL'S WORDS..: status in $rc, body in $tmp/body
fetch() { rc=$(curl -s -o "$tmp/body" -w '%{http_code}' "$@"); }
get() { fetch "$url$1"; }
# send METHOD PATH BODY [CURL'S WORDS..]
send() {
	method=$1 path=$2 body=$3
	shift 3
	printf '%s' "$body" >"$tmp/sent"
	fetch -X "$method" -H "X-Thimble-Token: $token" -H 'Content-Type: application/json' --data-binary "@$tmp/sent" "$@" "$url$path"
}

# answers NAME STATUS [PATTERN]: the last reply had it, and its body holds the extended regular expression
answers() {
	cp "$tmp/body" "$tmp/out" 2>/dev/null
	cp "$tmp/serve.err" "$tmp/err"
	if [ "$rc" != "$2" ]; then
		fail "$1" "expected status $2"
	elif [ $# -gt 2 ] && ! grep -qaE -- "$3" "$tmp/body"; then
		fail "$1" "expected the words: $3"
	else
		pass "$1"
	fi
}

# unserve: as Ctrl-C does; exit code in $rc
unserve() {
	kill -TERM "$server"
	wait "$server"
	rc=$?
}
