# wav.awk -- a tone with a little noise as WAV file on stdout: -v rate= channels= bits= seconds= hz= seed=
function le(v, n) { for (; n > 0; n--) { printf "%c", v % 256; v = int(v / 256) } }
END {
	srand(seed); n = int(rate * seconds); bytes = bits / 8; size = n * channels * bytes
	printf "RIFF"; le(36 + size, 4); printf "WAVEfmt "; le(16, 4); le(1, 2); le(channels, 2); le(rate, 4)
	le(rate * channels * bytes, 4); le(channels * bytes, 2); le(bits, 2); printf "data"; le(size, 4)
	full = 2 ^ (bits - 1)
	for (i = 0; i < n; i++) {
		v = int((0.3 * sin(6.2831853 * hz * i / rate) + 0.02 * (rand() - 0.5)) * full)
		for (c = 0; c < channels; c++) le(bits == 8 ? v + 128 : v < 0 ? v + 2 ^ bits : v, bytes)
	}
}
