#!/bin/sh
# fresh.sh [DIR] [demo|root|user|offline|keep]..   Tries the two commands of the README on a fresh Debian 12 that has
# nothing but its base system and git, in the folder DIR (default build/fresh), as chroot. Needs root, debootstrap
# and a network. What is tested is the last commit.
#
#   demo     ./run demo alone, as root
#   root     ./run demo and ./run test as root
#   offline  first without network: must fail and name the packages; after root: must work without network
#   user     as a user with sudo
#   keep     leave the folder as it is at the end (otherwise it is unmounted; the base is kept for the next time)
set -u
repo=$(cd "$(dirname "$0")/.." && pwd)
case ${1-} in '' | demo | root | user | offline | keep) dir=$repo/build/fresh ;; *) dir=$1; shift ;; esac
[ $# -gt 0 ] || set -- offline root user
die() { echo "fresh: $*" >&2; exit 1; }
[ "$(id -u)" -eq 0 ] || die "needs root (chroot, mount)"
command -v debootstrap >/dev/null || die "debootstrap is missing: apt-get install debootstrap"
mkdir -p "$dir" && dir=$(cd "$dir" && pwd) || exit 1
base=$dir/base; root=$dir/root; failed=0

# The mirror this machine itself uses.
make_base() {
	[ -e "$base/.ready" ] && return
	# shellcheck disable=SC2016  # apt's own placeholders
	mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Codename: bookworm' | head -n 1)
	rm -rf "$base"
	debootstrap --variant=minbase --include=git,ca-certificates bookworm "$base" "$mirror" >"$dir/debootstrap.log" 2>&1 ||
		die "debootstrap failed, see $dir/debootstrap.log"
	rm -rf "$base/etc/apt"/sources.list* # apt is set up as on this machine
	for f in sources.list sources.list.d apt.conf.d trusted.gpg.d keyrings auth.conf.d; do
		[ -e "/etc/apt/$f" ] && cp -a "/etc/apt/$f" "$base/etc/apt/"
	done
	rm -rf "$base/var/lib/apt/lists"/*
	touch "$base/.ready"
}

leave() {
	for m in proc dev/pts dev/shm dev; do umount "$root/$m" 2>/dev/null; done
}

# A copy of the base, with the last commit in /home/thimble.
enter_fresh() {
	leave
	rm -rf --one-file-system "$root"
	cp -a --reflink=auto "$base" "$root" || die "no room for a copy of the base in $dir"
	cp /etc/resolv.conf "$root/etc/resolv.conf"
	# Where this machine's way out has a certificate of its own, npm must know it, as apt does by its settings.
	cp /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/certs/ca-certificates.crt"
	mount -t proc proc "$root/proc" || die "mounting /proc failed"
	mount --bind /dev "$root/dev" || die "mounting /dev failed"
	git clone -q "$repo" "$root/home/thimble" || die "git clone failed"
}

# inside USER WORDS..: a command in the checkout, with nothing of this machine's environment
inside() {
	user=$1; shift
	chroot "$root" /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/home TERM=dumb \
		NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt \
		setpriv --reuid="$user" --regid="$user" --init-groups sh -c "cd /home/thimble && $*" </dev/null
}
without_network() { unshare -n -- "$0" "$dir" --inside "$@"; }

# check NAME COMMAND..: runs it, tells how long it took
check() {
	name=$1; shift
	start=$(date +%s)
	if "$@" >"$dir/$name.log" 2>&1; then
		echo "fresh: $name ok, $(($(date +%s) - start)) s"
	else
		echo "fresh: $name FAILED, see $dir/$name.log"; tail -n 25 "$dir/$name.log"; failed=$((failed + 1))
	fi
}
refuses() { # without network it must fail, and say which package is missing
	! without_network root ./run demo >"$dir/refuse.txt" 2>&1 && cat "$dir/refuse.txt" &&
		grep -q 'could not install:.* libsndfile1-dev' "$dir/refuse.txt"
}

if [ "${1-}" = --inside ]; then shift; inside "$@"; exit; fi
make_base
for what; do
	case $what in
	demo)
		enter_fresh
		check root-demo inside root ./run demo
		;;
	root)
		enter_fresh
		check root-demo inside root ./run demo
		check root-test inside root ./run test
		check offline-demo without_network root ./run demo
		;;
	offline)
		enter_fresh
		check offline-refuses refuses
		;;
	user)
		enter_fresh
		inside root 'apt-get -q update && apt-get -q -y install --no-install-recommends sudo' >"$dir/sudo.log" 2>&1 ||
			die "could not install sudo, see $dir/sudo.log"
		inside root 'useradd -m learner && echo "learner ALL=(ALL) NOPASSWD: ALL" >/etc/sudoers.d/learner &&
			chown -R learner /home/thimble'
		check user-demo inside learner ./run demo
		check user-test inside learner ./run test
		;;
	keep) exit $failed ;;
	*) die "there is no part \"$what\"" ;;
	esac
done
leave
[ $failed -eq 0 ]
