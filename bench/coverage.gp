# SPDX-License-Identifier: GPL-2.0
#
# Stacked bars: what a probe becomes, as shares of all instructions.
#
# gnuplot -c coverage.gp DATA TITLE AXIS COLOURS HEIGHT
#
# DATA is separated by tabs, with a header: a label, a text for the bar's end, and a
# share in percent for each of the COLOURS (words).

data = ARG1
colours = ARG4
n = words(colours)

set terminal svg size 900,ARG5 background "#ffffff" font "sans-serif,13" noenhanced
set datafile separator "\t"
# The title at the top, the legend below it, then the bars: in pixels from the top.
from_top(pixels) = 1 - pixels / real(ARG5)
set label ARG2 at screen 0.5, screen from_top(20) center font "sans-serif,15"
set tmargin at screen from_top(94)
set xlabel ARG3 offset 0,0.4
set xrange [0:100]
set xtics 20 out nomirror offset 0,0.3
set grid xtics lc rgb "#dddddd" lw 1
set ytics scale 0
set border 1
set style fill solid 1 border rgb "#ffffff"
set rmargin 10
set key at screen 0.5, screen from_top(38) top center horizontal Left reverse samplen 1.2 width -2 maxcols 4

stats data using 0 skip 1 nooutput
set yrange [STATS_records - 0.4:-0.6]

# Where the bar's i-th part begins.
from(i) = i <= 1 ? 0 : (sum [j = 1:i - 1] column(j + 2))

plot data using (0):0:(0):(0):0:0:ytic(1) skip 1 with boxxyerror notitle, \
	for [i = 1:n] data using (0):0:(from(i)):(from(i + 1)):($0 - 0.36):($0 + 0.36) \
	with boxxyerror lc rgb word(colours, i) title columnheader(i + 2), \
	data using (100):0:2 skip 1 with labels left offset 0.8,0 notitle
