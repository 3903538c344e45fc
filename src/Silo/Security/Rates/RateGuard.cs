using System.Globalization;
using Progeny.Core.Security;

namespace Progeny.Silo.Security.Rates;

/// <summary>
/// Refuses requests of callers who ask more than their limit, before anything is read of a body. The answer comes after a pause: it says
/// that the caller has to wait anyway, and who asks again without waiting would otherwise take the processors from others with refusals
/// alone.
/// </summary>
internal sealed class RateGuard(RequestDelegate next, CallerRates rates, TimeProvider time)
{
    private const int MaxPaused = 2_000;

    private const int MinPause = 300;
    private const int MaxPause = 700;

    private int _paused;

    public Task InvokeAsync(HttpContext context)
    {
        if (rates.Find(context) is not { } rate)
            return next(context);
        if (rate.TryEnter(out var wait, out var isRows))
        {
            context.Features.Set(rate);
            return next(context);
        }

        // A balancer must see the health of a node whatever comes from its address.
        return context.GetEndpoint()?.Metadata.GetMetadata<RequiredAccess>() is { IsForEverybody: true }
            ? next(context)
            : RefuseAsync(context, rate, wait, isRows);
    }

    private async Task RefuseAsync(HttpContext context, CallerRate rate, TimeSpan wait, bool isRows)
    {
        rates.CountRefused();
        if (Interlocked.Increment(ref _paused) <= MaxPaused)
        {
            // Not the same for all: they would come back together.
            var pause = TimeSpan.FromMilliseconds(Random.Shared.Next(MinPause, MaxPause));
            await Task.Delay(pause, time, context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            wait -= pause;
        }

        Interlocked.Decrement(ref _paused);
        if (context.RequestAborted.IsCancellationRequested)
            return;
        var seconds = Math.Max(1, (int)Math.Ceiling(Math.Min(wait.TotalSeconds, int.MaxValue)));
        context.Response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        var (requests, burst, rows) = rate.Limit;
        var limit = isRows
            ? string.Create(CultureInfo.InvariantCulture, $"{rows:0.###} rows a second, and earlier queries had more")
            : string.Create(CultureInfo.InvariantCulture, $"{requests:0.###} requests a second, {burst:0.###} at once");
        var whose = context.Features.Get<Caller>() is { IsAuthenticated: true } caller ? $"'{caller.Name}'" : "Your address";
        await new GuardProblem(
            StatusCodes.Status429TooManyRequests,
            "Too many requests",
            $"{whose} may ask this node {limit}; ask again in {seconds} s ({RateLimitOptions.Key}).").ExecuteAsync(context);
    }
}
