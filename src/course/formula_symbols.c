/* Commands of TeX that are one sign. */
#include "course/formula_priv.h"

#include <string.h>

static const th_symbol symbols[] = {
    {"alpha", "α", TH_PART_NAME},
    {"beta", "β", TH_PART_NAME},
    {"gamma", "γ", TH_PART_NAME},
    {"delta", "δ", TH_PART_NAME},
    {"epsilon", "ϵ", TH_PART_NAME},
    {"varepsilon", "ε", TH_PART_NAME},
    {"zeta", "ζ", TH_PART_NAME},
    {"eta", "η", TH_PART_NAME},
    {"theta", "θ", TH_PART_NAME},
    {"iota", "ι", TH_PART_NAME},
    {"kappa", "κ", TH_PART_NAME},
    {"lambda", "λ", TH_PART_NAME},
    {"mu", "μ", TH_PART_NAME},
    {"nu", "ν", TH_PART_NAME},
    {"xi", "ξ", TH_PART_NAME},
    {"pi", "π", TH_PART_NAME},
    {"rho", "ρ", TH_PART_NAME},
    {"sigma", "σ", TH_PART_NAME},
    {"tau", "τ", TH_PART_NAME},
    {"upsilon", "υ", TH_PART_NAME},
    {"phi", "ϕ", TH_PART_NAME},
    {"varphi", "φ", TH_PART_NAME},
    {"chi", "χ", TH_PART_NAME},
    {"psi", "ψ", TH_PART_NAME},
    {"omega", "ω", TH_PART_NAME},
    {"Gamma", "Γ", TH_PART_NAME},
    {"Delta", "Δ", TH_PART_NAME},
    {"Theta", "Θ", TH_PART_NAME},
    {"Lambda", "Λ", TH_PART_NAME},
    {"Xi", "Ξ", TH_PART_NAME},
    {"Pi", "Π", TH_PART_NAME},
    {"Sigma", "Σ", TH_PART_NAME},
    {"Phi", "Φ", TH_PART_NAME},
    {"Psi", "Ψ", TH_PART_NAME},
    {"Omega", "Ω", TH_PART_NAME},
    {"infty", "∞", TH_PART_NAME},
    {"partial", "∂", TH_PART_NAME},
    {"nabla", "∇", TH_PART_NAME},
    {"ell", "ℓ", TH_PART_NAME},
    {"emptyset", "∅", TH_PART_NAME},
    {"degree", "°", TH_PART_NAME},
    {"dots", "…", TH_PART_NAME},
    {"ldots", "…", TH_PART_NAME},
    {"cdots", "⋯", TH_PART_NAME},
    {"vdots", "⋮", TH_PART_NAME},
    {"cdot", "⋅", TH_PART_SIGN},
    {"times", "×", TH_PART_SIGN},
    {"div", "÷", TH_PART_SIGN},
    {"pm", "±", TH_PART_SIGN},
    {"mp", "∓", TH_PART_SIGN},
    {"le", "≤", TH_PART_SIGN},
    {"leq", "≤", TH_PART_SIGN},
    {"ge", "≥", TH_PART_SIGN},
    {"geq", "≥", TH_PART_SIGN},
    {"ne", "≠", TH_PART_SIGN},
    {"neq", "≠", TH_PART_SIGN},
    {"approx", "≈", TH_PART_SIGN},
    {"sim", "∼", TH_PART_SIGN},
    {"equiv", "≡", TH_PART_SIGN},
    {"propto", "∝", TH_PART_SIGN},
    {"ll", "≪", TH_PART_SIGN},
    {"gg", "≫", TH_PART_SIGN},
    {"lt", "<", TH_PART_SIGN},
    {"gt", ">", TH_PART_SIGN},
    {"to", "→", TH_PART_SIGN},
    {"rightarrow", "→", TH_PART_SIGN},
    {"leftarrow", "←", TH_PART_SIGN},
    {"Rightarrow", "⇒", TH_PART_SIGN},
    {"mapsto", "↦", TH_PART_SIGN},
    {"in", "∈", TH_PART_SIGN},
    {"notin", "∉", TH_PART_SIGN},
    {"subset", "⊂", TH_PART_SIGN},
    {"cup", "∪", TH_PART_SIGN},
    {"cap", "∩", TH_PART_SIGN},
    {"forall", "∀", TH_PART_SIGN},
    {"exists", "∃", TH_PART_SIGN},
    {"neg", "¬", TH_PART_SIGN},
    {"land", "∧", TH_PART_SIGN},
    {"lor", "∨", TH_PART_SIGN},
    {"mid", "∣", TH_PART_SIGN},
    {"ast", "∗", TH_PART_SIGN},
    {"star", "⋆", TH_PART_SIGN},
    {"circ", "∘", TH_PART_SIGN},
    {"odot", "⊙", TH_PART_SIGN},
    {"oplus", "⊕", TH_PART_SIGN},
    {"gets", "←", TH_PART_SIGN},
    {"colon", ":", TH_PART_SIGN},
    {"lfloor", "⌊", TH_PART_SIGN},
    {"rfloor", "⌋", TH_PART_SIGN},
    {"lceil", "⌈", TH_PART_SIGN},
    {"rceil", "⌉", TH_PART_SIGN},
    {"langle", "⟨", TH_PART_SIGN},
    {"rangle", "⟩", TH_PART_SIGN},
    {"lVert", "‖", TH_PART_SIGN},
    {"rVert", "‖", TH_PART_SIGN},
    {"lvert", "|", TH_PART_SIGN},
    {"rvert", "|", TH_PART_SIGN},
    {"Vert", "‖", TH_PART_SIGN},
    {"|", "‖", TH_PART_SIGN},
    {"{", "{", TH_PART_SIGN},
    {"}", "}", TH_PART_SIGN},
    {"%", "%", TH_PART_SIGN},
    {"#", "#", TH_PART_SIGN},
    {"$", "$", TH_PART_SIGN},
    {"&", "&", TH_PART_SIGN},
    {"_", "_", TH_PART_SIGN},
    {"int", "∫", TH_PART_SIGN},
    {"sum", "∑", TH_PART_LARGE},
    {"prod", "∏", TH_PART_LARGE},
    {"lim", "lim", TH_PART_LARGE},
    {"max", "max", TH_PART_LARGE},
    {"min", "min", TH_PART_LARGE},
    {"argmax", "arg max", TH_PART_LARGE},
    {"argmin", "arg min", TH_PART_LARGE},
    {"sin", "sin", TH_PART_NAME},
    {"cos", "cos", TH_PART_NAME},
    {"tan", "tan", TH_PART_NAME},
    {"tanh", "tanh", TH_PART_NAME},
    {"exp", "exp", TH_PART_NAME},
    {"log", "log", TH_PART_NAME},
    {"ln", "ln", TH_PART_NAME},
    {"det", "det", TH_PART_NAME},
    {"bmod", "mod", TH_PART_SIGN},
    {"quad", "1em", TH_PART_SPACE},
    {"qquad", "2em", TH_PART_SPACE},
    {",", "0.17em", TH_PART_SPACE},
    {":", "0.22em", TH_PART_SPACE},
    {";", "0.28em", TH_PART_SPACE},
    {"!", "0em", TH_PART_SPACE},
    {" ", "0.33em", TH_PART_SPACE},
};

