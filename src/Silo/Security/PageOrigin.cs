namespace Progeny.Silo.Security;

/// <summary>What a browser says of the page for which it sends a request.</summary>
public static class PageOrigin
{
    private const string FetchSite = "Sec-Fetch-Site";

    /// <summary>
    /// Whether a browser sends the request for a page of another origin. Such a request is never proved by what the browser adds by itself:
    /// cookies and client certificates. A link that somebody follows to a page is none.
    /// </summary>
    public static bool IsForeign(HttpRequest request)
    {
        var origin = request.Headers.Origin.ToString();
        if (origin.Length > 0)
            return !IsHostOf(origin, request.Host);
        return request.Headers.TryGetValue(FetchSite, out var site) && site.ToString() is not ("same-origin" or "none")
            && !IsFollowedLink(request);
    }

    /// <summary>
    /// Whether somebody follows a link from elsewhere to a page of the console: a whole page that is read, not a part of another one.
    /// </summary>
    internal static bool IsFollowedLink(HttpRequest request) =>
        HttpMethods.IsGet(request.Method) && request.Headers["Sec-Fetch-Mode"] == "navigate"
            && request.Headers["Sec-Fetch-Dest"] == "document";

    // The scheme is left out: behind a proxy that ends TLS it is another one than the browser's.
    private static bool IsHostOf(string origin, HostString host) =>
        Uri.TryCreate(origin, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https"
        && uri.Host.Equals(host.Host, StringComparison.OrdinalIgnoreCase)
        && (host.Port is { } port and not (80 or 443) ? port : (int?)null) == (uri.IsDefaultPort ? null : uri.Port);
}
