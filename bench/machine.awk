# machine.awk -- a rotating machine that does not exist, as sound (WAV) or as rows of an accelerometer (CSV), on stdout:
#   awk -f machine.awk kind=wav|csv seconds= unbalanced=0|1 worn=0|1 seed= /dev/null
# It turns 20 to 30 times a second. Unbalanced: one push a turn, which the case shows and the microphone, that cuts off
# below 100 Hz, does not. Worn: a bearing rings at 3 kHz at each of its 5.4 knocks a turn, which is too fast for the rows.
function le(v, n) { for (; n > 0; n--) { printf "%c", v % 256; v = int(v / 256) } }
function noise() { return rand() + rand() + rand() + rand() - 2 } # deviation 0.58
END {
	pi2 = 6.283185307; srand(seed); turns = 20 + 10 * rand(); phase = rand(); load = 0.7 + 0.6 * rand()
	if (kind == "csv") {
		print "x,y,z"
		for (i = 0; i < 100 * seconds; i++) {
			t = i / 100; a = pi2 * (turns * t + phase); push = unbalanced ? 0.5 + 0.2 * load : 0.1 * load
			printf "%.4f,%.4f,%.4f\n", push * cos(a) + 0.35 * noise(), push * sin(a) + 0.35 * noise(), 1 + 0.2 * noise()
		}
		exit
	}
	n = int(16000 * seconds)
	printf "RIFF"; le(36 + 2 * n, 4); printf "WAVEfmt "; le(16, 4); le(1, 2); le(1, 2); le(16000, 4); le(32000, 4)
	le(2, 2); le(16, 2); printf "data"; le(2 * n, 4)
	for (i = 0; i < n; i++) {
		t = i / 16000; v = 0.05 * load * (sin(pi2 * 10 * turns * t) + 0.5 * sin(pi2 * 20 * turns * t)) + 0.03 * noise()
		knock = 5.4 * turns * t + phase; since = (knock - int(knock)) / (5.4 * turns)
		if (worn) v += 0.06 * exp(-since * 900) * sin(pi2 * 3000 * since)
		v = int(v * 32768); le(v < 0 ? v + 65536 : v, 2)
	}
}
