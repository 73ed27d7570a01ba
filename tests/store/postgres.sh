#!/bin/sh
# postgres.sh start DIR   A PostgreSQL server for a test, in DIR, on a socket there; prints its address.
# postgres.sh fresh DIR   Forgets what an earlier test kept there.
# postgres.sh stop DIR
# Exit code 77: the server's programs are not installed.  Nobody stops it after a crash but its own end, in five minutes.
dir=$2
bin=
for b in /usr/lib/postgresql/*/bin; do [ -x "$b/initdb" ] && bin=$b; done
[ "$bin" ] || bin=$(dirname "$(command -v initdb)" 2>/dev/null)
[ -x "$bin/postgres" ] || exit 77
as= # it refuses to run as root
if [ "$(id -u)" = 0 ]; then
	command -v setpriv >/dev/null || exit 77
	as="setpriv --reuid=nobody --regid=nogroup --clear-groups"
fi

case $1 in
start)
	[ "$as" ] && chown nobody "$dir"
	cd "$dir" || exit 1
	if [ ! -d data ]; then # shellcheck disable=SC2086 # a list of words
		$as "$bin/initdb" -D data -A trust -U thimble -E UTF8 --locale=C --no-sync >initdb.log 2>&1 || { cat initdb.log >&2; exit 1; }
	fi
	# shellcheck disable=SC2086
	setsid timeout 300 $as "$bin/postgres" -D data -k "$dir" -c listen_addresses= -c fsync=off -c max_connections=40 \
		-c shared_buffers=8MB >>postgres.log 2>&1 </dev/null &
	echo $! >pid
	for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
		"$bin/pg_isready" -q -h "$dir" && break
		sleep 0.5
	done
	"$bin/pg_isready" -q -h "$dir" || { cat postgres.log >&2; exit 1; }
	echo "postgresql://thimble@/postgres?host=$dir"
	;;
fresh) "$bin/psql" -q -h "$dir" -U thimble -d postgres -c "DROP SCHEMA IF EXISTS thimble CASCADE" 2>/dev/null ;;
stop) # shellcheck disable=SC2086
	$as "$bin/pg_ctl" -D "$dir/data" -m immediate stop >/dev/null 2>&1 ;;
esac
