using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.AspNetCore.DataProtection.Repositories;
using Microsoft.Extensions.Options;
using Progeny.Core.Security;
using Progeny.Grains.Common;
using Progeny.Silo.Security;
using Progeny.Storage.Common;

namespace Progeny.Gateway.Security;

/// <summary>Lets people sign in at the console (docs/sign-in.md).</summary>
internal static class SessionHosting
{
    /// <summary>The field of a form that carries the token against forged requests.</summary>
    public const string TokenField = "csrf";

    /// <summary>The header that may carry it instead.</summary>
    public const string TokenHeader = "X-CSRF-Token";

    private const string StartedAt = "started";

    /// <summary>
    /// Adds sessions, where everybody has to prove who they are. To be called before other proofs are added: what the browser adds by
    /// itself is checked in this order.
    /// </summary>
    /// <exception cref="SettingException">The section <c>Security:OpenIdConnect</c> is wrong.</exception>
    public static void AddSessions(this WebApplicationBuilder builder)
    {
        var security = builder.Configuration.Read<SecurityOptions>(SecurityOptions.Section);
        var signIn = builder.Configuration.ReadProof<SignInOptions>(SignInOptions.Section, security);
        builder.Services.AddSingleton(new SignInKinds(security.Enabled, signIn is not null));
        builder.Services.AddSingleton<IRefusalPages, ConsoleRefusals>();
        if (!security.Enabled)
            return;
        builder.Services.AddAntiforgery(antiforgery =>
        {
            antiforgery.FormFieldName = TokenField;
            antiforgery.HeaderName = TokenHeader;
            antiforgery.SuppressXFrameOptionsHeader = true; // every answer has it
            antiforgery.Cookie.Name = "progeny-form";
            antiforgery.Cookie.SameSite = SameSiteMode.Strict;
            antiforgery.Cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
        });
        builder.Services.AddSingleton<Sessions>();
        builder.Services.AddSingleton<SessionProof>();
        builder.Services.AddSingleton<ICallerProof>(provider => provider.GetRequiredService<SessionProof>());
        builder.Services.AddSessionKeys();
        var authentication = builder.Services.AddAuthentication();
        authentication.AddCookie(Sessions.Scheme, Configure);
        if (signIn is not null)
            authentication.AddSignIn(signIn);
    }

    /// <summary>
    /// Keeps the framework from asking all kinds of authentication at each request: the access guard asks for what a request carries.
    /// </summary>
    public static void UseSessions(this IApplicationBuilder app) => app.Properties["__AuthenticationMiddlewareSet"] = true;

    private static void Configure(CookieAuthenticationOptions cookies)
    {
        cookies.CookieManager = new SessionCookies();
        cookies.Cookie.Name = SessionCookies.Name;
        cookies.Cookie.Path = "/";
        cookies.Cookie.HttpOnly = true;
        cookies.Cookie.SameSite = SameSiteMode.Lax; // strict would not follow the way back from an issuer, nor a link in a message
        cookies.Cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
        cookies.ExpireTimeSpan = Sessions.IdleTime;
        cookies.SlidingExpiration = true;
        cookies.Events.OnSigningIn = context =>
        {
            context.Properties.Items[StartedAt] = Now(context.Options).ToUnixTimeSeconds()
                .ToString(System.Globalization.CultureInfo.InvariantCulture);
            return Task.CompletedTask;
        };
        cookies.Events.OnValidatePrincipal = context =>
        {
            if (!long.TryParse(context.Properties.Items[StartedAt], out var started)
                || !Sessions.IsSession(context.Principal)
                || Now(context.Options) - DateTimeOffset.FromUnixTimeSeconds(started) > Sessions.MaxTime)
                context.RejectPrincipal();
            return Task.CompletedTask;
        };
    }

    private static DateTimeOffset Now(AuthenticationSchemeOptions options) => (options.TimeProvider ?? TimeProvider.System).GetUtcNow();

    private static void AddSessionKeys(this IServiceCollection services)
    {
        services.AddDataProtection().SetApplicationName("Progeny");
        services.AddSingleton<IConfigureOptions<KeyManagementOptions>>(provider => new ConfigureOptions<KeyManagementOptions>(options =>
        {
            options.XmlRepository = provider.GetService<ISessionKeyStore>() is { } store
                ? new SessionKeyRepository(store)
                : new FileSystemXmlRepository(
                    Directory.CreateDirectory(provider.GetRequiredService<DataFolder>().Paths.SessionKeysPath),
                    provider.GetRequiredService<ILoggerFactory>());
            options.XmlEncryptor = new SessionKeyCipher(provider.GetRequiredService<ApiKeyHasher>());
        }));
    }
}
