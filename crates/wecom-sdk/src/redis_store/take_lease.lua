-- KEYS: the lease's, the last fence's, the token's. ARGV: how many milliseconds a lease lasts. Returns a fence, or 0 while somebody
-- holds the lease.
local left = redis.call('PTTL', KEYS[1])
if left ~= -2 then
    -- Whoever holds it renews it: one that would stay for ever, or for longer than it can last, is nobody's.
    if left == -1 or left > tonumber(ARGV[1]) then redis.call('PEXPIRE', KEYS[1], ARGV[1]) end
    return 0
end
local function fence_of(reply)
    local fence = type(reply) == 'string' and tonumber(reply)
    return fence and fence >= 0 and fence < 2 ^ 53 and fence or 0
end
-- The token may have a later fence than the counter, where that was lost.
local last = math.max(fence_of(redis.pcall('GET', KEYS[2])), fence_of(redis.pcall('HGET', KEYS[3], 'fence')))
local fence = string.format('%d', last + 1)
redis.call('SET', KEYS[2], fence, 'EX', 30 * 24 * 60 * 60)
redis.call('SET', KEYS[1], fence, 'PX', ARGV[1])
return last + 1
