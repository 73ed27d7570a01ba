#!/bin/sh
# thimble data record: words through pipes and ALSA's file plugin, rows through pipes and FIFOs; what breaks off, and kill -9.
# shellcheck source=tests/cli/lib.sh
. tests/cli/lib.sh

samples() { "$thimble" data list --project "$1" 2>/dev/null | awk '/^all/ { print $2 + $3 + $4; seen = 1 } END { if (!seen) print 0 }'; }
rows() { awk -v n="$1" -v from="${2:-0}" 'BEGIN { for (i = from; i < from + n; i++) printf "%.3f,%.3f,9.81\n", sin(i / 5), i % 50 }'; }

# ---- words ----
run new "$tmp/kw" --labels yes,no
wav "$tmp/in" seconds=5
feed data record "$tmp/kw" --label yes --from - --json; exits "a WAV through a pipe" 0 '"recordings":3,.*"seconds":3'
holds "is three clips" [ "$(samples "$tmp/kw")" = 3 ]
feed data record "$tmp/kw" --label yes --from -; exits "the same again is refused" 1 'already'
wav "$tmp/in" seconds=9
feed data record "$tmp/kw" --label yes --from - --json; exits "what is new behind it is kept" 0 '"already":2,.*"recordings":3'
wav "$tmp/in" rate=44100 channels=2 bits=24 hz=900 seconds=2
feed data record --project "$tmp/kw" --label no --from - --count 1 --subject anna --consent "research only" --notes hoarse
exits "another rate, two channels, 24 bits" 0 '^1: 1\.00 s kept'
run data list --project "$tmp/kw" --label no --json
holds "who, and what was agreed to" grep -q 'anna' "$tmp/out"
run data export "$tmp/exported" --project "$tmp/kw" --label no
holds "all is in the index" grep -qE 'no/.*,16000,16000,.*anna,.*research only,.*standard input,.*hoarse' "$tmp/exported/index.csv"
wav "$tmp/in" hz=300 seconds=3
feed data record "$tmp/kw" --label blue --from - --count 1; exits "a word that is no label" 0
holds "is told to be unknown" grep -q '"blue" is no label.*"unknown"' "$tmp/err"
wav "$tmp/in" hz=3 seconds=4 seed=7
feed data record "$tmp/kw" --label silence --from - --seconds 4; exits "noise" 0 '4\.00 s kept'
run data list --project "$tmp/kw" --label silence; exits "is cut into clips" 0 '^4 samples'
head -c 64000 /dev/zero >"$tmp/in"
feed data record "$tmp/kw" --label yes --from -; exits "zeros" 1 'gave no sound'
head -c 8000 /dev/urandom >"$tmp/in"
feed data record "$tmp/kw" --label yes --from -; exits "less than a clip" 1 'ended after 250 ms'
: >"$tmp/in"
feed data record "$tmp/kw" --label yes --from -; exits "nothing at all" 1 'ended before'
printf 'RIFF....WAVEfmt \020\000\000\000\002\000\001\000' >"$tmp/in"; head -c 40 /dev/zero >>"$tmp/in"
feed data record "$tmp/kw" --label yes --from -; exits "a WAV that is compressed" 1 'kind 2'

mkfifo "$tmp/sound"
wav "$tmp/long.wav" seconds=5 hz=1234 seed=3
(tail -c +45 "$tmp/long.wav"; sleep 3) >"$tmp/sound" &
run data record "$tmp/kw" --label no --from "fifo:$tmp/sound" --timeout 0.5 --count 9; exits "a source that stops" 1 'more came.*kept'
holds "leaves what was finished" grep -q '^2 recorded' "$tmp/out"

# ---- what cannot be asked for ----
run data record "$tmp/kw" --from -; exits "no label" 2 '--label'
run data record "$tmp/kw" --label ../x --from -; exits "a label that cannot be" 2
run data record "$tmp/nowhere" --label yes; exits "no project" 1 'nowhere'
run data record "$tmp/kw" --project "$tmp/kw" --label yes; exits "two projects" 2 'twice'
run data record "$tmp/kw" --label yes --from /no/such; exits "a source that is none" 2 'no source'
run data record "$tmp/kw" --label yes --from - --seconds 0.2; exits "shorter than a clip" 2 'clip'
run data record "$tmp/kw" --label yes --from - --channels x; exits "channels of a sound" 2 'rows'
run data record --list; exits "what is here" 0

# ---- a microphone: ALSA reads a file ----
wav "$tmp/mic.wav" rate=44100 channels=2 seconds=7 hz=700 seed=5
tail -c +45 "$tmp/mic.wav" >"$tmp/mic.raw"
cat >"$tmp/asound.conf" <<CONF
pcm.!default { type file slave.pcm nothing file /dev/null infile "$tmp/mic.raw" format raw }
pcm.cd { type file slave.pcm fixed file /dev/null infile "$tmp/mic.raw" format raw }
pcm.fixed { type plug slave { pcm two rate 44100 } }
pcm.two { type null }
pcm.nothing { type null }
CONF
ALSA_CONFIG_PATH=$tmp/asound.conf; export ALSA_CONFIG_PATH
run data record "$tmp/kw" --label yes --count 2 --timeout 2 --device lab --json; exits "the microphone" 0 '"source":"microphone".*"device":"lab","recordings":2'
run data record "$tmp/kw" --label yes --from cd --timeout 2 --json; exits "one with a rate of its own" 0 '"device_rate_hz":44100'
run data record "$tmp/kw" --label yes --from nothing; exits "it is muted" 1 'gave no sound'
run data record "$tmp/kw" --label yes --from hw:77; exits "it is not there" 1 'no microphone "hw:77".*(--list|plug one in)'
ALSA_CONFIG_PATH=$tmp/none.conf
run data record "$tmp/kw" --label yes; exits "ALSA knows none" 1 'no microphone'
unset ALSA_CONFIG_PATH

