using Microsoft.AspNetCore.Authentication.Cookies;

namespace Progeny.Gateway.Security;

/// <summary>
/// The cookie of a session. Over TLS its name begins with <c>__Host-</c>: then no other host, and no page without TLS, can set it.
/// </summary>
internal sealed class SessionCookies : ICookieManager
{
    /// <summary>The name without TLS.</summary>
    public const string Name = "progeny-session";

    private readonly ChunkingCookieManager _inner = new();

    /// <summary>The name for a request.</summary>
    public static string NameFor(HttpRequest request) => request.IsHttps ? $"__Host-{Name}" : Name;

    public string? GetRequestCookie(HttpContext context, string key) => _inner.GetRequestCookie(context, NameFor(context.Request));

    public void AppendResponseCookie(HttpContext context, string key, string? value, CookieOptions options) =>
        _inner.AppendResponseCookie(context, NameFor(context.Request), value, options);

    public void DeleteCookie(HttpContext context, string key, CookieOptions options) =>
        _inner.DeleteCookie(context, NameFor(context.Request), options);
}