const th_symbol *th_symbol_find(th_span name)
{
    for (size_t i = 0; i < sizeof symbols / sizeof *symbols; i++)
        if (strlen(symbols[i].name) == name.n && memcmp(symbols[i].name, name.p, name.n) == 0) return &symbols[i];
    return NULL;
}

/* Where Unicode's mathematical alphabets begin; letters that had a place before have it still.
 * Source: Unicode 15, Mathematical Alphanumeric Symbols, Letterlike Symbols. */
static const struct {
    char alphabet;
    unsigned capital, small, digit; /* 0: none */
    const char *apart;              /* letters that stand elsewhere, .. */
    unsigned elsewhere[12];         /* .. there */
} alphabets[] = {
    {'b', 0x1d400, 0x1d41a, 0x1d7ce, "", {0}},
    {'d', 0x1d538, 0x1d552, 0x1d7d8, "CHNPQRZ", {0x2102, 0x210d, 0x2115, 0x2119, 0x211a, 0x211d, 0x2124}},
    {'c',
     0x1d49c,
     0x1d4b6,
     0,
     "BEFHILMRego",
     {0x212c, 0x2130, 0x2131, 0x210b, 0x2110, 0x2112, 0x2133, 0x211b, 0x212f, 0x210a, 0x2134}},
};

static void put_utf8(unsigned c, char out[8])
{
    size_t n = 0;
    if (c >= 0x10000) {
        out[n++] = (char)(0xf0 | c >> 18);
        out[n++] = (char)(0x80 | (c >> 12 & 0x3f));
    } else {
        out[n++] = (char)(0xe0 | c >> 12);
    }
    out[n++] = (char)(0x80 | (c >> 6 & 0x3f));
    out[n++] = (char)(0x80 | (c & 0x3f));
    out[n] = 0;
}

bool th_letter_in(char alphabet, char letter, char utf8[8])
{
    for (size_t i = 0; i < sizeof alphabets / sizeof *alphabets; i++) {
        if (alphabets[i].alphabet != alphabet) continue;
        const char *apart = letter ? strchr(alphabets[i].apart, letter) : NULL;
        unsigned c = 0;
        if (apart)
            c = alphabets[i].elsewhere[apart - alphabets[i].apart];
        else if (letter >= 'A' && letter <= 'Z')
            c = alphabets[i].capital + (unsigned)(letter - 'A');
        else if (letter >= 'a' && letter <= 'z')
            c = alphabets[i].small + (unsigned)(letter - 'a');
        else if (letter >= '0' && letter <= '9' && alphabets[i].digit)
            c = alphabets[i].digit + (unsigned)(letter - '0');
        if (c) put_utf8(c, utf8);
        return c != 0;
    }
    return false;
}
