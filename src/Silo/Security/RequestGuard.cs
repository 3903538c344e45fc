using Microsoft.AspNetCore.Http.Features;
using Progeny.Silo.Security.Audit;

namespace Progeny.Silo.Security;

/// <summary>
/// Keeps pages of other origins out, which a browser lets send requests to any address of the machine: by the host that was asked for (a
/// name that was bound to this address is foreign), by what the browser says of the page, and by the type of a body, which a page may not
/// choose. Requests of programs carry no page, and only their host and the types of their bodies are checked.
/// </summary>
internal sealed class RequestGuard(RequestDelegate next, AllowedHosts hosts, CorsOrigins cors, AuditRecorder audit)
{
    private const int MaxShown = 80;
    private const string FetchSite = "Sec-Fetch-Site";
    private const string Setting = "the setting Http:AllowedHosts names others (docs/operations.md)";

    // The Host of the last request that a setting or loopback allows: nearly all requests have the same one.
    private string? allowed;

    public Task InvokeAsync(HttpContext context)
    {
        var refusal = ForeignHost(context) ?? ForeignPage(context) ?? UntypedBody(context);
        return refusal is null ? next(context) : RefuseAsync(context, refusal);
    }

    private async Task RefuseAsync(HttpContext context, GuardProblem refusal)
    {
        await audit.RefuseAsync(context, refusal.Status);
        await refusal.ExecuteAsync(context);
    }

    // A request without a host is of a program: every browser sends one.
    private GuardProblem? ForeignHost(HttpContext context)
    {
        var header = context.Request.Headers.Host;
        if (header.Count == 1 && header[0] is { } value && value == allowed)
            return null;
        var host = context.Request.Host;
        if (host.HasValue && hosts.Allow(host.Host))
        {
            allowed = host.Value;
            return null;
        }

        return !host.HasValue || AllowedHosts.IsListeningAt(host.Host, context.Connection) ? null : new GuardProblem(
            StatusCodes.Status421MisdirectedRequest,
            "Misdirected request",
            $"The host {Quoted(host.Value)} is not this node's. A name or address of loopback would be right, or the address at which it "
                + $"listens; {Setting}.");
    }

    private GuardProblem? ForeignPage(HttpContext context)
    {
        var headers = context.Request.Headers;
        var origin = headers.Origin.ToString();
        if (origin.Length > 0 && cors.Allow(origin))
            return null;
        if (origin.Length > 0 && !IsOwn(origin, context))
            return Foreign($"The page's origin {Quoted(origin)} is not this node's ({context.Request.Host}); {Setting}.");
        if (!headers.TryGetValue(FetchSite, out var values))
            return null;
        var site = values.ToString();
        if (site is "same-origin" or "none" || (site == "same-site" && origin.Length > 0) || PageOrigin.IsFollowedLink(context.Request))
            return null;
        return Foreign(
            $"The request comes from a page of another origin ({FetchSite}: {Quoted(site)}). The node answers its own pages, and "
                + "programs, which send no such header.");
    }

    private bool IsOwn(string origin, HttpContext context)
    {
        if (!Uri.TryCreate(origin, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https"))
            return false;
        int? port = context.Request.Host.Port is { } asked and not (80 or 443) ? asked : null;
        return hosts.Names(uri.Host)
            || ((hosts.Allow(uri.Host) || AllowedHosts.IsListeningAt(uri.Host, context.Connection))
            && port == (uri.IsDefaultPort ? null : uri.Port));
    }

    /// <summary>Of a type that is given, routing sees whether the endpoint takes it.</summary>
    private static GuardProblem? UntypedBody(HttpContext context)
    {
        var request = context.Request;
        if (!string.IsNullOrEmpty(request.ContentType)
            || context.Features.Get<IHttpRequestBodyDetectionFeature>() is not { CanHaveBody: true })
            return null;

        // Clients of the Open Inference Protocol (Triton's own for Python) send none. A page's request says that it is one.
        return request.Path.StartsWithSegments("/v2")
            ? null
            : new GuardProblem(
                StatusCodes.Status415UnsupportedMediaType,
                "Unsupported media type",
                "The request has a body and does not say of which type: it needs the header 'Content-Type: application/json', "
                + "'Content-Type: application/zip' (a package), 'Content-Type: application/x-ndjson' (outcomes or rows, an object a line) or "
                + "'Content-Type: application/octet-stream' (a file).");
    }

    private static GuardProblem Foreign(string detail) => new(StatusCodes.Status403Forbidden, "Forbidden", detail);

    private static string Quoted(string text) => text.Length > MaxShown ? $"'{text[..MaxShown]}…'" : $"'{text}'";
}
