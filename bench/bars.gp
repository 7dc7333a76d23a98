# SPDX-License-Identifier: GPL-2.0
#
# Groups of horizontal bars from zero, with their values at the ends.
#
# gnuplot -c bars.gp DATA TITLE AXIS COLOURS HEIGHT BASE FORMAT
#
# DATA is separated by tabs, with a header: a label and a value (or NaN) for each of the
# COLOURS (words). BASE is the value that means "no difference": a line is drawn there.
# FORMAT is for the values.

data = ARG1
colours = ARG4
n = words(colours)
base = real(ARG6)
width = 0.84 / n

set terminal svg size 900,ARG5 background "#ffffff" font "sans-serif,13" noenhanced
set datafile separator "\t"
set datafile missing "NaN"
# The title at the top, the legend below it, then the bars: in pixels from the top.
from_top(pixels) = 1 - pixels / real(ARG5)
set label ARG2 at screen 0.5, screen from_top(20) center font "sans-serif,15"
set tmargin at screen from_top(72)
set xlabel ARG3 offset 0,0.4
set xtics out nomirror offset 0,0.3
set grid xtics lc rgb "#dddddd" lw 1
set ytics scale 0
set border 1
set style fill solid 1 noborder
set key at screen 0.5, screen from_top(38) top center horizontal Left reverse samplen 1.2 width 1

# Room for the values behind the longest bar, and a little on the other side if some
# are negative.
low = 0
high = base
do for [i = 1:n] {
	stats data using i + 1 skip 1 nooutput
	high = STATS_max > high ? STATS_max : high
	low = STATS_min < low ? STATS_min : low
}
set xrange [low * 1.05:low + (high > low ? (high - low) * 1.1 : 1)]
stats data using 0 skip 1 nooutput
set yrange [STATS_records - 0.4:-0.6]

set arrow from base, graph 0 to base, graph 1 nohead front lc rgb "#222222" lw 1.2

middle(i) = $0 - 0.42 + width * (i - 0.5)
# Behind the bar and the line, where a bar that is short of the line would have it on
# its text.
end(x) = x > base ? x : base
shown(x) = x == x ? sprintf(ARG7, x) : ""

plot data using (0):0:(0):(0):0:0:ytic(1) skip 1 with boxxyerror notitle, \
	for [i = 1:n] data using (0):(middle(i)):(0):(column(i + 1)):(middle(i) - width / 2): \
	(middle(i) + width / 2) with boxxyerror lc rgb word(colours, i) title columnheader(i + 1), \
	for [i = 1:n] data using (end(column(i + 1))):(middle(i)):(shown(column(i + 1))) \
	skip 1 with labels left offset 0.3,0 font "sans-serif,10" notitle
