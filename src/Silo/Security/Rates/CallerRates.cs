using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Progeny.Core.Security;
using Progeny.Core.Telemetry;

namespace Progeny.Silo.Security.Rates;

/// <summary>The limits of all callers of this node, and what is left of them.</summary>
internal sealed class CallerRates
{
    /// <summary>Above it those of callers who have asked nothing for a while are forgotten.</summary>
    private const int ManyCallers = 10_000;

    private static readonly TimeSpan SweepInterval = TimeSpan.FromSeconds(10);

    private readonly ConcurrentDictionary<string, CallerRate> _rates = new(StringComparer.Ordinal);
    private readonly RateLimitOptions _options;
    private readonly TimeProvider _time;
    private long _sweptAt;
    private long _refused;

    public CallerRates(RateLimitOptions options, TimeProvider time, IMeterFactory meters)
    {
        (_options, _time, _sweptAt) = (options, time, time.GetTimestamp());
        meters.Create(ProgenyTelemetry.Name).CreateObservableCounter(
            "progeny.requests.limited",
            () => Interlocked.Read(ref _refused),
            null,
            "Requests refused because their caller has asked too much.");
    }

    /// <summary>What is left for whoever sent a request; null: there is no limit.</summary>
    public CallerRate? Find(HttpContext context)
    {
        if (NameOf(context) is not { } name)
            return null;
        if (!_rates.TryGetValue(name, out var rate))
        {
            Sweep();
            rate = _rates.GetOrAdd(name, static (name, rates) => new CallerRate(rates._options.Of(name), rates._time), this);
        }

        return rate.IsUnlimited ? null : rate;
    }

    public void CountRefused() => Interlocked.Increment(ref _refused);

    private string? NameOf(HttpContext context)
    {
        if (context.Features.Get<Caller>() is { IsAuthenticated: true } caller)
            return caller.Name;
        return _options.PerAddress && context.Connection.RemoteIpAddress is { } address ? $"address:{ClientAddress.Of(address)}" : null;
    }

    private void Sweep()
    {
        var swept = Interlocked.Read(ref _sweptAt);
        if (_rates.Count < ManyCallers || _time.GetElapsedTime(swept) < SweepInterval
            || Interlocked.CompareExchange(ref _sweptAt, _time.GetTimestamp(), swept) != swept)
            return;
        var now = _time.GetTimestamp();
        foreach (var (name, rate) in _rates)
        {
            if (rate.IsIdle(now))
                _rates.TryRemove(name, out _);
        }
    }
}
