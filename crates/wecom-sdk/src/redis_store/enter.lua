-- KEYS: the places', sorted by when they end. ARGV: how many there are, who wants one, how many milliseconds it lasts. Returns
-- whether there is one. Whoever has one already keeps it for longer.
local kind = redis.call('TYPE', KEYS[1]).ok
if kind ~= 'zset' and kind ~= 'none' then redis.call('DEL', KEYS[1]) end
local time = redis.call('TIME')
local now, life = time[1] * 1000 + math.floor(time[2] / 1000), tonumber(ARGV[3])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', string.format('%d', now))
-- What would last much longer than a place does was taken by another clock.
redis.call('ZREMRANGEBYSCORE', KEYS[1], string.format('(%d', now + 10 * life), '+inf')
if not redis.call('ZSCORE', KEYS[1], ARGV[2]) and redis.call('ZCARD', KEYS[1]) >= tonumber(ARGV[1]) then return 0 end
redis.call('ZADD', KEYS[1], string.format('%d', now + life), ARGV[2])
redis.call('PEXPIRE', KEYS[1], life)
return 1
