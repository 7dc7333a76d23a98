-- SPDX-License-Identifier: GPL-2.0
-- What the interpreter is timed with: calls, tables, strings, numbers, always the same
local function fib(n) return n < 2 and n or fib(n - 1) + fib(n - 2) end

local sum = fib(34)

local sieve = {}
for i = 2, 3000000 do sieve[i] = true end
for i = 2, 1750 do
	if sieve[i] then
		for j = i * i, 3000000, i do sieve[j] = false end
	end
end
for i = 2, 3000000 do
	if sieve[i] then sum = sum + i end
end

local words = {}
for i = 1, 300000 do words[i] = string.format("%05d", i * 7919 % 300007) end
table.sort(words)
local text = table.concat(words, " ")
for word in text:gmatch("%d+") do sum = sum + #word end

local x = 0.5
for i = 1, 30000000 do x = 3.7 * x * (1 - x) end
print(sum, x)
