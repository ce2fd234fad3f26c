-- A window of slots for each rate, as in memory: a hash of how many calls each slot has.
-- KEYS: one for each rate. ARGV: how many slots a period has, and how many calls to count; then, for each rate, its calls and its
-- period in milliseconds.
-- Returns how many milliseconds to wait, or 0 once the calls are counted.
local slots, wanted = tonumber(ARGV[1]), tonumber(ARGV[2])
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local wait, current = 0, {}
for i, key in ipairs(KEYS) do
    local calls, period = tonumber(ARGV[2 * i + 1]), tonumber(ARGV[2 * i + 2])
    local slot = period / slots
    current[i] = math.floor(now / slot)
    if redis.call('TYPE', key).ok ~= 'hash' then redis.call('DEL', key) end
    local entries, live, excess = redis.call('HGETALL', key), {}, wanted - calls
    for j = 1, #entries, 2 do
        local number, count = tonumber(entries[j]), tonumber(entries[j + 1])
        -- Those of the past are over, and those of the next period and later were counted by another clock.
        if not (number and count and number >= current[i] - slots and number <= current[i] + slots) then
            redis.call('HDEL', key, entries[j])
        else
            excess = excess + count
            live[#live + 1] = { number, count }
        end
    end
    if excess > 0 then
        table.sort(live, function(a, b) return a[1] < b[1] end)
        local pause = period
        for _, entry in ipairs(live) do
            excess = excess - entry[2]
            if excess <= 0 then
                pause = (entry[1] + slots + 1) * slot - now
                break
            end
        end
        wait = math.max(wait, math.ceil(pause))
    end
end
if wait > 0 then return wait end
for i, key in ipairs(KEYS) do
    redis.call('HINCRBY', key, string.format('%d', current[i]), wanted)
    redis.call('PEXPIRE', key, tonumber(ARGV[2 * i + 2]) * 2)
end
return 0
