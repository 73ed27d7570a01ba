#!/bin/sh
# embed.sh FILE...   Prints C that holds the files' bytes: the sources that `thimble deploy` writes.
cd "$(dirname "$0")/.." || exit 1
echo '/* Made by tools/embed.sh. */'
echo '#include "deploy/embed.h"'
i=0
for f in "$@"; do
	printf 'static const unsigned char f%d[] = {\n' $i
	od -An -v -tu1 "$f" | sed 's/  *\([0-9]\)/\1/; s/  */,/g; s/$/,/'
	echo '0};'
	i=$((i + 1))
done
echo 'const th_embed_file th_embed_table[] = {'
i=0
for f in "$@"; do
	echo "{\"${f#src/}\", f$i, sizeof f$i - 1},"
	i=$((i + 1))
done
echo '{0, 0, 0}};'
