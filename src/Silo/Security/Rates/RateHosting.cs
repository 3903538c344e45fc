namespace Progeny.Silo.Security.Rates;

/// <summary>Limits how much single callers ask of a node (docs/tls.md).</summary>
public static class RateHosting
{
    /// <summary>Refuses what is above the limits of callers: after the access guard, which knows them.</summary>
    public static void UseRateGuard(this IApplicationBuilder app)
    {
        var security = app.ApplicationServices.GetRequiredService<SecurityOptions>();
        if (security.Enabled || security.RateLimits.PerAddress)
            app.UseMiddleware<RateGuard>();
    }

    /// <summary>Charges the rows of an answered query to its caller.</summary>
    public static void ChargeRows(this HttpContext context, int rows) => context.Features.Get<CallerRate>()?.ChargeRows(rows);
}
