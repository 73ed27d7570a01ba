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
run report "$p"
exits "it has a report" 0

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
