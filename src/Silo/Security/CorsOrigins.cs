using Microsoft.AspNetCore.Cors.Infrastructure;
using Progeny.Grains.Common;

namespace Progeny.Silo.Security;

/// <summary>
/// The origins whose pages may ask this node from a browser (CORS): none, unless <c>Http:CorsOrigins</c> names them (docs/sign-in.md).
/// </summary>
internal sealed class CorsOrigins
{
    private const string Key = "Http:CorsOrigins";
    private const string Any = "*";

    private readonly HashSet<string> _origins = new(StringComparer.OrdinalIgnoreCase);

    /// <exception cref="SettingException">An entry is no origin, or all pages would be let in where nobody has to prove who they
    /// are.</exception>
    public CorsOrigins(IConfiguration configuration, SecurityOptions security)
    {
        var entries = configuration.GetSection(Key).GetChildren().Select(child => child.Value).Prepend(configuration[Key]);
        foreach (var entry in entries.SelectMany(text => (text ?? "").Split([',', ';', ' '], StringSplitOptions.RemoveEmptyEntries)))
        {
            if (entry == Any && !security.Enabled)
                throw new SettingException(
                    $"{Key} is '*', but nobody has to prove who they are on this node: any web page could use it through a browser that "
                        + $"reaches it. Name origins, or set {SecurityOptions.Section}:Enabled to true.");
            if (entry != Any && !IsOrigin(entry))
                throw new SettingException(
                    $"{Key} has '{entry}'; it must be origins, separated by commas, e.g. https://app.example.com, or * for all.");
            _origins.Add(entry);
        }
    }

    /// <summary>Whether there are any.</summary>
    public bool AreNamed => _origins.Count > 0;

    /// <summary>Whether pages of an origin may ask.</summary>
    public bool Allow(string origin) => AreNamed && (_origins.Contains(Any) || _origins.Contains(origin));

    /// <summary>
    /// What a browser is told. It is never told to add what it holds of this node, cookies and certificates: a page of another origin
    /// proves who it is by a key or a token of its own.
    /// </summary>
    public void Configure(CorsPolicyBuilder policy) =>
        policy.SetIsOriginAllowed(Allow).AllowAnyHeader().AllowAnyMethod()
            .WithExposedHeaders("Retry-After", "Inference-Header-Content-Length")
            .SetPreflightMaxAge(TimeSpan.FromMinutes(10));

    private static bool IsOrigin(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https"
            && text.Equals(uri.GetLeftPart(UriPartial.Authority), StringComparison.OrdinalIgnoreCase);
}
