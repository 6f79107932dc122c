# SPDX-License-Identifier: GPL-2.0-or-later
"""The pictures of the bench: bars beside the rivals, a curve over the number of flows."""
import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt  # noqa: E402

# Ours stands out; the rest are shades that also differ in print.
BARS = (("bare", "bare cipher", "#b9b9b9"), ("sotto", "sotto", "#0b6e4f"),
        ("libsrtp", "libsrtp2 in the program", "#e0a458"),
        ("wireguard", "WireGuard", "#8d6b94"), ("rtpengine", "rtpengine (protects only)",
                                                "#5b7c99"))


def thousands(n, _=None):
    return f"{n:,.0f}".replace(",", "\u202f")


def plain(ax):
    for side in "top", "right":
        ax.spines[side].set_visible(False)
    ax.yaxis.set_major_formatter(thousands)
    ax.set_axisbelow(True)
    ax.grid(axis="y", color="#e5e5e5", linewidth=0.8)
    ax.tick_params(length=0)


def height(fig, case, profile, payload):
    f = (fig.find(case, profile=profile, payload=payload) or
         fig.find(case, payload=payload) or {})
    return f.get("added", f.get("instructions"))


def rivals(fig, path, profiles):
    """One panel per profile; groups of bars by payload."""
    figure, axes = plt.subplots(1, len(profiles), figsize=(13, 5.2), layout="constrained")
    payloads = fig.payloads()
    width = 0.8 / len(BARS)
    for ax, (profile, name) in zip(axes, profiles.items()):
        plain(ax)
        for i, (case, label, colour) in enumerate(BARS):
            at = [g + (i - (len(BARS) - 1) / 2) * width for g in range(len(payloads))]
            heights = [height(fig, case, profile, p) or 0 for p in payloads]
            bars = ax.bar(at, heights, width * 0.92, label=label, color=colour)
            ax.bar_label(bars, [f"{h / 1000:.1f}k" if h else "" for h in heights], fontsize=6.5,
                         padding=2, rotation=90,
                         color="#0b6e4f" if case == "sotto" else "#555555")
        ax.margins(y=0.1)
        ax.set_title(name, loc="left", fontsize=11)
        ax.set_xticks(range(len(payloads)), [f"{p} bytes" for p in payloads])
        ax.set_xlabel("RTP payload")
    axes[0].set_ylabel("instructions added per packet")
    axes[0].legend(frameon=False, fontsize=9, loc="upper left")
    figure.suptitle("What protecting and unprotecting a packet adds to plain UDP", x=0.01,
                    ha="left", fontsize=13)
    figure.savefig(path, dpi=130)
    plt.close(figure)


def growth(fig, path, payload):
    """What a packet costs when its flow, or its SSRC, is one of many."""
    figure, axes = plt.subplots(1, 2, figsize=(11, 4.2), layout="constrained", sharey=True)
    for ax, what, words in zip(axes, ("flows", "ssrcs"), ("flows", "SSRCs in one flow")):
        plain(ax)
        points = fig.growth(what)
        ns, added = zip(*points)
        ax.plot(ns, added, marker="o", color="#0b6e4f", linewidth=2)
        ax.axhline(1.15 * added[0], color="#b5452c", linewidth=1, linestyle="--")
        ax.annotate("1.15 x a single one", (ns[-1], 1.15 * added[0]), ha="right", va="bottom",
                    fontsize=9, color="#b5452c", xytext=(0, 3), textcoords="offset points")
        for n, a in points:
            ax.annotate(thousands(a), (n, a), ha="center", va="top", fontsize=8,
                        xytext=(0, -7), textcoords="offset points")
        ax.set_xscale("log", base=10 if what == "flows" else 2)
        ax.set_xticks(ns, [thousands(n) for n in ns])
        ax.minorticks_off()
        ax.margins(x=0.08)
        ax.set_xlabel(words)
        ax.set_ylim(0, 1.3 * max(added))
    axes[0].set_ylabel("instructions added per packet")
    figure.suptitle(f"One among many: sotto, AEAD_AES_128_GCM, {payload} bytes", x=0.01,
                    ha="left", fontsize=13)
    figure.savefig(path, dpi=130)
    plt.close(figure)


def draw(fig, out, profiles, payload):
    """Returns the names of the files."""
    names = [f"{out}/rivals.png", f"{out}/growth.png"]
    rivals(fig, names[0], profiles)
    growth(fig, names[1], payload)
    return names
