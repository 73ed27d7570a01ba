#!/bin/sh
# thimble course export, import: files that independent programs take for what they are, the same bytes twice, and
# questions that come back.
thimble=${THIMBLE:-build/thimble}
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
n=0
ok() { # ok "what" command..
	what=$1
	shift
	n=$((n + 1))
	if "$@" >"$dir/log" 2>&1; then echo "ok $n - $what"; else
		echo "not ok $n - $what"
		sed 's/^/# /' "$dir/log"
	fi
}
skip() {
	n=$((n + 1))
	echo "ok $n - $1 # SKIP $2 is not installed"
}

if ! "$thimble" course list --json 2>/dev/null | grep -q '"rule"'; then
	echo "ok 1 - courses # SKIP there are no courses in this program"
	exit 0
fi

export_as() { "$thimble" course export rule --as "$1" --out "$dir/$2"; }
for as in gift olx cartridge epub; do
	ok "export as $as" export_as $as "a.$as"
	ok "export as $as again" export_as $as "b.$as"
	ok "$as: the same bytes" cmp "$dir/a.$as" "$dir/b.$as"
done

mkdir "$dir/olx" "$dir/imscc" "$dir/epub"
ok "the OLX is a .tar.gz" tar xzf "$dir/a.olx" -C "$dir/olx"
for f in course.xml course/run.xml policies/run/policy.json policies/run/grading_policy.json about/overview.html; do
	ok "OLX has $f" test -s "$dir/olx/course/$f"
done
# Each url_name has its file.
named() {
	find "$dir/olx/course" -name '*.xml' -exec cat {} + | grep -o '<[a-z]* url_name="[^"]*"' | tr -d '<"' |
		while read -r word name; do
			[ -e "$dir/olx/course/$word/${name#url_name=}.xml" ] || echo "$word $name"
		done >"$dir/missing"
	[ ! -s "$dir/missing" ] || { cat "$dir/missing" && false; }
}
ok "OLX: each part has its file" named
if command -v bsdtar >/dev/null; then
	ok "the cartridge is a .zip" bsdtar xf "$dir/a.cartridge" -C "$dir/imscc"
	ok "the book is a .zip" bsdtar xf "$dir/a.epub" -C "$dir/epub"
	# Each file of the manifest is there, each file but the manifest in it.
	listed() {
		grep -o '<file href="[^"]*"' "$dir/imscc/imsmanifest.xml" | cut -d'"' -f2 | sort >"$dir/listed"
		(cd "$dir/imscc" && find . -type f ! -name imsmanifest.xml | sed 's|^\./||' | sort) >"$dir/there"
		cmp "$dir/listed" "$dir/there"
	}
	ok "the cartridge's manifest lists what there is" listed
	whole() { ! grep -rl "$(printf '\357\277\275')" "$dir/olx" "$dir/imscc" "$dir/epub"; }
	ok "no character was lost" whole
	if command -v xmllint >/dev/null; then
		well_formed() { find "$dir/olx" "$dir/imscc" "$dir/epub" -name '*.x*ml' -exec xmllint --noout {} +; }
		ok "all XML is well-formed" well_formed
	else skip "all XML is well-formed" xmllint; fi
else skip "cartridge and book are .zip files" bsdtar; fi
mime() { [ "$(dd if="$dir/a.epub" bs=1 skip=30 count=28 2>/dev/null)" = "mimetypeapplication/epub+zip" ]; }
ok "the book says first what it is" mime
if [ -r /usr/share/java/epubcheck.jar ] && command -v java >/dev/null; then
	ok "EPUBCheck finds nothing" nice java -jar /usr/share/java/epubcheck.jar --failonwarnings "$dir/a.epub"
else skip "EPUBCheck finds nothing" epubcheck; fi

ok "OLX comes back" "$thimble" course import "$dir/a.olx" --out "$dir/back.gift"
ok "GIFT comes back" "$thimble" course import "$dir/a.gift" --out "$dir/own.gift"
same_names() {
	grep -o '^::[^:]*::' "$dir/own.gift" | sort >"$dir/own"
	grep -o '^::[^:]*::' "$dir/back.gift" | sort >"$dir/back"
	[ "$(wc -l <"$dir/own")" -gt 30 ] && [ -z "$(comm -23 "$dir/own" "$dir/back")" ]
}
ok "with the same questions" same_names
ok "what was imported reads again" "$thimble" course import "$dir/back.gift" --json --out "$dir/again.gift"
ok "and is written the same" cmp "$dir/back.gift" "$dir/again.gift"

fails() { # fails CODE "words" command..
	code=$1 words=$2
	shift 2
	"$@" >"$dir/log2" 2>&1
	got=$?
	cat "$dir/log2"
	[ "$got" = "$code" ] && grep -q "$words" "$dir/log2"
}
ok "an unknown format" fails 2 "gift, olx, cartridge or epub" "$thimble" course export rule --as pdf --out "$dir/x"
ok "an unknown course" fails 1 "no course" "$thimble" course export none --as epub --out "$dir/x"
ok "no --out" fails 2 "where it goes" "$thimble" course export rule --as epub
echo "hello" >"$dir/hello"
ok "no questions" fails 1 "hello, line 1: a question without answers" "$thimble" course import "$dir/hello" --out "$dir/x"
ok "nothing was written" test ! -e "$dir/x"
echo "1..$n"
