#!/bin/sh
# lint.sh [format|scripts|web|cppcheck|tidy|analyzer]..   Checks layout and likely mistakes; without words, all but the
# analyzer: gcc's and clang's analyzers are worth reading, but they look into one file at a time, and so report what
# the others prevent.
cd "$(dirname "$0")/.." || exit 1
flags="-std=c11 -D_POSIX_C_SOURCE=200809L -Isrc -Ibuild/release $(sed -n 's/^PKGS *:= *//p' Makefile | xargs pkg-config --cflags 2>/dev/null)"
jobs=$(nproc 2>/dev/null || echo 1)

# scripts: every tracked file that starts with #!/bin/sh or bash, and the shell tests
scripts() {
	git ls-files | while read -r f; do
		head -n 1 "$f" 2>/dev/null | grep -qaE '^#!.*[/ ](sh|bash)$' && echo "$f"
	done
}

# shellcheck disable=SC2086  # flags is a list of words
lint() {
	case $1 in
	format)
		tools/need.sh program clang-format &&
			git ls-files '*.c' '*.h' | xargs -r clang-format --dry-run -Werror ;;
	scripts)
		tools/need.sh program shellcheck && scripts | xargs -r shellcheck -x ;;
	web) # the studio's pages, where there is what checks them
		if tools/web.sh modules && [ "$(tools/web.sh state)" = ready ]; then
			node web/check.mjs
		else
			echo "lint: web SKIPPED: $(tools/web.sh state) here (./run setup)"
		fi ;;
	cppcheck) # off: loops that fill arrays are not understood (uninitvar), >> keeps the sign with every compiler here
		tools/need.sh program cppcheck &&
			cppcheck --quiet --std=c11 --enable=warning,performance,portability --inline-suppr \
				--error-exitcode=1 --suppress=missingIncludeSystem \
				--suppress=uninitvar --suppress=shiftTooManyBitsSigned --suppress=unknownMacro --suppress=invalidPointerCast -j "$jobs" -Isrc src ;;
	analyzer)
		tools/need.sh program gcc clang-tidy || return
		git ls-files 'src/*.c' | xargs -r -n 4 -P "$jobs" tools/lint.sh --tidy-files '--checks=-*,clang-analyzer-*' $flags --
		git ls-files 'src/*.c' | xargs -r -n 1 -P "$jobs" gcc $flags -O1 -fanalyzer -Werror -S -o /dev/null ;;
	tidy)
		tools/need.sh program clang-tidy &&
			git ls-files 'src/*.c' | xargs -r -n 4 -P "$jobs" tools/lint.sh --tidy-files $flags -- ;;
	*) echo "lint.sh: there is no check \"$1\"" >&2; return 2 ;;
	esac
}

if [ "${1-}" = --tidy-files ]; then # [--checks=..] flags -- files: clang-tidy wants them the other way round
	shift; options='' checks=''
	case $1 in --checks=*) checks=$1; shift ;; esac
	while [ "$1" != -- ]; do options="$options $1"; shift; done
	shift
	# shellcheck disable=SC2086
	exec clang-tidy --quiet $checks "$@" -- $options 2>/dev/null
fi
rc=0
[ $# -gt 0 ] || set -- format scripts web cppcheck tidy
for what; do
	if lint "$what"; then echo "lint: $what ok"; else echo "lint: $what: see above"; rc=1; fi
done
exit $rc
