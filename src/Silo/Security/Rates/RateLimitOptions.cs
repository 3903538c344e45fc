using Progeny.Grains.Common;

namespace Progeny.Silo.Security.Rates;

/// <summary>How much callers may ask of a node; the section <c>Security:RateLimits</c> (docs/tls.md).</summary>
public sealed class RateLimitOptions
{
    internal const string Key = $"{SecurityOptions.Section}:{nameof(SecurityOptions.RateLimits)}";

    private const double MaxRate = 1e9;

    /// <inheritdoc cref="RateLimit.RequestsPerSecond"/>
    public double RequestsPerSecond { get; set; } = 2_000;

    /// <inheritdoc cref="RateLimit.Burst"/>
    public double? Burst { get; set; }

    /// <inheritdoc cref="RateLimit.RowsPerSecond"/>
    public double RowsPerSecond { get; set; } = 200_000;

    /// <summary>Where nobody has to prove who they are: whether the limits hold for each address.</summary>
    public bool PerAddress { get; set; }

    /// <summary>Limits of single callers, by kind and name: <c>Callers:key:ci:RequestsPerSecond</c> is that of <c>key:ci</c>.</summary>
    public IDictionary<string, Dictionary<string, RateLimit>> Callers { get; } = new Dictionary<string, Dictionary<string, RateLimit>>(
        StringComparer.OrdinalIgnoreCase);

    /// <summary>Requests a second, requests at once and rows a second of a caller.</summary>
    /// <param name="caller">The name of the caller, with its kind in front.</param>
    internal (double Requests, double Burst, double Rows) Of(string caller)
    {
        var own = caller.Split(':', 2) is [var kind, var name] && Callers.TryGetValue(kind, out var named)
            && named.TryGetValue(name, out var found) ? found : null;
        var requests = own?.RequestsPerSecond ?? RequestsPerSecond;
        return (requests, own?.Burst ?? (own?.RequestsPerSecond is null ? Burst : null) ?? Math.Max(1, requests), own?.RowsPerSecond
            ?? RowsPerSecond);
    }

    /// <summary>Checks the limits.</summary>
    /// <exception cref="SettingException">One is out of its bounds.</exception>
    internal RateLimitOptions Checked()
    {
        Check(Key, new RateLimit { RequestsPerSecond = RequestsPerSecond, Burst = Burst, RowsPerSecond = RowsPerSecond });
        foreach (var (kind, named) in Callers)
        {
            foreach (var (name, limit) in named)
                Check($"{Key}:{nameof(Callers)}:{kind}:{name}", limit);
        }

        return this;
    }

    private static void Check(string section, RateLimit limit)
    {
        Check($"{section}:{nameof(limit.RequestsPerSecond)}", limit.RequestsPerSecond, 0);
        Check($"{section}:{nameof(limit.Burst)}", limit.Burst, 1);
        Check($"{section}:{nameof(limit.RowsPerSecond)}", limit.RowsPerSecond, 0);
    }

    private static void Check(string key, double? value, double least)
    {
        if (value is { } number && !(number >= least && number <= MaxRate))
            throw new SettingException(
                FormattableString.Invariant(
                    $"{key} is {number}; it must be {least} to {MaxRate:0}{(least == 0 ? ", or 0 for no limit" : "")}."));
    }
}
