# adult.awk -v part=train|val|test FILE FILE   FILE: adult.data of the census, given twice: words are listed first, then
# rows written. A row of numbers and the label last, as thimble train --data takes it: numbers as they are, each word of
# the other columns a column of its own, 0 or 1. The weight of a row in the census (column 3) is left out. Every fifth
# row tests, every tenth watches the training.
BEGIN { FS = ", *"; split("n w - w n w w w w w n n n w", kind, " ") }
NF != 15 { next }
NR == FNR {
	for (c = 1; c <= 14; c++)
		if (kind[c] == "w" && !((c, $c) in seen)) { seen[c, $c]; column[++words] = c; word[words] = $c }
	next
}
{
	i = n++
	if ((i % 5 == 4 ? "test" : i % 10 == 2 ? "val" : "train") != part) next
	row = ""
	for (c = 1; c <= 14; c++)
		if (kind[c] == "n") row = row $c ","
	for (k = 1; k <= words; k++) row = row ($column[k] == word[k]) ","
	print row $15
}
