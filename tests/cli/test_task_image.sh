#!/bin/sh
# Pictures: bright ones and dark ones, 8 x 8, in IDX files made here.
# shellcheck disable=SC2059 # bytes of pictures are escapes that are put together
. tests/cli/lib.sh

# idx NAME N: N pictures of 8 x 8 grey, every other one bright, and their labels
idx() {
	printf "\\000\\000\\010\\003\\000\\000\\000\\$(printf %o "$2")\\000\\000\\000\\010\\000\\000\\000\\010" >"$tmp/idx/$1-images-idx3-ubyte"
	printf "\\000\\000\\010\\001\\000\\000\\000\\$(printf %o "$2")" >"$tmp/idx/$1-labels-idx1-ubyte"
	i=0
	while [ $i -lt "$2" ]; do
		k=0
		while [ $k -lt 16 ]; do
			v=$(((i % 2) * 128 + (i * 7 + k * 5) % 60 + 20))
			o=$(printf %o $v)
			printf "\\$o\\040\\$o\\060"
			k=$((k + 1))
		done >>"$tmp/idx/$1-images-idx3-ubyte"
		printf "\\00$((i % 2))" >>"$tmp/idx/$1-labels-idx1-ubyte"
		i=$((i + 1))
	done
}
mkdir "$tmp/idx"
idx train 60 && idx t10k 20
p=$tmp/eye
run new "$p" --task image --preset resnet-8
exits "a project" 0 'data import'
run train "$p"
exits "no data yet" 1 'has no data yet'
sed 's/^size = .*/size = 8x8/; s/^colour = .*/colour = grey/; s/^change = .*/change = flip/' "$p/thimble.ini" >"$tmp/ini" && cp "$tmp/ini" "$p/thimble.ini"
run data import "$tmp/idx" --project "$p" --json
exits "pictures come in" 0 '"unreadable":0,.*"test":20'
run train "$p" --epochs 8
exits "it trains" 0 'validation pictures right'
run quantize "$p"
exits "it becomes integers" 0
run test "$p" --json
exits "it is tested" 0 '"examples":(20|[0-9]+)'
holds "bright and dark are told apart" sh -c "sed 's/.*\"int8\":{\"accuracy\":\([0-9.]*\).*/\1/' '$tmp/out' | awk '{exit !(\$1 > 0.9)}'"
run test "$p" --data "$tmp/idx/t10k-images-idx3-ubyte" --json
exits "a file is tested" 0 '"examples":20'
run test "$p" --data "$tmp/idx" --json
exits "a folder: its test part" 0 '"examples":20'
run test "$p" --data "$tmp/idx" --split train --json
exits "its training part" 0 '"examples":60'
run test "$p/model/int8.tflite" --data "$tmp/idx" --split all --json
exits "all of it, with the model alone" 0 '"examples":80'
mkdir "$tmp/learnt" && cp "$tmp/idx"/train* "$tmp/learnt"
run test "$p" --data "$tmp/learnt" --json
exits "a folder with nothing to test: all" 0 '"examples":60'
run test "$p" --data "$tmp/learnt" --split test
exits "of which no test is there" 1 'split all'
# many small pictures: no more than a thousand watch; and in a mirror this noise is what it was
# noise NAME N OCTAL: N pictures of 16 x 16, N as two bytes in octal; labels 0 and 1 in turn
noise() {
	{ printf "\\000\\000\\010\\003\\000\\000$3\\000\\000\\000\\020\\000\\000\\000\\020" && head -c $(($2 * 256)) /dev/urandom; } >"$tmp/many/$1-images-idx3-ubyte"
	{ printf "\\000\\000\\010\\001\\000\\000$3" && yes | head -c "$2" | tr 'y\n' '\000\001'; } >"$tmp/many/$1-labels-idx1-ubyte"
}
mkdir "$tmp/many"
noise train 8000 '\037\100' && noise t10k 20 '\000\024'
run new "$tmp/m" --task image
run data import "$tmp/many" --project "$tmp/m" --json
exits "many pictures" 0 '"train":7000,"val":1000,"test":20'
holds "may be mirrored" grep -q '^change = flip$' "$tmp/m/thimble.ini"
# figures in several poses, with a test part: all other figures are learnt from
run data export "$tmp/poses" --project "$p"
for label in 0 1; do
	i=0
	mkdir -p "$tmp/parts/train/$label" "$tmp/parts/validation/$label"
	for file in "$tmp/poses/$label"/*; do
		part=train && [ $((i % 4)) = 3 ] && part=validation
		cp "$file" "$tmp/parts/$part/$label/figure$label$((i % 8))-$i.png"
		i=$((i + 1))
	done
done
cp "$tmp/parts/train/0/figure00-0.png" "$tmp/parts/stray.png"
mkdir "$tmp/parts/.thumbs" "$tmp/parts/validation/9" && cp "$tmp/parts/stray.png" "$tmp/parts/.thumbs" && cp "$tmp/parts/stray.png" "$tmp/parts/validation/9"
run test "$p" --data "$tmp/parts" --json
exits "parts: what validates tests; pictures beside the folders are none" 0 '"examples":14,"unreadable":0,"left_out":1'
rm -r "$tmp/parts/validation/9"
run new "$tmp/f" --task image
run data import "$tmp/parts" --project "$tmp/f" --json
exits "few figures" 0 '"train":[1-9][0-9]*,"val":0,"test":[1-9]'
# on the device: frames as a camera sends them, white and black, and pictures that become frames
head -c 38400 /dev/zero >"$tmp/dark" && tr '\0' '\377' <"$tmp/dark" >"$tmp/bright" && cat "$tmp/dark" "$tmp/bright" "$tmp/bright" >"$tmp/frames"
run data export "$tmp/pictures" --project "$p" --split test
run deploy "$p" --as c --out "$tmp/c"
exits "its C has a camera" 0
holds "README.md says how rows get in" grep -q 'model_camera_row(line)' "$tmp/c/README.md"
holds "its self test" make -s -C "$tmp/c" test
if command -v arm-none-eabi-gcc >/dev/null && command -v qemu-system-arm >/dev/null; then
	run emulate "$p" --feed "$tmp/frames"
	exits "frames of a camera" 0 'device equals host +yes'
	holds "the first is dark" grep -q '"frame":0,"file":"0","label":"0"' "$tmp/out"
	holds "the second is bright" grep -q '"frame":1,"file":"1","label":"1"' "$tmp/out"
	holds "and no more has changed" sh -c "[ \$(grep -c '\"frame\":' '$tmp/out') = 2 ]"
	holds "a frame costs instructions" grep -qE 'instructions/frame +[1-9][0-9]+' "$tmp/out"
	run emulate "$p" --feed "$tmp/pictures"
	exits "pictures in a folder per label" 0 'accuracy on the device +(9[0-9]|100)\.[0-9] % of 20 pictures'
	cp -r "$tmp/pictures" "$tmp/some" && echo no picture >"$tmp/some/0/bad.png" && mv "$tmp/some/1" "$tmp/some/9"
	run emulate "$p" --feed "$tmp/some"
	exits "a strange label and a bad file are left out" 0 'of 10 pictures'
	holds "and are named" sh -c "grep -q 'bad.png' '$tmp/err' && grep -q '10 of 20 pictures have a label' '$tmp/err'"
	run emulate "$p" --feed "$tmp/pictures/0"
	exits "pictures without a label" 0 '"frame":0,"file":".*png","label":"0"'
	run emulate "$p" --clips --board microbit
	if [ $rc -eq 1 ] && grep -q 'does not fit' "$tmp/err"; then
		skip "its test pictures on microbit" "it is too large"
	else
		exits "its test pictures on a board without a float unit" 0 'of 20 pictures'
	fi
	run test "$p" --data "$tmp/learnt" --on nano33ble --json
	exits "tensors of pictures on the board" 0 '"device":\{"accuracy":(1.0|0.9).*"examples":60,"differ":0\}'
	run emulate "$p" --clips --json --as package
	exits "its test pictures, as a package" 0 '"camera_instructions_per_frame":[1-9].*"accuracy":(1.0|0.9).*"host_equal":true'
	head -c 38401 "$tmp/frames" >"$tmp/cut"
	run emulate "$p" --feed "$tmp/cut"
	exits "a cut frame" 1 'must hold whole ones'
	mkdir "$tmp/empty"
	run emulate "$p" --feed "$tmp/empty"
	exits "a folder without pictures" 1 'has no pictures'
	cp "$tmp/cut" "$tmp/cut.png"
	run emulate "$p" --feed "$tmp/cut.png"
	exits "a picture that is none" 1 'cut.png'
	run emulate "$p/model/float.tflite" --feed "$tmp/frames"
	exits "a float network takes no frames" 2 'int8|--in'
else
	skip "frames of a camera on the board" "arm-none-eabi-gcc or qemu-system-arm is not here"
fi
run report "$p"
exits "it has a report" 0 'instructions per frame|'

# what is wrong is said
mkdir -p "$tmp/bad/cat" && echo no picture >"$tmp/bad/cat/1.png"
run data import "$tmp/bad" --project "$p"
exits "no picture" 1 'cat/1.png'
run data import "$tmp/nothing" --project "$p"
exits "no folder" 1 'there is no folder'
head -c 700 "$tmp/idx/train-images-idx3-ubyte" >"$tmp/idx/cut" && mv "$tmp/idx/cut" "$tmp/idx/train-images-idx3-ubyte"
run data import "$tmp/idx" --project "$p"
exits "one cut file stops nothing" 0
holds "and is named" grep -q 'train-images-idx3-ubyte' "$tmp/err"
sed 's/^size = .*/size = big/' "$p/thimble.ini" >"$tmp/ini" && cp "$tmp/ini" "$p/thimble.ini"
run train "$p"
exits "no size" 1 'height x width'
finish