# ---- rows ----
run new "$tmp/st" --task activity
{ echo 'time_ms,x,y,z'; rows 300 | awk '{ print NR * 20 "," $0 }'; echo 'oops'; echo '1,2'; } >"$tmp/in"
feed data record "$tmp/st" --label walking --from - --subject ben --json; exits "rows with times" 0 '"rows":300,"broken_lines":2,"rate_hz":50\.0,"channels":"x,y,z"'
holds "and labels for thimble.ini" grep -q '^labels = walking' "$tmp/st/thimble.ini"
rows 200 >"$tmp/in"
feed data record "$tmp/st" --label running --from - --rate 50; exits "rows without" 0 '200 rows of x,y,z at 50 Hz'
holds "a new label is added" grep -q '^labels = walking, running' "$tmp/st/thimble.ini"
rows 200 7 >"$tmp/in"
feed data record "$tmp/st" --label running --from -; exits "a rate that cannot be seen" 1 '--rate HZ'
rows 100 9 | sed 's/,/ /g' >"$tmp/in"
feed data record "$tmp/st" --label running --from - --rate 50 --seconds 1 --count 2; exits "two of a second" 0 '^2 recorded'
rows 50 | sed 's/$/,1/' >"$tmp/in"
feed data record "$tmp/st" --label running --from - --rate 50; exits "a column too many" 1 '4 numbers, but there are 3 channels'
feed data record "$tmp/st" --label running --from - --channels a,b,c,d; exits "channels that the data has not" 2 'x,y,z'
: >"$tmp/in"; feed data record "$tmp/st" --label running --from -; exits "no rows" 1 'without a row'
head -c 20000 /dev/urandom >"$tmp/in"; feed data record "$tmp/st" --label running --from -; exits "noise for rows" 1
run data record "$tmp/st" --label running; exits "rows of a microphone" 2 '--from serial'
run data record "$tmp/st" --label running --from serial:/dev/ttyNONE; exits "a port that is not there" 1 'ttyNONE'

mkfifo "$tmp/fifo"
(for i in 0 1 2 3 4 5 6 7 8 9 10 11; do rows 10 $((i * 10)); sleep 0.2; done) >"$tmp/fifo" &
run data record "$tmp/st" --label hopping --from "fifo:$tmp/fifo" --json; exits "a rate that is measured" 0 '"rows":120'
rate=$(sed -nE 's/.*"rate_hz":([0-9.]+).*/\1/p' "$tmp/out")
holds "is about 50 a second" awk -v r="${rate:-0}" 'BEGIN { exit !(r > 25 && r <= 60) }' # a busy computer sleeps longer
wait
run data record "$tmp/st" --label hopping --from "fifo:$tmp/fifo" --timeout 0.3; exits "a FIFO that nobody writes" 1 'nothing came'

# what is recorded when somebody stops it, and when it is killed
(rows 150 3; sleep 5) >"$tmp/fifo" &
"$thimble" data record "$tmp/st" --label resting --from "fifo:$tmp/fifo" --rate 50 --timeout 60 >"$tmp/out" 2>"$tmp/err" &
pid=$!
sleep 1; kill -TERM $pid; wait $pid; rc=$?
exits "stopped by hand" 0 '150 rows'
before=$(samples "$tmp/st")
(rows 400 5; sleep 5) >"$tmp/fifo" &
"$thimble" data record "$tmp/st" --label resting --from "fifo:$tmp/fifo" --rate 50 --seconds 3 --count 9 >"$tmp/out" 2>"$tmp/err" &
pid=$!
sleep 1; kill -9 $pid; wait $pid 2>/dev/null
holds "killed: the finished ones are there" [ "$(samples "$tmp/st")" = $((before + 2)) ]
run data check --project "$tmp/st"
holds "and no file is damaged" sh -c "! grep -qi damaged '$tmp/out'"

run new "$tmp/pump" --task anomaly
rows 3000 >"$tmp/in"
feed data record "$tmp/pump" --label normal --from - --rate 50; exits "a machine, long enough to be cut in time" 0 'train, val, test'
rows 300 11 >"$tmp/in"
feed data record "$tmp/pump" --label normal --from - --rate 50; exits "and a short one" 0
feed data record "$tmp/pump" --label broken --from - --rate 50; exits "what is not normal" 0 '-> test'
run new "$tmp/eye" --task image
run data record "$tmp/eye" --label cat; exits "pictures" 2 'task = image'
finish
