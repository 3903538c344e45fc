using Progeny.Core.Security;
using Progeny.Grains.Common;
using Progeny.Grains.Hosting;
using Progeny.Silo.Security.Audit;
using Progeny.Silo.Security.Rates;
using Progeny.Storage.Common;

namespace Progeny.Silo.Security;

/// <summary>Keeps pages of other origins out of a node (docs/operations.md).</summary>
public static class GuardHosting
{
    /// <summary>Adds what <see cref="UseRequestGuard"/> needs.</summary>
    /// <exception cref="Grains.Common.SettingException">A setting of <c>Http:AllowedHosts</c> or the section <c>Security</c> is
    /// wrong.</exception>
    public static void AddRequestGuard(this IHostApplicationBuilder builder)
    {
        builder.Services.AddSingleton(new AllowedHosts(builder.Configuration));
        var security = builder.Configuration.Read<SecurityOptions>(SecurityOptions.Section);
        builder.Services.AddSingleton(security);
        builder.Services.AddSingleton(new CorsOrigins(builder.Configuration, security));
        builder.Services.AddCors();
        builder.Services.AddSingleton(security.RateLimits.Checked());
        builder.Services.AddSingleton<CallerRates>();
        if (security.Enabled)
        {
            builder.Services.AddSingleton<ICallerSource, CallerSource>();
            builder.AddApiKeys(security);
        }
        else
        {
            builder.Services.AddSingleton<ICallerSource, OpenCallerSource>();
        }

        builder.AddJwt(security);
        builder.AddClientCertificates(security); // the last: it comes with every request, also beside a key
        builder.Services.AddSingleton<IJobOwners, GrainJobOwners>();
        builder.AddAudit(security);
    }

    private static void AddApiKeys(this IHostApplicationBuilder builder, SecurityOptions security)
    {
        var cluster = builder.Configuration.ReadCluster();
        Pepper.Check(security, cluster);
        builder.Services.AddSingleton(provider => new ApiKeyHasher(Pepper.Read(security, provider.GetRequiredService<DataFolder>().Paths)));
        builder.Services.AddSingleton<ApiKeyRing>();
        builder.Services.AddSingleton<ApiKeys>();
        builder.Services.AddSingleton<FirstKey>();
        builder.Services.AddSingleton<ICallerProof, ApiKeyProof>();
        builder.Services.AddHostedService(provider => ActivatorUtilities.CreateInstance<ApiKeyUpkeep>(provider, cluster));
    }

    /// <summary>
    /// Says what a caller needs to be answered at an endpoint, or at all of a group that do not say otherwise themselves.
    /// </summary>
    public static TBuilder Requires<TBuilder>(this TBuilder endpoint, Permissions permissions, AccessScope scope = AccessScope.Project)
        where TBuilder : IEndpointConventionBuilder => endpoint.WithMetadata(new RequiredAccess(permissions, scope));

    /// <summary>Has an endpoint answer everybody, without asking who they are.</summary>
    public static TBuilder RequiresNothing<TBuilder>(this TBuilder endpoint)
        where TBuilder : IEndpointConventionBuilder => endpoint.WithMetadata(RequiredAccess.Nothing);

    /// <summary>Asks callers who they are and refuses what they may not do: after routing, before anything is read of a body.</summary>
    public static void UseAccessGuard(this IApplicationBuilder app) => app.UseMiddleware<AccessGuard>();

    /// <summary>Answers browsers that ask for pages of other origins, where <c>Http:CorsOrigins</c> names any: after routing.</summary>
    public static void UseCorsOrigins(this IApplicationBuilder app)
    {
        var origins = app.ApplicationServices.GetRequiredService<CorsOrigins>();
        if (origins.AreNamed)
            app.UseCors(origins.Configure);
    }

    /// <summary>Who sent the request: set by the access guard.</summary>
    public static Caller GetCaller(this HttpContext context) =>
        context.Features.Get<Caller>() ?? throw new InvalidOperationException("The request has not passed the access guard.");

    /// <summary>Refuses requests to a foreign name, and of foreign pages, before anything else sees them.</summary>
    public static void UseRequestGuard(this IApplicationBuilder app) => app.UseMiddleware<RequestGuard>();
}
