using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http.Features;
using Progeny.Silo.Security;

namespace Progeny.Gateway.Security;

/// <summary>
/// A session of the console. Browsers add its cookie by themselves, so it is no proof for requests of pages of other origins, and requests
/// that change something also need the token of a form of the console.
/// </summary>
internal sealed class SessionProof(Sessions sessions, IAntiforgery antiforgery) : ICallerProof
{
    private const long MaxFormBytes = 64 * 1024;

    /// <summary>A key or token that a request sends itself goes before the cookie.</summary>
    public bool IsGiven(HttpContext context) =>
        context.Request.Headers.Authorization.Count == 0 && context.Request.Headers.Cookie.Count > 0
        && context.Request.Cookies.ContainsKey(SessionCookies.NameFor(context.Request));

    public bool TryCheck(HttpContext context, out CallerFinding finding)
    {
        finding = default;
        return false;
    }

    public async ValueTask<CallerFinding> CheckAsync(HttpContext context)
    {
        if (PageOrigin.IsForeign(context.Request))
            return new CallerFinding(
                null, "A session does not stand for requests of pages of other origins; send a key or a token.") { IsForbidden = true };
        var ticket = await context.AuthenticateAsync(Sessions.Scheme);
        if (!ticket.Succeeded)
            return new CallerFinding(null, "The session has ended, or is not one of this node; sign in again, at /sign-in.");
        var finding = await sessions.FindAsync(ticket.Principal, context.RequestAborted);
        if (finding.Caller is null)
            return finding;
        var before = context.User;
        context.User = ticket.Principal; // the token is this person's
        if (IsSafe(context.Request.Method) || await HasTokenAsync(context))
            return finding;
        context.User = before;
        return new CallerFinding(
            null,
            $"With a session this takes the token of a form of the console (field '{SessionHosting.TokenField}', or the header "
                + $"{SessionHosting.TokenHeader}); programs send a key or a token.")
        {
            IsForbidden = true,
        };
    }

    /// <summary>Whether a request carries the token that belongs to its cookies.</summary>
    public async Task<bool> HasTokenAsync(HttpContext context)
    {
        if (context.Request.HasFormContentType && context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
            size.MaxRequestBodySize = MaxFormBytes;
        try
        {
            await antiforgery.ValidateRequestAsync(context);
            return true;
        }
        catch (AntiforgeryValidationException)
        {
            return false;
        }
    }

    private static bool IsSafe(string method) => HttpMethods.IsGet(method) || HttpMethods.IsHead(method) || HttpMethods.IsOptions(method);
}
