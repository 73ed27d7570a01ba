#!/bin/sh
# embed.sh TABLE PREFIX FILE...   Prints C that holds the files' bytes: the sources that `thimble deploy` writes, the
# courses. TABLE is the array's name, PREFIX what is left out of the files' names.
cd "$(dirname "$0")/.." || exit 1
table=$1 prefix=$2
shift 2
echo '/* Made by tools/embed.sh. */'
echo '#include "deploy/embed.h"'
i=0
for f in "$@"; do
	printf 'static const unsigned char f%d[] = {\n' $i
	od -An -v -tu1 "$f" | sed 's/  *\([0-9]\)/\1/; s/  */,/g; s/$/,/'
	echo '0};'
	i=$((i + 1))
done
echo "const th_embed_file ${table}[] = {"
i=0
for f in "$@"; do
	echo "{\"${f#"$prefix"}\", f$i, sizeof f$i - 1},"
	i=$((i + 1))
done
echo '{0, 0, 0}};'
