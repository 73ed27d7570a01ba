#!/bin/sh
# thimble model: descriptions of presets, files and projects are checked and their costs printed; train shows the same.
# shellcheck source=tests/cli/lib.sh
. tests/cli/lib.sh
p=$tmp/project

run model --list; exits "what each is good at" 0 '^    Accurate and small: the best start for words\.$'
run model --list; exits "the list" 0 '^tiny-conv +49x40x1 +4 +16652 +336000 '
holds "all presets of it are networks" [ "$(wc -l <"$tmp/out")" -ge 18 ]
run model --list --json; exits "the list as JSON" 0 '"preset":"mobilenet-v1","written":"mobilenet-v1-WIDTH-SIZE",.*"tasks":"image".*"parameters":213586,"macs":7489664'
run model --list --preset sine; exits "the list goes alone" 2 'list'
run model --preset mobilenet-v1-0.5-128 --classes 10; exits "a preset of another size" 0 '^ +1  conv2d 16 3x3 stride 2x2 bn relu +64x64x16 +464 +1769472 +114688$'
run model --preset sine --classes 3; exits "values are no classes" 1 'line 3: the last layer gives 1x1x1 values, but there are 3 classes'
run model --preset resnet-8 --input 16x16x1 --json; exits "a preset with another input" 0 '"input":\[16,16,1\],"classes":10,.*"layer":"add a relu as b"'
run model --preset sin; exits "no such preset" 2 'Did you mean sine\?'
run model --preset sine --input 5x5; exits "half an input" 2 'HEIGHTxWIDTHxCHANNELS'
run model --preset sine --input 0x1x1; exits "an empty input" 2 '1 to 4096'
run model --preset sine --classes 1; exits "one class" 1 'at least 2'

printf '# mine\nconv2d 4 3x3 relu as a\nconv2d 4 3x3\nadd a\n\ndense classes\n' >"$tmp/net.txt"
run model "$tmp/net.txt" --input 8x8x1 --classes 3; exits "a file" 0 '^ +all +[^ ]* *959 +12288'
run model "$tmp/net.txt" --input 8x8x1 --classes 3 --text; exits "its lines" 0 '^conv2d 4 3x3 relu as a$'
run model "$tmp/net.txt" --input 8x8x1; exits "a file of values has no classes" 1 'net.txt, line 6: "classes": this network has no classes'
run model "$tmp/net.txt"; exits "a file without an input" 2 '\-\-input'
run model "$tmp/net.txt" --preset sine; exits "a file and a preset" 2 'leave --preset out'
printf 'dense 4\0' >"$tmp/net.bin"
run model "$tmp/net.bin" --input 8x8x1; exits "no text" 1 'is not a text'
: >"$tmp/empty"
run model "$tmp/empty" --input 8x8x1; exits "an empty file" 1 'no layer in it'
run model "$tmp/nothing"; exits "neither file nor project" 1 'thimble new'

run new "$p" --task keyword --labels yes,no --preset mobilenet-v1-0.25; exits "a project with a preset of some width" 0
run model "$p"; exits "a project" 0 'input +49x40x1'
run model "$p" --preset ds-cnn; exits "a project with another preset" 0 'conv2d 64 10x4 stride 2x2 bn relu'
run model "$p" --input 5x5x5; exits "a project has its input" 2 'thimble.ini'
run model "$p" --preset autoencoder; exits "a preset that is no classifier" 1 'but there are 4 classes'
sed 's/^# conv2d/conv2d/; s/^# dropout 0.5/dropot 0.5/; s/^# dense classes/dense classes/' "$p/thimble.ini" >"$tmp/ini" && cp "$tmp/ini" "$p/thimble.ini"
line=$(grep -n dropot "$p/thimble.ini" | cut -d: -f1)
run model "$p"; exits "an error names thimble.ini and its line" 1 "$p/thimble.ini, line $line: \"dropot\": did you mean \"dropout\""
holds "the layers before it are shown" grep -qE "^ +$((line - 1))  conv2d 8 10x8 .* 25x20x8 " "$tmp/err"
run train "$p"; exits "also in training" 1 "line $line: \"dropot\""
run data list --project "$p"; exits "other verbs do not mind" 0
sed 's/^dropot/dropout/' "$tmp/ini" >"$p/thimble.ini"
run model "$p"; exits "own layers" 0 "^ +$line  dropout 0.5 "
run model "$p" --preset tiny-conv; exits "a preset named on the command line goes before them" 0 '^ +2  dropout 0.5 '
run model "$p" --text; holds "their lines" test "$(tr '\n' , <"$tmp/out")" = "conv2d 8 10x8 stride 2x2 relu,dropout 0.5,dense classes,"

# docs/models.md: its examples are networks, and its table is the list of presets.
LC_ALL=C awk -v dir="$tmp" '/^```/ { inside = !inside; if (inside) { n++; file = dir "/example" n } next } inside { print >file }' docs/models.md
examples=0
for example in "$tmp"/example*; do
	input=$(sed -n '1s/^# input \([0-9x]*\), classes [0-9]*$/\1/p' "$example") classes=$(sed -n '1s/.*classes //p' "$example")
	run model "$example" --input "$input" --classes "$classes"; exits "docs/models.md: example $((examples += 1))" 0 '^ +all '
done
holds "all examples were found" test "$examples" -ge 6
run model --list
LC_ALL=C awk 'NR > 1 && /^[a-z]/ { line = "| " $1; for (i = 2; i <= 5; i++) line = line " | " $i; print line " |" }' "$tmp/out" >"$tmp/rows"
while read -r row; do
	holds "docs/models.md has: $row" grep -qF "$row" docs/models.md
done <"$tmp/rows"

# What is told before the training is what the trained int8 model takes: the arena to the byte, built all of it.
figure() { sed -n "s/.*\"board\":{.*\"$1\":\([0-9]*\).*/\1/p" "$2"; }
near() { awk -v a="$1" -v b="$2" -v part="$3" 'BEGIN { exit !(a > 0 && b > 0 && a <= b * (1 + part) && b <= a * (1 + part)) }'; }
same() { # same PROJECT BOARD PRESET
	run inspect "$1/model/int8.tflite" --board "$2" --json; cp "$tmp/out" "$tmp/trained"
	run model "$1" --preset "$3" --board "$2" --json; exits "$3 on $2, before" 0 '"board":\{"name"'; cp "$tmp/out" "$tmp/before"
	run model "$1" --preset "$3" --board "$2" --quick --json; exits "$3 on $2, quickly" 0 '"estimate":true'; cp "$tmp/out" "$tmp/quick"
	holds "$3 on $2: the arena" test "$(figure arena "$tmp/trained")" = "$(figure arena "$tmp/quick")"
	holds "$3 on $2: all of its RAM" test "$(figure ram_bound "$tmp/trained")" = "$(figure ram_bound "$tmp/before")"
	holds "$3 on $2: flash within 2 %" near "$(figure flash "$tmp/before")" "$(figure flash "$tmp/trained")" 0.02
	holds "$3 on $2: flash about, within 10 % and 700 bytes" near "$(($(figure flash "$tmp/quick") + 7000))" "$(($(figure flash "$tmp/trained") + 7000))" 0.1
}
run new "$tmp/wave" --task sine
run train "$tmp/wave" --epochs 2; run quantize "$tmp/wave"
for board in nano33ble rp2040 rv32; do same "$tmp/wave" $board sine; done
tone_clips "$tmp/recordings" 10
