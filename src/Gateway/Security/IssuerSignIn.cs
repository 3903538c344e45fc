using Microsoft.AspNetCore.Authentication;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;
using Progeny.Console.Hosting;
using Progeny.Grains.Common;
using Progeny.Silo.Security;

namespace Progeny.Gateway.Security;

/// <summary>Sign-in by an issuer: OpenID Connect with an authorization code and PKCE.</summary>
internal static partial class IssuerSignIn
{
    /// <summary>The name of the kind of authentication.</summary>
    public const string Scheme = "OpenIdConnect";

    /// <summary>Where the issuer sends browsers back to.</summary>
    public const string CallbackPath = "/sign-in/openid/callback";

    private static readonly TimeSpan _issuerTimeout = TimeSpan.FromSeconds(10);

    /// <exception cref="SettingException">A setting is wrong.</exception>
    public static void AddSignIn(this AuthenticationBuilder authentication, SignInOptions settings)
    {
        var authority = IssuerAddress.Read(SignInOptions.Section, settings.Authority, settings.RequireHttpsMetadata);
        if (string.IsNullOrWhiteSpace(settings.ClientId))
            throw new SettingException(
                $"{SignInOptions.Section}:ClientId is empty; it must be the name by which the issuer knows the console.");
        var access = new ClaimAccess(SignInOptions.Section, settings);
        authentication.AddOpenIdConnect(Scheme, options =>
        {
            options.Authority = authority.AbsoluteUri;
            options.ClientId = settings.ClientId;
            options.ClientSecret = settings.ClientSecret;
            options.RequireHttpsMetadata = settings.RequireHttpsMetadata;
            options.CallbackPath = CallbackPath;
            options.SignInScheme = Sessions.Scheme;
            options.ResponseType = OpenIdConnectResponseType.Code;
            options.ResponseMode = OpenIdConnectResponseMode.Query; // a link, with which browsers send cookies of SameSite=Lax
            options.MapInboundClaims = false;
            options.DisableTelemetry = true;
            options.BackchannelTimeout = _issuerTimeout;
            options.TokenValidationParameters.ValidAlgorithms = TokenAlgorithms.Allowed;
            options.CorrelationCookie.SameSite = options.NonceCookie.SameSite = SameSiteMode.Lax;
            options.CorrelationCookie.SecurePolicy = options.NonceCookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
            options.Scope.Clear();
            foreach (var scope in settings.Scopes.Split(' ', StringSplitOptions.RemoveEmptyEntries).Prepend("openid")
                .Distinct(StringComparer.Ordinal))
                options.Scope.Add(scope);
            options.Events.OnTicketReceived = context => ReceiveAsync(context, access);
            options.Events.OnRemoteFailure = FailAsync;
        });
    }

    /// <summary>Begins a session of what the issuer claims, if that gives any access.</summary>
    private static async Task ReceiveAsync(TicketReceivedContext context, ClaimAccess access)
    {
        var found = access.Find([.. context.Principal!.Claims]);
        if (found.Caller is { Access.Entries.IsEmpty: false } caller)
        {
            context.Principal = context.HttpContext.RequestServices.GetRequiredService<Sessions>().Begin(caller, context.HttpContext);
            return;
        }

        var problem = found.Problem
            ?? $"{found.Caller!.Name} has no role here. An operator says which groups of the issuer have which "
                + $"({SignInOptions.Section}:Roles).";
        context.HandleResponse();
        await ConsolePages.Notice("No access", problem, StatusCodes.Status403Forbidden).ExecuteAsync(context.HttpContext);
    }

    private static async Task FailAsync(RemoteFailureContext context)
    {
        LogFailed(
            context.HttpContext.RequestServices.GetRequiredService<ILoggerFactory>().CreateLogger(typeof(IssuerSignIn)),
            context.Failure!.GetBaseException().Message);
        context.HandleResponse();
        await ConsolePages.Notice(
            "Not signed in",
            "The issuer did not say who you are, or this browser did not begin the sign-in. Begin again at /sign-in.",
            StatusCodes.Status403Forbidden)
            .ExecuteAsync(context.HttpContext);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "A sign-in by the issuer failed: {Problem}")]
    private static partial void LogFailed(ILogger logger, string problem);
}
