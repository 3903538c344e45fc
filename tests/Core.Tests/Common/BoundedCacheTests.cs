using Progeny.Core.Common;
using Progeny.Core.Tests.Serving;

namespace Progeny.Core.Tests.Common;

public sealed class BoundedCacheTests
{
    private readonly ManualTime time = new();

    [Fact]
    public void Value_is_there_until_its_time_is_over()
    {
        var cache = new BoundedCache<int>(10, TimeSpan.FromMinutes(1), time);
        cache.Put("a", 1);
        time.Advance(TimeSpan.FromSeconds(59));
        cache.TryGet("a", out var value).ShouldBeTrue();
        value.ShouldBe(1);
        time.Advance(TimeSpan.FromSeconds(1));
        cache.TryGet("a", out _).ShouldBeFalse();
        cache.Put("a", 2);
        cache.TryGet("a", out value).ShouldBeTrue();
        value.ShouldBe(2);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(10)]
    [InlineData(101)]
    public void Never_more_than_its_size_is_kept_and_the_newest_always_is(int size)
    {
        var cache = new BoundedCache<int>(size, TimeSpan.FromMinutes(1), time);
        for (var i = 0; i < 1_000; i++)
        {
            cache.Put($"{i}", i);
            cache.TryGet($"{i}", out _).ShouldBeTrue();
            var kept = Enumerable.Range(0, i + 1).Count(key => cache.TryGet($"{key}", out _));
            kept.ShouldBeInRange(Math.Min(i + 1, size / 2), size);
        }
    }

    [Fact]
    public void Value_put_again_takes_no_place_of_another()
    {
        var cache = new BoundedCache<int>(4, TimeSpan.FromMinutes(1), time);
        cache.Put("a", 1);
        for (var i = 0; i < 10; i++)
            cache.Put("b", i);
        cache.TryGet("a", out _).ShouldBeTrue();
        cache.TryGet("b", out var newest).ShouldBeTrue();
        newest.ShouldBe(9);
    }

    [Fact]
    public void Nothing_is_kept_where_nothing_may_be()
    {
        foreach (var cache in (BoundedCache<int>[])[new(0, TimeSpan.FromMinutes(1), time), new(10, TimeSpan.Zero, time)])
        {
            cache.Put("a", 1);
            cache.TryGet("a", out _).ShouldBeFalse();
        }
    }
}
