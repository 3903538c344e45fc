namespace Progeny.Silo.Security;

/// <summary>
/// Tells browsers what they may not do with an answer: guess its type, show it in a frame, name this node's paths to others.
/// </summary>
public sealed class SecurityHeaders(RequestDelegate next)
{
    /// <summary>Adds them to every answer.</summary>
    public Task InvokeAsync(HttpContext context)
    {
        Set(context.Response.Headers);
        return next(context);
    }

    /// <summary>Adds them to an answer whose headers were cleared.</summary>
    public static void Set(IHeaderDictionary headers)
    {
        headers.XContentTypeOptions = "nosniff";
        headers.XFrameOptions = "DENY";
        headers["Referrer-Policy"] = "same-origin";
    }
}
