"""Draws how a report grows with the sales, as an SVG, from the lines that bench/rfm_at_scale.py printed.

python bench/rfm_at_scale.py STORE | python bench/plot_growth.py > docs/pictures/growth.svg
"""

import re
import sys

LINE = re.compile(r"\s*([\d.]+) M sales: ([\d.]+) s, floor ([\d.]+) s")
DASHED = 'stroke-dasharray="6 4"'
WIDTH, HEIGHT, LEFT, BOTTOM, TOP = 640, 360, 60, 50, 20


def main() -> None:
    """Read the lines, print the picture."""
    points = [tuple(map(float, found.groups())) for found in map(LINE.match, sys.stdin) if found]
    most, longest = max(p[0] for p in points), max(max(p[1:]) for p in points)

    def place(sales: float, seconds: float) -> str:
        x = LEFT + (WIDTH - LEFT - 20) * sales / most
        return f"{x:.0f},{HEIGHT - BOTTOM - (HEIGHT - BOTTOM - TOP) * seconds / longest:.0f}"

    def series(column: int, style: str) -> str:
        line = " ".join(place(p[0], p[column]) for p in points)
        dots = "".join(
            f'<circle cx="{x}" cy="{y}" r="3"/>' for x, y in (place(p[0], p[column]).split(",") for p in points)
        )
        return f'<polyline points="{place(0, 0)} {line}" fill="none" stroke="black" {style}/>{dots}'

    ticks = "".join(
        f'<text x="{place(p[0], 0).split(",")[0]}" y="{HEIGHT - BOTTOM + 18}" text-anchor="middle">{p[0]:.1f}</text>'
        for p in points
    )
    print(
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
        f'font-family="sans-serif" font-size="13">'
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>'
        f'<path d="M{LEFT},{TOP} V{HEIGHT - BOTTOM} H{WIDTH - 20}" fill="none" stroke="gray"/>{ticks}'
        f'<text x="{WIDTH / 2}" y="{HEIGHT - 10}" text-anchor="middle">million sales</text>'
        f'<text x="{LEFT - 8}" y="{TOP + 5}" text-anchor="end">{longest:.1f} s</text>'
        f"{series(1, '')}{series(2, DASHED)}"
        f'<text x="{LEFT + 20}" y="{TOP + 15}">RFM of all history, uncached (dashed: the floor)</text></svg>'
    )


if __name__ == "__main__":
    main()
