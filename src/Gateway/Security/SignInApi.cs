using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http.HttpResults;
using Progeny.Console.Hosting;
using Progeny.Console.Security;
using Progeny.Core.Security;
using Progeny.Silo.Security;
using Progeny.Silo.Security.Audit;

namespace Progeny.Gateway.Security;

/// <summary>The pages at which people sign in and out.</summary>
internal static class SignInApi
{
    /// <summary>The page for signing in.</summary>
    public const string Path = "/sign-in";

    private const string SessionCreated = "session.create";
    private const string KeyField = "key";
    private const string ReturnField = "return";

    public static void MapSignIn(this IEndpointRouteBuilder routes)
    {
        var pages = routes.MapGroup("").AsPages().RequiresNothing();
        pages.MapGet(
            Path,
            (HttpContext context, SignInKinds kinds) =>
                Page(context, kinds, Local(context.Request.Query[ReturnField]), null, StatusCodes.Status200OK));
        pages.MapPost(Path, SignInAsync).Accepts<IFormCollection>("application/x-www-form-urlencoded").DisableAntiforgery()
            .WithMetadata(new AuditedAs(SessionCreated) { IsSignIn = true });
        pages.MapPost("/sign-out", SignOutAsync).Accepts<IFormCollection>("application/x-www-form-urlencoded").DisableAntiforgery()
            .WithMetadata(new AuditedAs("session.delete"));
        pages.MapGet("/sign-in/openid", AskIssuerAsync);
        pages.MapGet(IssuerSignIn.CallbackPath, ReceiveAsync).WithMetadata(new AuditedAs(SessionCreated) { IsSignIn = true });
    }

    /// <summary>The address of the page, which leads back to another one.</summary>
    public static string AddressFor(HttpRequest request) =>
        $"{Path}?{ReturnField}={Uri.EscapeDataString($"{request.Path}{request.QueryString}")}";

    private static async Task<IResult> SignInAsync(HttpContext context, SignInKinds kinds)
    {
        if (!kinds.IsNeeded)
            return Page(context, kinds, "/", null, StatusCodes.Status409Conflict);
        if (!await context.RequestServices.GetRequiredService<SessionProof>().HasTokenAsync(context))
            return Page(context, kinds, "/", "The form is not of this browser, or too old. Send it again.", StatusCodes.Status403Forbidden);
        var form = await context.Request.ReadFormAsync(context.RequestAborted);
        var target = Local(form[ReturnField]);
        var sessions = context.RequestServices.GetRequiredService<Sessions>();
        var found = await sessions.FindKeyAsync(form[KeyField].ToString().Trim(), context.RequestAborted);
        if (found.Caller is not { } caller)
            return Page(
                context,
                kinds,
                target,
                found.Problem,
                found.IsUnavailable ? StatusCodes.Status503ServiceUnavailable : StatusCodes.Status401Unauthorized);
        await context.SignInAsync(Sessions.Scheme, sessions.Begin(caller, context));
        return SeeOther(context, target);
    }

    private static async Task<IResult> SignOutAsync(HttpContext context, SignInKinds kinds)
    {
        if (!kinds.IsNeeded)
            return SeeOther(context, Path);

        // Without the form's token the guard does not take the cookie for a session, and there is nobody to sign out.
        if (context.User.Identity?.IsAuthenticated == true)
        {
            await context.RequestServices.GetRequiredService<Sessions>().EndAsync(context.User, context);
            await context.SignOutAsync(Sessions.Scheme);
        }

        return SeeOther(context, Path);
    }

    private static async Task<IResult> AskIssuerAsync(HttpContext context, SignInKinds kinds)
    {
        if (!kinds.HasIssuer)
            return ConsolePages.Notice(
                "Not found", "No issuer is set for sign-in (Security:OpenIdConnect).", StatusCodes.Status404NotFound);
        try
        {
            await context.ChallengeAsync(
                IssuerSignIn.Scheme, new AuthenticationProperties { RedirectUri = Local(context.Request.Query[ReturnField]) });
            return TypedResults.Empty;
        }
        catch (InvalidOperationException)
        {
            return ConsolePages.Notice(
                "No answer",
                "The issuer cannot be reached. Try again in a moment, or sign in with a key.",
                StatusCodes.Status503ServiceUnavailable);
        }
    }

    private static async Task<IResult> ReceiveAsync(HttpContext context, SignInKinds kinds)
    {
        if (!kinds.HasIssuer)
            return ConsolePages.Notice(
                "Not found", "No issuer is set for sign-in (Security:OpenIdConnect).", StatusCodes.Status404NotFound);
        var handler = await context.RequestServices.GetRequiredService<IAuthenticationHandlerProvider>()
            .GetHandlerAsync(context, IssuerSignIn.Scheme);
        await ((IAuthenticationRequestHandler)handler!).HandleRequestAsync();
        return TypedResults.Empty;
    }

    private static IResult Page(HttpContext context, SignInKinds kinds, string target, string? problem, int status) => ConsolePages.SignIn(
        new SignInView(
            kinds.IsNeeded,
            kinds.HasIssuer,
            target,
            problem,
            context.Features.Get<Caller>() is { IsAuthenticated: true } caller ? caller.Name : null), status);

    /// <summary>A path of this node; anything else leads to the first page.</summary>
    private static string Local(string? path) =>
        path is { Length: > 0 and <= 2_000 } && RedirectHttpResult.IsLocalUrl(path) && path[0] == '/' ? path : "/";

    private static StatusCodeHttpResult SeeOther(HttpContext context, string target)
    {
        context.Response.Headers.Location = target;
        return TypedResults.StatusCode(StatusCodes.Status303SeeOther);
    }
}
