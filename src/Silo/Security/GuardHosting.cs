namespace Progeny.Silo.Security;

/// <summary>Keeps pages of other origins out of a node (docs/operations.md).</summary>
public static class GuardHosting
{
    /// <summary>Adds what <see cref="UseRequestGuard"/> needs.</summary>
    /// <exception cref="Grains.Common.SettingException">The setting <c>Http:AllowedHosts</c> is wrong.</exception>
    public static void AddRequestGuard(this IHostApplicationBuilder builder) => builder.Services.AddSingleton(new AllowedHosts(builder.Configuration));

    /// <summary>Refuses requests to a foreign name, and of foreign pages, before anything else sees them.</summary>
    public static void UseRequestGuard(this IApplicationBuilder app) => app.UseMiddleware<RequestGuard>();
}
